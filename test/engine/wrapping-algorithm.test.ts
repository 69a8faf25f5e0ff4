import { KeyMaterial } from "../../src/engine/key-material";
import { isKeySpec, keySpecs } from "../../src/engine/key-spec";
import { readPrivateKey } from "../../src/engine/private-key";
import {
  isWrappedSize,
  isWrappingAlgorithm,
  largestPlaintextBytes,
  takesShape,
  wrap,
  wrappingAlgorithms,
} from "../../src/engine/wrapping-algorithm";
import { isWrappingKeySpec, type WrappingKey, wrappingKeyFrom, wrappingKeySpecs } from "../../src/engine/wrapping-key";
import { createPublicKey, randomBytes } from "node:crypto";
import forge from "node-forge";
import { openOaep, unwrap } from "./judge";
import { ecKey, pem } from "./private-key-spellings";
import { codeOf, rejected, thrown } from "./thrown";
import { wycheproofRsaKey } from "./wycheproof";

const algorithms = Object.keys(wrappingAlgorithms).filter(isWrappingAlgorithm);
const wrappingSpecs = Object.keys(wrappingKeySpecs).filter(isWrappingKeySpec);

/** Bytes of every shape, PKCS#8 in its canonical spelling. */
const materials: Readonly<Record<string, Buffer>> = Object.fromEntries(
  Object.keys(keySpecs)
    .filter(isKeySpec)
    .map((spec) => {
      const shape = keySpecs[spec];
      if (shape.kind === "raw") return [spec, randomBytes(shape.bytes)];
      return [spec, readPrivateKey(shape.kind === "rsa" ? wycheproofRsaKey(shape.bits) : ecKey(shape.curve)).pkcs8];
    }),
);

function keyPair(spec: keyof typeof wrappingKeySpecs): { readonly wrappingKey: WrappingKey; readonly opener: Buffer } {
  const opener = wycheproofRsaKey(wrappingKeySpecs[spec].bits);
  const publicKey = createPublicKey(pem("PRIVATE KEY", opener)).export({ format: "der", type: "spki" });
  return { wrappingKey: wrappingKeyFrom(publicKey, spec), opener };
}

describe.each(wrappingSpecs)("material wrapped under %s", (spec) => {
  const { wrappingKey, opener } = keyPair(spec);
  const { bits } = wrappingKeySpecs[spec];

  it.each(algorithms)("with %s is opened by others, whatever its shape", async (algorithm) => {
    const opened: string[] = [];
    const refused: string[] = [];
    for (const [keySpec, bytes] of Object.entries(materials)) {
      const material = KeyMaterial.take(Buffer.from(bytes));
      const fits = takesShape(algorithm, material.shape.kind) && bytes.length <= largestPlaintextBytes(algorithm, bits);
      if (!fits) {
        refused.push((await rejected(material.wrap(wrappingKey, algorithm))).code);
        continue;
      }
      const wrapped = await material.wrap(wrappingKey, algorithm);
      if (unwrap(wrapped, opener, bits, algorithm).equals(bytes)) opened.push(keySpec);
    }
    const isOaep = algorithm.startsWith("RSAES_OAEP");
    const small = spec === "RSA_2048";
    // OAEP: 7 raw and 4 curves, and P-521 not under RSA_2048. PKCS#1: 7 raw. Key wrap: 3 moduli and 4 curves.
    const expected = isOaep ? (small ? 10 : 11) : 7;
    expect(opened).toHaveLength(expected);
    expect(refused).toEqual(
      Array.from({ length: Object.keys(materials).length - expected }, () => "unsupported_wrapping"),
    );
  });

  it.each(algorithms)("with %s is as large as it may be, and not larger", (algorithm) => {
    const bound = largestPlaintextBytes(algorithm, bits);
    const largest = Math.min(bound, 5000);
    expect(unwrap(wrap(Buffer.alloc(largest, 1), wrappingKey, algorithm), opener, bits, algorithm)).toHaveLength(
      largest,
    );
    const code = codeOf(() => wrap(Buffer.alloc(largest + 1), wrappingKey, algorithm));
    expect(code).toBe(bound === largest ? "unsupported_wrapping" : "none");
  });
});

describe("the two parts of RSA_AES_KEY_WRAP", () => {
  const { wrappingKey, opener } = keyPair("RSA_2048");

  it("are the AES key under OAEP and one wrap of the whole key, not several", () => {
    const bytes = materials["RSA_2048"] ?? Buffer.alloc(0);
    const wrapped = wrap(bytes, wrappingKey, "RSA_AES_KEY_WRAP_SHA_256");
    expect(wrapped).toHaveLength(256 + Math.ceil(bytes.length / 8) * 8 + 8);
  });

  it("have another AES key every time", () => {
    const aesKeys = [1, 2].map(() =>
      openOaep(wrap(Buffer.alloc(9), wrappingKey, "RSA_AES_KEY_WRAP_SHA_256").subarray(0, 256), opener, "sha256"),
    );
    expect(aesKeys[0]).not.toEqual(aesKeys[1]);
  });
});

describe("RSA-OAEP by another implementation", () => {
  const { wrappingKey, opener } = keyPair("RSA_2048");
  const key = forge.pki.privateKeyFromPem(pem("PRIVATE KEY", opener).toString());

  it.each([
    ["RSAES_OAEP_SHA_1", forge.md.sha1],
    ["RSAES_OAEP_SHA_256", forge.md.sha256],
  ] as const)("opens %s", (algorithm, hash) => {
    const bytes = randomBytes(32);
    const wrapped = wrap(bytes, wrappingKey, algorithm).toString("latin1");
    const opened = key.decrypt(wrapped, "RSA-OAEP", { md: hash.create(), mgf1: { md: hash.create() } });
    expect(Buffer.from(opened, "latin1")).toEqual(bytes);
  });

  it("wraps again every time", () => {
    const [one, other] = [1, 2].map(() => wrap(Buffer.alloc(32), wrappingKey, "RSAES_OAEP_SHA_256"));
    expect(one).not.toEqual(other);
  });
});

describe("RSAES-PKCS1-v1_5 by another implementation", () => {
  const { wrappingKey, opener } = keyPair("RSA_2048");

  it("opens what was wrapped so", () => {
    const key = forge.pki.privateKeyFromPem(pem("PRIVATE KEY", opener).toString());
    const bytes = randomBytes(32);
    const wrapped = wrap(bytes, wrappingKey, "RSAES_PKCS1_V1_5").toString("latin1");
    expect(Buffer.from(key.decrypt(wrapped, "RSAES-PKCS1-V1_5"), "latin1")).toEqual(bytes);
  });
});

describe("the message for too many bytes", () => {
  it("has both sizes", () => {
    const error = thrown(() => wrap(Buffer.alloc(191), keyPair("RSA_2048").wrappingKey, "RSAES_OAEP_SHA_256"));
    expect(error.attribute).toBe("wrapping_algorithm");
    expect(error.message).toContain("at most 190 bytes and the key material has 191");
  });
});

describe("the largest plaintext", () => {
  it.each([
    ["RSAES_PKCS1_V1_5", 2048, 245],
    ["RSAES_OAEP_SHA_1", 2048, 214],
    ["RSAES_OAEP_SHA_1", 3072, 342],
    ["RSAES_OAEP_SHA_1", 4096, 470],
    ["RSAES_OAEP_SHA_256", 2048, 190],
    ["RSAES_OAEP_SHA_256", 3072, 318],
    ["RSAES_OAEP_SHA_256", 4096, 446],
  ] as const)("of %s under %i bits is %i bytes", (algorithm, bits, bytes) => {
    expect(largestPlaintextBytes(algorithm, bits)).toBe(bytes);
  });
});

describe("the size of something wrapped", () => {
  it.each([
    ["RSAES_OAEP_SHA_256", "RSA_2048", 256, true],
    ["RSAES_OAEP_SHA_256", "RSA_4096", 256, false],
    ["RSAES_PKCS1_V1_5", "RSA_3072", 384, true],
    ["RSA_AES_KEY_WRAP_SHA_256", "RSA_2048", 256 + 16, true],
    ["RSA_AES_KEY_WRAP_SHA_256", "RSA_2048", 256 + 8, false],
    ["RSA_AES_KEY_WRAP_SHA_256", "RSA_2048", 256 + 20, false],
  ] as const)("by %s for %s may be %i bytes: %s", (algorithm, spec, size, is) => {
    expect(isWrappedSize(size, algorithm, spec)).toBe(is);
  });
});
