import { createPublicKey, generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { isWrappingKeySpec, wrappingKeyFrom, wrappingKeySpecs } from "../../src/engine/wrapping-key";
import { der, hex, pem } from "./private-key-spellings";
import { codeOf, thrown } from "./thrown";
import { wycheproofRsaKey } from "./wycheproof";

const publicKey = (bits: 2048 | 3072 | 4096, type: "spki" | "pkcs1" = "spki"): Buffer =>
  createPublicKey(pem("PRIVATE KEY", wycheproofRsaKey(bits))).export({ format: "der", type });
const spki = publicKey(2048);

/** RSA public key in PKCS#1, of any numbers. */
function rsaOf(modulus: Buffer, exponent: string): Buffer {
  return der(0x30, der(0x02, modulus), der(0x02, hex(exponent)));
}

const withoutParameters = der(
  0x30,
  der(0x30, hex("06092a864886f70d010101")),
  der(0x03, hex("00"), publicKey(2048, "pkcs1")),
);
const modulus = Buffer.concat([hex("00c1"), Buffer.alloc(255, 0x35)]);

describe("the wrapping key out of import parameters", () => {
  it.each([
    [2048, "RSA_2048"],
    [3072, "RSA_3072"],
    [4096, "RSA_4096"],
  ] as const)("of %i bits is taken as %s, in every form", (bits, spec) => {
    const forms = [
      publicKey(bits),
      publicKey(bits, "pkcs1"),
      pem("PUBLIC KEY", publicKey(bits)),
      pem("RSA PUBLIC KEY", publicKey(bits, "pkcs1")),
    ];
    for (const form of forms) {
      const key = wrappingKeyFrom(form, spec);
      expect(key.spec).toBe(spec);
      expect(key.publicKey.export({ format: "der", type: "spki" })).toEqual(publicKey(bits));
    }
  });

  it("knows its specs", () => {
    expect(Object.keys(wrappingKeySpecs).every(isWrappingKeySpec)).toBe(true);
    expect(isWrappingKeySpec("RSA_1024")).toBe(false);
  });

  const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey.export({ format: "der", type: "spki" });
  const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey.export({ format: "der", type: "spki" });
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "der", type: "spki" });

  it.each([
    ["nothing", Buffer.alloc(0), "not one public key in DER"],
    ["a key of another size", publicKey(4096), "an RSA key of 4096 bits"],
    ["a small key", small, "an RSA key of 1024 bits"],
    ["an ECC key", ec, "a key of type ec"],
    ["an RSASSA-PSS key", pss, "a key of type rsa-pss"],
    ["a key and more", Buffer.concat([spki, hex("00")]), "not one public key in DER"],
    ["a key that is cut off", spki.subarray(0, -1), "not one public key in DER"],
    ["a key with more inside", der(0x30, spki.subarray(4), hex("0500")), "cannot be read"],
    ["a key without the parameters of its algorithm", withoutParameters, "not spelled in DER"],
    ["a private key", wycheproofRsaKey(2048), "not one public key in DER"],
    ["a structure that is no key", der(0x30, hex("3000"), hex("030100")), "cannot be read"],
    ["something else in DER", der(0x30, hex("0500")), "not one public key in DER"],
    ["a broken PEM", Buffer.from("-----BEGIN PUBLIC KEY-----\nAAAA"), "a broken PEM"],
    ["a PEM of a certificate", pem("CERTIFICATE", der(0x30, hex("0500"))), "not one public key in DER"],
    ["too much", Buffer.alloc(4097, 0x30), "4097 bytes"],
    ["exponent 1", rsaOf(modulus, "01"), "unsafe public exponent"],
    ["exponent 3", rsaOf(modulus, "03"), "unsafe public exponent"],
    ["an even exponent", rsaOf(modulus, "010002"), "unsafe public exponent"],
    ["a huge exponent", rsaOf(modulus, `01${"00".repeat(31)}01`), "unsafe public exponent"],
    ["an even modulus", rsaOf(Buffer.concat([modulus.subarray(0, -1), hex("34")]), "010001"), "even modulus"],
  ])("is refused when it is %s", (_, given, got) => {
    const error = thrown(() => wrappingKeyFrom(given, "RSA_2048"));
    expect(error.code).toBe("untrusted_answer");
    expect(error.message).toContain(got);
    expect(error.message).toContain("RSA_2048");
  });

  it("gives a key or a ByokError for any bytes, and nothing else for any change of one byte", () => {
    const attempt = (bytes: Buffer): void =>
      expect(["none", "untrusted_answer"]).toContain(codeOf(() => wrappingKeyFrom(bytes, "RSA_2048")));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => attempt(Buffer.from(bytes))));
    fc.assert(
      fc.property(fc.nat(spki.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(spki);
        changed[at] = (changed[at] ?? 0) ^ change;
        attempt(changed);
      }),
    );
  });
});
