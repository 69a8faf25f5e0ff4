import { createCipheriv, createHash } from "node:crypto";
import { aesCmac } from "./aes-cmac";
import type { Fingerprint } from "./fingerprint";

/** A short value by which an HSM or a key ceremony names a key, in upper-case hexadecimal as they print it. */
export interface CheckValue {
  /** As devices and their manuals call it. */
  readonly name: string;
  /** In hexadecimal digits. */
  readonly value: string;
}

/**
 * The check values of a symmetric or HMAC key, to be compared with what the device shows where the key was made.
 *
 * - KCV: the first 3 bytes of a zero block under AES-ECB. It is also PKCS#11's CKA_CHECK_VALUE of an AES key.
 * - GlobalPlatform: the first 3 bytes of a block of 16 bytes 01 under AES-ECB, as smart cards show it (GlobalPlatform Card
 *   Specification, Amendment D).
 * - CMAC: the first 3 or 5 bytes of AES-CMAC of a zero block, as in ANSI X9.24-1 and by Thales and Utimaco devices.
 * - Generic secret: the first 3 bytes of SHA-1 of the key, PKCS#11's CKA_CHECK_VALUE of a generic secret.
 *
 * The first three only for the sizes of AES keys: 16, 24 and 32 bytes.
 */
export function checkValues(bytes: Buffer): readonly CheckValue[] {
  const secret = { name: "CKA_CHECK_VALUE, generic secret", value: head(createHash("sha1").update(bytes).digest(), 3) };
  if (![16, 24, 32].includes(bytes.length)) return [secret];
  const cmac = aesCmac(bytes, zeros);
  return [
    { name: "KCV, CKA_CHECK_VALUE of an AES key", value: head(encrypted(bytes, zeros), 3) },
    { name: "KCV of GlobalPlatform, AES of ones", value: head(encrypted(bytes, ones), 3) },
    ...cmacValues(cmac),
    secret,
  ];
}

/** What a fingerprint says of the check values of a key whose bytes stay in a device. */
export function checkValuesOf(fingerprint: Fingerprint): readonly CheckValue[] {
  const kind = "cmac:";
  return fingerprint.startsWith(kind) ? cmacValues(Buffer.from(fingerprint.slice(kind.length), "hex")) : [];
}

function cmacValues(cmac: Buffer): readonly CheckValue[] {
  return [
    { name: "CMAC, 3 bytes", value: head(cmac, 3) },
    { name: "CMAC, 5 bytes", value: head(cmac, 5) },
  ];
}

const zeros = Buffer.alloc(16);
const ones = Buffer.alloc(16, 1);

/** AES-ECB of one block. */
function encrypted(key: Buffer, block: Buffer): Buffer {
  return createCipheriv(`aes-${key.length * 8}-ecb`, key, null).update(block);
}

function head(bytes: Buffer, count: number): string {
  return bytes.toString("hex", 0, count).toUpperCase();
}
