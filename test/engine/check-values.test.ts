import { createHash } from "node:crypto";
import { checkValues, checkValuesOf } from "../../src/engine/check-values";
import { KeyMaterial } from "../../src/engine/key-material";
import { ecKey } from "./private-key-spellings";

describe("check values", () => {
  // FIPS 197 gives no zero block; AESAVS (the CAVP's AES suite) does: a key of zeros over a block of zeros.
  it.each([
    [16, "66E94B"],
    [24, "AAE069"],
    [32, "DC95C0"],
  ])("the KCV of %i zero bytes is the head of AES over a zero block", (length, kcv) => {
    expect(checkValues(Buffer.alloc(length))).toContainEqual({
      name: "KCV, CKA_CHECK_VALUE of an AES key",
      value: kcv,
    });
  });

  // 404142…4F is the key with which cards that follow GlobalPlatform are delivered; its check value is printed everywhere.
  it.each([
    [Buffer.from("404142434445464748494a4b4c4d4e4f", "hex"), "504A77"],
    [Buffer.alloc(24), "CF1ECE"],
    [Buffer.alloc(32), "7BC302"],
  ])("the KCV of GlobalPlatform is the head of AES over a block of ones", (key, kcv) => {
    expect(checkValues(key)).toContainEqual({ name: "KCV of GlobalPlatform, AES of ones", value: kcv });
  });

  it("the CMAC ones are the head of the fingerprint", () => {
    const bytes = Buffer.from("a key of thirty-two bytes, ASCII");
    const { fingerprint } = KeyMaterial.take(Buffer.from(bytes));
    const digits = fingerprint.slice("cmac:".length).toUpperCase();
    expect(checkValues(bytes)).toEqual(
      expect.arrayContaining([
        { name: "CMAC, 3 bytes", value: digits.slice(0, 6) },
        { name: "CMAC, 5 bytes", value: digits.slice(0, 10) },
      ]),
    );
  });

  it.each([28, 48, 64])("of %i bytes there is only the one of a generic secret", (length) => {
    const bytes = Buffer.alloc(length, 7);
    const sha1 = createHash("sha1").update(bytes).digest("hex").slice(0, 6).toUpperCase();
    expect(checkValues(bytes)).toEqual([{ name: "CKA_CHECK_VALUE, generic secret", value: sha1 }]);
    expect(KeyMaterial.take(bytes).checkValues()).toHaveLength(1);
  });

  it("of private keys there are none", () => {
    expect(KeyMaterial.take(ecKey("prime256v1")).checkValues()).toEqual([]);
  });
});

describe("check values of a key whose bytes stay in a device", () => {
  it("are those that the fingerprint tells", () => {
    const material = KeyMaterial.take(Buffer.alloc(32, 7));
    const known = checkValuesOf(material.fingerprint);
    expect(known.map(({ name }) => name)).toEqual(["CMAC, 3 bytes", "CMAC, 5 bytes"]);
    expect(material.checkValues()).toEqual(expect.arrayContaining([...known]));
    expect(checkValuesOf(KeyMaterial.take(Buffer.alloc(64, 7)).fingerprint)).toEqual([]);
  });
});
