import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { WRAPPING_KEYS } from "../../support/emulator";

/** Material of a spec, made outside the emulator, with the private key where there is one. */
export interface Sample {
  readonly bytes: Buffer;
  readonly privateKey?: KeyObject;
}

const rawLengths: Readonly<Record<string, number>> = {
  SYMMETRIC_DEFAULT: 32,
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
};
const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: "prime256v1",
  ECC_NIST_P384: "secp384r1",
  ECC_NIST_P521: "secp521r1",
  ECC_SECG_P256K1: "secp256k1",
};
const published: Readonly<Record<string, string | undefined>> = {
  RSA_2048: WRAPPING_KEYS[0],
  RSA_3072: WRAPPING_KEYS[1],
  RSA_4096: WRAPPING_KEYS[2],
};

/** Fresh bytes; for RSA the published keys, since making one takes seconds. */
export function sampleMaterial(spec: string): Sample {
  const rawBytes = rawLengths[spec];
  if (rawBytes !== undefined) return { bytes: randomBytes(rawBytes) };
  const curve = curves[spec];
  const pem = published[spec];
  if (curve !== undefined) return sampleOf(generateKeyPairSync("ec", { namedCurve: curve }).privateKey);
  if (pem !== undefined) return sampleOf(createPrivateKey(pem));
  throw new Error(`There is no material for ${spec}.`);
}

function sampleOf(privateKey: KeyObject): Sample {
  return { privateKey, bytes: privateKey.export({ format: "der", type: "pkcs8" }) };
}
