import { randomBytes } from "node:crypto";
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  type KMSClient,
  ReEncryptCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, failure, importMaterial, kmsClient } from "./support/kms";

const text = Buffer.from("text");

describe("working with data", () => {
  let kmsEmulator: Emulator;
  let kms: KMSClient;

  beforeAll(async () => {
    kmsEmulator = await emulator();
    kms = kmsClient(kmsEmulator);
  });
  afterAll(async () => {
    kms.destroy();
    await kmsEmulator.close();
  });

  const readyKey = async (): Promise<string> => {
    const { KeyId = "" } = await createExternalKey(kms);
    await importMaterial(kms, KeyId, randomBytes(32));
    return KeyId;
  };
  const open = async (CiphertextBlob: Uint8Array | undefined) =>
    Buffer.from((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []);

  it("makes data keys, with and without the plaintext", async () => {
    const KeyId = await readyKey();
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
    expect((await open(made.CiphertextBlob)).equals(Buffer.from(made.Plaintext ?? []))).toBe(true);
    const hidden = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 48 }));
    expect(await open(hidden.CiphertextBlob)).toHaveLength(48);
    const both = kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", NumberOfBytes: 1 }));
    expect(await failure(both)).toMatchObject({ name: "ValidationException" });
    expect((await kms.send(new GenerateRandomCommand({ NumberOfBytes: 7 }))).Plaintext).toHaveLength(7);
  });

  it("moves a ciphertext from one key to another", async () => {
    const [from, to] = [await readyKey(), await readyKey()];
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: from, Plaintext: text }));
    const moved = await kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: to }));
    expect(moved.KeyId).toContain(to);
    expect(moved.SourceKeyId).toContain(from);
    expect((await open(moved.CiphertextBlob)).equals(text)).toBe(true);
  });

  it("refuses a ciphertext that was altered or belongs to another key", async () => {
    const [one, other] = [await readyKey(), await readyKey()];
    const { CiphertextBlob = new Uint8Array() } = await kms.send(new EncryptCommand({ KeyId: one, Plaintext: text }));
    const altered = CiphertextBlob.map((byte, index) => (index === CiphertextBlob.length - 1 ? byte ^ 1 : byte));
    for (const blob of [altered, CiphertextBlob.slice(0, 20), Uint8Array.of(9, 9)]) {
      expect(await failure(open(blob))).toMatchObject({ name: "InvalidCiphertextException" });
    }
    const wrongKey = kms.send(new DecryptCommand({ CiphertextBlob, KeyId: other }));
    expect(await failure(wrongKey)).toMatchObject({ name: "IncorrectKeyException" });
    const elsewhere = kmsClient(kmsEmulator, "eu-west-1");
    expect(await failure(elsewhere.send(new DecryptCommand({ CiphertextBlob })))).toMatchObject({
      name: "AccessDeniedException",
    });
    elsewhere.destroy();
  });

  it("says what is too large or not supported", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" }));
    const KeyId = KeyMetadata?.KeyId;
    const encrypt = (length: number) =>
      kms.send(
        new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(length), EncryptionAlgorithm: "RSAES_OAEP_SHA_256" }),
      );
    expect((await encrypt(190)).CiphertextBlob).toHaveLength(256);
    expect(await failure(encrypt(191))).toMatchObject({ name: "ValidationException" });
    const symmetric = kms.send(new EncryptCommand({ KeyId, Plaintext: text }));
    expect(await failure(symmetric)).toMatchObject({ name: "InvalidKeyUsageException" });
  });
});
