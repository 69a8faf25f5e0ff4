import {
  constants,
  createHmac,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from "node:crypto";
import {
  DecryptCommand,
  EncryptCommand,
  GenerateMacCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  type KeySpec,
  type KeyUsageType,
  type KMSClient,
  MacAlgorithmSpec,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, type ImportOptions, importMaterial, kmsClient } from "./support/kms";
import { type Sample, sampleMaterial } from "./support/material";

type Algorithm = NonNullable<ImportOptions["wrappingAlgorithm"]>;
type WrappingKeySpec = NonNullable<ImportOptions["wrappingKeySpec"]>;

const oaep: readonly Algorithm[] = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const keyWrap: readonly Algorithm[] = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"];
const sizes: readonly WrappingKeySpec[] = ["RSA_2048", "RSA_3072", "RSA_4096"];

interface Row {
  readonly spec: KeySpec;
  readonly usage: KeyUsageType;
  readonly algorithms: readonly Algorithm[];
}

const message = Buffer.from("what only this key says");

const rows: readonly Row[] = [
  { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", algorithms: oaep },
  { spec: "HMAC_224", usage: "GENERATE_VERIFY_MAC", algorithms: oaep },
  { spec: "HMAC_256", usage: "GENERATE_VERIFY_MAC", algorithms: oaep },
  { spec: "HMAC_384", usage: "GENERATE_VERIFY_MAC", algorithms: oaep },
  { spec: "HMAC_512", usage: "GENERATE_VERIFY_MAC", algorithms: oaep },
  { spec: "ECC_NIST_P256", usage: "SIGN_VERIFY", algorithms: [...oaep, ...keyWrap] },
  { spec: "ECC_NIST_P384", usage: "SIGN_VERIFY", algorithms: [...oaep, ...keyWrap] },
  { spec: "ECC_NIST_P521", usage: "SIGN_VERIFY", algorithms: [...oaep, ...keyWrap] },
  { spec: "ECC_SECG_P256K1", usage: "SIGN_VERIFY", algorithms: [...oaep, ...keyWrap] },
  { spec: "RSA_2048", usage: "SIGN_VERIFY", algorithms: keyWrap },
  { spec: "RSA_3072", usage: "ENCRYPT_DECRYPT", algorithms: keyWrap },
  { spec: "RSA_4096", usage: "SIGN_VERIFY", algorithms: keyWrap },
];

const offered = rows.flatMap((row) =>
  row.algorithms.flatMap((algorithm) =>
    sizes
      .filter((size) => !(row.spec === "ECC_NIST_P521" && algorithm.startsWith("RSAES") && size === "RSA_2048"))
      .map((size) => ({ ...row, algorithm, size })),
  ),
);
const refused = rows.flatMap((row) => [
  ...[...oaep, ...keyWrap]
    .filter((algorithm) => !row.algorithms.includes(algorithm))
    .map((algorithm) => ({ ...row, algorithm, size: "RSA_4096" as const })),
  { ...row, algorithm: "RSAES_PKCS1_V1_5" as const, size: "RSA_2048" as const },
  { ...row, algorithm: "SM2PKE" as const, size: "RSA_2048" as const },
]);

describe("importing with every key spec, wrapping algorithm and wrapping key", () => {
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

  it.each(offered)("$spec by $algorithm under $size works with exactly these bytes", async (row) => {
    const { KeyId = "", Arn } = await createExternalKey(kms, { KeySpec: row.spec, KeyUsage: row.usage });
    const sample = sampleMaterial(row.spec);
    const imported = await importMaterial(kms, KeyId, sample.bytes, {
      wrappingAlgorithm: row.algorithm,
      wrappingKeySpec: row.size,
    });
    expect(imported.KeyId).toBe(Arn);
    expect(imported.KeyMaterialId === undefined).toBe(row.spec !== "SYMMETRIC_DEFAULT");
    expect(await describeKey(kms, KeyId)).toMatchObject({ KeyState: "Enabled", Enabled: true });
    await proveBytes(kms, KeyId, row, sample);
  });

  it.each(refused)("$spec by $algorithm is not offered", async (row) => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec: row.spec, KeyUsage: row.usage });
    const asked = kms.send(
      new GetParametersForImportCommand({ KeyId, WrappingAlgorithm: row.algorithm, WrappingKeySpec: row.size }),
    );
    expect(await failure(asked)).toMatchObject({ name: "UnsupportedOperationException" });
  });

  it.each(oaep)("ECC_NIST_P521 by %s is not offered under RSA_2048, where it does not fit", async (algorithm) => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec: "ECC_NIST_P521", KeyUsage: "SIGN_VERIFY" });
    const asked = kms.send(
      new GetParametersForImportCommand({ KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec: "RSA_2048" }),
    );
    expect(await failure(asked)).toMatchObject({ name: "UnsupportedOperationException" });
  });

  it.each([
    ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", Buffer.alloc(31)],
    ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", Buffer.alloc(33)],
    ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", Buffer.alloc(16)],
    ["HMAC_224", "GENERATE_VERIFY_MAC", Buffer.alloc(32)],
    ["HMAC_512", "GENERATE_VERIFY_MAC", Buffer.alloc(63)],
    ["ECC_NIST_P256", "SIGN_VERIFY", sampleMaterial("ECC_SECG_P256K1").bytes],
    ["ECC_NIST_P256", "SIGN_VERIFY", Buffer.concat([sampleMaterial("ECC_NIST_P256").bytes, Buffer.alloc(1)])],
    ["ECC_NIST_P256", "SIGN_VERIFY", sampleMaterial("ECC_NIST_P256").bytes.subarray(0, -1)],
    ["ECC_NIST_P384", "SIGN_VERIFY", Buffer.from("not DER at all")],
  ] as const)("%s refuses bytes that do not suit it (%#)", async (spec, usage, bytes) => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec: spec, KeyUsage: usage });
    expect(await failure(importMaterial(kms, KeyId, bytes))).toMatchObject({ name: "IncorrectKeyMaterialException" });
    expect(await describeKey(kms, KeyId)).toMatchObject({ KeyState: "PendingImport" });
  });

  it("refuses an RSA key of another size", async () => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec: "RSA_3072", KeyUsage: "SIGN_VERIFY" });
    const imported = importMaterial(kms, KeyId, sampleMaterial("RSA_2048").bytes, {
      wrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256",
    });
    expect(await failure(imported)).toMatchObject({ name: "IncorrectKeyMaterialException" });
  });
});

/** Uses the key through the KMS and the same bytes here; both have to agree. */
async function proveBytes(kms: KMSClient, KeyId: string, row: Row, sample: Sample): Promise<void> {
  if (row.spec === "SYMMETRIC_DEFAULT") return proveSymmetric(kms, KeyId);
  if (row.usage === "GENERATE_VERIFY_MAC") return proveMac(kms, KeyId, row.spec.replace("HMAC_", ""), sample.bytes);
  const { privateKey } = sample;
  if (privateKey === undefined) throw new Error("There is no private key.");
  const publicKey = createPublicKey(privateKey);
  const shown = await kms.send(new GetPublicKeyCommand({ KeyId }));
  expect(Buffer.from(shown.PublicKey ?? []).equals(publicKey.export({ format: "der", type: "spki" }))).toBe(true);
  await (row.usage === "ENCRYPT_DECRYPT"
    ? proveRsaEncryption(kms, KeyId, privateKey)
    : proveSigning(kms, KeyId, row, privateKey));
}

async function proveRsaEncryption(kms: KMSClient, KeyId: string, privateKey: KeyObject): Promise<void> {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";
  const sealed = publicEncrypt({ key: createPublicKey(privateKey), ...padding }, message);
  const opened = await kms.send(new DecryptCommand({ KeyId, CiphertextBlob: sealed, EncryptionAlgorithm }));
  expect(Buffer.from(opened.Plaintext ?? []).equals(message)).toBe(true);
  const answered = await kms.send(new EncryptCommand({ KeyId, Plaintext: message, EncryptionAlgorithm }));
  const here = privateDecrypt({ key: privateKey, ...padding }, Buffer.from(answered.CiphertextBlob ?? []));
  expect(here.equals(message)).toBe(true);
}

async function proveSigning(kms: KMSClient, KeyId: string, row: Row, privateKey: KeyObject): Promise<void> {
  const [algorithm, hash, padding] = signing(row.spec);
  const publicKey = createPublicKey(privateKey);
  const signed = await kms.send(new SignCommand({ KeyId, Message: message, SigningAlgorithm: algorithm }));
  expect(verify(hash, message, { key: publicKey, ...padding }, Buffer.from(signed.Signature ?? []))).toBe(true);
  const Signature = sign(hash, message, { key: privateKey, ...padding });
  const verified = await kms.send(
    new VerifyCommand({ KeyId, Message: message, Signature, SigningAlgorithm: algorithm }),
  );
  expect(verified.SignatureValid).toBe(true);
}

async function proveSymmetric(kms: KMSClient, KeyId: string): Promise<void> {
  const EncryptionContext = { purpose: "proof" };
  const sealed = await kms.send(new EncryptCommand({ KeyId, Plaintext: message, EncryptionContext }));
  const { CiphertextBlob } = sealed;
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  expect(Buffer.from(opened.Plaintext ?? []).equals(message)).toBe(true);
  const other = kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { purpose: "another" } }));
  expect(await failure(other)).toMatchObject({ name: "InvalidCiphertextException" });
}

async function proveMac(kms: KMSClient, KeyId: string, bits: string, bytes: Buffer): Promise<void> {
  const MacAlgorithm = Object.values(MacAlgorithmSpec).find((name) => name === `HMAC_SHA_${bits}`);
  const { Mac } = await kms.send(new GenerateMacCommand({ KeyId, Message: message, MacAlgorithm }));
  const expected = createHmac(`sha${bits}`, bytes).update(message).digest();
  expect(Buffer.from(Mac ?? []).equals(expected)).toBe(true);
  const verified = await kms.send(new VerifyMacCommand({ KeyId, Message: message, MacAlgorithm, Mac: expected }));
  expect(verified.MacValid).toBe(true);
}

function signing(spec: KeySpec) {
  if (spec === "RSA_2048") {
    return ["RSASSA_PKCS1_V1_5_SHA_384", "sha384", { padding: constants.RSA_PKCS1_PADDING }] as const;
  }
  if (spec === "RSA_4096") {
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    return ["RSASSA_PSS_SHA_512", "sha512", padding] as const;
  }
  if (spec === "ECC_NIST_P384") return ["ECDSA_SHA_384", "sha384", {}] as const;
  if (spec === "ECC_NIST_P521") return ["ECDSA_SHA_512", "sha512", {}] as const;
  return ["ECDSA_SHA_256", "sha256", {}] as const;
}
