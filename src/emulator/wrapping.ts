import { constants, createDecipheriv, type KeyObject, privateDecrypt } from "node:crypto";
import { Refusal } from "./errors";

/** How key material is wrapped for its way into the KMS. */
export type WrappingMethod =
  | { readonly kind: "oaep"; readonly hash: "sha1" | "sha256" }
  | { readonly kind: "oaep+kwp"; readonly hash: "sha1" | "sha256" }
  | { readonly kind: "pkcs1" };

/** The alternative initial value of RFC 5649, section 3. */
const kwpIv = Buffer.from("A65959A6", "hex");

/**
 * Key material out of what a caller sent.
 * @throws Refusal unwrap_failed, the same for every cause
 */
export function unwrap(method: WrappingMethod, wrappingKey: KeyObject, wrapped: Buffer): Buffer {
  if (method.kind === "oaep") return unwrapOaep(wrappingKey, method.hash, wrapped);
  if (method.kind === "pkcs1") return unwrapPkcs1(wrappingKey, wrapped);
  const rsaBytes = (wrappingKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const kek = unwrapOaep(wrappingKey, method.hash, wrapped.subarray(0, rsaBytes));
  try {
    if (kek.length !== 32) throw new Refusal("unwrap_failed");
    return unwrapKwp(kek, wrapped.subarray(rsaBytes));
  } finally {
    kek.fill(0);
  }
}

/** RSAES-OAEP of RFC 8017 with the same hash for OAEP and MGF1. @throws Refusal unwrap_failed */
export function unwrapOaep(
  wrappingKey: KeyObject,
  hash: "sha1" | "sha256",
  wrapped: Buffer,
  label: Buffer = Buffer.alloc(0),
): Buffer {
  try {
    return privateDecrypt(
      { key: wrappingKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash, oaepLabel: label },
      wrapped,
    );
  } catch {
    throw new Refusal("unwrap_failed");
  }
}

/**
 * RSAES-PKCS1-v1_5 of RFC 8017, whose padding is taken off here: Node does not decrypt so any more, since a server that
 * answers differently to bad padding can be asked to decrypt anything. Nothing that matters is wrapped for this one.
 *
 * @throws Refusal unwrap_failed
 */
export function unwrapPkcs1(wrappingKey: KeyObject, wrapped: Buffer): Buffer {
  const padded = rawRsa(wrappingKey, wrapped);
  const end = padded.indexOf(0, 2);
  // At least eight bytes of padding stand between.
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10) throw new Refusal("unwrap_failed");
  return padded.subarray(end + 1);
}

function rawRsa(wrappingKey: KeyObject, wrapped: Buffer): Buffer {
  try {
    return privateDecrypt({ key: wrappingKey, padding: constants.RSA_NO_PADDING }, wrapped);
  } catch {
    throw new Refusal("unwrap_failed");
  }
}

/** AES key wrap with padding, RFC 5649. The wrapping key has 16, 24 or 32 bytes. @throws Refusal unwrap_failed */
export function unwrapKwp(kek: Buffer, wrapped: Buffer): Buffer {
  try {
    const decipher = createDecipheriv(`id-aes${kek.length * 8}-wrap-pad`, kek, kwpIv);
    // One update only: a second one would unwrap a second message.
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    throw new Refusal("unwrap_failed");
  }
}
