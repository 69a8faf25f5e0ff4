import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeleteImportedKeyMaterialCommand, DescribeKeyCommand } from "@aws-sdk/client-kms";
import { type Life, plaintext, startLife } from "../support/life";
import { leaksIn } from "./life";
import { type Cli, cli, ended, type Ran } from "./support/cli";

/** A program whose resources are given by a variable, so that each step can have other ones. */
const program = `
  const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");
  const { keys = [], materials = [] } = JSON.parse(process.env.PROGRAM);
  const byName = {};
  for (const { name, args, opts } of keys) byName[name] = new ExternalKey(name, args, opts);
  exports.materials = materials.map(({ name, key, args, bytes, opts }) => new ImportedKeyMaterial(
    name, { ...args, keyArn: byName[key].id, ...(bytes ? { keyMaterial: process.env[bytes] } : {}) }, opts));
  exports.arns = Object.fromEntries(Object.entries(byName).map(([name, key]) => [name, key.arn]));
`;

interface Resources {
  readonly keys?: readonly { readonly name: string; readonly args?: object; readonly opts?: object }[];
  readonly materials?: readonly {
    readonly name: string;
    readonly key: string;
    readonly args?: object;
    readonly bytes?: string;
    readonly opts?: object;
  }[];
}

describe("the real CLI with a file backend", () => {
  let life: Life;
  let pulumi: Cli;
  beforeEach(async () => {
    life = await startLife({ quotas: "aws" });
    pulumi = await cli(life.kms.url, program);
  }, 900_000);
  afterEach(async () => {
    await pulumi.remove();
    await life.close();
  });

  it("lives through a key's life with a program folder", async () => {
    const bytes = randomBytes(32);
    const env = { MATERIAL: bytes.toString("base64"), OTHER: randomBytes(32).toString("base64") };
    const run = (args: readonly string[], resources: Resources, more: Readonly<Record<string, string>> = env) =>
      pulumi.run(args, { ...more, PROGRAM: JSON.stringify(resources) });
    const up = (resources: Resources, ...args: string[]) => run(["up", "--yes", "--skip-preview", ...args], resources);
    const payments: Resources = {
      keys: [{ name: "payments", args: { description: "payments" } }],
      materials: [{ name: "payments", key: "payments", bytes: "MATERIAL", args: { validFor: "90d" } }],
    };
    const without: Resources = {
      ...payments,
      materials: [{ name: "payments", key: "payments", args: { validFor: "90d" } }],
    };
    await pulumi.run(["stack", "init", "test"]);
    await pulumi.run(["config", "set", "aws:region", "eu-central-1"]);
    succeeded(await up(payments, "--event-log", "events.json"), "3 created");
    const { payments: arn = "" }: Record<string, string> = JSON.parse(
      (await pulumi.run(["stack", "output", "arns"])).output,
    );
    const ciphertext = await life.encrypt(arn);
    const decrypts = async () => expect(await life.decrypt(ciphertext)).toBe(plaintext);
    const created = () => life.calls().filter((name) => name === "CreateKey").length;
    expect(created()).toBe(1);

    // Expired: a plain preview shows it with its reason, and up repairs it.
    life.kms.clock.advance("91d");
    const expired = await run(["preview"], payments);
    succeeded(expired, "1 to update");
    expect(expired.output).toMatch(/the same key material will be imported again: expired on \d{4}-/);
    succeeded(await up(payments), "1 updated");
    await decrypts();
    // Well: unchanged without the bytes, too, and after a refresh.
    succeeded(await run(["up", "--yes", "--refresh", "--skip-preview"], without), "unchanged");
    // Other bytes are refused before anything is called.
    const other = await run(["preview"], {
      ...payments,
      materials: [{ name: "payments", key: "payments", bytes: "OTHER", args: { validFor: "90d" } }],
    });
    expect(other.exitCode).not.toBe(0);
    expect(other.output).toContain("[different_material]");
    // Deleted: shown by a refresh, and by a preview without the bytes.
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
    succeeded(await run(["refresh", "--yes", "--skip-preview"], payments), "updated");
    const gone = await run(["preview"], without);
    succeeded(gone, "1 to update");
    expect(gone.output).toMatch(/Applying this will need the key material: was deleted/);
    succeeded(await up(payments, "--target", urn("ImportedKeyMaterial", "payments")), "1 updated");
    await decrypts();
    // Due for renewal.
    life.kms.clock.advance("61d");
    const due = await up(payments);
    succeeded(due, "1 updated");
    expect(due.output).toContain("renewal due since");
    // Replaced, renamed without an alias, renamed with aliases: the key decrypts throughout.
    const material = { key: "payments", bytes: "MATERIAL", args: { validFor: "60d", deletionPolicy: "delete" } };
    const replacing = { ...material, name: "payments", opts: { replaceOnChanges: ["*"] } };
    const replacedMaterial = ["--replace", urn("ImportedKeyMaterial", "payments")];
    succeeded(await up({ ...payments, materials: [replacing] }, ...replacedMaterial), "1 replaced");
    await decrypts();
    succeeded(await up({ ...payments, materials: [{ name: "renamed", ...material }] }), "1 created");
    await decrypts();
    const aliased: Resources = {
      keys: [{ name: "orders", args: { description: "payments" }, opts: { aliases: [{ name: "payments" }] } }],
      materials: [{ name: "again", ...material, key: "orders", opts: { aliases: [{ name: "renamed" }] } }],
    };
    succeeded(await up(aliased), "3 unchanged");
    await decrypts();
    expect(created()).toBe(0);
    // Another spec, and four more keys beside it.
    const names = ["orders", "one", "two", "three", "four"];
    await writeFile(join(pulumi.folder, "material.bin"), bytes, { mode: 0o600 });
    const ways: readonly { readonly bytes?: string; readonly args?: object }[] = [
      { bytes: "MATERIAL" },
      { args: { keyMaterialSource: "file:material.bin?encoding=raw" } },
      { args: { keyMaterialSource: "env:MATERIAL?encoding=base64" } },
      { args: { keyMaterialSource: "exec:cat material.bin?encoding=raw" } },
      { bytes: "MATERIAL", args: { validFor: "30d" } },
    ];
    const five: Resources = {
      keys: names.map((name) => ({ name, args: { keySpec: "HMAC_256" } })),
      materials: names.map((name, i) => ({ name: name === "orders" ? "again" : name, key: name, ...ways[i] })),
    };
    life.calls();
    const replaced = await up(five);
    succeeded(replaced, "replaced");
    const calls = life.calls();
    // The four others need not wait for it.
    expect(calls.indexOf("ScheduleKeyDeletion")).toBeLessThan(calls.lastIndexOf("CreateKey"));
    expect(calls.filter((name) => name === "CreateKey")).toHaveLength(5);
    expect(replaced.output).not.toMatch(/throttl/i);
    // Deleted before another key could hold the same bytes, so the old key keeps them.
    expect(replaced.output).toContain("The key material was left as it is");
    expect(calls).not.toContain("DeleteImportedKeyMaterial");
    succeeded(await pulumi.run(["destroy", "--yes", "--skip-preview"]), "deleted");
    const { KeyMetadata } = await life.client().send(new DescribeKeyCommand({ KeyId: arn }));
    expect(KeyMetadata?.KeyState).toBe("PendingDeletion");

    await rm(join(pulumi.folder, "material.bin"));
    await pulumi.run(["stack", "export", "--file", "export.json"]);
    await pulumi.run(["stack", "history", "--json"]);
    const everything = await pulumi.everything();
    expect(everything.includes("byok/pulumi/provider")).toBe(true);
    expect(leaksIn(everything, bytes)).toEqual([]);
  }, 600_000);

  it("has nothing left to change after the first up, and moves material only with proof in hand", async () => {
    const env = { MATERIAL: randomBytes(32).toString("base64") };
    const run = (args: readonly string[], resources: Resources) =>
      pulumi.run(args, { ...env, PROGRAM: JSON.stringify(resources) });
    const keys = ["one", "two"].map((name) => ({ name }));
    const args = { validFor: "90d", deletionPolicy: "delete" };
    const inKey = (key: string, bytes?: string): Resources => ({
      keys: [...keys, { name: "off", args: { enabled: false } }],
      materials: [
        { name: "payments", key, args, ...(bytes === undefined ? {} : { bytes }) },
        { name: "off", key: "off", bytes: "MATERIAL" },
      ],
    });
    await pulumi.run(["stack", "init", "test"]);
    await pulumi.run(["config", "set", "aws:region", "eu-central-1"]);
    succeeded(await run(["up", "--yes", "--skip-preview"], inKey("one", "MATERIAL")), "6 created");
    // What the material has changed about its key is not out of date in the key's outputs.
    succeeded(await run(["preview", "--expect-no-changes"], inKey("one", "MATERIAL")), "unchanged");
    succeeded(await run(["refresh", "--yes", "--expect-no-changes"], inKey("one", "MATERIAL")), "unchanged");
    succeeded(await run(["up", "--yes", "--expect-no-changes"], inKey("one")), "unchanged");
    const outputs: { arns: Record<string, string>; materials: readonly Record<string, unknown>[] } = JSON.parse(
      (await pulumi.run(["stack", "output", "--json"])).output,
    );
    expect(outputs.materials.map(({ keyState }) => keyState)).toEqual(["Enabled", "Disabled"]);
    const { one = "", two = "" } = outputs.arns;
    const ciphertext = await life.encrypt(one);

    const writes = () => life.calls().filter((name) => /^(Import|Delete)/.test(name));
    writes();
    const blind = await run(["preview"], inKey("two"));
    expect(blind.exitCode).not.toBe(0);
    expect(blind.output).toMatch(/\[material_missing\] `keyArn` changes from/);
    expect((await run(["up", "--yes", "--skip-preview"], inKey("two"))).exitCode).not.toBe(0);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    // An import that fails leaves the old key as it is.
    life.kms.permissions.deny("kms:ImportKeyMaterial");
    expect((await run(["up", "--yes", "--skip-preview"], inKey("two", "MATERIAL"))).exitCode).not.toBe(0);
    life.kms.permissions.allow();
    expect(writes()).not.toContain("DeleteImportedKeyMaterial");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    succeeded(await run(["up", "--yes", "--skip-preview"], inKey("two", "MATERIAL")), "1 replaced");
    expect(writes()).toEqual(["ImportKeyMaterial", "DeleteImportedKeyMaterial"]);
    expect(await life.decrypt(ciphertext)).not.toBe(plaintext);
    expect(await life.decrypt(await life.encrypt(two))).toBe(plaintext);
    succeeded(await run(["preview", "--expect-no-changes"], inKey("two")), "unchanged");
  }, 600_000);

  // Pulumi's engine prints the values of arguments that a failed check names.
  it("prints no byte that was given malformed, with a wrong fingerprint, or where it does not belong", async () => {
    const bytes = randomBytes(32);
    const base64 = bytes.toString("base64");
    const env = {
      MATERIAL: base64,
      CUT: base64.slice(2),
      HEX: bytes.toString("hex"),
      OTHER: randomBytes(32).toString("base64"),
    };
    await pulumi.run(["stack", "init", "test"]);
    await pulumi.run(["config", "set", "aws:region", "eu-central-1"]);
    const key = { name: "payments" };
    const material = { name: "payments", key: "payments" };
    const cases: readonly (readonly [words: string, program: Resources])[] = [
      ["`keyMaterial`", { keys: [key], materials: [{ ...material, bytes: "CUT" }] }],
      [
        "[different_material]",
        {
          keys: [key],
          materials: [{ ...material, bytes: "MATERIAL", args: { fingerprint: `cmac:${"0".repeat(32)}` } }],
        },
      ],
      [
        "`keyMaterialSource`",
        { keys: [key], materials: [{ ...material, bytes: "MATERIAL", args: { keyMaterialSource: "env:OTHER" } }] },
      ],
      ["`keyMaterial`", { keys: [key], materials: [{ ...material, args: { keyMaterial: { base64: env.MATERIAL } } }] }],
      ["`keyMaterialSource`", { keys: [key], materials: [{ ...material, args: { keyMaterialSource: env.MATERIAL } }] }],
      ["`keyMateriel`", { keys: [key], materials: [{ ...material, args: { keyMateriel: env.MATERIAL } }] }],
      ["`fingerprint`", { keys: [key], materials: [{ ...material, args: { fingerprint: env.MATERIAL } }] }],
      ["`validFor`", { keys: [key], materials: [{ ...material, args: { validFor: env.HEX } }] }],
      ["`keyMaterial`", { keys: [{ ...key, args: { keyMaterial: env.MATERIAL } }] }],
      ["connection.secretKey", { keys: [{ ...key, args: { connection: { secretKey: env.MATERIAL } } }] }],
    ];
    for (const [words, resources] of cases) {
      const { exitCode, output } = await pulumi.run(["preview", "--diff"], {
        ...env,
        PROGRAM: JSON.stringify(resources),
      });
      // In this order: what leaks is not for the output of a test either.
      expect([words, leaksIn(Buffer.from(output), bytes)]).toEqual([words, []]);
      expect([exitCode === 0, output]).toEqual([false, expect.stringContaining(words)]);
    }
    expect(life.calls()).toEqual([]);
  }, 600_000);

  it("lives with a program of the Automation API, and recovers from a failure half-way", async () => {
    const bytes = randomBytes(32);
    const steps = `
        const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");
        const { LocalWorkspace } = require("@pulumi/pulumi/automation");
        const { join } = require("node:path");
        const control = (path, body) => fetch(process.env.AWS_ENDPOINT_URL_KMS + "/_byok/" + path, { method: "PUT", body: JSON.stringify(body) });
        async function main() {
          const program = async () => {
            const key = new ExternalKey("payments");
            const material = new ImportedKeyMaterial("payments", {
              keyArn: key.id, keyMaterialSource: "env:MATERIAL?encoding=base64", validFor: "90d" });
            return { arn: key.arn, reason: material.reason };
          };
          const stack = await LocalWorkspace.createStack({ stackName: "test", projectName: "fixture", program }, {
            workDir: __dirname,
            projectSettings: { name: "fixture", runtime: "nodejs", main: __dirname, backend: { url: process.env.PULUMI_BACKEND_URL } },
          });
          await stack.setConfig("byok:region", { value: "eu-central-1" });
          const seen = [];
          const quiet = { onOutput: (text) => process.stderr.write(text) };
          const step = async (name, work) => {
            try {
              const { summary, changeSummary, outputs } = await work();
              seen.push({ name, changes: changeSummary ?? summary.resourceChanges, arn: outputs?.arn?.value });
            } catch (error) {
              seen.push({ name, failed: String(error.message) });
            }
          };
          process.env.MATERIAL_KEPT = process.env.MATERIAL;
          process.env.MATERIAL = "";
          await step("first", () => stack.up(quiet));
          process.env.MATERIAL = process.env.MATERIAL_KEPT;
          await step("again", () => stack.up(quiet));
          await step("same", () => stack.up(quiet));
          await control("clock", { advance: "91d" });
          await step("preview", () => stack.preview(quiet));
          await step("repaired", () => stack.up(quiet));
          await step("destroyed", () => stack.destroy(quiet));
          console.log(JSON.stringify(seen));
        }
        main();
      `;
    await writeFile(join(pulumi.folder, "automation.js"), steps);
    const { output } = await ended(process.execPath, ["automation.js"], pulumi.folder, {
      ...pulumi.env,
      MATERIAL: bytes.toString("base64"),
    });
    const last = output
      .toString()
      .trim()
      .split("\n")
      .findLast((line) => line.startsWith("[{"));
    const seen: readonly { name: string; changes?: object; failed?: string; arn?: string }[] = JSON.parse(last ?? "[]");
    expect(seen).toMatchObject([
      { name: "first", failed: expect.stringContaining("material_missing") },
      { name: "again", changes: { create: 1, same: 2 } },
      { name: "same", changes: { same: 3 } },
      { name: "preview", changes: { update: 1, same: 2 } },
      { name: "repaired", changes: { update: 1, same: 2 } },
      { name: "destroyed", changes: { delete: 3 } },
    ]);
    expect(life.calls().filter((name) => name === "CreateKey")).toHaveLength(1);
    expect(leaksIn(Buffer.concat([await pulumi.everything(), output]), bytes)).toEqual([]);
  }, 600_000);
});

function succeeded({ exitCode, output }: Ran, summary: string): void {
  if (exitCode !== 0 || !output.includes(summary)) {
    throw new Error(`pulumi ended with ${exitCode}, and "${summary}" was awaited:\n${output}`);
  }
}

function urn(type: string, name: string): string {
  return `urn:pulumi:test::fixture::pulumi-nodejs:dynamic/byok:${type}::${name}`;
}
