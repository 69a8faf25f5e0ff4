import { createPublicKey } from "node:crypto";
import { derTag, readDer } from "../engine/der";
import type { EllipticCurve } from "../engine/key-spec";

/** DER SPKI of an RSA key. The numbers are big-endian. */
export function rsaSpki(modulus: Buffer, exponent: Buffer): Buffer {
  const key = createPublicKey({
    key: {
      kty: "RSA",
      n: withoutZeros(modulus).toString("base64url"),
      e: withoutZeros(exponent).toString("base64url"),
    },
    format: "jwk",
  });
  return key.export({ format: "der", type: "spki" });
}

/** The names of the curves in JWK, and the bytes of a coordinate. */
const curves = {
  prime256v1: ["P-256", 32],
  secp384r1: ["P-384", 48],
  secp521r1: ["P-521", 66],
  secp256k1: ["secp256k1", 32],
} as const satisfies Record<EllipticCurve, readonly [string, number]>;

/**
 * DER SPKI of a key on a curve. PKCS#11 wants CKA_EC_POINT as a DER OCTET STRING, and some modules give the bare point.
 * Undefined where it is neither, not uncompressed, or not on the curve.
 */
export function ecSpki(curve: EllipticCurve, ecPoint: Buffer): Buffer | undefined {
  const [crv, bytes] = curves[curve];
  const point = [ecPoint, octetsIn(ecPoint)].find((one) => one?.length === 1 + 2 * bytes && one[0] === 0x04);
  if (point === undefined) return undefined;
  const x = point.toString("base64url", 1, 1 + bytes);
  const y = point.toString("base64url", 1 + bytes);
  try {
    return createPublicKey({ key: { kty: "EC", crv, x, y }, format: "jwk" }).export({ format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

function octetsIn(bytes: Buffer): Buffer | undefined {
  const outer = readDer(bytes);
  return outer?.tag === derTag.octetString && outer.end === bytes.length ? Buffer.from(outer.content) : undefined;
}

function withoutZeros(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return number.subarray(Math.max(first, 0));
}

/** The numbers of an RSA key, big-endian. @param spki DER. */
export function rsaNumbers(spki: Buffer): { readonly modulus: Buffer; readonly exponent: Buffer } {
  const { n = "", e = "" } = createPublicKey({ key: spki, format: "der", type: "spki" }).export({ format: "jwk" });
  return { modulus: Buffer.from(n, "base64url"), exponent: Buffer.from(e, "base64url") };
}
