import { createECDH, createPrivateKey, createPublicKey, ECDH, type KeyObject, sign, verify } from "node:crypto";
import { type DerValue, derChildren, derSequence, derTag, readDer, startsWithTags } from "./der";
import { ByokError } from "./errors";
import { type EllipticCurve, ellipticCurves, type MaterialShape, type RsaModulusBits, rsaModuli } from "./key-spec";
import { encryptedLabel, parametersLabel } from "./pem";

/** A private key in its one spelling. */
export interface PrivateKey {
  /**
   * DER PKCS#8 as OpenSSL writes it: version 0, no attributes; for ECC the named curve, the scalar in full length and
   * the uncompressed public key. In memory of its own.
   */
  readonly pkcs8: Buffer;
  readonly shape: MaterialShape;
  /** DER SPKI. */
  readonly publicKey: Buffer;
}

/**
 * Reads a private key in DER: RSA of two primes in PKCS#8 (RFC 5958) or PKCS#1 (RFC 8017), or ECC on a named curve in
 * PKCS#8 or SEC1 (RFC 5915).
 *
 * The numbers of an RSA key are kept as they are, so its `d` stays what it was, modulo lambda or phi. A key whose parts
 * do not belong together is refused, since a KMS would keep it for ever.
 *
 * Throws `malformed_material` for what is no such key, `wrong_material` for a kind or size that no KMS imports.
 */
export function readPrivateKey(der: Buffer): PrivateKey {
  const members = keyMembers(der);
  const written = writtenKey(members);
  switch (written?.form) {
    case "pkcs8":
      return readPkcs8(written.algorithm, written.key);
    case "pkcs1":
      return readRsa(der);
    case "sec1":
      return readEc(der, statedCurve(written.parameters));
    case undefined: {
      const other = otherForms.find(({ tags }) => startsWithTags(members, tags));
      throw malformed(other?.refusal ?? "The DER is not a private key in PKCS#8, PKCS#1 or SEC1.");
    }
  }
}

/**
 * How far bytes look like a private key in DER. `key`: by their whole structure, which chance does not bring about.
 * `begins`: by their first bytes, so that the refusal of `readPrivateKey` explains more than their mere size.
 */
export function likenessToDer(bytes: Buffer): "key" | "begins" | "none" {
  const members = derSequence(bytes);
  if (members !== null && writtenKey(members) !== undefined) return "key";
  const [tag, length = 0] = bytes;
  const longLength = length === 0x81 || length === 0x82;
  return tag === derTag.sequence && (longLength || length === bytes.length - 2) ? "begins" : "none";
}

/** Throws `malformed_material` for a PEM block that is not an unencrypted private key, with what to do about it. */
export function checkPemLabel(label: string): void {
  if (keyLabels.includes(label)) return;
  throw malformed(pemRefusals[label] ?? "The PEM holds no private key.");
}

/** The labels of PKCS#8, PKCS#1 and SEC1. What is inside decides how it is read. */
const keyLabels: readonly string[] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

const convert = "`openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW`";
const importable = "no KMS imports. Use RSA of 2048, 3072 or 4096 bits, or ECC on P-256, P-384, P-521 or secp256k1.";
const encrypted = `The private key is encrypted. It must be decrypted first: ${convert} asks for the password.`;
const publicOnly = "This is a public key, and the private one is needed.";
const certificate = "This is a certificate, and the private key is needed.";

const pemRefusals: Readonly<Record<string, string>> = {
  [encryptedLabel]: encrypted,
  [parametersLabel]: "These are the parameters of a curve, and a private key is needed.",
  "OPENSSH PRIVATE KEY":
    "The private key is in OpenSSH's format and must be in PKCS#8: `ssh-keygen -p -m PKCS8 -f KEY` converts it.",
  "PUBLIC KEY": publicOnly,
  "RSA PUBLIC KEY": publicOnly,
  CERTIFICATE: certificate,
};

/** What else may stand where a private key should, told by the tags of its first members. */
const otherForms: readonly { readonly tags: readonly number[]; readonly refusal: string }[] = [
  { tags: [derTag.sequence, derTag.octetString], refusal: encrypted },
  { tags: [derTag.sequence, derTag.bitString], refusal: publicOnly },
  { tags: [derTag.integer, derTag.integer], refusal: publicOnly },
  { tags: [derTag.sequence, derTag.sequence, derTag.bitString], refusal: certificate },
  {
    tags: [derTag.integer, derTag.sequence, derTag.sequence],
    refusal:
      "This is PKCS#12, and PKCS#8 is needed: `openssl pkcs12 -nodes -nocerts -in OLD -out NEW` takes the key out.",
  },
];

/** A whole private key as it is written, with the members that say how it goes on. */
type WrittenKey =
  | { readonly form: "pkcs8"; readonly algorithm: DerValue; readonly key: DerValue }
  | { readonly form: "pkcs1" }
  | { readonly form: "sec1"; readonly parameters: DerValue | undefined };

function writtenKey(members: readonly DerValue[]): WrittenKey | undefined {
  const [version, second, third] = members;
  if (version?.tag !== derTag.integer || !versions.some((known) => version.content.equals(known))) return undefined;
  if (second?.tag === derTag.sequence && third?.tag === derTag.octetString) {
    return { form: "pkcs8", algorithm: second, key: third };
  }
  if (startsWithTags(members, pkcs1Tags)) return { form: "pkcs1" };
  if (second?.tag !== derTag.octetString) return undefined;
  return { form: "sec1", parameters: members.find(({ tag }) => tag === parametersTag) };
}

const versions = [Buffer.of(0), Buffer.of(1)];

/** The version and the eight numbers of an RSAPrivateKey. */
const pkcs1Tags = Array.from({ length: 9 }, () => derTag.integer);

/** By object identifier, in hexadecimal: what is read, and what is named in a refusal. */
const keyKinds: Readonly<Record<string, string>> = {
  "2a864886f70d010101": "rsa",
  "2a8648ce3d0201": "ec",
  "2a864886f70d01010a": "an RSASSA-PSS",
  "2b6570": "an Ed25519",
  "2b6571": "an Ed448",
  "2b656e": "an X25519",
  "2b656f": "an X448",
  "2a8648ce380401": "a DSA",
};

/**
 * Each curve's object identifier, and what stands before and between the two parts of its canonical PKCS#8, all in
 * hexadecimal.
 */
const curves = {
  prime256v1: {
    oid: "2a8648ce3d030107",
    head: "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420",
    middle: "a144034200",
  },
  secp384r1: {
    oid: "2b81040022",
    head: "3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430",
    middle: "a164036200",
  },
  secp521r1: {
    oid: "2b81040023",
    head: "3081ee020100301006072a8648ce3d020106052b810400230481d63081d30201010442",
    middle: "a1818903818600",
  },
  secp256k1: {
    oid: "2b8104000a",
    head: "308184020100301006072a8648ce3d020106052b8104000a046d306b0201010420",
    middle: "a144034200",
  },
} as const satisfies Record<EllipticCurve, { oid: string; head: string; middle: string }>;

function keyMembers(der: Buffer): readonly DerValue[] {
  const outer = readDer(der);
  if (outer === null || outer.tag !== derTag.sequence) throw malformed("The private key is not in DER, or is cut off.");
  if (outer.end < der.length) throw malformed(`The private key is followed by ${der.length - outer.end} more bytes.`);
  const members = derChildren(outer.content);
  if (members === null) throw malformed("The private key is damaged: its DER cannot be read.");
  return members;
}

function readPkcs8(algorithm: DerValue, key: DerValue): PrivateKey {
  const [oid, parameters] = derChildren(algorithm.content) ?? [];
  const kind = oid?.tag === derTag.objectIdentifier ? keyKinds[oid.content.toString("hex")] : undefined;
  if (kind === undefined) throw new ByokError("wrong_material", `The private key is of a kind that ${importable}`);
  if (kind === "rsa") return readRsa(key.content);
  if (kind === "ec") return readEc(key.content, parameters);
  throw new ByokError("wrong_material", `The private key is ${kind} key, of a kind that ${importable}`);
}

function readRsa(pkcs1Key: Buffer): PrivateKey {
  const numbers = derSequence(pkcs1Key);
  if (numbers === null) throw malformed("The RSA private key is damaged: its DER cannot be read.");
  if (numbers[0]?.content.equals(Buffer.from([1]))) {
    throw new ByokError(
      "wrong_material",
      "The RSA private key has more than two primes, and no KMS imports such keys.",
    );
  }
  // What OpenSSL computes with them takes minutes where they are as long as DER allows.
  if (numbers.some(({ content }) => content.length > longestRsaNumberBytes)) {
    throw malformed("The RSA private key is damaged: a number in it is longer than any that belongs there.");
  }
  const key = rsaKeyObject(pkcs1Key);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined || !isRsaModulus(bits)) {
    throw new ByokError("wrong_material", `The RSA private key has ${bits} bits, of a size that ${importable}`);
  }
  const exported = key.export({ format: "der", type: "pkcs8" });
  const pkcs8 = ownCopy(exported);
  exported.fill(0);
  try {
    checkRsaNumbers(pkcs1Key, numbers, key);
    return { pkcs8, shape: { kind: "rsa", bits }, publicKey: spkiOf(key) };
  } catch (error) {
    pkcs8.fill(0);
    throw error;
  }
}

/** 16384 bits and a zero byte in front: room for keys that are larger than any KMS takes, and are refused as such. */
const longestRsaNumberBytes = 2_049;

function rsaKeyObject(pkcs1Key: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: pkcs1Key, format: "der", type: "pkcs1" });
  } catch {
    // OpenSSL's words are left out: they may come from the middle of the key.
    throw malformed("The RSA private key is damaged: its numbers cannot be read.");
  }
}

/**
 * OpenSSL computes with the primes, and with `d` only where that went wrong. So with `d` spoiled a signature is right
 * only if the primes and their exponents are, and with a prime spoiled only if `d` is.
 */
function checkRsaNumbers(pkcs1Key: Buffer, numbers: readonly DerValue[], key: KeyObject): void {
  const publicKey = createPublicKey(key);
  for (const { content } of numbers.slice(rsaPrivateExponent, rsaFirstPrime + 1)) {
    const copy = ownCopy(pkcs1Key);
    try {
      const middle = content.byteOffset - pkcs1Key.byteOffset + (content.length >> 1);
      copy.writeUInt8(copy.readUInt8(middle) ^ 2, middle);
      if (!signs(rsaKeyObject(copy), publicKey)) {
        throw malformed("The numbers of the RSA private key do not belong together.");
      }
    } finally {
      copy.fill(0);
    }
  }
}

/** Where these stand among the numbers of an RSAPrivateKey (RFC 8017, A.1.2), one after the other. */
const rsaPrivateExponent = 3;
const rsaFirstPrime = 4;

function signs(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const message = Buffer.from("byok");
  try {
    return verify("sha256", message, publicKey, sign("sha256", message, privateKey));
  } catch {
    return false;
  }
}

function readEc(sec1Key: Buffer, parameters: DerValue | undefined): PrivateKey {
  const curve = namedCurve(parameters);
  const members = derSequence(sec1Key);
  const scalar = members?.[1];
  if (members === null || scalar === undefined || !startsWithTags(members, [derTag.integer, derTag.octetString])) {
    throw malformed("The ECC private key is damaged: its DER cannot be read.");
  }
  for (const member of members.slice(2)) checkEcMember(member, curve);
  const point = pointOf(scalar.content, curve);
  const stated = members.slice(2).find(({ tag }) => tag === publicKeyTag);
  if (stated !== undefined && !point.equals(uncompressed(stated, curve))) {
    throw malformed("The public key inside the ECC private key belongs to another key.");
  }
  const pkcs8 = spelled(scalar.content, point, curve);
  return {
    pkcs8,
    shape: { kind: "ec", curve },
    publicKey: spkiOf(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })),
  };
}

/** The curve that a key in SEC1 names itself. */
function statedCurve(parameters: DerValue | undefined): DerValue | undefined {
  if (parameters !== undefined) return readDer(parameters.content) ?? undefined;
  throw malformed("The private key is in SEC1 and does not name its curve. Export it in PKCS#8, or with its curve.");
}

/** The context tags inside an ECPrivateKey (RFC 5915). */
const parametersTag = 0xa0;
const publicKeyTag = 0xa1;

function namedCurve(parameters: DerValue | undefined): EllipticCurve {
  if (parameters?.tag === derTag.sequence) {
    throw new ByokError(
      "wrong_material",
      "The ECC private key spells out its curve as explicit parameters, and KMSs want the curve's name: `openssl pkey -ec_param_enc named_curve -in OLD -out NEW` converts it.",
    );
  }
  const oid = parameters?.tag === derTag.objectIdentifier ? parameters.content.toString("hex") : "";
  const curve = Object.keys(ellipticCurves)
    .filter(isCurve)
    .find((name) => curves[name].oid === oid);
  if (curve === undefined) {
    throw new ByokError("wrong_material", `The ECC private key is on a curve that ${importable}`);
  }
  return curve;
}

/** The optional members of the key must say the same as the rest of it. */
function checkEcMember(member: DerValue, curve: EllipticCurve): void {
  if (member.tag === publicKeyTag) return;
  const inner = member.tag === parametersTag ? readDer(member.content) : null;
  if (inner?.tag === derTag.objectIdentifier && inner.content.toString("hex") === curves[curve].oid) return;
  throw malformed("The ECC private key is damaged: it names another curve inside, or holds more than a key.");
}

function pointOf(scalar: Buffer, curve: EllipticCurve): Buffer {
  const pair = createECDH(curve);
  try {
    pair.setPrivateKey(scalar);
  } catch {
    throw malformed(`The ECC private key is damaged: its number is no private key on ${ellipticCurves[curve].title}.`);
  }
  return pair.getPublicKey();
}

function uncompressed(stated: DerValue, curve: EllipticCurve): Buffer {
  const bits = readDer(stated.content);
  // The first byte of a BIT STRING counts its unused bits.
  const point = bits?.tag === derTag.bitString ? bits.content.subarray(1) : Buffer.alloc(0);
  try {
    return Buffer.from(ECDH.convertKey(point, curve, undefined, undefined, "uncompressed"));
  } catch {
    throw malformed("The public key inside the ECC private key is no point of its curve.");
  }
}

function spelled(scalar: Buffer, point: Buffer, curve: EllipticCurve): Buffer {
  const { head, middle } = curves[curve];
  const { scalarBytes } = ellipticCurves[curve];
  const headBytes = Buffer.from(head, "hex");
  const middleBytes = Buffer.from(middle, "hex");
  // Some programs write fewer bytes, or a zero in front.
  const significant = scalar.subarray(Math.max(0, scalar.length - scalarBytes));
  const pkcs8 = Buffer.alloc(headBytes.length + scalarBytes + middleBytes.length + point.length);
  pkcs8.set(headBytes, 0);
  pkcs8.set(significant, headBytes.length + scalarBytes - significant.length);
  pkcs8.set(middleBytes, headBytes.length + scalarBytes);
  pkcs8.set(point, headBytes.length + scalarBytes + middleBytes.length);
  return pkcs8;
}

function spkiOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" });
}

/** A copy outside of Node's shared pool, so that it can be wiped. */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.alloc(bytes.length);
  copy.set(bytes);
  return copy;
}

function isCurve(name: string): name is EllipticCurve {
  return Object.hasOwn(ellipticCurves, name);
}

function isRsaModulus(bits: number): bits is RsaModulusBits {
  return Object.hasOwn(rsaModuli, bits);
}

function malformed(message: string): ByokError {
  return new ByokError("malformed_material", message);
}
