import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from "node:crypto";
import {
  CreateKeyCommand,
  DecryptCommand,
  DeriveSharedSecretCommand,
  EncryptCommand,
  GenerateDataKeyPairCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GetPublicKeyCommand,
  type KMSClient,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, importMaterial, kmsClient } from "./support/kms";
import { sampleMaterial } from "./support/material";

describe("pairs of keys", () => {
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

  it.each(["RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"] as const)(
    "GenerateDataKeyPair makes one of %s, whose private half opens again in its context only",
    async (KeyPairSpec) => {
      const { KeyId = "" } = await createExternalKey(kms);
      await importMaterial(kms, KeyId, randomBytes(32));
      const EncryptionContext = { purpose: "test" };
      const made = await kms.send(new GenerateDataKeyPairCommand({ KeyId, KeyPairSpec, EncryptionContext }));
      expect(made).toMatchObject({ KeyPairSpec, KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) });
      const { PrivateKeyCiphertextBlob: CiphertextBlob, PrivateKeyPlaintext = new Uint8Array() } = made;
      const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
      expect(Buffer.from(opened.Plaintext ?? []).equals(Buffer.from(PrivateKeyPlaintext))).toBe(true);
      expect(await failure(kms.send(new DecryptCommand({ CiphertextBlob })))).toMatchObject({
        name: "InvalidCiphertextException",
      });
      const privateKey = createPrivateKey({ key: Buffer.from(PrivateKeyPlaintext), format: "der", type: "pkcs8" });
      const publicDer = createPublicKey(privateKey).export({ format: "der", type: "spki" });
      expect(publicDer.equals(Buffer.from(made.PublicKey ?? []))).toBe(true);
    },
  );

  it("without plaintext come without it", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    await importMaterial(kms, KeyId, randomBytes(32));
    const made = await kms.send(
      new GenerateDataKeyPairWithoutPlaintextCommand({ KeyId, KeyPairSpec: "ECC_NIST_P256" }),
    );
    expect(Object.keys(made)).not.toContain("PrivateKeyPlaintext");
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.PrivateKeyCiphertextBlob }));
    expect(
      createPublicKey(createPrivateKey({ key: Buffer.from(opened.Plaintext ?? []), format: "der", type: "pkcs8" }))
        .export({ format: "der", type: "spki" })
        .equals(Buffer.from(made.PublicKey ?? [])),
    ).toBe(true);
  });

  it("are made under symmetric keys only, and not of every spec", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const of = (KeyId: string | undefined, KeyPairSpec: "SM2" | "ECC_NIST_P256" | "ECC_NIST_EDWARDS25519") =>
      failure(kms.send(new GenerateDataKeyPairCommand({ KeyId, KeyPairSpec })));
    expect(await of(KeyMetadata?.KeyId, "SM2")).toMatchObject({ name: "UnsupportedOperationException" });
    expect(await of(KeyMetadata?.KeyId, "ECC_NIST_EDWARDS25519")).toMatchObject({
      name: "UnsupportedOperationException",
    });
    const { KeyId } = await createExternalKey(kms, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    await importMaterial(kms, KeyId ?? "", sampleMaterial("ECC_NIST_P256").bytes);
    expect(await of(KeyId, "ECC_NIST_P256")).toMatchObject({ name: "InvalidKeyUsageException" });
  });

  it.each([
    ["ECC_NIST_P256", "prime256v1"],
    ["ECC_NIST_P384", "secp384r1"],
    ["ECC_NIST_P521", "secp521r1"],
  ] as const)("DeriveSharedSecret agrees with the other side, of an imported %s", async (KeySpec, namedCurve) => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec, KeyUsage: "KEY_AGREEMENT" });
    expect(await describeKey(kms, KeyId)).toMatchObject({ KeyAgreementAlgorithms: ["ECDH"] });
    const { bytes } = sampleMaterial(KeySpec);
    await importMaterial(kms, KeyId, bytes, { wrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256" });
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    const other = generateKeyPairSync("ec", { namedCurve });
    const derived = await kms.send(
      new DeriveSharedSecretCommand({
        KeyId,
        KeyAgreementAlgorithm: "ECDH",
        PublicKey: other.publicKey.export({ format: "der", type: "spki" }),
      }),
    );
    const expected = diffieHellman({
      privateKey: other.privateKey,
      publicKey: createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" }),
    });
    expect(Buffer.from(derived.SharedSecret ?? []).equals(expected)).toBe(true);
    expect(derived).toMatchObject({ KeyAgreementAlgorithm: "ECDH", KeyOrigin: "EXTERNAL" });
  });

  it("DeriveSharedSecret takes public keys of the key's own curve only, and keys for agreements only", async () => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" });
    const own = sampleMaterial("ECC_NIST_P256").bytes;
    await importMaterial(kms, KeyId, own);
    const derive = (PublicKey: Uint8Array, id = KeyId) =>
      failure(kms.send(new DeriveSharedSecretCommand({ KeyId: id, KeyAgreementAlgorithm: "ECDH", PublicKey })));
    const spki = (namedCurve: string): Buffer =>
      generateKeyPairSync("ec", { namedCurve }).publicKey.export({ format: "der", type: "spki" });
    const good = spki("prime256v1");
    const offCurve = Buffer.from(good);
    offCurve[offCurve.length - 1] = (offCurve.at(-1) ?? 0) ^ 1;
    const rawPoint = createECDH("prime256v1").generateKeys();
    for (const wrong of [spki("secp384r1"), spki("secp256k1"), offCurve, rawPoint, own]) {
      expect(await derive(wrong)).toMatchObject({ name: "ValidationException" });
    }
    const signer = await createExternalKey(kms, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    await importMaterial(kms, signer.KeyId ?? "", own);
    expect(await derive(good, signer.KeyId)).toMatchObject({ name: "InvalidKeyUsageException" });
  });

  it("of RSA have no encryption context", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" }));
    const encrypt = new EncryptCommand({
      KeyId: KeyMetadata?.KeyId,
      Plaintext: Buffer.from("text"),
      EncryptionAlgorithm: "RSAES_OAEP_SHA_256",
      EncryptionContext: { purpose: "test" },
    });
    expect(await failure(kms.send(encrypt))).toMatchObject({ name: "ValidationException" });
  });
});
