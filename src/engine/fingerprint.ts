import { createHash, createHmac, createPublicKey } from "node:crypto";
import { aesCmac } from "./aes-cmac";
import { ByokError } from "./errors";

/**
 * A name of key material that depends on the bytes alone and does not give them away.
 *
 * - `cmac:` and 32 hex digits: AES-CMAC of a zero block under the bytes, for 16, 24 and 32 bytes.
 * - `hmac:` and 64 hex digits: HMAC-SHA-256 under the bytes over the ASCII text `byok fingerprint v1`, for other raw bytes.
 * - `spki:` and 64 hex digits: SHA-256 of the public key in DER SPKI, for RSA and ECC.
 *
 * Digits are lower case.
 */
export type Fingerprint = `cmac:${string}` | `hmac:${string}` | `spki:${string}`;

/** The fingerprint of a symmetric or HMAC key. */
export function fingerprintOfRaw(bytes: Buffer): Fingerprint {
  if (fingerprintKind(bytes.length) === "cmac") {
    return `cmac:${aesCmac(bytes, Buffer.alloc(16)).toString("hex")}`;
  }
  return `hmac:${createHmac("sha256", bytes).update(label).digest("hex")}`;
}

/** Which fingerprint raw bytes have: the CMAC where an AES key has that size, the HMAC otherwise. */
export function fingerprintKind(bytes: number): "cmac" | "hmac" {
  return bytes === 16 || bytes === 24 || bytes === 32 ? "cmac" : "hmac";
}

/**
 * The fingerprint of a key pair by its public key in DER SPKI, such as a KMS's GetPublicKey gives. However the point of
 * an ECC key is written there, the fingerprint is that of the uncompressed one.
 *
 * Throws `untrusted_answer` where the bytes are no public key.
 */
export function fingerprintOfPublicKey(der: Buffer): Fingerprint {
  return `spki:${createHash("sha256").update(canonicalSpki(der)).digest("hex")}`;
}

/**
 * Reads a fingerprint that somebody wrote. Upper case is refused rather than changed: what is configured and what is
 * computed must be equal, letter by letter.
 *
 * Throws `invalid_argument`. The text is not repeated, for it may be a key that was pasted in the wrong place.
 */
export function parseFingerprint(text: string, attribute: string): Fingerprint {
  if (isFingerprint(text)) return text;
  const remedy = isFingerprint(text.trim().toLowerCase())
    ? "Write it in lower case, without blanks."
    : "It is `cmac:` and 32 hexadecimal digits, or `hmac:` or `spki:` and 64. `byok fingerprint` prints it.";
  throw new ByokError("invalid_argument", `\`${attribute}\` is not a fingerprint. ${remedy}`, { attribute });
}

export function isFingerprint(text: string): text is Fingerprint {
  return /^(cmac:[0-9a-f]{32}|(hmac|spki):[0-9a-f]{64})$/.test(text);
}

/**
 * The key material that is expected: a whole fingerprint or, of an AES key, the first 3 or 5 bytes of it, `cmac:` and 6 or
 * 10 hex digits. Auditors of check values allow no more than 40 bits to be shown.
 */
export interface ExpectedFingerprint {
  readonly text: string;
  /** What a short one proves less. Undefined: it is whole. */
  readonly doubt: string | undefined;
}

/**
 * Reads a fingerprint that may be short.
 *
 * Throws `invalid_argument`. The text is not repeated.
 */
export function parseExpectedFingerprint(text: string, attribute: string): ExpectedFingerprint {
  if (!isShortFingerprint(text)) return { text: parseFingerprint(text, attribute), doubt: undefined };
  const bytes = (text.length - "cmac:".length) / 2;
  return {
    text,
    doubt: `\`${attribute}\` has ${bytes} bytes of a fingerprint of 16: it finds a mistake, and does not keep out somebody who looks for other bytes that begin so.`,
  };
}

/** Whether a text is a fingerprint, whole or short. */
export function isExpectedFingerprint(text: string): text is string {
  return isFingerprint(text) || isShortFingerprint(text);
}

/** Whether key material is the expected one, as far as its fingerprint is named. */
export function isAsExpected(fingerprint: Fingerprint, { text }: ExpectedFingerprint): boolean {
  return isShortFingerprint(text) ? fingerprint.startsWith(text) : fingerprint === text;
}

function isShortFingerprint(text: string): boolean {
  return /^cmac:(?:[0-9a-f]{6}|[0-9a-f]{10})$/.test(text);
}

const label = "byok fingerprint v1";

function canonicalSpki(der: Buffer): Buffer {
  try {
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    const exchanged = createPublicKey({ key: key.export({ format: "jwk" }), format: "jwk" });
    return exchanged.export({ format: "der", type: "spki" });
  } catch {
    throw new ByokError("untrusted_answer", "What should be a public key in DER cannot be read as one.");
  }
}
