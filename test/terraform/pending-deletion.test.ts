import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeleteImportedKeyMaterialCommand, DescribeKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

jest.setTimeout(180_000);

const key = "byok_external_key.this";
const material = "byok_imported_key_material.this";

describe("a key whose deletion is pending", () => {
  let on: Bench;
  let KeyId: string;
  let ciphertext: Uint8Array;
  const start = async (keyLines = ""): Promise<void> => {
    const path = join(on.workspace.folder, "payments.bin");
    await writeFile(path, randomBytes(32), { mode: 0o600 });
    await on.write(
      `resource "byok_external_key" "this" {
        ${keyLines}
      }
      resource "byok_imported_key_material" "this" {
        key_arn             = byok_external_key.this.arn
        key_material_source = "file:${path}?encoding=raw"
      }`,
      "max_retries = 0",
    );
    await on.workspace.apply();
    KeyId = String((await on.workspace.attributes(key))["arn"]);
    if (keyLines === "") ciphertext = await on.life.encrypt(KeyId);
  };
  beforeEach(async () => {
    on = await bench();
  });
  afterEach(() => on.close());

  const schedule = () => on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  const state = async (): Promise<string | undefined> =>
    (await on.life.client().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

  it("is usable after one apply, also where its material was deleted first", async () => {
    await start();
    on.life.kms.clock.advance("1h");
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    await schedule();
    const changes = await on.workspace.changes();
    expect([...changes].map(([address, { actions }]) => [address, ...actions])).toEqual([
      [key, "update"],
      [material, "update"],
    ]);
    await on.workspace.apply("saved.tfplan");
    expect(await state()).toBe("Enabled");
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    expect(await on.workspace.attributes(material)).toMatchObject({ material_state: "imported", key_state: "Enabled" });
    await on.settled();
  });

  it.each(["kms:EnableKey", "kms:DescribeKey"])(
    "becomes Enabled in a later apply where %s failed after the cancellation",
    async (permission) => {
      await start();
      await schedule();
      await on.workspace.plan();
      on.life.kms.permissions.deny(permission);
      const failed = await on.workspace.run(["apply", "-no-color", "-input=false", "saved.tfplan"]);
      expect(failed.exitCode).toBe(1);
      on.life.kms.permissions.allow();
      await on.workspace.apply();
      if ((await state()) !== "Enabled") await on.workspace.apply();
      expect(await state()).toBe("Enabled");
      expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
      await on.settled();
    },
  );

  it("is enabled again after somebody else canceled its deletion only", async () => {
    await start();
    await schedule();
    await on.workspace.apply("-refresh-only");
    expect(await on.workspace.attributes(key)).toMatchObject({ pending_deletion: true });
    on.life.kms.permissions.deny("kms:EnableKey");
    await on.workspace.run(["apply", "-auto-approve", "-no-color", "-input=false"]);
    expect(await state()).toBe("Disabled");
    on.life.kms.permissions.allow();
    const { run } = await on.workspace.plan();
    expect(run.stdout).toMatch(/Key Left Disabled/);
    await on.workspace.apply("saved.tfplan");
    expect(await state()).toBe("Enabled");
    await on.settled();
  });

  it("returns Disabled where that is configured", async () => {
    await start("enabled = false");
    await schedule();
    await on.workspace.apply();
    expect(await state()).toBe("Disabled");
    await on.settled();
  });

  it("stays pending where nobody manages it, and its material is left alone", async () => {
    await start();
    await schedule();
    const run = await on.workspace.run([
      "plan",
      "-no-color",
      "-input=false",
      `-target=${material}`,
      "-detailed-exitcode",
    ]);
    expect(run.stdout).toMatch(/is pending deletion/);
    await on.workspace.destroy();
    expect(await state()).toBe("PendingDeletion");
  });
});
