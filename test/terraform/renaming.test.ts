import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

jest.setTimeout(180_000);

const key = "byok_external_key.this";
const material = "byok_imported_key_material.this";

describe("what one plan destroys and another resource of it needs", () => {
  let on: Bench;
  let path: string;
  beforeEach(async () => {
    on = await bench();
    path = join(on.workspace.folder, "payments.bin");
    await writeFile(path, randomBytes(32), { mode: 0o600 });
  });
  afterEach(() => on.close());

  const materialOf = (name: string, lines = "", arn = "byok_external_key.this.arn"): string => `
    resource "byok_imported_key_material" "${name}" {
      key_arn             = ${arn}
      key_material_source = "file:${path}?encoding=raw"
      ${lines}
    }`;
  const keyOf = (lines = "", name = "this"): string => `
    resource "byok_external_key" "${name}" {
      ${lines}
    }`;
  const arn = async (address = key): Promise<string> => String((await on.workspace.attributes(address))["arn"]);
  const writes = (): string[] => on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));
  const attempt = async (...args: string[]): Promise<string> => {
    const [command = "", ...rest] = args;
    const run = await on.workspace.run([command, "-no-color", "-input=false", ...rest]);
    return `${run.exitCode} ${run.stdout}${run.stderr}`.replace(/\s*\n[│╷╵\s]*/g, " ");
  };

  it("a rename without `moved` never empties the key, with the bytes at hand and without", async () => {
    await on.write(keyOf() + materialOf("this", `deletion_policy = "delete"`));
    await on.workspace.apply();
    const ciphertext = await on.life.encrypt(await arn());
    await on.write(keyOf() + materialOf("renamed", `deletion_policy = "delete"`));
    on.life.calls();
    for (const absent of [false, true]) {
      if (absent) await rm(path);
      expect(await attempt("apply", "-auto-approve")).toMatch(/^1 .*Key Material Planned for Deletion.*`moved` block/);
    }
    expect(writes()).toEqual([]);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    const block = `
 moved {\n from = ${material}\n to = byok_imported_key_material.renamed\n }`;
    await on.write(keyOf() + materialOf("renamed", `deletion_policy = "delete"`) + block);
    await on.workspace.apply();
    expect(writes()).toEqual([]);
    await on.settled();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("-replace deletes nothing, imports nothing that is in, and still refuses other bytes", async () => {
    await on.write(keyOf() + materialOf("this", `deletion_policy = "delete"`));
    await on.workspace.apply();
    const ciphertext = await on.life.encrypt(await arn());
    on.life.calls();
    const { plan } = await on.workspace.plan(`-replace=${material}`);
    expect(plan.resource_changes?.map(({ change }) => change.actions.join())).toContain("delete,create");
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(writes()).toEqual([]);
    expect(await on.workspace.attributes(material)).toMatchObject({ verified: true, material_state: "imported" });

    await on.workspace.plan(`-replace=${material}`);
    await writeFile(path, randomBytes(32), { mode: 0o600 });
    expect(await attempt("plan", `-replace=${material}`)).toMatch(/^1 .*Different Key Material/);
    expect(await attempt("apply", "saved.tfplan")).toMatch(/^1 .*Different Key Material/);
    expect(writes()).toEqual([]);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("a resource that is created again for another key leaves the bytes of the former one", async () => {
    const triggered = `deletion_policy = "delete"\n lifecycle {\n replace_triggered_by = [byok_external_key.other]\n }`;
    const other = (multiRegion: boolean): string => keyOf(`multi_region = ${multiRegion}`, "other");
    await on.write(keyOf() + other(false) + materialOf("this", triggered));
    await on.workspace.apply();
    const ciphertext = await on.life.encrypt(await arn());
    await on.write(keyOf() + other(true) + materialOf("this", triggered, "byok_external_key.other.arn"));
    on.life.calls();
    expect((await on.workspace.changes()).get(material)?.actions).toEqual(["delete", "create"]);
    const run = await on.workspace.apply("saved.tfplan");
    expect(run.stdout).toMatch(/was left as it\s+is/);
    expect(writes()).not.toContain("DeleteImportedKeyMaterial");
    await on.settled();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("a destroy does not claim that the key still works, since the key may go in the same run", async () => {
    await on.write(keyOf() + materialOf("this"));
    await on.workspace.apply();
    const KeyId = await arn();
    // Terraform plans and destroys the material first, so that neither says whether its key goes too.
    for (const args of [[`-target=${material}`], []]) {
      const { stdout } = await on.workspace.destroy(...args);
      expect(stdout.replace(/\s+/g, " ")).toMatch(/stays in .* Unless the key itself is deleted, it still works/);
      if (args.length > 0) await on.workspace.apply();
    }
    await expect(on.life.encrypt(KeyId)).rejects.toThrow(/pending deletion/);
  });
});
