import { createECDH, type KeyObject } from "node:crypto";
import { namesOf } from "./names";

/**
 * ECDSA over a digest (FIPS 186-5, section 6.4). node:crypto hashes what it signs, so it serves here for the points of the
 * curves only. What is computed beside it takes more or less time by the key, as nothing does that guards real keys.
 */

/** The order of each curve's base point ("SEC 2", version 2). */
const orders = {
  prime256v1: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
  secp384r1: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  secp521r1:
    "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
  secp256k1: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
} as const satisfies Record<string, string>;

/** @returns DER, as AWS KMS gives it */
export function ecdsaSignature(key: KeyObject, digest: Buffer): Buffer {
  const { curve, order, secret } = opened(key);
  for (;;) {
    const nonce = createECDH(curve);
    nonce.generateKeys();
    const r = abscissa(nonce.getPublicKey()) % order;
    const s = modulo(inverse(asNumber(nonce.getPrivateKey()), order) * (asNumber(digest) + r * secret), order);
    if (r !== 0n && s !== 0n) return signatureDer(r, s);
  }
}

/** Whether a signature, in DER, is one of this digest. @param key the private key, by which the point is found at once */
export function ecdsaFits(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const { curve, order, secret } = opened(key);
  const [r, s] = numbersOf(signature) ?? [0n, 0n];
  if (r <= 0n || s <= 0n || r >= order || s >= order) return false;
  const nonce = modulo(inverse(s, order) * (asNumber(digest) + r * secret), order);
  if (nonce === 0n) return false;
  const point = createECDH(curve);
  point.setPrivateKey(asBytes(nonce, orders[curve].length));
  return abscissa(point.getPublicKey()) % order === r;
}

function opened(key: KeyObject): { curve: keyof typeof orders; order: bigint; secret: bigint } {
  const curve = curveOf(key);
  const { d = "" } = key.export({ format: "jwk" });
  return { curve, order: BigInt(`0x${orders[curve]}`), secret: asNumber(Buffer.from(d, "base64url")) };
}

function curveOf(key: KeyObject): keyof typeof orders {
  const named = key.asymmetricKeyDetails?.namedCurve;
  const curve = namesOf(orders).find((name) => name === named);
  if (curve === undefined) throw new TypeError(`The curve ${named} is not supported.`);
  return curve;
}

/** The x coordinate of an uncompressed point. */
function abscissa(point: Buffer): bigint {
  return asNumber(point.subarray(1, (point.length + 1) / 2));
}

function asNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

function asBytes(value: bigint, digits: number): Buffer {
  return Buffer.from(value.toString(16).padStart(digits, "0"), "hex");
}

function modulo(value: bigint, order: bigint): bigint {
  return ((value % order) + order) % order;
}

/** By Euclid's extended algorithm. */
function inverse(value: bigint, order: bigint): bigint {
  let [old, rest] = [value, order];
  let [result, next] = [1n, 0n];
  while (rest !== 0n) {
    const quotient = old / rest;
    [old, rest] = [rest, old - quotient * rest];
    [result, next] = [next, result - quotient * next];
  }
  return modulo(result, order);
}

/** SEQUENCE { INTEGER r, INTEGER s } */
function signatureDer(r: bigint, s: bigint): Buffer {
  const body = Buffer.concat([integerDer(r), integerDer(s)]);
  // Of P-521 it is longer than 127 bytes.
  const length = body.length < 0x80 ? Buffer.of(body.length) : Buffer.of(0x81, body.length);
  return Buffer.concat([Buffer.of(0x30), length, body]);
}

function integerDer(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = asBytes(value, digits.length + (digits.length % 2));
  // A leading bit would make it negative.
  const content = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
  return Buffer.concat([Buffer.of(0x02, content.length), content]);
}

/** r and s of a signature; undefined where it is not DER of exactly these two, for DER has one spelling only. */
function numbersOf(signature: Buffer): readonly [bigint, bigint] | undefined {
  const start = signature[1] === 0x81 ? 3 : 2;
  const firstEnd = start + 2 + (signature[start + 1] ?? 0);
  const [first, second] = [signature.subarray(start + 2, firstEnd), signature.subarray(firstEnd + 2)];
  if (first.length === 0 || second.length === 0) return undefined;
  const numbers = [asNumber(first), asNumber(second)] as const;
  return signatureDer(...numbers).equals(signature) ? numbers : undefined;
}
