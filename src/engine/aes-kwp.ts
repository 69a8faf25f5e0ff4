import { createCipheriv } from "node:crypto";

/** The alternative initial value of RFC 5649, section 3. Node wants it spelled out. */
const initialValue = Buffer.from("a65959a6", "hex");

/**
 * AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP).
 *
 * @param wrappingKey 16, 24 or 32 bytes.
 * @param bytes At least one byte.
 * @returns `bytes` padded to whole blocks of 8 bytes, and 8 bytes more.
 */
export function wrapWithAes(wrappingKey: Buffer, bytes: Buffer): Buffer {
  const cipher = createCipheriv(`id-aes${wrappingKey.length * 8}-wrap-pad`, wrappingKey, initialValue);
  // One update and no more: each update is a whole wrap of its own, and two would be joined without any error.
  const wrapped = cipher.update(bytes);
  return Buffer.concat([wrapped, cipher.final()]);
}
