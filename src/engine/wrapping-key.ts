import { createPublicKey, type KeyObject } from "node:crypto";
import { derSequence, derTag, startsWithTags } from "./der";
import { ByokError } from "./errors";
import { readPem } from "./pem";

/** The specs of wrapping keys, with their moduli in bits. */
export const wrappingKeySpecs = {
  RSA_2048: { bits: 2048 },
  RSA_3072: { bits: 3072 },
  RSA_4096: { bits: 4096 },
} as const satisfies Record<string, { readonly bits: number }>;

/** Kinds of keys that a KMS gives out to wrap material with, by AWS's names. */
export type WrappingKeySpec = keyof typeof wrappingKeySpecs;

export function isWrappingKeySpec(text: string): text is WrappingKeySpec {
  return Object.hasOwn(wrappingKeySpecs, text);
}

/** A KMS's public key, checked, for which material is wrapped. */
export interface WrappingKey {
  /** Its kind. */
  readonly spec: WrappingKeySpec;
  /** The key itself, whose size was checked. */
  readonly publicKey: KeyObject;
}

/**
 * The wrapping key out of import parameters, as DER SPKI, DER PKCS#1 or a PEM of either.
 *
 * Anyone who has the private half reads the material, so everything that is not plainly the RSA key that was asked for is
 * refused with `untrusted_answer`: another modulus, an exponent outside of 65537 to 2^256 or even (FIPS 186-5, A.1.1),
 * an even modulus, bytes behind the key, any spelling but DER.
 */
export function wrappingKeyFrom(publicKey: Buffer, spec: WrappingKeySpec): WrappingKey {
  if (publicKey.length > largestAnswerBytes) {
    throw untrusted(spec, `${publicKey.length} bytes, more than any public key has`);
  }
  const der = derOf(publicKey, spec);
  const form = formOf(der);
  if (form === null) throw untrusted(spec, "something that is not one public key in DER");
  const key = keyOf(der, form, spec);
  const modulusLength = key.asymmetricKeyDetails?.modulusLength;
  const publicExponent = key.asymmetricKeyDetails?.publicExponent;
  if (key.asymmetricKeyType !== "rsa" || modulusLength === undefined || publicExponent === undefined) {
    throw untrusted(spec, `a key of type ${key.asymmetricKeyType}`);
  }
  if (modulusLength !== wrappingKeySpecs[spec].bits) throw untrusted(spec, `an RSA key of ${modulusLength} bits`);
  if (publicExponent < 65537n || publicExponent >= 2n ** 256n || publicExponent % 2n === 0n) {
    throw untrusted(spec, "an RSA key with an unsafe public exponent");
  }
  if (!key.export({ format: "der", type: form }).equals(der)) {
    throw untrusted(spec, "a key that is not spelled in DER");
  }
  if (isEven(key)) throw untrusted(spec, "an RSA key with an even modulus");
  return { spec, publicKey: key };
}

/** What AWS KMS allows itself for the member PublicKey. The PEM of a 4096-bit key has 800 bytes. */
const largestAnswerBytes = 4096;

function derOf(publicKey: Buffer, spec: WrappingKeySpec): Buffer {
  try {
    return readPem(publicKey)?.der ?? publicKey;
  } catch {
    throw untrusted(spec, "a broken PEM");
  }
}

function formOf(der: Buffer): "spki" | "pkcs1" | null {
  const members = derSequence(der);
  if (members === null) return null;
  if (startsWithTags(members, [derTag.sequence, derTag.bitString])) return "spki";
  return startsWithTags(members, [derTag.integer, derTag.integer]) ? "pkcs1" : null;
}

function keyOf(der: Buffer, type: "spki" | "pkcs1", spec: WrappingKeySpec): KeyObject {
  try {
    const key = createPublicKey({ key: der, format: "der", type });
    // Node 24 cannot write a key as PKCS#1 that it read as such.
    return createPublicKey({ key: key.export({ format: "der", type: "spki" }), format: "der", type: "spki" });
  } catch {
    throw untrusted(spec, "a public key that cannot be read");
  }
}

/** Whether the modulus is even, which no product of two large primes is. */
function isEven(key: KeyObject): boolean {
  const modulus = Buffer.from(String(key.export({ format: "jwk" }).n), "base64url");
  return modulus.readUInt8(modulus.length - 1) % 2 === 0;
}

function untrusted(spec: WrappingKeySpec, got: string): ByokError {
  return new ByokError(
    "untrusted_answer",
    `The KMS was asked for an ${spec} wrapping key and gave ${got}. Nothing was wrapped. Check the endpoint that the requests go to.`,
  );
}
