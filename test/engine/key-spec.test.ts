import {
  checkShape,
  isKeySpec,
  isMaterialShape,
  type KeySpec,
  keySpecs,
  keySpecsFor,
  type MaterialShape,
  materialBytes,
} from "../../src/engine/key-spec";
import { KeyMaterial } from "../../src/engine/key-material";
import { readPrivateKey } from "../../src/engine/private-key";
import { ecKey } from "./private-key-spellings";
import { codeOf, thrown } from "./thrown";
import { wycheproofRsaKey } from "./wycheproof";

const specs = Object.keys(keySpecs).filter(isKeySpec);

describe("the shape of key material", () => {
  it.each(specs)("of %s fits it, and only the specs of the same shape", (spec) => {
    for (const other of specs) {
      const fits = JSON.stringify(keySpecs[spec]) === JSON.stringify(keySpecs[other]);
      const code = codeOf(() => checkShape(keySpecs[spec], other, "key_material_wo"));
      expect({ other, code }).toEqual({ other, code: fits ? "none" : "wrong_material" });
    }
  });

  it.each<[MaterialShape, KeySpec, string]>([
    [
      { kind: "raw", bytes: 16 },
      "SYMMETRIC_DEFAULT",
      "must be 32 bytes for SYMMETRIC_DEFAULT, got 16 bytes. These bytes fit Aliyun_SM4.",
    ],
    [
      { kind: "raw", bytes: 32 },
      "HMAC_384",
      "must be 48 bytes for HMAC_384, got 32 bytes. These bytes fit SYMMETRIC_DEFAULT, HMAC_256 and Aliyun_AES_256.",
    ],
    [
      { kind: "raw", bytes: 24 },
      "SYMMETRIC_DEFAULT",
      "must be 32 bytes for SYMMETRIC_DEFAULT, got 24 bytes. No key spec takes these bytes.",
    ],
    [
      { kind: "raw", bytes: 32 },
      "ECC_SECG_P256K1",
      "must be a private key on the curve secp256k1 for ECC_SECG_P256K1, got 32 bytes. These bytes fit SYMMETRIC_DEFAULT, HMAC_256 and Aliyun_AES_256. If they are the bare private number (the scalar) of such a key, put it into SEC1 or PKCS#8 first.",
    ],
    [
      { kind: "raw", bytes: 32 },
      "ECC_NIST_P384",
      "must be a private key on the curve P-384 for ECC_NIST_P384, got 32 bytes. These bytes fit SYMMETRIC_DEFAULT, HMAC_256 and Aliyun_AES_256.",
    ],
    [
      { kind: "rsa", bits: 2048 },
      "SYMMETRIC_DEFAULT",
      "must be 32 bytes for SYMMETRIC_DEFAULT, got an RSA private key of 2048 bits. These bytes fit RSA_2048.",
    ],
    [
      { kind: "rsa", bits: 3072 },
      "RSA_4096",
      "must be an RSA private key of 4096 bits for RSA_4096, got an RSA private key of 3072 bits. These bytes fit RSA_3072.",
    ],
    [
      { kind: "ec", curve: "secp256k1" },
      "ECC_NIST_P256",
      "must be a private key on the curve P-256 for ECC_NIST_P256, got a private key on the curve secp256k1. These bytes fit ECC_SECG_P256K1.",
    ],
  ])("%j does not fit %s, in words", (shape, spec, words) => {
    const error = thrown(() => checkShape(shape, spec, "key_material_source"));
    expect(error.attribute).toBe("key_material_source");
    expect(error.rawMessage).toBe(`\`key_material_source\` ${words}`);
  });

  it("names only the key specs among those that are offered", () => {
    const { Aliyun_AES_256, RSA_2048 } = keySpecs;
    const error = thrown(() => checkShape({ kind: "raw", bytes: 32 }, "HMAC_384", "x", { Aliyun_AES_256, RSA_2048 }));
    expect(error.message).toContain("These bytes fit Aliyun_AES_256.");
  });

  it("goes by the shapes that a KMS has, where they are other ones", () => {
    const shapes = { SYMMETRIC_DEFAULT: { kind: "raw", bytes: 16 }, HMAC_256: { kind: "raw", bytes: 32 } } as const;
    checkShape({ kind: "raw", bytes: 16 }, "SYMMETRIC_DEFAULT", "x", shapes);
    const error = thrown(() => checkShape({ kind: "raw", bytes: 32 }, "SYMMETRIC_DEFAULT", "x", shapes));
    expect(error.rawMessage).toBe(
      "`x` must be 16 bytes for SYMMETRIC_DEFAULT, got 32 bytes. These bytes fit HMAC_256.",
    );
  });

  it("knows the sizes of canonical PKCS#8", () => {
    for (const curve of ["prime256v1", "secp384r1", "secp521r1", "secp256k1"] as const) {
      expect(readPrivateKey(ecKey(curve)).pkcs8).toHaveLength(materialBytes({ kind: "ec", curve }));
    }
    for (const bits of [2048, 3072, 4096] as const) {
      const { length } = readPrivateKey(wycheproofRsaKey(bits)).pkcs8;
      expect(Math.abs(length - materialBytes({ kind: "rsa", bits }))).toBeLessThanOrEqual(4);
    }
    expect(materialBytes({ kind: "raw", bytes: 28 })).toBe(28);
  });

  it("is found for what was taken, and none for 24 bytes", () => {
    expect(keySpecsFor(KeyMaterial.take(Buffer.alloc(32, 1)).shape)).toEqual([
      "SYMMETRIC_DEFAULT",
      "HMAC_256",
      "Aliyun_AES_256",
    ]);
    expect(keySpecsFor(KeyMaterial.take(Buffer.alloc(24, 1)).shape)).toEqual([]);
  });

  it("tells key specs from other words", () => {
    expect(isKeySpec("RSA_2048")).toBe(true);
    expect(isKeySpec("toString")).toBe(false);
  });
});

describe("a shape of key material that was read", () => {
  it.each(specs)("is known where a key of the spec %s takes it", (spec) => {
    expect(isMaterialShape(JSON.parse(JSON.stringify(keySpecs[spec])))).toBe(true);
  });

  it("is known of bytes that no key spec takes, and of nothing else", () => {
    expect(isMaterialShape({ bytes: 24, kind: "raw" })).toBe(true);
    const others = [
      {},
      { kind: "raw" },
      { kind: "raw", bytes: 33 },
      { kind: "raw", bytes: "32" },
      { kind: "rsa", bits: 1024 },
    ];
    expect(others.filter(isMaterialShape)).toEqual([]);
    expect(isMaterialShape({ kind: "raw", bytes: 32, more: 1 })).toBe(false);
  });
});
