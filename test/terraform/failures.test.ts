import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { paginateListKeys } from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

jest.setTimeout(120_000);

const key = "byok_external_key.this";
const material = "byok_imported_key_material.this";

describe("what fails half way", () => {
  let on: Bench;
  let source: string;
  beforeEach(async () => {
    on = await bench();
    const path = join(on.workspace.folder, "payments.bin");
    await writeFile(path, randomBytes(32), { mode: 0o600 });
    source = `file:${path}?encoding=raw`;
  });
  afterEach(() => on.close());

  const write = (keyLines = "", materialLines = "", name = "this"): Promise<void> =>
    on.write(
      `resource "byok_external_key" "this" {
        ${keyLines}
      }
      resource "byok_imported_key_material" "${name}" {
        key_arn             = byok_external_key.this.arn
        key_material_source = "${source}"
        ${materialLines}
      }`,
      "max_retries = 0",
    );
  const failing = async (...args: string[]): Promise<string> => {
    const run = await on.workspace.run(["apply", "-auto-approve", "-no-color", "-input=false", ...args]);
    expect(run.exitCode).toBe(1);
    expect(await on.workspace.state()).not.toContain("tainted");
    return run.stderr;
  };
  const keys = async (): Promise<number> => {
    let count = 0;
    for await (const page of paginateListKeys({ client: on.life.client() }, {})) count += page.Keys?.length ?? 0;
    return count;
  };
  const arn = async (): Promise<string> => String((await on.workspace.attributes(key))["arn"]);

  it("an import that fails after the key was made, and one whose reply is lost", async () => {
    await write();
    on.life.kms.permissions.deny("kms:ImportKeyMaterial");
    expect(await failing()).toMatch(/Access Denied[\s\S]*kms:ImportKeyMaterial/);
    on.life.kms.permissions.allow();
    expect([...(await on.workspace.changes())].map(([address, { actions }]) => `${address} ${actions.join()}`)).toEqual(
      [`${material} create`],
    );
    // The bytes are in, and nobody said so.
    on.life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "drop", when: "after" });
    const run = await on.workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(await on.workspace.state()).not.toContain("tainted");
    const ciphertext = await on.life.encrypt(await arn());
    if (run.exitCode !== 0) await on.workspace.apply();
    await on.settled();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    expect(await on.workspace.attributes(material)).toMatchObject({ verified: true });
    expect(await keys()).toBe(1);
  });

  it("a step after the import, and a step after the creation: a warning and good state", async () => {
    await write("enabled = false");
    on.life.kms.permissions.deny("kms:DisableKey");
    const run = await on.workspace.apply();
    expect(run.stdout).toMatch(/Warning: [\s\S]*is to be Disabled/);
    expect(await on.workspace.state()).not.toContain("tainted");
    on.life.kms.permissions.allow();
    expect((await on.workspace.changes()).get(key)?.actions).toEqual(["update"]);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await on.workspace.attributes(material)).toMatchObject({ key_state: "Disabled" });

    // An update that fails keeps what is true, and is planned again.
    await write(`description = "new"\n tags = { a = "b" }`);
    on.life.kms.permissions.deny("kms:UpdateKeyDescription");
    expect(await failing()).toMatch(/Access Denied[\s\S]*kms:UpdateKeyDescription/);
    on.life.kms.permissions.allow();
    expect((await on.workspace.changes()).get(key)?.actions).toEqual(["update"]);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
  });

  it("a creation whose reply is lost, with a token and without", async () => {
    await on.write(`resource "byok_external_key" "this" { creation_token = "one" }`, "max_retries = 0");
    on.life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    await on.workspace.apply();
    await on.settled();
    expect(await keys()).toBe(1);

    // The process dies before it can say so: the next run finds the key.
    await on.workspace.run(["state", "rm", key]);
    await on.workspace.apply();
    await on.settled();
    expect(await keys()).toBe(1);

    const twins = `resource "byok_external_key" "twin" {
      count          = 2
      creation_token = "two"
    }`;
    await on.write(twins);
    expect(await failing()).toMatch(/Two keys of this run[\s\S]*a token of its own/);
    expect(await keys()).toBe(2);

    await on.write(`resource "byok_external_key" "plain" {}`, "max_retries = 0");
    on.life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    expect(await failing()).toMatch(/Creation Not Confirmed[\s\S]*creation_token/);
  });

  it.each(["retain", "delete"])("replacing, tainting, renaming and moving living material: %s", async (policy) => {
    await write("", `deletion_policy = "${policy}"`);
    await on.workspace.apply();
    const ciphertext = await on.life.encrypt(await arn());
    const opens = async (): Promise<void> => {
      await on.settled();
      expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    };
    const deletions = (): number => on.life.calls().filter((call) => call === "DeleteImportedKeyMaterial").length;
    on.life.calls();
    await on.workspace.apply(`-replace=${material}`);
    await opens();
    await on.workspace.run(["taint", material]);
    await on.workspace.apply();
    await opens();
    // Neither half of a replacement deletes what the other needs.
    expect(deletions()).toBe(0);

    await write("", `deletion_policy = "${policy}"\n lifecycle { create_before_destroy = true }`);
    await on.workspace.apply(`-replace=${material}`);
    await opens();
    expect(deletions()).toBe(0);

    await write("", `deletion_policy = "${policy}"`, "renamed");
    if (policy === "delete") {
      // Destroyed and created: what one deletes the other needs.
      expect(await failing()).toMatch(/Planned for Deletion[^]*`moved` block/);
      expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
      await write(
        "",
        `deletion_policy = "delete"
        }
        moved {
          from = byok_imported_key_material.this
          to   = byok_imported_key_material.renamed`,
        "renamed",
      );
    }
    await on.workspace.apply();
    await opens();
    expect(deletions()).toBe(0);
    on.life.calls();
    await on.write(
      `moved {
        from = byok_imported_key_material.renamed
        to   = byok_imported_key_material.moved
      }
      moved {
        from = byok_external_key.this
        to   = byok_external_key.moved
      }
      resource "byok_external_key" "moved" {}
      resource "byok_imported_key_material" "moved" {
        key_arn             = byok_external_key.moved.arn
        key_material_source = "${source}"
        deletion_policy     = "${policy}"
      }`,
    );
    const moved = await on.workspace.apply();
    expect(moved.stdout).toMatch(/0 added, 0 changed, 0 destroyed/);
    expect(new Set(on.life.calls())).toEqual(new Set(["DescribeKey"]));
    await opens();
    const id = String((await on.workspace.attributes("byok_external_key.moved"))["arn"]);
    on.life.calls();
    await on.workspace.destroy("-target=byok_imported_key_material.moved");
    expect(deletions()).toBe(policy === "retain" ? 0 : 1);
    expect(await on.life.decrypt(ciphertext)).toBe(policy === "retain" ? plaintext : "KMSInvalidStateException");
    await on.workspace.destroy();
    await expect(on.life.encrypt(id)).rejects.toThrow(/pending deletion/);
  });
});
