import {
  constants,
  createHmac,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { Refusal } from "./errors";
import { currentMaterial, type Key } from "./key";
import { privateKeyOf } from "./material-shape";

/** How a message is signed. */
export interface SignatureMethod {
  /** The salt of PSS is as long as the hash. */
  readonly kind: "ecdsa" | "pkcs1" | "pss";
  readonly hash: string;
}

/** The bytes that a key works with now. @throws Refusal ciphertext_invalid where there are none */
export function currentBytes(key: Key): Buffer {
  const bytes = currentMaterial(key)?.bytes;
  if (bytes === undefined) throw new Refusal("ciphertext_invalid");
  return bytes;
}

/** The public half as DER SubjectPublicKeyInfo. */
export function publicKeyDer(key: Key): Buffer {
  return createPublicKey(privateKeyOf(currentBytes(key))).export({ format: "der", type: "spki" });
}

export function signMessage(key: Key, method: SignatureMethod, message: Buffer): Buffer {
  return sign(method.hash, message, signingKey(privateKeyOf(currentBytes(key)), method));
}

export function verifyMessage(key: Key, method: SignatureMethod, message: Buffer, signature: Buffer): boolean {
  const publicKey = createPublicKey(privateKeyOf(currentBytes(key)));
  return verify(method.hash, message, signingKey(publicKey, method), signature);
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
