import { randomBytes } from "node:crypto";
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  EncryptCommand,
  type KMSClient,
  ListKeyRotationsCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  UpdatePrimaryRegionCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, importMaterial, kmsClient } from "./support/kms";

const text = Buffer.from("everywhere");

describe("multi-Region keys with imported material", () => {
  let kmsEmulator: Emulator;
  let here: KMSClient;
  let there: KMSClient;

  beforeEach(async () => {
    kmsEmulator = await emulator({ region: "us-east-1", replicationDelay: "30s" });
    here = kmsClient(kmsEmulator);
    there = kmsClient(kmsEmulator, "eu-west-1");
  });
  afterEach(async () => {
    here.destroy();
    there.destroy();
    await kmsEmulator.close();
  });

  /** A primary with its bytes and a replica that still lacks them. */
  async function replicated(bytes: Buffer): Promise<{ id: string; materialId: string | undefined }> {
    const { KeyId: id = "" } = await createExternalKey(here, { MultiRegion: true });
    const { KeyMaterialId: materialId } = await importMaterial(here, id, bytes);
    await here.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: "eu-west-1" }));
    kmsEmulator.clock.advance("30s");
    return { id, materialId };
  }

  it("go Creating, PendingImport, Enabled in the replica's Region and share the id of their material", async () => {
    const { KeyId = "" } = await createExternalKey(here, { MultiRegion: true });
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    const early = here.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: "eu-west-1" }));
    expect((await failure(early)).message).toMatch(/ is pending import\.$/);
    const bytes = randomBytes(32);
    const imported = await importMaterial(here, KeyId, bytes);
    const { ReplicaKeyMetadata } = await here.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: "eu-west-1" }));
    expect(ReplicaKeyMetadata).toMatchObject({ KeyState: "Creating", Enabled: false, Description: "" });
    expect((await describeKey(there, KeyId)).KeyState).toBe("Creating");
    kmsEmulator.clock.advance("30s");
    const replica = await describeKey(there, KeyId);
    expect(replica).toMatchObject({ KeyState: "PendingImport", MultiRegion: true });
    expect(replica.CurrentKeyMaterialId).toBeUndefined();
    const other = importMaterial(there, KeyId, randomBytes(32));
    expect(await failure(other)).toMatchObject({ name: "IncorrectKeyMaterialException" });
    const again = await importMaterial(there, KeyId, bytes);
    expect(again.KeyMaterialId).toBe(imported.KeyMaterialId);
    const { CiphertextBlob } = await here.send(new EncryptCommand({ KeyId, Plaintext: text }));
    const { Plaintext = [] } = await there.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext).equals(text)).toBe(true);
  });

  it("expire in each Region by themselves", async () => {
    const bytes = randomBytes(32);
    const { id } = await replicated(bytes);
    await importMaterial(there, id, bytes, { ValidTo: new Date(kmsEmulator.clock.now().getTime() + 86_400_000) });
    kmsEmulator.clock.advance("1d");
    expect((await describeKey(there, id)).KeyState).toBe("PendingImport");
    expect((await describeKey(here, id)).KeyState).toBe("Enabled");
  });

  it("rotate when every Region has the new material", async () => {
    const [bytes, next] = [randomBytes(32), randomBytes(32)];
    const { id, materialId } = await replicated(bytes);
    await importMaterial(there, id, bytes);
    const onReplica = importMaterial(there, id, next, { ImportType: "NEW_KEY_MATERIAL" });
    expect(await failure(onReplica)).toMatchObject({ name: "ValidationException" });
    const added = await importMaterial(here, id, next, { ImportType: "NEW_KEY_MATERIAL" });
    const rotations = async () => {
      const listed = await here.send(
        new ListKeyRotationsCommand({ KeyId: id, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }),
      );
      return (listed.Rotations ?? []).map((entry) => entry.KeyMaterialState);
    };
    expect(await rotations()).toEqual(["CURRENT", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"]);
    const rotate = () => here.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    expect(await failure(rotate())).toMatchObject({ name: "KMSInvalidStateException" });
    await importMaterial(there, id, next, { ImportType: "EXISTING_KEY_MATERIAL" });
    expect(await rotations()).toEqual(["CURRENT", "PENDING_ROTATION"]);
    await rotate();
    for (const region of [here, there]) {
      expect(await describeKey(region, id)).toMatchObject({
        CurrentKeyMaterialId: added.KeyMaterialId,
        KeyState: "Enabled",
      });
    }
    expect(added.KeyMaterialId).not.toBe(materialId);
  });

  it("need the new material in a Region that has lost it before the rotation", async () => {
    const [bytes, next] = [randomBytes(32), randomBytes(32)];
    const { id } = await replicated(bytes);
    await importMaterial(there, id, bytes);
    const { KeyMaterialId } = await importMaterial(here, id, next, { ImportType: "NEW_KEY_MATERIAL" });
    await importMaterial(there, id, next, { ImportType: "EXISTING_KEY_MATERIAL" });
    await there.send(new DeleteImportedKeyMaterialCommand({ KeyId: id, KeyMaterialId }));
    await here.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    expect(await describeKey(there, id)).toMatchObject({ KeyState: "PendingImport", Enabled: false });
    const encrypted = there.send(new EncryptCommand({ KeyId: id, Plaintext: text }));
    expect(await failure(encrypted)).toMatchObject({ name: "KMSInvalidStateException" });
    await importMaterial(there, id, next);
    expect(await describeKey(there, id)).toMatchObject({ KeyState: "Enabled", CurrentKeyMaterialId: KeyMaterialId });
  });

  it("wait for a Region that comes after the new material", async () => {
    const [bytes, next] = [randomBytes(32), randomBytes(32)];
    const { KeyId: id = "" } = await createExternalKey(here, { MultiRegion: true });
    await importMaterial(here, id, bytes);
    await importMaterial(here, id, next, { ImportType: "NEW_KEY_MATERIAL" });
    const states = async () => {
      const listed = new ListKeyRotationsCommand({ KeyId: id, IncludeKeyMaterial: "ALL_KEY_MATERIAL" });
      return ((await here.send(listed)).Rotations ?? []).map((entry) => entry.KeyMaterialState);
    };
    expect(await states()).toEqual(["CURRENT", "PENDING_ROTATION"]);
    await here.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: "eu-west-1" }));
    expect(await states()).toEqual(["CURRENT", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"]);
    const rotated = here.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    expect(await failure(rotated)).toMatchObject({ name: "KMSInvalidStateException" });
    await there.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    kmsEmulator.clock.advance("7d");
    expect(await states()).toEqual(["CURRENT", "PENDING_ROTATION"]);
  });

  it("stay within their partition", async () => {
    const { id } = await replicated(randomBytes(32));
    const abroad = here.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: "cn-north-1" }));
    expect(await failure(abroad)).toMatchObject({ name: "UnsupportedOperationException" });
  });

  it("swap primary and replica", async () => {
    const bytes = randomBytes(32);
    const { id } = await replicated(bytes);
    await importMaterial(there, id, bytes);
    await here.send(new UpdatePrimaryRegionCommand({ KeyId: id, PrimaryRegion: "eu-west-1" }));
    expect((await describeKey(here, id)).MultiRegionConfiguration).toMatchObject({
      MultiRegionKeyType: "REPLICA",
      PrimaryKey: { Region: "eu-west-1" },
      ReplicaKeys: [{ Region: "us-east-1" }],
    });
    expect((await describeKey(there, id)).MultiRegionConfiguration?.MultiRegionKeyType).toBe("PRIMARY");
  });

  it("delete the primary only after its replicas, and vanish when their time has come", async () => {
    const { id } = await replicated(randomBytes(32));
    const scheduled = await here.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 10 }));
    expect(scheduled).toMatchObject({ KeyState: "PendingReplicaDeletion", PendingWindowInDays: 10 });
    expect(scheduled.DeletionDate).toBeUndefined();
    await there.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    kmsEmulator.clock.advance("7d");
    expect(await failure(describeKey(there, id))).toMatchObject({ name: "NotFoundException" });
    expect((await describeKey(here, id)).KeyState).toBe("PendingDeletion");
    kmsEmulator.clock.advance("9d");
    await here.send(new CancelKeyDeletionCommand({ KeyId: id }));
    expect(await describeKey(here, id)).toMatchObject({ KeyState: "Disabled", Enabled: false });
    await here.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    kmsEmulator.clock.advance("7d");
    expect(await failure(describeKey(here, id))).toMatchObject({ name: "NotFoundException" });
  });

  it("come back PendingImport when a deletion is cancelled and the bytes are gone", async () => {
    const { KeyMetadata } = await here.send(new CreateKeyCommand({ Origin: "EXTERNAL" }));
    const id = KeyMetadata?.KeyId ?? "";
    await here.send(new ScheduleKeyDeletionCommand({ KeyId: id }));
    await here.send(new CancelKeyDeletionCommand({ KeyId: id }));
    expect((await describeKey(here, id)).KeyState).toBe("PendingImport");
  });

  it("copy the bytes of keys whose material the KMS made itself", async () => {
    const { KeyMetadata } = await here.send(new CreateKeyCommand({ MultiRegion: true }));
    const id = KeyMetadata?.KeyId ?? "";
    await here.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: "eu-west-1" }));
    kmsEmulator.clock.advance("30s");
    const { CiphertextBlob } = await there.send(new EncryptCommand({ KeyId: id, Plaintext: text }));
    const { Plaintext = [] } = await here.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext).equals(text)).toBe(true);
  });
});
