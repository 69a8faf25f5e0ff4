import { mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Provider } from "../../../../src/terraform/plugin/gen/tfplugin6_pb";
import { HostError, ProviderHost, type ResourceInstance } from "../../../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../../../src/terraform/plugin/value";
import { toyProvider } from "./provider";

describe("a provider under the in-process host", () => {
  let folder: string;
  let host: ProviderHost;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "toy-"));
    host = await ProviderHost.start(toyProvider(), { folder });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("creates, settles, updates and destroys", async () => {
    const box = host.resource("toy_box");
    const created = await box.applyAndSettle({ name: "one", secret_wo: "s", tags: new Map([["a", "b"]]) });
    expect(created.action).toBe("create");
    expect(created.planned).toMatchObject({ id: UNKNOWN, size: 1, secret_wo: null });
    expect(box.state).toMatchObject({ name: "one", size: 1, colour: "red", secret_wo: null, revision: 1, lid: [] });
    expect(box.identity).toEqual({ id: box.state?.["id"] });

    const updated = await box.applyAndSettle({ name: "one", secret_wo: "s", size: 3 });
    expect(updated).toMatchObject({ action: "update", planned: { id: box.state?.["id"], revision: UNKNOWN } });
    expect(box.state).toMatchObject({ size: 3, revision: 2 });

    await box.destroy();
    expect(box.state).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("sees another write-only value by its hash, and only then plans an update", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one", secret_wo: "s" });
    expect((await box.plan({ name: "one", secret_wo: "s" })).action).toBe("no-op");
    const plan = await box.plan({ name: "one", secret_wo: "t" });
    expect(plan).toMatchObject({ action: "update", planned: { secret_hash: UNKNOWN, size: 1, secret_wo: null } });
  });

  it("replaces where that is asked for, but not for an unknown value", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one" });
    const id = box.state?.["id"];
    expect(await box.plan({ name: UNKNOWN })).toMatchObject({ action: "update", replacePaths: [] });
    expect(await box.plan({ name: "two" })).toMatchObject({ action: "replace", replacePaths: ["name"] });
    await box.applyAndSettle({ name: "two" });
    expect(box.state?.["id"]).not.toBe(id);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("keeps the spelling in the state where a new one means the same", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one", label: "Shoes" });
    expect((await box.plan({ name: "one", label: "SHOES" })).action).toBe("no-op");
    writeFileSync(
      join(folder, `${idOf(box)}.json`),
      JSON.stringify({ name: "one", label: "shoes", size: 1, tags: null }),
    );
    await box.refresh();
    expect(box.state?.["label"]).toBe("Shoes");
    expect((await box.plan({ name: "one", label: "hats" })).action).toBe("update");
  });

  it("plans with unknown values and applies with known ones", async () => {
    const box = host.resource("toy_box");
    const plan = await box.apply(
      { name: "one", label: UNKNOWN, tags: UNKNOWN, lid: UNKNOWN },
      { then: { name: "one", label: "x" } },
    );
    expect(plan.planned).toMatchObject({ label: UNKNOWN, tags: UNKNOWN, lid: UNKNOWN });
    expect(box.state).toMatchObject({ label: "x", tags: null, lid: [] });
  });

  it("gives computed attributes in nested objects, and keeps them", async () => {
    const box = host.resource("toy_box");
    const contents = [
      { what: "a", hidden_wo: "h" },
      { what: "b", serial: "mine" },
    ];
    const plan = await box.applyAndSettle({ name: "one", contents });
    expect(plan.planned).toMatchObject({
      contents: [{ what: "a", serial: UNKNOWN, hidden_wo: null }, { serial: "mine" }],
    });
    expect(box.state).toMatchObject({
      contents: [
        { what: "a", serial: "sn-a" },
        { what: "b", serial: "mine" },
      ],
    });
  });

  it("reads the drift of a remote object, and its absence", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one", size: 5 });
    const file = join(folder, `${idOf(box)}.json`);
    writeFileSync(file, JSON.stringify({ name: "one", label: null, size: 9, tags: null }));
    const plan = await box.plan({ name: "one", size: 5 });
    expect(plan).toMatchObject({
      action: "update",
      warnings: [{ summary: "Shrinking", path: [{ attribute: "size" }] }],
    });
    unlinkSync(file);
    expect((await box.plan({ name: "one", size: 5 })).action).toBe("create");
  });

  it("keeps a private state from create over read to update", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one", timeouts: { create: "90s" } });
    expect(Object.fromEntries(box.private)).toEqual({ created: true, read: true, timeout: 90_000 });
    await box.applyAndSettle({ name: "one", size: 2 });
    expect(box.private.get("updated")).toBe(true);
  });

  it("takes the default of a timeout where none is configured", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one" });
    expect(box.private.get("timeout")).toBe(600_000);
  });

  it("taints what was created and then failed, and loses nothing", async () => {
    const box = host.resource("toy_box");
    await expect(box.apply({ name: "one", fail: "after" })).rejects.toThrow("The box has a dent.");
    expect(box.tainted).toBe(true);
    expect(box.state).toMatchObject({ name: "one", revision: 1 });
    expect((await box.plan({ name: "one" })).action).toBe("replace");
    await box.applyAndSettle({ name: "one" });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("leaves no state where nothing was created", async () => {
    const box = host.resource("toy_box");
    await expect(box.apply({ name: "one", fail: "before" })).rejects.toThrow("There are none left.");
    expect(box.state).toBeNull();
    await expect(box.apply({ name: "one", fail: "throw" })).rejects.toThrow(/bug in the provider/);
    // An unforeseen error may quote anything.
    await expect(box.apply({ name: "one", fail: "throw" })).rejects.not.toThrow(/shelf is not that deep/);
  });

  it("stops when it is asked to, and keeps what there is", async () => {
    const box = host.resource("toy_box");
    const applying = box.apply({ name: "one", wait: true }).catch((error: unknown) => error);
    while (!readdirSync(folder).includes("waiting")) await new Promise(setImmediate);
    await host.stop();
    expect(await applying).toMatchObject({ message: expect.stringContaining("only half built") });
    expect(box.state).toMatchObject({ name: "one" });
    await host.configure({ folder });
    await box.apply({ name: "one" });
  });

  it("imports by id and by identity", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one", size: 4 });
    const id = idOf(box);
    for (const by of [id, { id }]) {
      const imported = host.resource("toy_box");
      await imported.import(by);
      expect(imported.state).toMatchObject({ id, name: "one", size: 4, secret_wo: null, lid: [] });
    }
    await expect(host.resource("toy_box").import("missing")).rejects.toThrow("no such object");
  });

  it("takes over another type, and refuses a stranger", async () => {
    const box = host.resource("toy_box");
    const provider = "terraform.io/builtin/terraform";
    await box.moveFrom({
      provider,
      type: "terraform_data",
      state: { input: { value: "an-id", type: "string" }, output: "x" },
    });
    expect(box.state).toMatchObject({ id: "an-id", name: null, secret_wo: null });
    await expect(box.moveFrom({ provider, type: "other", state: {} })).rejects.toThrow("cannot take over");
  });

  it("upgrades a state: renames, drops, fills and nulls", async () => {
    const box = host.resource("toy_box");
    await box.load(0, { id: "i", title: "old name", gone: true, secret_wo: "was stored" });
    expect(box.state).toMatchObject({ id: "i", name: "old name", secret_wo: null, tags: null, lid: [], owner: null });
    await box.load(1, { id: "i", name: "n", unheard_of: { of: 1 }, tags: { a: "b" } });
    expect(box.state).toMatchObject({ name: "n", tags: new Map([["a", "b"]]) });
    await expect(box.load(2, { id: "i" })).rejects.toThrow("later version");
  });

  it.each([
    [{}, "name", "is required"],
    [{ name: "x".repeat(21) }, "name", "between 1 and 20"],
    [{ name: "forbidden" }, "name", "No box may be called so"],
    [{ name: "a", id: "b" }, "id", "is set by the provider"],
    [{ name: "a", size: 101 }, "size", "between 0 and 100"],
    [{ name: "a", size: 10n ** 30n }, "size", "larger or finer"],
    [{ name: "a", tags: new Map([["k", null]]) }, 'tags["k"]', "leave it out"],
    [{ name: "a", contents: [{}] }, "contents[0].what", "is required"],
    [{ name: "a", lid: [{}, {}, {}] }, "lid", "At most 2"],
    [{ name: "a", owner: {} }, "owner.who", "is required"],
    [{ name: "a", timeouts: { create: "soon" } }, "timeouts.create", "must be a duration"],
  ])("refuses %j", async (config, path, words) => {
    const refused = host.resource("toy_box").validate(config);
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.toThrow(`(${path})`);
  });

  it("lets unknown values pass a validation, and warns about what is deprecated", async () => {
    const box = host.resource("toy_box");
    expect(
      await box.validate({ name: UNKNOWN, size: UNKNOWN, colour: UNKNOWN, tags: new Map([["k", UNKNOWN]]) }),
    ).toEqual([]);
    expect(await box.validate({ name: "a", old: "x" })).toMatchObject([{ summary: "Deprecated Attribute" }]);
  });

  it("refuses write-only values from hosts that would store them", async () => {
    const box = host.resource("toy_box");
    const old = { writeOnlyAllowed: false };
    await expect(box.validate({ name: "a", secret_wo: "s" }, old)).rejects.toThrow("needs Terraform 1.11");
    expect(await box.validate({ name: "a" }, old)).toEqual([]);
  });

  it("warns before a destruction", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one", size: 99 });
    expect(await box.destroy()).toMatchObject([{ summary: "A Full Box" }]);
  });

  it("reads data, opens and closes ephemeral values, and calls functions", async () => {
    const box = host.resource("toy_box");
    await box.applyAndSettle({ name: "one" });
    const data = await host.readDataSource("toy_box", { id: box.state?.["id"] ?? null });
    expect(data).toMatchObject({ name: "one", size: 1 });
    await expect(host.readDataSource("toy_box", { id: "none" })).rejects.toThrow(HostError);
    const opened = await host.openEphemeral("toy_token", { length: 4 });
    expect(opened.result).toMatchObject({ token: "tttt", detail: { kind: "letters" } });
    await host.closeEphemeral("toy_token", opened.private);
    expect(readdirSync(folder)).toContain("closed");
    expect(await host.callFunction("shout", ["a", "b"])).toBe("A B");
    await expect(host.callFunction("shout", [""])).rejects.toThrow("nothing to say");
  });

  it("tells what it has", async () => {
    const { method } = Provider;
    const metadata = await host.raw(method.getMetadata, {});
    expect(metadata).toMatchObject({
      serverCapabilities: { planDestroy: true, getProviderSchemaOptional: true, moveResourceState: true },
      resources: [{ typeName: "toy_box" }],
      dataSources: [{ typeName: "toy_box" }],
      ephemeralResources: [{ typeName: "toy_token" }],
      functions: [{ name: "shout" }, { name: "crash" }],
    });
    const identities = await host.raw(method.getResourceIdentitySchemas, {});
    expect(identities.identitySchemas["toy_box"]?.identityAttributes).toMatchObject([
      { name: "id", requiredForImport: true },
    ]);
    const rawIdentity = { json: Buffer.from('{"id":"i","gone":1}') };
    const upgraded = await host.raw(method.upgradeResourceIdentity, { typeName: "toy_box", version: 0n, rawIdentity });
    expect(upgraded.diagnostics).toEqual([]);
    const unknown = await host.raw(method.readResource, { typeName: "toy_bag" });
    expect(unknown.diagnostics).toMatchObject([{ summary: "Unknown Type" }]);
  });

  it("refuses to work before it is configured", async () => {
    const fresh = new ProviderHost(toyProvider());
    await expect(fresh.resource("toy_box").plan({ name: "a" })).rejects.toThrow("must be configured first");
    await expect(fresh.configure({ folder: UNKNOWN })).rejects.toThrow("It must be known.");
  });
});

function idOf({ state }: ResourceInstance): string {
  const id = state?.["id"];
  return typeof id === "string" ? id : "";
}
