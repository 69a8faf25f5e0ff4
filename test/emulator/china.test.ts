import { randomBytes } from "node:crypto";
import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, failure, importMaterial, kmsClient } from "./support/kms";

describe("in the Regions of China", () => {
  let kmsEmulator: Emulator;
  let kms: KMSClient;

  beforeEach(async () => {
    kmsEmulator = await emulator({ region: "cn-northwest-1" });
    kms = kmsClient(kmsEmulator);
  });
  afterEach(async () => {
    kms.destroy();
    await kmsEmulator.close();
  });

  it("symmetric keys have 128 bits", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    expect(await failure(importMaterial(kms, KeyId, randomBytes(32)))).toMatchObject({
      name: "IncorrectKeyMaterialException",
    });
    await importMaterial(kms, KeyId, randomBytes(16));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("hello") }));
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe("hello");
  });

  it("there is no RSA_AES_KEY_WRAP", async () => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const imported = importMaterial(kms, KeyId, Buffer.alloc(138), { wrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256" });
    expect(await failure(imported)).toMatchObject({ name: "UnsupportedOperationException" });
  });
});
