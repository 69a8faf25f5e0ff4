import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { derSequence } from "../../src/engine/der";
import { type EllipticCurve, ellipticCurves } from "../../src/engine/key-spec";
import { likenessToDer, readPrivateKey } from "../../src/engine/private-key";
import {
  der,
  ecKey,
  ecParts,
  hex,
  partsOf,
  pkcs8,
  pkcs8Of,
  pointMember,
  rsa2048,
  sec1,
  spellings,
} from "./private-key-spellings";
import { codeOf, thrown } from "./thrown";
import { wycheproofRsaKey } from "./wycheproof";

const curves: readonly EllipticCurve[] = ["prime256v1", "secp384r1", "secp521r1", "secp256k1"];

const oids: Readonly<Record<EllipticCurve, string>> = {
  prime256v1: "2a8648ce3d030107",
  secp384r1: "2b81040022",
  secp521r1: "2b81040023",
  secp256k1: "2b8104000a",
};

describe("a private key", () => {
  it.each(curves)("on %s has one spelling, however it was written", (curve) => {
    for (let round = 0; round < 20; round++) {
      const key = ecKey(curve);
      const canonical = readPrivateKey(key);
      expect(canonical.pkcs8).toEqual(key);
      expect(canonical.shape).toEqual({ kind: "ec", curve });
      for (const [how, spelling] of Object.entries(spellings(key))) {
        expect({ how, pkcs8: readPrivateKey(spelling).pkcs8 }).toEqual({ how, pkcs8: key });
        expect(spelling.equals(key)).toBe(false);
      }
    }
  });

  it.each(curves)("on %s may lack the zeros before a small scalar", (curve) => {
    const { algorithm } = partsOf(ecKey(curve));
    const short = readPrivateKey(pkcs8Of(algorithm, sec1(hex("07"))));
    expect(short.pkcs8).toHaveLength(ellipticCurves[curve].pkcs8Bytes);
    expect(ecParts(partsOf(short.pkcs8).inner).scalar.at(-1)).toBe(7);
    expect(createPrivateKey({ key: short.pkcs8, format: "der", type: "pkcs8" }).asymmetricKeyType).toBe("ec");
  });

  it.each([2048, 3072, 4096] as const)("of RSA with %i bits has one spelling, however it was written", (bits) => {
    const key = pkcs8(createPrivateKey({ key: wycheproofRsaKey(bits), format: "der", type: "pkcs8" }));
    const canonical = readPrivateKey(wycheproofRsaKey(bits));
    expect(canonical.pkcs8).toEqual(key);
    expect(canonical.shape).toEqual({ kind: "rsa", bits });
    for (const spelling of Object.values(spellings(key))) expect(readPrivateKey(spelling).pkcs8).toEqual(key);
  });

  it.each(curves)("on %s has one spelling in SEC1, too", (curve) => {
    const key = ecKey(curve);
    const { scalar: number, point: publicKey } = ecParts(partsOf(key).inner);
    const named = der(0xa0, der(0x06, hex(oids[curve])));
    const written = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "der", type: "sec1" });
    expect(written).toEqual(sec1(number, named, pointMember(publicKey)));
    for (const spelling of [written, sec1(number, named), sec1(number, pointMember(publicKey), named)]) {
      expect(readPrivateKey(spelling)).toEqual(readPrivateKey(key));
      expect(likenessToDer(spelling)).toBe("key");
    }
  });

  it.each([2048, 3072, 4096] as const)("of RSA with %i bits has one spelling in PKCS#1, too", (bits) => {
    const key = wycheproofRsaKey(bits);
    const written = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "der", type: "pkcs1" });
    expect(readPrivateKey(written)).toEqual(readPrivateKey(key));
    expect(likenessToDer(written)).toBe("key");
  });

  it.each<[string, Buffer, "key" | "begins" | "none"]>([
    ["PKCS#8", ecKey("prime256v1"), "key"],
    ["PKCS#8 that goes on behind its end", Buffer.concat([ecKey("prime256v1"), hex("00")]), "begins"],
    ["SEC1 of 48 bytes", sec1(Buffer.alloc(32, 1), hex("a00706052b8104000a")), "key"],
    ["a SEQUENCE of a raw size", der(0x30, Buffer.alloc(30)), "begins"],
    ["a SEQUENCE of two bytes", der(0x30), "begins"],
    ["a version and no more", der(0x30, hex("020100")), "begins"],
    ["a version and a SEQUENCE and no more", der(0x30, hex("0201003000")), "begins"],
    ["a version and a SEQUENCE and something else", der(0x30, hex("02010030000500")), "begins"],
    ["an OCTET STRING", der(0x04, Buffer.alloc(30)), "none"],
    ["nothing", Buffer.alloc(0), "none"],
    ["one byte", hex("30"), "none"],
  ])("is known by its structure: %s", (_, bytes, likeness) => {
    expect(likenessToDer(bytes)).toBe(likeness);
  });

  it("is read into memory of its own", () => {
    for (const key of [ecKey("secp521r1"), rsa2048()]) {
      const { pkcs8: own } = readPrivateKey(key);
      expect([own.byteOffset, own.buffer.byteLength]).toEqual([0, own.length]);
    }
  });
});

const p256 = ecKey("prime256v1");
const { algorithm: p256Algorithm, inner: p256Inner } = partsOf(p256);
const { scalar, point } = ecParts(p256Inner);
const rsa = rsa2048();
const { algorithm: rsaAlgorithm, inner: rsaInner } = partsOf(rsa);
const explicitCurve = pkcs8(
  generateKeyPairSync("ec", { namedCurve: "prime256v1", paramEncoding: "explicit" }).privateKey,
);
const encrypted = generateKeyPairSync("ec", {
  namedCurve: "prime256v1",
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase: "secret" },
});

/** The RSA key with one of its numbers changed by one bit in the middle. */
function rsaWithChanged(index: number): Buffer {
  const copy = Buffer.from(rsaInner);
  const number = derSequence(copy)?.[index];
  if (number === undefined) throw new Error("no such number");
  const middle = number.content.length >> 1;
  number.content[middle] = (number.content[middle] ?? 0) ^ 4;
  return pkcs8Of(rsaAlgorithm, copy);
}

const evenPrime = Buffer.from(rsaInner);
const firstPrime = derSequence(evenPrime)?.[4]?.content;
firstPrime?.writeUInt8(2, firstPrime.length - 1);

const multiPrime = Buffer.from(rsaInner);
multiPrime[(derSequence(multiPrime)?.[0]?.end ?? 0) + 3] = 1;

const twoCurves = sec1(scalar, der(0xa0, hex("06082a8648ce3d030107")), der(0xa0, hex("06052b8104000a")));
const damagedPkcs1 = partsOf(rsaWithChanged(4)).inner;

/** Everything that is no importable private key, with the code and words of its refusal. */
const refusals: readonly (readonly [string, Buffer, string, RegExp])[] = [
  ["nothing", Buffer.alloc(0), "malformed_material", /not in DER, or is cut off/],
  ["a key that is cut off", p256.subarray(0, -1), "malformed_material", /cut off/],
  ["a key and more", Buffer.concat([p256, hex("0a00")]), "malformed_material", /followed by 2 more bytes/],
  ["DER that ends inside", der(0x30, hex("0203")), "malformed_material", /DER cannot be read/],
  ["some other DER", der(0x30, hex("0500")), "malformed_material", /not a private key in PKCS#8, PKCS#1 or SEC1/],
  ["DER that is no SEQUENCE", der(0x04, hex("0500")), "malformed_material", /not in DER/],
  [
    "encrypted PKCS#8",
    encrypted.privateKey,
    "malformed_material",
    /must be decrypted first: `openssl pkcs8 -topk8 -nocrypt/,
  ],
  ["SEC1 without its curve", p256Inner, "malformed_material", /SEC1 and does not name its curve/],
  ["SEC1 with a damaged curve", sec1(scalar, der(0xa0, hex("06"))), "wrong_material", /on a curve that no KMS/],
  ["SEC1 on a curve of no KMS", sec1(scalar, der(0xa0, hex("06052b81040021"))), "wrong_material", /on a curve that/],
  ["SEC1 with another curve twice", twoCurves, "malformed_material", /names another curve inside/],
  ["PKCS#1 of a damaged number", damagedPkcs1, "malformed_material", /do not belong together/],
  ["PKCS#1 of three primes", multiPrime, "wrong_material", /more than two primes/],
  [
    "PKCS#1 with too few numbers",
    der(0x30, hex("020100020103020105")),
    "malformed_material",
    /the private one is needed/,
  ],
  [
    "SEC1 of a version that there is not",
    der(0x30, hex("020102"), hex("040103")),
    "malformed_material",
    /not a private key in PKCS#8, PKCS#1 or SEC1/,
  ],
  [
    "SEC1 of a long version",
    der(0x30, hex("02020001"), hex("040103")),
    "malformed_material",
    /not a private key in PKCS#8, PKCS#1 or SEC1/,
  ],
  ["a public key", encrypted.publicKey, "malformed_material", /the private one is needed/],
  ["a public key in PKCS#1", der(0x30, hex("020103020103")), "malformed_material", /the private one is needed/],
  ["a certificate", der(0x30, hex("3000"), hex("3000"), hex("030100")), "malformed_material", /This is a certificate/],
  ["PKCS#12", der(0x30, hex("020103"), hex("3000"), hex("3000")), "malformed_material", /openssl pkcs12/],
  [
    "RSASSA-PSS",
    pkcs8(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey),
    "wrong_material",
    /RSASSA-PSS/,
  ],
  ["Ed25519", pkcs8(generateKeyPairSync("ed25519").privateKey), "wrong_material", /Ed25519/],
  ["Ed448", pkcs8(generateKeyPairSync("ed448").privateKey), "wrong_material", /Ed448/],
  ["X25519", pkcs8(generateKeyPairSync("x25519").privateKey), "wrong_material", /X25519/],
  ["X448", pkcs8(generateKeyPairSync("x448").privateKey), "wrong_material", /X448/],
  ["DSA", pkcs8Of(der(0x30, hex("06072a8648ce380401")), hex("020101")), "wrong_material", /DSA/],
  [
    "an unknown kind",
    pkcs8Of(der(0x30, hex("06022a03")), hex("020101")),
    "wrong_material",
    /of a kind that no KMS imports/,
  ],
  [
    "a kind that is no object identifier",
    pkcs8Of(der(0x30, hex("0500")), hex("020101")),
    "wrong_material",
    /of a kind/,
  ],
  ["a kind that cannot be read", pkcs8Of(der(0x30, hex("06")), hex("020101")), "wrong_material", /of a kind/],
  [
    "RSA of 1024 bits",
    pkcs8(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey),
    "wrong_material",
    /1024 bits/,
  ],
  ["RSA of three primes", pkcs8Of(rsaAlgorithm, multiPrime), "wrong_material", /more than two primes/],
  ["RSA without numbers", pkcs8Of(rsaAlgorithm, hex("3000")), "malformed_material", /numbers cannot be read/],
  [
    "RSA with a number that is longer than any",
    pkcs8Of(rsaAlgorithm, der(0x30, hex("020100"), der(0x02, Buffer.alloc(4_096, 1)), hex("020103"))),
    "malformed_material",
    /a number in it is longer than any/,
  ],
  ["RSA that is no DER", pkcs8Of(rsaAlgorithm, hex("01")), "malformed_material", /DER cannot be read/],
  [
    "RSA and more inside",
    pkcs8Of(rsaAlgorithm, Buffer.concat([rsaInner, hex("00")])),
    "malformed_material",
    /cannot be read/,
  ],
  ...[1, 3, 4, 5, 6, 7, 8].map(
    (index) =>
      [
        `RSA with number ${index} changed`,
        rsaWithChanged(index),
        "malformed_material",
        /do not belong together/,
      ] as const,
  ),
  [
    "a curve spelled out",
    explicitCurve,
    "wrong_material",
    /explicit parameters.*openssl pkey -ec_param_enc named_curve/,
  ],
  [
    "P-224",
    pkcs8(generateKeyPairSync("ec", { namedCurve: "secp224r1" }).privateKey),
    "wrong_material",
    /on a curve that no KMS/,
  ],
  [
    "brainpool",
    pkcs8(generateKeyPairSync("ec", { namedCurve: "brainpoolP256r1" }).privateKey),
    "wrong_material",
    /on a curve/,
  ],
  ["ECC without a curve", pkcs8Of(der(0x30, hex("06072a8648ce3d0201")), p256Inner), "wrong_material", /on a curve/],
  ["ECC that is no DER", pkcs8Of(p256Algorithm, hex("01")), "malformed_material", /DER cannot be read/],
  [
    "ECC without a scalar",
    pkcs8Of(p256Algorithm, der(0x30, hex("020101"))),
    "malformed_material",
    /DER cannot be read/,
  ],
  [
    "ECC with another scalar's place taken",
    pkcs8Of(p256Algorithm, der(0x30, hex("020101020101"))),
    "malformed_material",
    /DER cannot be read/,
  ],
  ["a scalar of zero", pkcs8Of(p256Algorithm, sec1(Buffer.alloc(32))), "malformed_material", /no private key on P-256/],
  [
    "a scalar beyond the order",
    pkcs8Of(p256Algorithm, sec1(Buffer.alloc(32, 255))),
    "malformed_material",
    /no private key on P-256/,
  ],
  [
    "a scalar that is too long",
    pkcs8Of(p256Algorithm, sec1(Buffer.alloc(40, 1))),
    "malformed_material",
    /no private key on P-256/,
  ],
  ["an empty scalar", pkcs8Of(p256Algorithm, sec1(Buffer.alloc(0))), "malformed_material", /no private key on P-256/],
  [
    "another key's public key",
    pkcs8Of(p256Algorithm, sec1(scalar, pointMember(ecParts(partsOf(ecKey("prime256v1")).inner).point))),
    "malformed_material",
    /belongs to another key/,
  ],
  [
    "a public key off the curve",
    pkcs8Of(p256Algorithm, sec1(scalar, pointMember(Buffer.concat([point.subarray(0, 64), hex("00")])))),
    "malformed_material",
    /no point of its curve/,
  ],
  [
    "a public key that is no BIT STRING",
    pkcs8Of(p256Algorithm, sec1(scalar, der(0xa1, hex("0500")))),
    "malformed_material",
    /belongs to another key/,
  ],
  [
    "another curve inside",
    pkcs8Of(p256Algorithm, sec1(scalar, der(0xa0, hex("06052b8104000a")))),
    "malformed_material",
    /names another curve inside/,
  ],
  [
    "something that is no curve inside",
    pkcs8Of(p256Algorithm, sec1(scalar, der(0xa0, hex("0500")))),
    "malformed_material",
    /names another curve inside/,
  ],
  [
    "more than a key inside",
    pkcs8Of(p256Algorithm, sec1(scalar, hex("0500"))),
    "malformed_material",
    /more than a key/,
  ],
  ["RSA with an even prime", pkcs8Of(rsaAlgorithm, evenPrime), "malformed_material", /do not belong together/],
];

describe("what is no importable private key", () => {
  it.each(refusals)("%s is refused, with what to do", (_, given, code, words) => {
    const error = thrown(() => readPrivateKey(given));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it("gives a ByokError for any bytes and any change of a key", () => {
    const attempt = (bytes: Buffer): void =>
      expect(["none", "malformed_material", "wrong_material"]).toContain(codeOf(() => readPrivateKey(bytes)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => attempt(Buffer.from(bytes))));
    const inner = fc.uint8Array({ maxLength: 100 });
    fc.assert(fc.property(inner, (bytes) => attempt(pkcs8Of(p256Algorithm, Buffer.from(bytes)))));
    fc.assert(fc.property(inner, (bytes) => attempt(pkcs8Of(rsaAlgorithm, der(0x30, Buffer.from(bytes))))));
    for (const key of [p256, rsa]) {
      fc.assert(
        fc.property(fc.nat(key.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const changed = Buffer.from(key);
          changed[at] = (changed[at] ?? 0) ^ change;
          attempt(changed);
        }),
      );
    }
  });
});
