import { createPrivateKey, ECDH, generateKeyPairSync, type KeyObject } from "node:crypto";
import { derChildren, derSequence } from "../../src/engine/der";
import type { EllipticCurve } from "../../src/engine/key-spec";
import { wycheproofRsaKey } from "./wycheproof";

export const rsa2048 = (): Buffer => wycheproofRsaKey(2048);

export function ecKey(curve: EllipticCurve): Buffer {
  return pkcs8(generateKeyPairSync("ec", { namedCurve: curve }).privateKey);
}

export function pkcs8(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "pkcs8" });
}

export function pem(label: string, body: Buffer): Buffer {
  const lines = body.toString("base64").replace(/.{64}/g, "$&\n");
  return Buffer.from(`-----BEGIN ${label}-----\n${lines.trimEnd()}\n-----END ${label}-----\n`);
}

/** One DER value. */
export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

export const hex = (text: string): Buffer => Buffer.from(text, "hex");

/** The algorithm and the inner key of DER PKCS#8, each as a whole value. */
export function partsOf(key: Buffer): { readonly algorithm: Buffer; readonly inner: Buffer } {
  const [, algorithm, inner] = derSequence(key) ?? [];
  if (algorithm === undefined || inner === undefined) throw new Error("not PKCS#8");
  return { algorithm: der(0x30, algorithm.content), inner: inner.content };
}

/** PKCS#8 of these parts, with attributes or a version of one's own. */
export function pkcs8Of(algorithm: Buffer, inner: Buffer, version = 0, ...rest: readonly Buffer[]): Buffer {
  return der(0x30, hex(`02010${version}`), algorithm, der(0x04, inner), ...rest);
}

/** The same key, written by other programs. */
export function spellings(key: Buffer): Readonly<Record<string, Buffer>> {
  const { algorithm, inner } = partsOf(key);
  const attributes = der(0xa0, der(0x30, hex("0603551d0f"), der(0x31, hex("03020780"))));
  const common = {
    "with attributes": pkcs8Of(algorithm, inner, 0, attributes),
    "as a OneAsymmetricKey": pkcs8Of(algorithm, inner, 1, hex("810100")),
  };
  return createPrivateKey({ key, format: "der", type: "pkcs8" }).asymmetricKeyType === "ec"
    ? { ...common, ...ecSpellings(algorithm, inner) }
    : common;
}

/** The scalar and the point of a SEC1 key. */
export function ecParts(inner: Buffer): { readonly scalar: Buffer; readonly point: Buffer } {
  const [, scalar, publicKey] = derSequence(inner) ?? [];
  const [bits] = derChildren(publicKey?.content ?? Buffer.alloc(0)) ?? [];
  if (scalar === undefined || bits === undefined) throw new Error("not SEC1");
  return { scalar: scalar.content, point: bits.content.subarray(1) };
}

export function sec1(scalar: Buffer, ...rest: readonly Buffer[]): Buffer {
  return der(0x30, hex("020101"), der(0x04, scalar), ...rest);
}

export function pointMember(point: Buffer): Buffer {
  return der(0xa1, der(0x03, hex("00"), point));
}

function ecSpellings(algorithm: Buffer, inner: Buffer): Readonly<Record<string, Buffer>> {
  const { scalar, point } = ecParts(inner);
  const oid = (derSequence(algorithm) ?? [])[1]?.content ?? Buffer.alloc(0);
  const curve = curveOf[oid.toString("hex")] ?? "";
  const compressed = Buffer.from(ECDH.convertKey(point, curve, undefined, undefined, "compressed"));
  return {
    "without its public key": pkcs8Of(algorithm, sec1(scalar)),
    "with a compressed public key": pkcs8Of(algorithm, sec1(scalar, pointMember(compressed))),
    "with its curve inside": pkcs8Of(algorithm, sec1(scalar, der(0xa0, der(0x06, oid)), pointMember(point))),
    "with a zero before its scalar": pkcs8Of(algorithm, sec1(Buffer.concat([hex("00"), scalar]), pointMember(point))),
  };
}

const curveOf: Readonly<Record<string, string>> = {
  "2a8648ce3d030107": "prime256v1",
  "2b81040022": "secp384r1",
  "2b81040023": "secp521r1",
  "2b8104000a": "secp256k1",
};
