import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import { GenerateMacCommand, SignCommand, VerifyMacCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { type KeySpec, keySpecs } from "../../../src/engine/key-spec";
import { chooseWrapping } from "../../../src/engine/wrapping-choice";
import { awsProfile } from "../../../src/kms/aws/profile";
import { WRAPPING_KEYS } from "../../support/emulator";
import { newKey, settings } from "../../support/imported-key";
import { bytesSource, type Life, plaintext, startLife } from "../../support/life";

const message = Buffer.from("signed by the imported key");

/** Material of the shape that a spec wants; for RSA, whose keys are slow to make, a published one. */
const pairs = new Map<KeySpec, Buffer>();
function materialFor(spec: KeySpec): Buffer {
  const shape = keySpecs[spec];
  if (shape.kind === "raw") return randomBytes(shape.bytes);
  const known = pairs.get(spec);
  if (known !== undefined) return known;
  const privateKey =
    shape.kind === "rsa"
      ? createPrivateKey(WRAPPING_KEYS[shape.bits / 1024 - 2] ?? "")
      : generateKeyPairSync("ec", { namedCurve: shape.curve }).privateKey;
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  pairs.set(spec, der);
  return der;
}

const specs = (Object.keys(keySpecs) as KeySpec[]).filter((spec) => awsProfile.keySpecs[spec] !== undefined);

/** Every pair, and whether the engine lets the spec be wrapped so. */
const cases = specs.flatMap((keySpec) =>
  awsProfile.wrappingAlgorithms.flatMap((algorithm) =>
    awsProfile.wrappingKeySpecs.map((wrappingKeySpec) => {
      try {
        chooseWrapping({ keySpec, profile: awsProfile, algorithm, wrappingKeySpec });
        return { keySpec, algorithm, wrappingKeySpec, allowed: true };
      } catch {
        return { keySpec, algorithm, wrappingKeySpec, allowed: false };
      }
    }),
  ),
);
const allowed = cases.filter((one) => one.allowed);
const refused = cases.filter((one) => !one.allowed);

describe("every key spec with every wrapping", () => {
  let life: Life;
  beforeAll(async () => {
    life = await startLife();
  });
  afterAll(() => life.close());

  /** That the key does with the bytes what the bytes do here. */
  async function proveByUse(keyArn: string, spec: KeySpec, bytes: Buffer): Promise<void> {
    const { kind } = keySpecs[spec];
    if (spec === "SYMMETRIC_DEFAULT") {
      expect(await life.decrypt(await life.encrypt(keyArn))).toBe(plaintext);
      return;
    }
    if (kind === "raw") {
      const MacAlgorithm = `HMAC_SHA_${spec.slice(5)}` as "HMAC_SHA_256";
      const { Mac } = await life
        .client()
        .send(new GenerateMacCommand({ KeyId: keyArn, Message: message, MacAlgorithm }));
      const own = createHmac(`sha${spec.slice(5)}`, bytes)
        .update(message)
        .digest();
      expect(Buffer.from(Mac ?? [])).toEqual(own);
      const check = await life
        .client()
        .send(new VerifyMacCommand({ KeyId: keyArn, Message: message, MacAlgorithm, Mac: own }));
      expect(check.MacValid).toBe(true);
      return;
    }
    const [SigningAlgorithm, hash] = signing[spec] ?? ["RSASSA_PKCS1_V1_5_SHA_256", "sha256"];
    const { Signature = Buffer.alloc(0) } = await life
      .client()
      .send(new SignCommand({ KeyId: keyArn, Message: message, MessageType: "RAW", SigningAlgorithm }));
    const privateKey = createPrivateKey({ key: bytes, format: "der", type: "pkcs8" });
    const publicKey = createPublicKey({ key: privateKey.export({ format: "jwk" }), format: "jwk" });
    expect(verify(hash, message, publicKey, Signature)).toBe(true);
  }

  it("allows what AWS allows", () => {
    const count = (spec: KeySpec): number => allowed.filter(({ keySpec }) => keySpec === spec).length;
    expect(Object.fromEntries(specs.map((spec) => [spec, count(spec)]))).toEqual({
      SYMMETRIC_DEFAULT: 6,
      HMAC_224: 6,
      HMAC_256: 6,
      HMAC_384: 6,
      HMAC_512: 6,
      RSA_2048: 6,
      RSA_3072: 6,
      RSA_4096: 6,
      ECC_NIST_P256: 12,
      ECC_NIST_P384: 12,
      // 241 bytes do not fit under OAEP with RSA_2048.
      ECC_NIST_P521: 10,
      ECC_SECG_P256K1: 12,
    });
  });

  it.each(allowed)(
    "$keySpec under $algorithm with $wrappingKeySpec",
    async ({ keySpec, algorithm, wrappingKeySpec }) => {
      const bytes = materialFor(keySpec);
      const { kind } = keySpecs[keySpec];
      const { arn } = await newKey(life, { spec: keySpec, ...(kind === "rsa" ? { usage: "SIGN_VERIFY" } : {}) });
      const wanted = { ...settings(arn), wrappingAlgorithm: algorithm, wrappingKeySpec };
      const { record } = await applyMaterial(life.run(), wanted, bytesSource(bytes), undefined);
      expect(record.verified).toBe(true);
      await proveByUse(arn, keySpec, bytes);
    },
  );

  it.each(refused)(
    "refuses $keySpec under $algorithm with $wrappingKeySpec before any import call",
    async ({ keySpec, algorithm, wrappingKeySpec }) => {
      const { arn } = await newKey(life, { spec: keySpec });
      life.calls();
      const wanted = { ...settings(arn), wrappingAlgorithm: algorithm, wrappingKeySpec };
      await expect(
        applyMaterial(life.run(), wanted, bytesSource(materialFor(keySpec)), undefined),
      ).rejects.toMatchObject({ code: "unsupported_wrapping", attribute: expect.stringMatching(/^wrapping_/) });
      expect(life.calls()).not.toContain("GetParametersForImport");
    },
  );

  it("imports each spec by its default wrapping", async () => {
    for (const spec of specs) {
      const { arn } = await newKey(life, { spec });
      const { record } = await applyMaterial(life.run(), settings(arn), bytesSource(materialFor(spec)), undefined);
      expect(record.verified).toBe(true);
    }
  });
});

const signing: Partial<Record<KeySpec, ["ECDSA_SHA_256" | "ECDSA_SHA_384" | "ECDSA_SHA_512", string]>> = {
  ECC_NIST_P256: ["ECDSA_SHA_256", "sha256"],
  ECC_NIST_P384: ["ECDSA_SHA_384", "sha384"],
  ECC_NIST_P521: ["ECDSA_SHA_512", "sha512"],
  ECC_SECG_P256K1: ["ECDSA_SHA_256", "sha256"],
};
