import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import { HostError, type ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { type Bench, bench } from "../support/byok-terraform";

const [bytes, others] = [randomBytes(32), randomBytes(32)];
const address = "byok_imported_key_material.this";

describe("a plan that has read the bytes, under terraform", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
    await on.write(`
resource "byok_external_key" "this" {}
resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.this.arn
  key_material_source = "file:${on.workspace.folder}/payments.bin?encoding=raw"
  valid_for           = "90d"
}`);
  });
  afterEach(() => on.close());

  const give = (content: Buffer) => writeFile(join(on.workspace.folder, "payments.bin"), content);
  const applied = () => on.workspace.run(["apply", "-input=false", "-no-color", "saved.tfplan"]);

  it("shows their fingerprint, and its apply imports them", async () => {
    await give(bytes);
    const changes = await on.workspace.changes();
    expect(changes.get(address)?.after?.["fingerprint"]).toBe(fingerprintOfRaw(bytes));
    expect(await applied()).toMatchObject({ exitCode: 0 });
    await on.settled();
    expect(await on.workspace.attributes(address)).toMatchObject({
      fingerprint: fingerprintOfRaw(bytes),
      verified: true,
    });
  });

  it.each([
    ["other bytes", async () => give(others), ".fingerprint"],
    [
      "bytes that cannot be read any more",
      async () => rm(join(on.workspace.folder, "payments.bin")),
      "was known, but now unknown",
    ],
  ])("imports no %s", async (_what, change, said) => {
    await give(bytes);
    await on.workspace.plan();
    await change();
    on.life.calls();
    const { exitCode, stdout, stderr } = await applied();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(said);
    // Where there are none, a warning says so in our words, too.
    expect(stdout.includes("will need the key material")).toBe(said.includes("unknown"));
    expect(on.life.calls().filter((call) => /Import/.test(call))).toEqual([]);
    expect(await on.workspace.state()).not.toContain("material_state");

    await give(bytes);
    await on.workspace.apply();
    await on.settled();
  });

  it("leaves it unknown where there are none to read, and its apply takes what is given then", async () => {
    const changes = await on.workspace.changes();
    expect(changes.get(address)?.after_unknown["fingerprint"]).toBe(true);
    await give(bytes);
    expect(await applied()).toMatchObject({ exitCode: 0 });
    expect(await on.workspace.attributes(address)).toMatchObject({ fingerprint: fingerprintOfRaw(bytes) });
  });
});

describe("planned bytes", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    material = on.host.resource("byok_imported_key_material");
    await key.apply({});
  });
  afterEach(() => on.close());

  const config = (given: Buffer | null) => ({
    key_arn: textIn(key, "arn"),
    key_material_wo: given === null ? null : given.toString("base64"),
  });
  const imports = (): string[] => on.life.calls().filter((call) => call === "ImportKeyMaterial");

  it.each([
    ["other bytes", others, /^\[different_material\].*than the plan shows.*plan again/],
    ["no bytes", null, /^\[material_missing\] Key material is needed: this plan imports/],
  ])("are refused as %s by their argument, by a host that hands on what was planned", async (_what, given, detail) => {
    const errors = await refusal(material.apply(config(bytes), { then: config(given), handsOn: true }));
    expect(errors).toEqual([{ at: expect.stringMatching(/^key_material_/), detail: expect.stringMatching(detail) }]);
    expect(imports()).toEqual([]);
  });

  it("are imported where the second plan reads them again", async () => {
    await material.apply(config(bytes), { then: config(bytes), between: () => on.restart(), handsOn: true });
    expect(material.state).toMatchObject({ fingerprint: fingerprintOfRaw(bytes), verified: true });
  });

  it.each([
    ["other bytes", others],
    ["no bytes", null],
  ])("may not turn into %s in any host", async (_what, given) => {
    await expect(material.apply(config(bytes), { then: config(given) })).rejects.toThrow(HostError);
    expect(imports()).toEqual([]);
  });

  it("are held to when a source gives others between the plan and the import", async () => {
    const folder = await mkdtemp(join(tmpdir(), "planned-bytes-"));
    const command = join(folder, "command");
    await writeFile(join(folder, "first"), bytes);
    await writeFile(join(folder, "second"), others);
    const script = `#!/bin/sh\ncat "${folder}/first"\nmv -f "${folder}/second" "${folder}/first" || true\n`;
    await writeFile(command, script, { mode: 0o755 });
    const source = { key_arn: textIn(key, "arn"), key_material_source: `exec:${command}?encoding=raw` };
    const errors = await refusal(material.apply(source));
    await rm(folder, { recursive: true });
    expect(errors).toEqual([{ at: "key_material_source", detail: expect.stringContaining("[different_material]") }]);
    expect(imports()).toEqual([]);
    expect(material.state).toBeNull();
  });

  it("of material that nothing proves are shown in the update that proves it", async () => {
    await material.apply(config(bytes));
    const taken = on.host.resource("byok_imported_key_material");
    await taken.import(textIn(key, "arn"));
    expect(taken.state).toMatchObject({ fingerprint: null, verified: false });
    const plan = await taken.plan(config(bytes));
    expect(plan).toMatchObject({
      action: "update",
      planned: { fingerprint: fingerprintOfRaw(bytes), verified: UNKNOWN },
    });
    // The KMS holds others: what was planned names nothing that is there.
    const errors = await refusal(taken.apply(config(others)));
    expect(errors).toEqual([{ at: "key_material_wo", detail: expect.stringContaining("[different_material]") }]);
    expect(taken.state).toMatchObject({ fingerprint: null, verified: false });
    await taken.applyAndSettle(config(bytes));
    expect(taken.state).toMatchObject({ fingerprint: fingerprintOfRaw(bytes), verified: true });
  });

  it("are shown of a key that they move to, and of one that is not known yet once they are proved", async () => {
    await material.apply(config(bytes));
    const other = on.host.resource("byok_external_key");
    await other.apply({});
    const moved = { ...config(others), key_arn: textIn(other, "arn") };
    expect((await material.plan(moved)).planned).toMatchObject({ fingerprint: fingerprintOfRaw(others) });
    expect((await material.plan({ ...config(bytes), key_arn: UNKNOWN })).planned).toMatchObject({
      fingerprint: fingerprintOfRaw(bytes),
    });
  });
});
