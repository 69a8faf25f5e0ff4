import { createHash, createHmac, createPublicKey, randomBytes } from "node:crypto";
import { cmac } from "@noble/ciphers/aes.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { derSequence } from "../../src/engine/der";
import {
  fingerprintOfPublicKey,
  fingerprintOfRaw,
  isAsExpected,
  isExpectedFingerprint,
  isFingerprint,
  parseExpectedFingerprint,
  parseFingerprint,
} from "../../src/engine/fingerprint";
import { KeyMaterial } from "../../src/engine/key-material";
import { der, ecKey, ecParts, hex, partsOf, rsa2048 } from "./private-key-spellings";
import { thrown } from "./thrown";

describe("the fingerprint", () => {
  it.each([16, 24, 32])("of %i bytes is AES-CMAC of a zero block", (length) => {
    const bytes = randomBytes(length);
    const mac = Buffer.from(cmac(new Uint8Array(16), Uint8Array.from(bytes))).toString("hex");
    expect(fingerprintOfRaw(bytes)).toBe(`cmac:${mac}`);
  });

  it.each([28, 48, 64])("of %i bytes is HMAC-SHA-256 over the label", (length) => {
    const bytes = randomBytes(length);
    const mac = createHmac("sha256", bytes).update(Buffer.from("byok fingerprint v1", "ascii")).digest("hex");
    expect(fingerprintOfRaw(bytes)).toBe(`hmac:${mac}`);
  });

  // What the formulas give for known bytes must never change: it is on record in states and tags.
  it.each([
    [16, "cmac:be7ed6ae787dd5544c5561c7dcd06abb"],
    [24, "cmac:d4ffb80ebf6c3a89c1ab5278c6949f6d"],
    [32, "cmac:377822c09348ad3bcf3f1987bcf89b4a"],
    [28, "hmac:225fca6e34574a90b6558f39c0fc393b37afda025d95d578b9538312259d3348"],
    [48, "hmac:a5f7d4666c8bf24713352d369864091f05469db0091c27ab13e619833e5f7ef6"],
    [64, "hmac:e6cdc402579cdd5c8965a1085f13ede32bc52dc58a6e305af451b7946dce2138"],
  ])("of the bytes 0 to n stays what OpenSSL computes, for %i of them", (length, fingerprint) => {
    expect(fingerprintOfRaw(Buffer.from(Array.from({ length }, (_, index) => index)))).toBe(fingerprint);
  });

  const curves = [
    ["prime256v1", p256, "301306072a8648ce3d020106082a8648ce3d030107"],
    ["secp384r1", p384, "301006072a8648ce3d020106052b81040022"],
    ["secp521r1", p521, "301006072a8648ce3d020106052b81040023"],
    ["secp256k1", secp256k1, "301006072a8648ce3d020106052b8104000a"],
  ] as const;

  it.each(curves)(
    "of a key on %s is SHA-256 of the public key that belongs to its scalar",
    (name, curve, algorithm) => {
      const key = ecKey(name);
      const { scalar } = ecParts(partsOf(key).inner);
      const point = Buffer.from(curve.getPublicKey(Uint8Array.from(scalar), false));
      const spki = der(0x30, hex(algorithm), der(0x03, hex("00"), point));
      const expected = `spki:${createHash("sha256").update(spki).digest("hex")}`;
      expect(fingerprintOfPublicKey(spki)).toBe(expected);
      expect(KeyMaterial.take(key).fingerprint).toBe(expected);
    },
  );

  it.each(curves)("is the same for a compressed public key on %s", (name, curve, algorithm) => {
    const key = ecKey(name);
    const { scalar } = ecParts(partsOf(key).inner);
    const point = Buffer.from(curve.getPublicKey(Uint8Array.from(scalar), true));
    const spki = der(0x30, hex(algorithm), der(0x03, hex("00"), point));
    expect(fingerprintOfPublicKey(spki)).toBe(KeyMaterial.take(key).fingerprint);
  });

  it("of an RSA key is SHA-256 of its public key", () => {
    const key = rsa2048();
    const [, n, e] = rsaNumbers(partsOf(key).inner);
    const pkcs1 = der(0x30, der(0x02, n), der(0x02, e));
    const spki = der(0x30, hex("300d06092a864886f70d0101010500"), der(0x03, hex("00"), pkcs1));
    const expected = `spki:${createHash("sha256").update(spki).digest("hex")}`;
    expect(createPublicKey({ key: spki, format: "der", type: "spki" }).asymmetricKeyType).toBe("rsa");
    expect(fingerprintOfPublicKey(spki)).toBe(expected);
    expect(KeyMaterial.take(key).fingerprint).toBe(expected);
  });

  it("is not made of what is no public key", () => {
    const error = thrown(() => fingerprintOfPublicKey(Buffer.from("no key")));
    expect(error.code).toBe("untrusted_answer");
    expect(error.rawMessage).toBe("What should be a public key in DER cannot be read as one.");
  });
});

describe("a fingerprint that somebody wrote", () => {
  const cmacText = `cmac:${"0a".repeat(16)}`;

  it.each([cmacText, `hmac:${"0b".repeat(32)}`, `spki:${"0c".repeat(32)}`])("may be %s", (text) => {
    expect(parseFingerprint(text, "fingerprint")).toBe(text);
    expect(isFingerprint(text)).toBe(true);
  });

  it.each([
    ["in upper case", cmacText.toUpperCase(), /lower case/],
    ["with blanks around it", ` ${cmacText}\n`, /without blanks/],
    ["with a line end", `${cmacText}\n`, /without blanks/],
    ["behind other words", `fingerprint ${cmacText}`, /32 hexadecimal digits/],
    ["too short", cmacText.slice(0, -1), /32 hexadecimal digits/],
    ["too long", `${cmacText}0`, /32 hexadecimal digits/],
    ["of another kind", `sha256:${"0a".repeat(32)}`, /byok fingerprint/],
    ["an hmac of the length of a cmac", `hmac:${"0a".repeat(16)}`, /and 64/],
    ["bare digits", "0a".repeat(16), /byok fingerprint/],
    ["empty", "", /byok fingerprint/],
  ])("is refused %s, without repeating it", (_, text, remedy) => {
    const error = thrown(() => parseFingerprint(text, "fingerprint"));
    expect(error).toMatchObject({ code: "invalid_argument", attribute: "fingerprint" });
    expect(error.message).toMatch(remedy);
    expect(error.message).not.toMatch(/0a0a/i);
  });
});

function rsaNumbers(pkcs1: Buffer): readonly [Buffer, Buffer, Buffer] {
  const [version, n, e] = derSequence(pkcs1) ?? [];
  if (version === undefined || n === undefined || e === undefined) throw new Error("not PKCS#1");
  return [version.content, n.content, e.content];
}

describe("a fingerprint that is expected", () => {
  const whole = fingerprintOfRaw(Buffer.alloc(32, 1));

  it.each([
    ["whole", whole, true],
    ["5 bytes of it", whole.slice(0, 15), true],
    ["3 bytes of it", whole.slice(0, 11), true],
    ["other bytes", `cmac:${"0".repeat(32)}`, false],
    ["5 other bytes", `cmac:${"0".repeat(10)}`, false],
    ["another kind", `hmac:${"0".repeat(64)}`, false],
  ])("may be %s", (_, text, fits) => {
    const expected = parseExpectedFingerprint(text, "fingerprint");
    expect(isExpectedFingerprint(text)).toBe(true);
    expect(isAsExpected(whole, expected)).toBe(fits);
    expect(expected.doubt === undefined).toBe(text.length > 15);
  });

  it("says how much less it proves where it is short", () => {
    const { doubt } = parseExpectedFingerprint(whole.slice(0, 15), "fingerprint");
    expect(doubt).toContain("`fingerprint` has 5 bytes of a fingerprint of 16");
  });

  it.each(["cmac:12", "cmac:1234567", "cmac:ABCDEF", "hmac:123456", "spki:1234567890", "123456"])(
    "is not %s",
    (text) => {
      expect(isExpectedFingerprint(text)).toBe(false);
      const error = thrown(() => parseExpectedFingerprint(text, "fingerprint"));
      expect(error).toMatchObject({ code: "invalid_argument", attribute: "fingerprint" });
      expect(error.message).not.toContain(text);
    },
  );
});
