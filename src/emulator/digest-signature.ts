import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
} from "node:crypto";
import { ecdsaFits, ecdsaSignature } from "./ecdsa";

/** Lengths of the digests that are signed, in bytes. */
export const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;

export type DigestHash = keyof typeof digestBytes;

/** How a message is signed. */
export interface SignatureMethod {
  /** The salt of PSS is as long as the hash. */
  readonly kind: "ecdsa" | "pkcs1" | "pss";
  readonly hash: DigestHash;
}

/** Signs a digest that the caller computed. node:crypto signs messages only, which it hashes itself. */
export function signDigest(key: KeyObject, { kind, hash }: SignatureMethod, digest: Buffer): Buffer {
  if (kind === "ecdsa") return ecdsaSignature(key, digest);
  if (kind === "pkcs1") {
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, digest));
  }
  const encoded = pssEncoded(hash, digest, randomBytes(digestBytes[hash]), rsaBytes(key));
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/** Whether a signature is one of this digest by this key. @param key the private key */
export function digestSignatureFits(
  key: KeyObject,
  { kind, hash }: SignatureMethod,
  digest: Buffer,
  signature: Buffer,
): boolean {
  if (kind === "ecdsa") return ecdsaFits(key, digest, signature);
  if (signature.length !== rsaBytes(key)) return false;
  const padding = kind === "pkcs1" ? constants.RSA_PKCS1_PADDING : constants.RSA_NO_PADDING;
  let opened: Buffer;
  try {
    opened = publicDecrypt({ key: createPublicKey(key), padding }, signature);
  } catch {
    return false;
  }
  if (kind === "pkcs1") return opened.equals(digestInfo(hash, digest));
  // The same salt has to lead to the same bytes, which checks every part of the padding.
  return opened.equals(pssEncoded(hash, digest, pssSalt(hash, opened), opened.length));
}

/** DER of DigestInfo up to the digest itself (RFC 8017, section 9.2). */
const digestInfoHeads = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
} as const satisfies Record<DigestHash, string>;

function digestInfo(hash: DigestHash, digest: Buffer): Buffer {
  return Buffer.concat([Buffer.from(digestInfoHeads[hash], "hex"), digest]);
}

/** EMSA-PSS (RFC 8017, section 9.1.1) for a modulus whose length in bits is a multiple of eight, so that one bit is free. */
function pssEncoded(hash: DigestHash, digest: Buffer, salt: Buffer, lengthBytes: number): Buffer {
  const seed = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const maskedBytes = lengthBytes - seed.length - 1;
  const block = Buffer.concat([Buffer.alloc(maskedBytes - salt.length - 1), Buffer.of(1), salt]);
  return Buffer.concat([masked(hash, block, seed), seed, Buffer.of(0xbc)]);
}

/** The salt of an encoding, or bytes that no encoding leads to. */
function pssSalt(hash: DigestHash, encoded: Buffer): Buffer {
  const maskedBytes = encoded.length - digestBytes[hash] - 1;
  const seed = encoded.subarray(maskedBytes, encoded.length - 1);
  return masked(hash, encoded.subarray(0, maskedBytes), seed).subarray(-digestBytes[hash]);
}

/** Under the mask of MGF1, with the free bit at zero. */
function masked(hash: DigestHash, block: Buffer, seed: Buffer): Buffer {
  const mask = mgf1(hash, seed, block.length);
  const result = Buffer.from(block.map((byte, index) => byte ^ (mask[index] ?? 0)));
  result[0] = (result[0] ?? 0) & 0x7f;
  return result;
}

function mgf1(hash: DigestHash, seed: Buffer, lengthBytes: number): Buffer {
  const counters = Array.from({ length: Math.ceil(lengthBytes / digestBytes[hash]) }, (_value, counter) => {
    const written = Buffer.alloc(4);
    written.writeUInt32BE(counter);
    return createHash(hash).update(seed).update(written).digest();
  });
  return Buffer.concat(counters).subarray(0, lengthBytes);
}

function rsaBytes(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}
