import {
  constants,
  createHmac,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { digestSignatureFits, type SignatureMethod, signDigest } from "./digest-signature";
import { Refusal } from "./errors";
import { currentMaterial, type Key } from "./key";
import { privateKeyOf } from "./material-shape";

/** What is signed: a message, or its digest, which the caller computed. */
export interface Signable {
  readonly kind: "message" | "digest";
  readonly bytes: Buffer;
}

/** The bytes that a key works with now. @throws Refusal ciphertext_invalid where there are none */
export function currentBytes(key: Key): Buffer {
  const bytes = currentMaterial(key)?.bytes;
  if (bytes === undefined) throw new Refusal("ciphertext_invalid");
  return bytes;
}

/** The public half as DER SubjectPublicKeyInfo. */
export function publicKeyDer(key: Key): Buffer {
  return publicKeyDerOf(currentBytes(key));
}

/** As `publicKeyDer`, of asymmetric material. */
export function publicKeyDerOf(material: Buffer): Buffer {
  return createPublicKey(privateKeyOf(material)).export({ format: "der", type: "spki" });
}

export function signatureOf(key: Key, method: SignatureMethod, { kind, bytes }: Signable): Buffer {
  const privateKey = privateKeyOf(currentBytes(key));
  return kind === "digest"
    ? signDigest(privateKey, method, bytes)
    : sign(method.hash, bytes, signingKey(privateKey, method));
}

export function signatureFits(
  key: Key,
  method: SignatureMethod,
  { kind, bytes }: Signable,
  signature: Buffer,
): boolean {
  const privateKey = privateKeyOf(currentBytes(key));
  return kind === "digest"
    ? digestSignatureFits(privateKey, method, bytes, signature)
    : verify(method.hash, bytes, signingKey(createPublicKey(privateKey), method), signature);
}

/** What two sides of a key agreement both compute. @throws Error where the public key is of another curve */
export function sharedSecret(key: Key, publicKey: KeyObject): Buffer {
  return diffieHellman({ privateKey: privateKeyOf(currentBytes(key)), publicKey });
}

export function messageCode(key: Key, hash: string, message: Buffer): Buffer {
  return createHmac(hash, currentBytes(key)).update(message).digest();
}

export function messageCodeFits(key: Key, hash: string, message: Buffer, code: Buffer): boolean {
  const right = messageCode(key, hash, message);
  return right.length === code.length && timingSafeEqual(right, code);
}

/** The largest plaintext that RSAES-OAEP takes with this key, in bytes. */
export function oaepCapacityBytes(key: Key, hash: "sha1" | "sha256"): number {
  const modulusBits = key.shape.kind === "rsa" ? key.shape.modulusBits : 0;
  return modulusBits / 8 - 2 * (hash === "sha1" ? 20 : 32) - 2;
}

export function encryptOaep(key: Key, hash: "sha1" | "sha256", plaintext: Buffer): Buffer {
  return publicEncrypt(
    {
      key: createPublicKey(privateKeyOf(currentBytes(key))),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: hash,
    },
    plaintext,
  );
}

/** @throws Refusal ciphertext_invalid */
export function decryptOaep(key: Key, hash: "sha1" | "sha256", ciphertext: Buffer): Buffer {
  try {
    return privateDecrypt(
      { key: privateKeyOf(currentBytes(key)), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
      ciphertext,
    );
  } catch {
    throw new Refusal("ciphertext_invalid");
  }
}

function signingKey(key: KeyObject, method: SignatureMethod) {
  return { key, ...paddings[method.kind] };
}

const paddings = {
  ecdsa: {},
  pkcs1: { padding: constants.RSA_PKCS1_PADDING },
  pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
} as const satisfies Record<SignatureMethod["kind"], object>;
