import { randomBytes } from "node:crypto";
import {
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DisableKeyCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type KMSClient,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, importMaterial, kmsClient } from "./support/kms";
import { sampleMaterial } from "./support/material";
import { wrap } from "./support/wrap";

const start = new Date("2027-03-01T00:00:00Z");
const text = Buffer.from("kept for years");

describe("the life of imported material", () => {
  let kmsEmulator: Emulator;
  let kms: KMSClient;

  beforeEach(async () => {
    kmsEmulator = await emulator({ now: () => start.getTime() });
    kms = kmsClient(kmsEmulator);
  });
  afterEach(async () => {
    kms.destroy();
    await kmsEmulator.close();
  });

  const inDays = (days: number): Date => new Date(kmsEmulator.clock.now().getTime() + days * 86_400_000);
  const encrypt = async (KeyId: string) =>
    (await kms.send(new EncryptCommand({ KeyId, Plaintext: text }))).CiphertextBlob;
  const decrypt = async (CiphertextBlob: Uint8Array | undefined) =>
    Buffer.from((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []).toString();

  it("ends by the clock, and the same bytes bring the old ciphertexts back", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    const bytes = randomBytes(32);
    const { KeyMaterialId } = await importMaterial(kms, KeyId, bytes, { ValidTo: inDays(90) });
    expect(await describeKey(kms, KeyId)).toMatchObject({
      KeyState: "Enabled",
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ValidTo: inDays(90),
      CurrentKeyMaterialId: KeyMaterialId,
    });
    const sealed = await encrypt(KeyId);

    kmsEmulator.clock.advance(90 * 86_400_000 - 1000);
    expect(await decrypt(sealed)).toBe(text.toString());
    kmsEmulator.clock.advance("1s");
    const lapsed = await describeKey(kms, KeyId);
    expect(lapsed).toMatchObject({ KeyState: "PendingImport", Enabled: false, CurrentKeyMaterialId: KeyMaterialId });
    expect([lapsed.ValidTo, lapsed.ExpirationModel]).toEqual([undefined, undefined]);
    expect(await failure(decrypt(sealed))).toEqual({
      name: "KMSInvalidStateException",
      message: `${lapsed.Arn} is pending import.`,
    });

    const again = await importMaterial(kms, KeyId, bytes, { ImportType: "EXISTING_KEY_MATERIAL", KeyMaterialId });
    expect(again.KeyMaterialId).toBe(KeyMaterialId);
    expect(await decrypt(sealed)).toBe(text.toString());
    expect((await describeKey(kms, KeyId)).ExpirationModel).toBe("KEY_MATERIAL_DOES_NOT_EXPIRE");
  });

  it("can be deleted at any time, and only the same bytes come back", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    const bytes = randomBytes(32);
    const { KeyMaterialId } = await importMaterial(kms, KeyId, bytes);
    const deleted = await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    expect(deleted.KeyMaterialId).toBe(KeyMaterialId);
    expect((await describeKey(kms, KeyId)).KeyState).toBe("PendingImport");
    const other = importMaterial(kms, KeyId, randomBytes(32));
    expect(await failure(other)).toMatchObject({ name: "IncorrectKeyMaterialException" });
    await importMaterial(kms, KeyId, bytes);
    expect((await describeKey(kms, KeyId)).KeyState).toBe("Enabled");
  });

  it.each([
    ["HMAC_256", "GENERATE_VERIFY_MAC"],
    ["ECC_NIST_P256", "SIGN_VERIFY"],
  ] as const)("%s keeps its first bytes for life, across expiry", async (spec, usage) => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec: spec, KeyUsage: usage });
    const { bytes } = sampleMaterial(spec);
    await importMaterial(kms, KeyId, bytes, { ValidTo: inDays(1) });
    expect(await failure(importMaterial(kms, KeyId, sampleMaterial(spec).bytes))).toMatchObject({
      name: "IncorrectKeyMaterialException",
    });
    kmsEmulator.clock.advance("1d");
    expect((await describeKey(kms, KeyId)).KeyState).toBe("PendingImport");
    expect(await failure(importMaterial(kms, KeyId, sampleMaterial(spec).bytes))).toMatchObject({
      name: "IncorrectKeyMaterialException",
    });
    await importMaterial(kms, KeyId, bytes);
    expect((await describeKey(kms, KeyId)).KeyState).toBe("Enabled");
  });

  it("changes its expiry in place", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    const bytes = randomBytes(32);
    await importMaterial(kms, KeyId, bytes, { ValidTo: inDays(10) });
    await importMaterial(kms, KeyId, bytes, { ValidTo: inDays(20) });
    expect(await describeKey(kms, KeyId)).toMatchObject({ KeyState: "Enabled", ValidTo: inDays(20) });
  });

  it.each([
    ["in the past", -1, "The validTo date must be in the future"],
    ["too far ahead", 366, "The validTo date must be at most 365 days in the future"],
  ])("refuses an expiry %s", async (_which, days, message) => {
    const { KeyId = "" } = await createExternalKey(kms);
    const imported = importMaterial(kms, KeyId, randomBytes(32), { ValidTo: inDays(days) });
    expect(await failure(imported)).toEqual({ name: "ValidationException", message });
  });

  it("hides a Disabled key while the material is missing; a reimport enables it", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    const bytes = randomBytes(32);
    await importMaterial(kms, KeyId, bytes);
    await kms.send(new DisableKeyCommand({ KeyId }));
    await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    expect((await describeKey(kms, KeyId)).KeyState).toBe("PendingImport");
    await importMaterial(kms, KeyId, bytes);
    expect((await describeKey(kms, KeyId)).KeyState).toBe("Enabled");
  });

  it("rotates to new material and then needs both", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    const [old, next] = [randomBytes(32), randomBytes(32)];
    const first = await importMaterial(kms, KeyId, old, { KeyMaterialDescription: "of 2027" });
    const sealed = await encrypt(KeyId);
    const second = await importMaterial(kms, KeyId, next, { ImportType: "NEW_KEY_MATERIAL", ValidTo: inDays(30) });
    expect((await describeKey(kms, KeyId)).ExpirationModel).toBe("KEY_MATERIAL_DOES_NOT_EXPIRE");
    await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    expect(await describeKey(kms, KeyId)).toMatchObject({
      CurrentKeyMaterialId: second.KeyMaterialId,
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ValidTo: inDays(30),
    });
    expect(await decrypt(sealed)).toBe(text.toString());
    kmsEmulator.clock.advance("30d");
    expect(await failure(decrypt(sealed))).toMatchObject({ name: "KMSInvalidStateException" });
    const { Rotations = [] } = await kms.send(
      new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }),
    );
    expect(Rotations.map((entry) => [entry.KeyMaterialId, entry.KeyMaterialState, entry.ImportState])).toEqual([
      [first.KeyMaterialId, "NON_CURRENT", "IMPORTED"],
      [second.KeyMaterialId, "CURRENT", "PENDING_IMPORT"],
    ]);
    expect(Rotations[0]?.KeyMaterialDescription).toBe("of 2027");
    await importMaterial(kms, KeyId, next);
    expect(await decrypt(sealed)).toBe(text.toString());
  });

  it("refuses new material that is there already, and existing material that never was", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    const bytes = randomBytes(32);
    const never = importMaterial(kms, KeyId, bytes, { ImportType: "EXISTING_KEY_MATERIAL" });
    expect((await failure(never)).message).toContain("has not been imported");
    await importMaterial(kms, KeyId, bytes);
    const twice = importMaterial(kms, KeyId, bytes, { ImportType: "NEW_KEY_MATERIAL" });
    expect((await failure(twice)).message).toContain("is already associated with KMS key");
    const named = importMaterial(kms, KeyId, bytes, { KeyMaterialId: "0".repeat(64) });
    expect(await failure(named)).toMatchObject({ name: "IncorrectKeyMaterialException" });
  });

  describe("its import token", () => {
    const parametersFor = (KeyId: string) =>
      kms.send(
        new GetParametersForImportCommand({
          KeyId,
          WrappingAlgorithm: "RSAES_OAEP_SHA_256",
          WrappingKeySpec: "RSA_2048",
        }),
      );
    const importWith = (KeyId: string, ImportToken: Uint8Array | undefined, EncryptedKeyMaterial: Uint8Array) =>
      kms.send(
        new ImportKeyMaterialCommand({
          KeyId,
          ImportToken,
          EncryptedKeyMaterial,
          ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
        }),
      );

    it("lives for 24 hours, serves one key and one import, and cannot be altered", async () => {
      const { KeyId = "" } = await createExternalKey(kms);
      const other = await createExternalKey(kms);
      const parameters = await parametersFor(KeyId);
      const { ImportToken = new Uint8Array(), PublicKey = new Uint8Array() } = parameters;
      expect(parameters.ParametersValidTo).toEqual(inDays(1));
      expect(ImportToken.length).toBeLessThanOrEqual(6144);
      const wrapped = wrap("RSAES_OAEP_SHA_256", PublicKey, randomBytes(32));
      const invalid = { name: "InvalidImportTokenException" };
      expect(await failure(importWith(other.KeyId ?? "", ImportToken, wrapped))).toMatchObject(invalid);
      expect(
        await failure(
          importWith(
            KeyId,
            ImportToken.map((byte) => byte ^ 1),
            wrapped,
          ),
        ),
      ).toMatchObject(invalid);
      expect(await failure(importWith(KeyId, ImportToken, randomBytes(256)))).toMatchObject({
        name: "InvalidCiphertextException",
      });
      await importWith(KeyId, ImportToken, wrapped);
      expect(await failure(importWith(KeyId, ImportToken, wrapped))).toMatchObject(invalid);
    });

    it("expires by the emulator's clock", async () => {
      const { KeyId = "" } = await createExternalKey(kms);
      const { ImportToken, PublicKey = new Uint8Array() } = await parametersFor(KeyId);
      const wrapped = wrap("RSAES_OAEP_SHA_256", PublicKey, randomBytes(32));
      kmsEmulator.clock.advance("24h");
      expect(await failure(importWith(KeyId, ImportToken, wrapped))).toMatchObject({
        name: "ExpiredImportTokenException",
      });
    });
  });
});
