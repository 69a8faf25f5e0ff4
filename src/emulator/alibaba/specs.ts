import type { MaterialShape } from "../material-shape";
import { namesOf } from "../names";
import type { WrappingMethod } from "../wrapping";

interface SpecRow {
  readonly shape: MaterialShape;
  /** Whether the spec is for keys in a KMS instance only. */
  readonly instanceOnly: boolean;
}

/** The symmetric specs of CreateKey. */
export const keySpecs = {
  Aliyun_AES_256: { shape: { kind: "raw", lengthBytes: 32 }, instanceOnly: false },
  Aliyun_AES_192: { shape: { kind: "raw", lengthBytes: 24 }, instanceOnly: true },
  Aliyun_AES_128: { shape: { kind: "raw", lengthBytes: 16 }, instanceOnly: true },
  Aliyun_SM4: { shape: { kind: "raw", lengthBytes: 16 }, instanceOnly: false },
} as const satisfies Record<string, SpecRow>;

export const keySpecNames = namesOf(keySpecs);

/** Documented too, and not emulated. */
export const asymmetricKeySpecs = ["RSA_2048", "RSA_3072", "EC_P256", "EC_P256K", "EC_SM2"] as const;

export const wrappingAlgorithms = {
  RSAES_PKCS1_V1_5: { kind: "pkcs1" },
  RSAES_OAEP_SHA_1: { kind: "oaep", hash: "sha1" },
  RSAES_OAEP_SHA_256: { kind: "oaep", hash: "sha256" },
} as const satisfies Record<string, WrappingMethod>;

export const wrappingAlgorithmNames = namesOf(wrappingAlgorithms);
