import { CreateKeyCommand, DeleteImportedKeyMaterialCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import type { ObjectValue } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, textIn } from "../support/byok-host";
import { newBytes } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { bytesIn, firstMaterial, rotateByHand, rotateOn } from "../support/rotations";

describe("the materials of a key that is looked up", () => {
  let on: ByokHost;
  beforeEach(async () => {
    on = await byokHost();
  });
  afterEach(() => on.close());

  /** The key as the next run's plan reads it. */
  async function lookedUp(keyId: string): Promise<ObjectValue> {
    await on.restart();
    on.life.calls();
    return on.host.readDataSource("byok_external_key", { key_id: keyId });
  }
  const materialsOf = async (keyId: string) => (await lookedUp(keyId))["key_materials"];

  it("are all listed, with where each stands, in one request more", async () => {
    const { keyArn, material } = await firstMaterial(on, {}, { material_description: "of 2026", valid_for: "90d" });
    const [first, validTo] = [textIn(material, "key_material_id"), textIn(material, "valid_to")];
    const second = await rotateOn(on, keyArn, first);
    const current = textIn(second.material, "key_material_id");
    const former = {
      key_material_id: first,
      rotation_state: "former",
      imported: true,
      expiration_model: "KEY_MATERIAL_EXPIRES",
      valid_to: validTo,
      description: "of 2026",
      rotated_at: null,
    };
    const rotated = {
      key_material_id: current,
      rotation_state: "current",
      imported: true,
      expiration_model: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      valid_to: null,
      description: null,
      rotated_at: textIn(second.rotation, "rotated_at"),
    };
    expect(await lookedUp(keyArn)).toMatchObject({ valid_to: validTo, key_materials: [former, rotated] });
    expect(on.life.calls()).toEqual(["DescribeKey", "ListResourceTags", "ListKeyRotations"]);

    // The next one waits, and the first one is lost.
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: keyArn, KeyMaterialId: first }));
    expect(await lookedUp(keyArn)).toMatchObject({
      key_state: "PendingImport",
      key_materials: [
        { ...former, imported: false, expiration_model: null, valid_to: null },
        rotated,
        {
          key_material_id: expect.stringMatching(/^[0-9a-f]{64}$/),
          rotation_state: "pending_rotation",
          imported: true,
        },
      ],
    });
  });

  it("show a rotation by others, and nothing that was seen before it", async () => {
    const { keyArn, material } = await firstMaterial(on);
    const one = { key_material_id: textIn(material, "key_material_id"), rotation_state: "current" };
    expect(await materialsOf(keyArn)).toMatchObject([one]);
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    const current = await rotateByHand(on.life, keyArn);
    // In the same run as the look before.
    const { key_materials } = await on.host.readDataSource("byok_external_key", { key_id: keyArn });
    expect(key_materials).toMatchObject([
      { ...one, rotation_state: "former" },
      { key_material_id: current, rotation_state: "current" },
    ]);
  });

  it("wait in the primary for those of its replicas", async () => {
    const { keyArn, material } = await firstMaterial(on, { multi_region: true });
    const replica = on.host.resource("byok_external_key");
    await replica.apply({ primary_key_arn: keyArn, region: "us-east-1" });
    const next = on.host.resource("byok_imported_key_material");
    await next.apply({ key_arn: keyArn, ...bytesIn(), succeeds: textIn(material, "key_material_id") });
    expect(await materialsOf(keyArn)).toMatchObject([
      { rotation_state: "current", imported: true },
      { rotation_state: "pending_multi_region_import_and_rotation", imported: true },
    ]);
    expect(await materialsOf(textIn(replica, "arn"))).toMatchObject([
      { rotation_state: "current", imported: false },
      {},
    ]);
  });

  it("are null where they may not be listed, and all else is read", async () => {
    const { keyArn } = await firstMaterial(on);
    on.life.kms.permissions.deny("kms:ListKeyRotations", { accessKeyId: "AKIAENGINE" });
    expect(await lookedUp(keyArn)).toMatchObject({ arn: keyArn, key_state: "Enabled", key_materials: null });
  });

  it("are null once the key is pending deletion", async () => {
    const { keyArn } = await firstMaterial(on);
    await on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 7 }));
    expect(await lookedUp(keyArn)).toMatchObject({ key_state: "PendingDeletion", key_materials: null });
    expect(on.life.calls()).not.toContain("ListKeyRotations");
  });

  it("are none of a key that has none yet", async () => {
    const key = on.host.resource("byok_external_key");
    await key.apply({});
    expect(await lookedUp(textIn(key, "arn"))).toMatchObject({ key_state: "PendingImport", key_materials: [] });
  });

  it.each([
    ["takes one only", { Origin: "EXTERNAL", KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }],
    ["is of another origin", { Origin: "AWS_KMS" }],
  ] as const)("are not asked for of a key that %s", async (_which, made) => {
    const { KeyMetadata } = await on.life.client().send(new CreateKeyCommand(made));
    expect(await materialsOf(KeyMetadata?.Arn ?? "")).toEqual([]);
    expect(on.life.calls()).toEqual(["DescribeKey", "ListResourceTags"]);
  });
});
