import { constants, createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import {
  type KeySpec,
  type KMSClient,
  SignCommand,
  type SigningAlgorithmSpec,
  VerifyCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, failure, importMaterial, kmsClient } from "./support/kms";
import { sampleMaterial } from "./support/material";

const curves = [
  { spec: "ECC_NIST_P256", algorithm: "ECDSA_SHA_256", hash: "sha256", judge: p256 },
  { spec: "ECC_NIST_P384", algorithm: "ECDSA_SHA_384", hash: "sha384", judge: p384 },
  { spec: "ECC_NIST_P521", algorithm: "ECDSA_SHA_512", hash: "sha512", judge: p521 },
  { spec: "ECC_SECG_P256K1", algorithm: "ECDSA_SHA_256", hash: "sha256", judge: secp256k1 },
] as const;

const rsaAlgorithms = [
  { algorithm: "RSASSA_PKCS1_V1_5_SHA_256", hash: "sha256" },
  { algorithm: "RSASSA_PKCS1_V1_5_SHA_384", hash: "sha384" },
  { algorithm: "RSASSA_PKCS1_V1_5_SHA_512", hash: "sha512" },
  { algorithm: "RSASSA_PSS_SHA_256", hash: "sha256" },
  { algorithm: "RSASSA_PSS_SHA_384", hash: "sha384" },
  { algorithm: "RSASSA_PSS_SHA_512", hash: "sha512" },
] as const;

const text = Buffer.from("what is to be signed");
const rounds = 12;

describe("Sign and Verify over a digest", () => {
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

  const imported = async (KeySpec: KeySpec, bytes: Uint8Array): Promise<string> => {
    const { KeyId = "" } = await createExternalKey(kms, { KeySpec, KeyUsage: "SIGN_VERIFY" });
    await importMaterial(kms, KeyId, bytes, { wrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256" });
    return KeyId;
  };
  const signed = async (KeyId: string, SigningAlgorithm: SigningAlgorithmSpec, Message: Buffer, raw = false) => {
    const MessageType = raw ? "RAW" : "DIGEST";
    const { Signature = new Uint8Array() } = await kms.send(
      new SignCommand({ KeyId, Message, MessageType, SigningAlgorithm }),
    );
    return Buffer.from(Signature);
  };
  const verified = async (
    KeyId: string,
    SigningAlgorithm: SigningAlgorithmSpec,
    Message: Buffer,
    Signature: Buffer,
    raw = false,
  ) => {
    const MessageType = raw ? "RAW" : "DIGEST";
    const sent = kms.send(new VerifyCommand({ KeyId, Message, MessageType, Signature, SigningAlgorithm }));
    return sent.then(
      ({ SignatureValid }) => SignatureValid,
      (error: Error) => error.name,
    );
  };

  it.each(curves)("is ECDSA of $spec as OpenSSL and noble know it", async ({ spec, algorithm, hash, judge }) => {
    const { bytes, privateKey } = sampleMaterial(spec);
    if (privateKey === undefined) throw new Error("There is no private key.");
    const KeyId = await imported(spec, bytes);
    const publicKey = createPublicKey(privateKey);
    const { x = "", y = "", d = "" } = privateKey.export({ format: "jwk" });
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const options = { prehash: false, lowS: false, format: "der" } as const;
    // Often enough that r and s of fewer bytes, and with a leading bit, are among them.
    for (let round = 0; round < rounds; round += 1) {
      const message = Buffer.from(`${text.toString()} ${round}`);
      const digest = createHash(hash).update(message).digest();
      const ours = await signed(KeyId, algorithm, digest);
      expect(verify(hash, message, publicKey, ours)).toBe(true);
      expect(judge.verify(ours, digest, point, options)).toBe(true);
      expect(await verified(KeyId, algorithm, digest, ours)).toBe(true);
      expect(await verified(KeyId, algorithm, message, ours, true)).toBe(true);
      const theirs = Buffer.from(judge.sign(digest, Buffer.from(d, "base64url"), options));
      expect(await verified(KeyId, algorithm, digest, theirs)).toBe(true);
      expect(await verified(KeyId, algorithm, digest, sign(hash, message, privateKey))).toBe(true);
    }
  });

  it.each(curves)("refuses what is no signature of this digest by $spec", async ({ spec, algorithm, hash, judge }) => {
    const { bytes } = sampleMaterial(spec);
    const KeyId = await imported(spec, bytes);
    const digest = createHash(hash).update(text).digest();
    const good = await signed(KeyId, algorithm, digest);
    const { r, s } = judge.Signature.fromBytes(good, "der");
    const der = (one: bigint, other: bigint): Buffer =>
      Buffer.concat([Buffer.of(0x30, 4 + 2), Buffer.of(2, 1, Number(one)), Buffer.of(2, 1, Number(other))]);
    const order = judge.Point.Fn.ORDER;
    const otherDigest = createHash(hash).update("another").digest();
    const altered = Buffer.from(good);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    const wrong: readonly (readonly [string, Buffer, Buffer])[] = [
      ["another digest", otherDigest, good],
      ["an altered signature", digest, altered],
      ["a signature that goes on", digest, Buffer.concat([good, Buffer.of(0)])],
      ["half a signature", digest, good.subarray(0, good.length / 2)],
      ["zeros", digest, der(0n, 0n)],
      ["ones", digest, der(1n, 1n)],
      ["no DER", digest, Buffer.alloc(64, 7)],
      ["one byte", digest, Buffer.of(0x30)],
      ["the two swapped", digest, Buffer.from(new judge.Signature(s, r).toBytes("der"))],
    ];
    for (const [what, given, signature] of wrong) {
      expect([what, await verified(KeyId, algorithm, given, signature)]).toEqual([
        what,
        "KMSInvalidSignatureException",
      ]);
    }
    // The mirrored signature is one as well; ECDSA has always had two.
    const mirrored = Buffer.from(new judge.Signature(r, order - s).toBytes("der"));
    expect(await verified(KeyId, algorithm, digest, mirrored)).toBe(true);
  });

  it.each(["RSA_2048", "RSA_3072"] as const)("is RSA as OpenSSL knows it, of %s", async (spec) => {
    const { bytes, privateKey } = sampleMaterial(spec);
    if (privateKey === undefined) throw new Error("There is no private key.");
    const KeyId = await imported(spec, bytes);
    for (const { algorithm, hash } of rsaAlgorithms) {
      const pss = algorithm.startsWith("RSASSA_PSS");
      const padding = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      const digest = createHash(hash).update(text).digest();
      const ours = await signed(KeyId, algorithm, digest);
      expect(verify(hash, text, { key: createPublicKey(privateKey), padding, saltLength }, ours)).toBe(true);
      expect(await verified(KeyId, algorithm, digest, ours)).toBe(true);
      expect(await verified(KeyId, algorithm, text, ours, true)).toBe(true);
      const theirs = sign(hash, text, { key: privateKey, padding, saltLength });
      expect(await verified(KeyId, algorithm, digest, theirs)).toBe(true);
      const altered = Buffer.from(theirs);
      altered[9] = (altered[9] ?? 0) ^ 1;
      const otherDigest = createHash(hash).update("another").digest();
      const otherSalt = sign(hash, text, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 8 });
      const wrong: readonly (readonly [Buffer, Buffer])[] = [
        [digest, altered],
        [digest, theirs.subarray(1)],
        [digest, Buffer.alloc(theirs.length, 255)],
        [digest, Buffer.alloc(theirs.length, 0)],
        [otherDigest, theirs],
        [digest, otherSalt],
      ];
      for (const [given, signature] of wrong) {
        expect(await verified(KeyId, algorithm, given, signature)).toBe("KMSInvalidSignatureException");
      }
    }
  });

  /** RFC 6979, appendix A.2.5 and A.2.6: the message "sample". */
  it.each([
    {
      spec: "ECC_NIST_P256" as const,
      curve: p256,
      hash: "sha256",
      algorithm: "ECDSA_SHA_256" as const,
      secret: "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
      r: "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
      s: "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    },
    {
      spec: "ECC_NIST_P384" as const,
      curve: p384,
      hash: "sha384",
      algorithm: "ECDSA_SHA_384" as const,
      secret: "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
      r: "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
      s: "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
    },
  ])("verifies the signature that RFC 6979 publishes for $spec", async ({ spec, curve, hash, algorithm, ...hex }) => {
    const KeyId = await imported(spec, pkcs8(spec, hex.secret));
    const signature = new curve.Signature(BigInt(`0x${hex.r}`), BigInt(`0x${hex.s}`)).toBytes("der");
    const digest = createHash(hash).update("sample").digest();
    expect(await verified(KeyId, algorithm, digest, Buffer.from(signature))).toBe(true);
  });

  it("verifies the transaction that EIP-155 publishes, and signs its hash with the imported Ethereum key", async () => {
    const KeyId = await imported("ECC_SECG_P256K1", pkcs8("ECC_SECG_P256K1", "46".repeat(32)));
    const digest = Buffer.from("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", "hex");
    const published = new secp256k1.Signature(
      0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276n,
      0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83n,
    );
    expect(await verified(KeyId, "ECDSA_SHA_256", digest, Buffer.from(published.toBytes("der")))).toBe(true);
    const ours = secp256k1.Signature.fromBytes(await signed(KeyId, "ECDSA_SHA_256", digest), "der");
    const publicKey = secp256k1.getPublicKey(Buffer.from("46".repeat(32), "hex"));
    expect(secp256k1.verify(ours.toBytes(), digest, publicKey, { prehash: false, lowS: false })).toBe(true);
  });

  it.each([
    ["ECC_NIST_P384", "ECDSA_SHA_384", 32],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256", 31],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256", 64],
    ["RSA_2048", "RSASSA_PSS_SHA_512", 32],
    ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", 48],
  ] as const)("of %s with %s refuses a digest of %d bytes", async (spec, SigningAlgorithm, length) => {
    const KeyId = await imported(spec, sampleMaterial(spec).bytes);
    const input = { KeyId, Message: Buffer.alloc(length), MessageType: "DIGEST", SigningAlgorithm } as const;
    const refused = {
      name: "ValidationException",
      message: `Digest is invalid length for algorithm ${SigningAlgorithm}.`,
    };
    expect(await failure(kms.send(new SignCommand(input)))).toEqual(refused);
    expect(await failure(kms.send(new VerifyCommand({ ...input, Signature: Buffer.alloc(64, 1) })))).toEqual(refused);
  });

  it("has no messages of ML-DSA", async () => {
    const KeyId = await imported("ECC_NIST_P256", sampleMaterial("ECC_NIST_P256").bytes);
    const input = {
      KeyId,
      Message: Buffer.alloc(64),
      MessageType: "EXTERNAL_MU",
      SigningAlgorithm: "ECDSA_SHA_256",
    } as const;
    expect(await failure(kms.send(new SignCommand(input)))).toMatchObject({ name: "UnsupportedOperationException" });
  });
});

/** PKCS#8 of a bare scalar. */
function pkcs8(spec: "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_SECG_P256K1", secret: string): Buffer {
  const [crv, judge] = {
    ECC_NIST_P256: ["P-256", p256] as const,
    ECC_NIST_P384: ["P-384", p384] as const,
    ECC_SECG_P256K1: ["secp256k1", secp256k1] as const,
  }[spec];
  const scalar = Buffer.from(secret, "hex");
  const point = Buffer.from(judge.getPublicKey(scalar, false));
  const half = (point.length - 1) / 2;
  const key = createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv,
      d: scalar.toString("base64url"),
      x: point.subarray(1, 1 + half).toString("base64url"),
      y: point.subarray(1 + half).toString("base64url"),
    },
  });
  return key.export({ format: "der", type: "pkcs8" });
}
