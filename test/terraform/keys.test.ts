import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CancelKeyDeletionCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

jest.setTimeout(180_000);

const key = "byok_external_key.this";
const material = "byok_imported_key_material.this";

describe("the states of a key", () => {
  let on: Bench;
  let source: string;
  beforeEach(async () => {
    on = await bench();
    const path = join(on.workspace.folder, "payments.bin");
    await writeFile(path, randomBytes(32), { mode: 0o600 });
    source = `file:${path}?encoding=raw`;
  });
  afterEach(() => on.close());

  const write = (keyLines = "", materialLines = "", provider = ""): Promise<void> =>
    on.write(
      `resource "byok_external_key" "this" {
        ${keyLines}
      }
      resource "byok_imported_key_material" "this" {
        key_arn             = byok_external_key.this.arn
        key_material_source = "${source}"
        ${materialLines}
      }`,
      provider,
    );
  const arn = async (): Promise<string> => String((await on.workspace.attributes(key))["arn"]);
  const stateOf = async (KeyId: string): Promise<string | undefined> =>
    (await on.life.client().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

  it("Disabled stays Disabled, no matter who did it, and whatever happens to the material", async () => {
    await write("enabled = false");
    await on.workspace.apply();
    await on.settled();
    const KeyId = await arn();
    expect(await stateOf(KeyId)).toBe("Disabled");
    // Somebody enables it: drift. Its material goes: brought back in the same apply, and it is Disabled again.
    await on.life.client().send(new EnableKeyCommand({ KeyId }));
    const ciphertext = await on.life.encrypt(KeyId);
    expect((await on.workspace.changes()).get(key)).toMatchObject({
      before: { enabled: true },
      after: { enabled: false },
    });
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    // No refresh has been stored since, and a key without material hides what was wished for it.
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    await on.workspace.apply();
    expect(await stateOf(KeyId)).toBe("Disabled");
    await on.settled();

    // The same through a saved plan.
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    await on.workspace.plan();
    await on.workspace.apply("saved.tfplan");
    expect(await stateOf(KeyId)).toBe("Disabled");
    await on.settled();

    // Unset: not managed. Disabled by others is respected, through an import as well.
    await write("");
    on.life.calls();
    await on.workspace.apply();
    await on.settled();
    await on.life.client().send(new EnableKeyCommand({ KeyId }));
    // What a later look cannot tell is recorded, and nothing is done about it.
    expect([...(await on.workspace.changes()).keys()]).toEqual([material]);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(on.life.calls().filter((call) => !/^(Describe|List)/.test(call))).toEqual([]);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await on.life.client().send(new DisableKeyCommand({ KeyId }));
    await on.workspace.apply("-refresh-only");
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    // The key hides it now, so that it is noted on it.
    expect([...(await on.workspace.changes()).keys()]).toEqual(["byok_external_key.this", material]);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await stateOf(KeyId)).toBe("Disabled");
  });

  it("PendingDeletion is brought back in place, as it was", async () => {
    await write("", `valid_for = "90d"`);
    await on.workspace.apply();
    await on.settled();
    const KeyId = await arn();
    const ciphertext = await on.life.encrypt(KeyId);
    await on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const { run } = await on.workspace.plan();
    expect(run.stdout).toMatch(/which is\s+canceled in place/);
    const changes = await on.workspace.changes();
    expect(changes.get(key)).toMatchObject({ actions: ["update"], before: { pending_deletion: true } });
    // What became of its material shows only once the key is back.
    expect(changes.get(material)).toMatchObject({
      actions: ["update"],
      before: { material_state: "key_pending_deletion", key_state: "PendingDeletion" },
      after_unknown: { material_state: true, key_state: true },
    });
    on.life.calls();
    await on.workspace.apply("saved.tfplan");
    expect(on.life.calls().filter((call) => !/^(Describe|List)/.test(call))).toEqual([
      "CancelKeyDeletion",
      "EnableKey",
    ]);
    expect(await on.workspace.attributes(material)).toMatchObject({ material_state: "imported", key_state: "Enabled" });
    await on.settled();
    expect(await stateOf(KeyId)).toBe("Enabled");
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);

    // Its material lapsed while it waited: the next apply sees to that.
    await on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 }));
    on.life.kms.clock.advance("29d");
    await on.workspace.apply();
    on.life.kms.clock.advance("62d");
    await on.workspace.apply();
    await on.settled();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);

    await on.workspace.destroy();
    expect(await stateOf(KeyId)).toBe("PendingDeletion");
    await on.life.client().send(new CancelKeyDeletionCommand({ KeyId }));
    await on.life.client().send(new EnableKeyCommand({ KeyId }));
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("not found is believed of an old key only; access denied never", async () => {
    await write("deletion_window_in_days = 7");
    await on.workspace.apply();
    const KeyId = await arn();
    const plan = async (): Promise<string> => {
      const { exitCode, stdout, stderr } = await on.workspace.run(["plan", "-no-color", "-input=false"]);
      return `${exitCode} ${stdout}${stderr}`.replace(/\s*\n[│╷╵\s]*/g, " ");
    };
    on.life.kms.faults.add({ operation: "DescribeKey", kind: "error", code: "NotFoundException", times: 99 });
    expect(await plan()).toMatch(/^1 .*Key Not Found.*cannot vanish within a week/);
    on.life.kms.faults.clear();
    on.life.kms.permissions.deny("kms:DescribeKey");
    expect(await plan()).toMatch(/^1 .*Access Denied.*kms:DescribeKey/);
    on.life.kms.permissions.allow();
    expect(await plan()).toMatch(/^0 .*No changes/);

    // Other credentials: not gone.
    on.life.kms.clock.advance("8d");
    await on.workspace.write(
      (await readFile(join(on.workspace.folder, "main.tf"), "utf8")).replace("AKIAENGINE", "999999999999"),
    );
    expect(await plan()).toMatch(/^1 .*999999999999/);
    await write("deletion_window_in_days = 7");
    await on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    on.life.kms.clock.advance("8d");
    const changes = await on.workspace.changes();
    expect(changes.get(key)?.actions).toEqual(["create"]);
    expect(changes.get(material)?.actions).toEqual(["update"]);
    // Nothing stays in a key that is gone.
    expect((await on.workspace.apply("saved.tfplan")).stdout).not.toContain("the key still works");
    await on.settled();
    const now = await arn();
    expect(now).not.toBe(KeyId);
    expect(await on.life.decrypt(await on.life.encrypt(now))).toBe(plaintext);
  });

  it("a multi-Region key with two replicas, made in one apply and destroyed in one", async () => {
    const regions = ["eu-west-1", "us-east-1"];
    await on.write(`
      resource "byok_external_key" "this" {
        multi_region            = true
        deletion_window_in_days = 7
      }
      resource "byok_imported_key_material" "this" {
        key_arn             = byok_external_key.this.arn
        key_material_source = "${source}"
        valid_for           = "90d"
      }
      resource "byok_external_key" "replica" {
        for_each                = toset(${JSON.stringify(regions)})
        region                  = each.key
        primary_key_arn         = byok_imported_key_material.this.key_arn
        deletion_window_in_days = 7
      }
      resource "byok_imported_key_material" "replica" {
        for_each            = byok_external_key.replica
        key_arn             = each.value.arn
        key_material_source = "${source}"
        valid_for           = "90d"
      }`);
    await on.workspace.apply();
    await on.settled();
    const primary = await arn();
    const ciphertext = await on.life.encrypt(primary);
    for (const region of regions) {
      expect(await on.life.decrypt(ciphertext, region)).toBe(plaintext);
      expect(await on.workspace.attributes(`byok_external_key.replica["${region}"]`)).toMatchObject({
        multi_region_key_type: "REPLICA",
        region,
        arn: primary.replace("eu-central-1", region),
      });
    }
    on.life.kms.clock.advance("91d");
    expect([...(await on.workspace.changes()).keys()]).toHaveLength(3);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    for (const region of regions) expect(await on.life.decrypt(ciphertext, region)).toBe(plaintext);
    await on.workspace.destroy();
    on.life.kms.clock.advance("20d");
    await expect(stateOf(primary)).rejects.toThrow(/does not exist/);

    // A replica of a primary without material says what to do.
    await on.write(`
      resource "byok_external_key" "this" { multi_region = true }
      resource "byok_external_key" "replica" {
        region          = "eu-west-1"
        primary_key_arn = byok_external_key.this.arn
      }`);
    const early = await on.workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(early.stderr.replace(/\s*\n[│╷╵\s]*/g, " ")).toMatch(
      /Primary Key Without Key Material.*imported key material/,
    );
  });

  it("fifty keys by for_each", async () => {
    await on.write(`
      resource "byok_external_key" "each" {
        for_each = toset([for i in range(50) : tostring(i)])
      }
      resource "byok_imported_key_material" "each" {
        for_each            = byok_external_key.each
        key_arn             = each.value.arn
        key_material_source = "${source}"
      }`);
    const made = await on.workspace.apply();
    expect(made.stdout).toMatch(/100 added/);
    on.life.calls();
    await on.settled();
    const calls = on.life.calls();
    expect(new Set(calls)).toEqual(new Set(["DescribeKey"]));
    // Only one of the two plans refreshes; a key and its material that are read at the same time share one call.
    expect(calls.length).toBeLessThanOrEqual(100);
    const gone = await on.workspace.destroy();
    expect(gone.stdout).toMatch(/100 destroyed/);
  });
});
