import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { publishedPair } from "../support/published-keys";

type Bits = number;

/** What a malicious KMS may give for a wrapping key, in the order of its cunning. It is reported the size that was asked for. */
export const hostilePublicKeys: readonly (readonly [what: string, make: (asked: Bits) => Buffer])[] = [
  ["nothing", () => Buffer.alloc(0)],
  ["a text", () => Buffer.from("hello")],
  ["an EC key", () => spki(generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey)],
  ["an Ed25519 key", () => spki(generateKeyPairSync("ed25519").publicKey)],
  ["an X25519 key", () => spki(generateKeyPairSync("x25519").publicKey)],
  [
    "an RSA-PSS key",
    (asked) => spki(generateKeyPairSync("rsa-pss", { modulusLength: Math.min(asked, 2048) }).publicKey),
  ],
  ["an RSA key of 512 bits", () => rsaSpki(modulus(512))],
  ["an RSA key of 1024 bits", () => rsaSpki(modulus(1024))],
  ["an RSA key a byte shorter than asked for", (asked) => rsaSpki(modulus(asked - 8))],
  ["an RSA key a byte longer than asked for", (asked) => rsaSpki(modulus(asked + 8))],
  ["an RSA key of 16384 bits", () => rsaSpki(modulus(16_384))],
  ["the exponent 1", (asked) => rsaSpki(modulus(asked), Buffer.of(1))],
  ["the exponent 3", (asked) => rsaSpki(modulus(asked), Buffer.of(3))],
  ["an even exponent", (asked) => rsaSpki(modulus(asked), Buffer.of(1, 0, 2))],
  ["an exponent of 0", (asked) => rsaSpki(modulus(asked), Buffer.of(0))],
  ["an exponent as long as the modulus", (asked) => rsaSpki(modulus(asked), modulus(asked))],
  ["an even modulus", (asked) => rsaSpki(even(modulus(asked)))],
  ["a modulus of all zeros", (asked) => rsaSpki(Buffer.alloc(asked / 8))],
  ["a negative modulus", (asked) => rsaSpki(modulus(asked), exponent, false)],
  ["a key that is cut off", (asked) => rsaSpki(modulus(asked)).subarray(0, -1)],
  ["a key with bytes behind it", (asked) => Buffer.concat([rsaSpki(modulus(asked)), Buffer.of(0)])],
  ["a key with megabytes behind it", (asked) => Buffer.concat([rsaSpki(modulus(asked)), Buffer.alloc(3_000_000)])],
  ["a key of indefinite length", (asked) => indefinite(rsaSpki(modulus(asked)))],
  ["the PEM of a smaller key", () => pem(rsaSpki(modulus(1024)))],
  ["a PEM that is cut off", (asked) => pem(rsaSpki(modulus(asked))).subarray(0, -20)],
  ["two keys in one PEM", (asked) => Buffer.concat([pem(rsaSpki(modulus(asked))), pem(rsaSpki(modulus(asked)))])],
  ["a private key", () => publishedPair().privateKey.export({ format: "der", type: "pkcs8" })],
];

const exponent = Buffer.of(1, 0, 1);

/** As long as it should be, and odd; nobody can tell whether it has two factors. */
function modulus(bits: Bits): Buffer {
  return Buffer.alloc(bits / 8, 0xc5);
}

function even(odd: Buffer): Buffer {
  return Buffer.concat([odd.subarray(0, -1), Buffer.of(0xc4)]);
}

function spki(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "spki" });
}

/** SPKI by hand, for numbers that OpenSSL would not write. */
function rsaSpki(number: Buffer, publicExponent: Buffer = exponent, positive = true): Buffer {
  const key = tlv(0x30, integer(number, positive), integer(publicExponent));
  const algorithm = Buffer.from("300d06092a864886f70d0101010500", "hex");
  return tlv(0x30, algorithm, tlv(0x03, Buffer.of(0), key));
}

function integer(bytes: Buffer, positive = true): Buffer {
  return tlv(0x02, ...(positive && (bytes[0] ?? 0) >= 0x80 ? [Buffer.of(0)] : []), bytes);
}

function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), body]);
}

function indefinite(der: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x30, 0x80), der.subarray(4), Buffer.alloc(2)]);
}

function pem(der: Buffer): Buffer {
  return Buffer.from(`-----BEGIN PUBLIC KEY-----\n${der.toString("base64")}\n-----END PUBLIC KEY-----\n`);
}
