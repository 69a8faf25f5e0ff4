import { namesOf } from "../names";
import type { MaterialShape } from "../material-shape";
import type { WrappingMethod } from "../wrapping";
import type { RsaBits } from "../wrapping-keys";
import { partitionOf } from "./arn";

export const keyUsages = ["SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"] as const;
export type KeyUsage = (typeof keyUsages)[number];

interface SpecRow {
  readonly shape: MaterialShape;
  readonly usages: readonly KeyUsage[];
  readonly encryption?: readonly string[];
  readonly signing?: readonly string[];
  readonly mac?: readonly string[];
  /** Whether RSA_AES_KEY_WRAP is offered for its bytes. */
  readonly keyWrap: boolean;
  /** Whether RSAES_OAEP is offered for its bytes. */
  readonly oaep: boolean;
}

const rsaSigning = [
  "RSASSA_PKCS1_V1_5_SHA_256",
  "RSASSA_PKCS1_V1_5_SHA_384",
  "RSASSA_PKCS1_V1_5_SHA_512",
  "RSASSA_PSS_SHA_256",
  "RSASSA_PSS_SHA_384",
  "RSASSA_PSS_SHA_512",
];

const hmac = (lengthBytes: number, algorithm: string): SpecRow => ({
  shape: { kind: "raw", lengthBytes },
  usages: ["GENERATE_VERIFY_MAC"],
  mac: [algorithm],
  keyWrap: false,
  oaep: true,
});
const rsa = (modulusBits: number): SpecRow => ({
  shape: { kind: "rsa", modulusBits },
  usages: ["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
  encryption: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
  signing: rsaSigning,
  keyWrap: true,
  oaep: false,
});
const ecc = (
  curve: Extract<MaterialShape, { kind: "ecc" }>["curve"],
  algorithm: string,
  usages: readonly KeyUsage[] = ["SIGN_VERIFY", "KEY_AGREEMENT"],
): SpecRow => ({ shape: { kind: "ecc", curve }, usages, signing: [algorithm], keyWrap: true, oaep: true });

/** Key specs of AWS KMS whose material can be imported. */
export const keySpecs = {
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: ecc("prime256v1", "ECDSA_SHA_256"),
  ECC_NIST_P384: ecc("secp384r1", "ECDSA_SHA_384"),
  ECC_NIST_P521: ecc("secp521r1", "ECDSA_SHA_512"),
  ECC_SECG_P256K1: ecc("secp256k1", "ECDSA_SHA_256", ["SIGN_VERIFY"]),
  SYMMETRIC_DEFAULT: {
    shape: { kind: "raw", lengthBytes: 32 },
    usages: ["ENCRYPT_DECRYPT"],
    encryption: ["SYMMETRIC_DEFAULT"],
    keyWrap: false,
    oaep: true,
  },
  HMAC_224: hmac(28, "HMAC_SHA_224"),
  HMAC_256: hmac(32, "HMAC_SHA_256"),
  HMAC_384: hmac(48, "HMAC_SHA_384"),
  HMAC_512: hmac(64, "HMAC_SHA_512"),
} as const satisfies Record<string, SpecRow>;

export type KeySpec = keyof typeof keySpecs;
export const keySpecNames = namesOf(keySpecs);

/** The row of a key's spec. */
export function specRow(name: string): SpecRow {
  const row = keySpecNames.find((candidate) => candidate === name);
  if (row === undefined) throw new TypeError(`${name} is not a key spec of AWS KMS.`);
  return keySpecs[row];
}

/** What material for a spec looks like in a Region: in China the symmetric keys are SM4's. */
export function shapeIn(region: string, spec: KeySpec): MaterialShape {
  return isInChina(region) && spec === "SYMMETRIC_DEFAULT" ? { kind: "raw", lengthBytes: 16 } : keySpecs[spec].shape;
}

/** Whether a Region has RSA_AES_KEY_WRAP. */
export function hasKeyWrap(region: string): boolean {
  return !isInChina(region);
}

function isInChina(region: string): boolean {
  return partitionOf(region) === "aws-cn";
}

/** Wrapping algorithms; those without a method are in AWS's list and refused by it. */
export const wrappingAlgorithms = {
  RSAES_PKCS1_V1_5: undefined,
  RSAES_OAEP_SHA_1: { kind: "oaep", hash: "sha1" },
  RSAES_OAEP_SHA_256: { kind: "oaep", hash: "sha256" },
  RSA_AES_KEY_WRAP_SHA_1: { kind: "oaep+kwp", hash: "sha1" },
  RSA_AES_KEY_WRAP_SHA_256: { kind: "oaep+kwp", hash: "sha256" },
  SM2PKE: undefined,
} as const satisfies Record<string, WrappingMethod | undefined>;

export type WrappingAlgorithm = keyof typeof wrappingAlgorithms;
export const wrappingAlgorithmNames = namesOf(wrappingAlgorithms);

/** Sizes of the wrapping key specs; SM2 exists in China only. */
export const wrappingKeySpecs = {
  RSA_2048: 2048,
  RSA_3072: 3072,
  RSA_4096: 4096,
  SM2: undefined,
} as const satisfies Record<string, RsaBits | undefined>;

export const wrappingKeySpecNames = namesOf(wrappingKeySpecs);
