import { constants, publicEncrypt, randomFillSync } from "node:crypto";
import { wrapWithAes } from "./aes-kwp";
import { ByokError } from "./errors";
import type { MaterialShape } from "./key-spec";
import { wrappingKeySpecs, type WrappingKey, type WrappingKeySpec } from "./wrapping-key";

type Hash = "sha1" | "sha256";

/** One way to wrap. The hash serves OAEP and its mask generation alike, as every KMS expects. */
type WrappingRow = (
  | { readonly method: "oaep" | "rsa_aes_key_wrap"; readonly hash: Hash; readonly hashBytes: number }
  | { readonly method: "pkcs1" }
) & {
  /** The shapes of material that a KMS takes wrapped so. */
  readonly shapes: readonly MaterialShape["kind"][];
};

/**
 * How key material is wrapped for the import call.
 *
 * `RSAES_OAEP_*`: the bytes themselves under RSA-OAEP (RFC 8017). `RSA_AES_KEY_WRAP_*`: a fresh AES-256 key under
 * RSA-OAEP, then the bytes under that key with AES-KWP (RFC 5649); PKCS#11 calls it CKM_RSA_AES_KEY_WRAP.
 * `RSAES_PKCS1_V1_5`: the bytes themselves with the older padding of RFC 8017, for the KMSs that still take it.
 */
export const wrappingAlgorithms = {
  RSAES_OAEP_SHA_1: { method: "oaep", hash: "sha1", hashBytes: 20, shapes: ["raw", "ec"] },
  RSAES_OAEP_SHA_256: { method: "oaep", hash: "sha256", hashBytes: 32, shapes: ["raw", "ec"] },
  RSA_AES_KEY_WRAP_SHA_1: { method: "rsa_aes_key_wrap", hash: "sha1", hashBytes: 20, shapes: ["rsa", "ec"] },
  RSA_AES_KEY_WRAP_SHA_256: { method: "rsa_aes_key_wrap", hash: "sha256", hashBytes: 32, shapes: ["rsa", "ec"] },
  RSAES_PKCS1_V1_5: { method: "pkcs1", shapes: ["raw"] },
} as const satisfies Record<string, WrappingRow>;

/** Ways to wrap material for an import, by AWS's names. */
export type WrappingAlgorithm = keyof typeof wrappingAlgorithms;

export function isWrappingAlgorithm(text: string): text is WrappingAlgorithm {
  return Object.hasOwn(wrappingAlgorithms, text);
}

/** The most bytes that the algorithm wraps under a modulus of this many bits. Infinity: no bound that matters. */
export function largestPlaintextBytes(algorithm: WrappingAlgorithm, modulusBits: number): number {
  const row: WrappingRow = wrappingAlgorithms[algorithm];
  switch (row.method) {
    case "oaep":
      return modulusBits / 8 - 2 * row.hashBytes - 2;
    case "pkcs1":
      return modulusBits / 8 - 11;
    case "rsa_aes_key_wrap":
      return Number.POSITIVE_INFINITY;
  }
}

/** Whether something wrapped by an algorithm for a key of this spec can have so many bytes. */
export function isWrappedSize(bytes: number, algorithm: WrappingAlgorithm, spec: WrappingKeySpec): boolean {
  const modulusBytes = wrappingKeySpecs[spec].bits / 8;
  if (wrappingAlgorithms[algorithm].method !== "rsa_aes_key_wrap") return bytes === modulusBytes;
  // AES-KWP makes 16 bytes at least, in blocks of 8 (RFC 5649).
  const behind = bytes - modulusBytes;
  return behind >= 16 && behind % 8 === 0;
}

export function takesShape(algorithm: WrappingAlgorithm, kind: MaterialShape["kind"]): boolean {
  const row: WrappingRow = wrappingAlgorithms[algorithm];
  return row.shapes.includes(kind);
}

/** Wraps bytes. Throws `unsupported_wrapping` where they are too many; `chooseWrapping` says so before any call. */
export function wrap(bytes: Buffer, wrappingKey: WrappingKey, algorithm: WrappingAlgorithm): Buffer {
  const row: WrappingRow = wrappingAlgorithms[algorithm];
  const largest = largestPlaintextBytes(algorithm, wrappingKeySpecs[wrappingKey.spec].bits);
  if (bytes.length > largest) {
    throw new ByokError(
      "unsupported_wrapping",
      `${algorithm} under ${wrappingKey.spec} wraps at most ${largest} bytes and the key material has ${bytes.length}. Use a larger \`wrapping_key_spec\` or another \`wrapping_algorithm\`.`,
      { attribute: "wrapping_algorithm" },
    );
  }
  switch (row.method) {
    case "oaep":
      return oaep(bytes, wrappingKey, row.hash);
    case "pkcs1":
      return publicEncrypt({ key: wrappingKey.publicKey, padding: constants.RSA_PKCS1_PADDING }, bytes);
    case "rsa_aes_key_wrap":
      return rsaAesKeyWrap(bytes, wrappingKey, row.hash);
  }
}

function rsaAesKeyWrap(bytes: Buffer, wrappingKey: WrappingKey, hash: Hash): Buffer {
  const aesKey = Buffer.alloc(32);
  try {
    randomFillSync(aesKey);
    return Buffer.concat([oaep(aesKey, wrappingKey, hash), wrapWithAes(aesKey, bytes)]);
  } finally {
    aesKey.fill(0);
  }
}

function oaep(bytes: Buffer, { publicKey }: WrappingKey, hash: Hash): Buffer {
  // The hash is always said: Node's own default is SHA-1, whatever the other side expects.
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, bytes);
}
