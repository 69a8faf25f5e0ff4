import { createPublicKey, randomBytes } from "node:crypto";
import { aesCmac } from "../../src/engine/aes-cmac";
import { KeyMaterial } from "../../src/engine/key-material";
import { readMaterial, readMaterialValue } from "../../src/engine/material-encoding";
import { readPrivateKey } from "../../src/engine/private-key";
import { decodeBase64, decodeHex } from "../../src/engine/text-decoding";
import { wrap } from "../../src/engine/wrapping-algorithm";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { der, ecKey, ecParts, hex, partsOf, pem, pkcs8Of, rsa2048, sec1 } from "./private-key-spellings";
import { codeOf } from "./thrown";

/** The buffers of its own that a run left with anything in them. */
function leftBehind(run: () => unknown): Buffer[] {
  const alloc = jest.spyOn(Buffer, "alloc");
  try {
    run();
    return alloc.mock.results.flatMap(({ value }) =>
      Buffer.isBuffer(value) && value.some((byte) => byte !== 0) ? [value] : [],
    );
  } finally {
    alloc.mockRestore();
  }
}

const bytes = Buffer.from("a key of thirty-two bytes, ASCII");
const base64 = bytes.toString("base64");
const rsa = rsa2048();
const p256 = ecKey("prime256v1");

describe("memory with key material in it is wiped", () => {
  it.each<[string, () => unknown]>([
    ["hex with something else at its end", () => decodeHex(Buffer.from(`${bytes.toString("hex")}zz`))],
    ["hex with half a byte more", () => decodeHex(Buffer.from(`${bytes.toString("hex")}a`))],
    ["base64 with bits to spare", () => decodeBase64(Buffer.from(`${base64.slice(0, -2)}B=`))],
    ["base64 with something else in it", () => decodeBase64(Buffer.from(`${base64.slice(0, -2)}*=`))],
    ["text that can be read in two ways", () => readMaterial(Buffer.from(bytes.toString("hex")))],
    ["hex of a wrong length", () => readMaterial(Buffer.from(bytes.toString("hex", 1)))],
    ["base64 of a wrong length", () => readMaterial(Buffer.from(bytes.toString("base64", 1)))],
    ["hex of a wrong length, as base64", () => readMaterial(Buffer.from("ab".repeat(34)), "base64")],
    ["an inline value of a wrong length", () => readMaterialValue(bytes.toString("base64", 1))],
    ["an inline value that is no base64", () => readMaterialValue("*".repeat(44))],
    ["a PEM that is no private key", () => readMaterial(pem("CERTIFICATE", p256))],
    ["a PEM with more inside", () => readMaterial(pem("PRIVATE KEY", Buffer.concat([p256, hex("00")])))],
    ["an RSA key whose numbers do not belong together", () => readPrivateKey(spoiled())],
    ["a key that is refused", () => KeyMaterial.take(Buffer.alloc(31, 1))],
  ])("for %s", (_, run) => {
    expect(leftBehind(() => codeOf(run))).toEqual([]);
  });

  it.each<[string, () => Buffer]>([
    ["raw bytes", () => readMaterial(bytes, "raw")],
    ["hex", () => readMaterial(Buffer.from(bytes.toString("hex")), "hex")],
    ["base64 in either way, which is the same", () => readMaterial(Buffer.from(`${base64}\n`))],
    ["a PEM", () => readMaterial(pem("PRIVATE KEY", p256))],
    ["a PEM of RSA", () => readMaterial(pem("PRIVATE KEY", rsa))],
    ["a PEM of PKCS#1", () => readMaterial(pem("RSA PRIVATE KEY", partsOf(rsa).inner))],
    ["a private key in base64 that has as many characters as an HMAC key has bytes", () => readMaterial(shortSec1())],
    ["an inline value in lines", () => readMaterialValue(base64.replace(/.{20}/g, "$&\n"))],
    ["an inline value", () => readMaterialValue(base64)],
    ["an inline value of a private key", () => readMaterialValue(p256.toString("base64"))],
  ])("for %s, except what is returned", (_, run) => {
    let result: Buffer = Buffer.alloc(0);
    const left = leftBehind(() => {
      result = run();
    });
    expect(left).toEqual([result]);
    expect(left[0]).toBe(result);
  });

  it("for AES-CMAC, whatever the length of the message", () => {
    for (const length of [0, 15, 16, 17, 32]) {
      expect(leftBehind(() => aesCmac(bytes, Buffer.from("m".repeat(length))))).toEqual([]);
    }
  });

  it("for the AES key under which a private key is wrapped", () => {
    const publicKey = createPublicKey(pem("PRIVATE KEY", rsa)).export({ format: "der", type: "spki" });
    const wrappingKey = wrappingKeyFrom(publicKey, "RSA_2048");
    expect(leftBehind(() => wrap(randomBytes(100), wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"))).toEqual([]);
  });

  it("for material, with its end", () => {
    const left = leftBehind(() => {
      const material = KeyMaterial.take(Buffer.from(bytes));
      material.checkValues();
      material.destroy();
    });
    expect(left).toEqual([]);
  });
});

/** SEC1 of secp256k1 without its public half: 48 bytes, 64 characters of base64. */
function shortSec1(): Buffer {
  const { scalar } = ecParts(partsOf(ecKey("secp256k1")).inner);
  return Buffer.from(sec1(scalar, hex("a00706052b8104000a")).toString("base64"));
}

/** An RSA key with another private exponent. */
function spoiled(): Buffer {
  const { algorithm, inner } = partsOf(rsa);
  const changed = Buffer.from(inner);
  // Behind the version, the modulus (257 bytes) and the exponent stands `d`.
  const middle = 4 + 3 + 4 + 257 + 5 + 4 + 128;
  changed.writeUInt8(changed.readUInt8(middle) ^ 1, middle);
  return pkcs8Of(algorithm, changed);
}

it("an RSA key with another private exponent is refused for that", () => {
  expect(codeOf(() => readPrivateKey(spoiled()))).toBe("malformed_material");
  expect(codeOf(() => readPrivateKey(rsa))).toBe("none");
  expect(der(0x30)).toEqual(hex("3000"));
});
