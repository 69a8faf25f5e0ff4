import { isKeySpec, keySpecs } from "../../src/engine/key-spec";
import type { KmsProfile } from "../../src/engine/kms-profile";
import { checkWrapping, chooseWrapping } from "../../src/engine/wrapping-choice";
import { paperProfile } from "../support/profile";
import { thrown } from "./thrown";

const rich: KmsProfile = profile("Rich KMS", {
  wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256", "RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_1"],
  wrappingKeySpecs: ["RSA_4096", "RSA_3072", "RSA_2048"],
});
const poor: KmsProfile = profile("Poor KMS", {
  wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"],
  wrappingKeySpecs: ["RSA_2048"],
});

describe("the wrapping", () => {
  it.each(Object.keys(keySpecs).filter(isKeySpec))("for %s is the strongest pair that fits", (keySpec) => {
    const algorithm = keySpec.startsWith("RSA") ? "RSA_AES_KEY_WRAP_SHA_256" : "RSAES_OAEP_SHA_256";
    expect(chooseWrapping({ keySpec, profile: rich })).toEqual({ algorithm, wrappingKeySpec: "RSA_4096" });
  });

  it.each([
    ["a poorer KMS", { keySpec: "SYMMETRIC_DEFAULT", profile: poor }, "RSAES_OAEP_SHA_256", "RSA_2048"],
    [
      "a chosen algorithm",
      { keySpec: "HMAC_512", profile: rich, algorithm: "RSAES_OAEP_SHA_1" },
      "RSAES_OAEP_SHA_1",
      "RSA_4096",
    ],
    [
      "a chosen wrapping key spec",
      { keySpec: "RSA_2048", profile: rich, wrappingKeySpec: "RSA_3072" },
      "RSA_AES_KEY_WRAP_SHA_256",
      "RSA_3072",
    ],
    [
      "a wrapping key that is too small for OAEP",
      { keySpec: "ECC_NIST_P521", profile: rich, wrappingKeySpec: "RSA_2048" },
      "RSA_AES_KEY_WRAP_SHA_256",
      "RSA_2048",
    ],
    [
      "both chosen",
      { keySpec: "ECC_NIST_P384", profile: rich, algorithm: "RSA_AES_KEY_WRAP_SHA_1", wrappingKeySpec: "RSA_2048" },
      "RSA_AES_KEY_WRAP_SHA_1",
      "RSA_2048",
    ],
  ] as const)("keeps to %s", (_, wish, algorithm, wrappingKeySpec) => {
    expect(chooseWrapping(wish)).toEqual({ algorithm, wrappingKeySpec });
  });

  it.each([
    [
      "an RSA key under OAEP",
      { keySpec: "RSA_2048", profile: rich, algorithm: "RSAES_OAEP_SHA_256" },
      "wrapping_algorithm",
      "RSAES_OAEP_SHA_256 under RSA_4096 wraps at most 446 bytes, not an RSA private key of 2048 bits (PKCS#8, about 1217 bytes). For RSA_2048 use RSA_AES_KEY_WRAP_SHA_256 under RSA_4096, or leave both arguments out.",
    ],
    [
      "P-521 under OAEP with a small wrapping key",
      { keySpec: "ECC_NIST_P521", profile: rich, algorithm: "RSAES_OAEP_SHA_256", wrappingKeySpec: "RSA_2048" },
      "wrapping_key_spec",
      "RSAES_OAEP_SHA_256 under RSA_2048 wraps at most 190 bytes, not a private key on the curve P-521 (PKCS#8, 241 bytes). For ECC_NIST_P521 use RSAES_OAEP_SHA_256 under RSA_4096, or leave both arguments out.",
    ],
    [
      "P-521 under an older OAEP with a small wrapping key",
      { keySpec: "ECC_NIST_P521", profile: rich, algorithm: "RSAES_OAEP_SHA_1", wrappingKeySpec: "RSA_2048" },
      "wrapping_key_spec",
      "RSAES_OAEP_SHA_1 under RSA_2048 wraps at most 214 bytes, not a private key on the curve P-521 (PKCS#8, 241 bytes). For ECC_NIST_P521 use RSAES_OAEP_SHA_1 under RSA_4096, or leave both arguments out.",
    ],
    [
      "an RSA key under OAEP, whatever the wrapping key",
      { keySpec: "RSA_2048", profile: rich, algorithm: "RSAES_OAEP_SHA_256", wrappingKeySpec: "RSA_3072" },
      "wrapping_algorithm",
      "RSAES_OAEP_SHA_256 under RSA_3072 wraps at most 318 bytes, not an RSA private key of 2048 bits (PKCS#8, about 1217 bytes). For RSA_2048 use RSA_AES_KEY_WRAP_SHA_256 under RSA_4096, or leave both arguments out.",
    ],
    [
      "a symmetric key as if it were a private one",
      { keySpec: "SYMMETRIC_DEFAULT", profile: rich, algorithm: "RSA_AES_KEY_WRAP_SHA_256" },
      "wrapping_algorithm",
      "RSA_AES_KEY_WRAP_SHA_256 is for private keys; a KMS does not take 32 bytes wrapped so. For SYMMETRIC_DEFAULT use RSAES_OAEP_SHA_256 under RSA_4096, or leave both arguments out.",
    ],
    [
      "an algorithm that the KMS lacks",
      { keySpec: "SYMMETRIC_DEFAULT", profile: poor, algorithm: "RSA_AES_KEY_WRAP_SHA_1" },
      "wrapping_algorithm",
      "RSA_AES_KEY_WRAP_SHA_1 is no `wrapping_algorithm` of Poor KMS. Use one of RSAES_OAEP_SHA_256, RSAES_OAEP_SHA_1, or leave the argument out.",
    ],
    [
      "a wrapping key spec that the KMS lacks",
      { keySpec: "SYMMETRIC_DEFAULT", profile: poor, wrappingKeySpec: "RSA_4096" },
      "wrapping_key_spec",
      "RSA_4096 is no `wrapping_key_spec` of Poor KMS. Use one of RSA_2048, or leave the argument out.",
    ],
    [
      "an unknown algorithm, without repeating it",
      { keySpec: "SYMMETRIC_DEFAULT", profile: poor, algorithm: "RSAES_OAEP_SHA_512" },
      "wrapping_algorithm",
      "The value is no `wrapping_algorithm` of Poor KMS. Use one of RSAES_OAEP_SHA_256, RSAES_OAEP_SHA_1, or leave the argument out.",
    ],
    [
      "a key spec that no wrapping of the KMS carries",
      { keySpec: "RSA_3072", profile: poor, wrappingKeySpec: "RSA_2048" },
      "wrapping_algorithm",
      "RSAES_OAEP_SHA_256 under RSA_2048 wraps at most 190 bytes, not an RSA private key of 3072 bits (PKCS#8, about 1792 bytes). Poor KMS has no wrapping for RSA_3072.",
    ],
  ] as const)("refuses %s", (_, wish, attribute, message) => {
    const error = thrown(() => chooseWrapping(wish));
    expect(error).toMatchObject({ code: "unsupported_wrapping", attribute });
    expect(error.rawMessage).toBe(message);
  });

  it("is checked once more when material is wrapped", () => {
    checkWrapping({ kind: "raw", bytes: 32 }, "RSAES_OAEP_SHA_1", "RSA_2048");
    const error = thrown(() => checkWrapping({ kind: "ec", curve: "secp521r1" }, "RSAES_OAEP_SHA_1", "RSA_2048"));
    expect(error).toMatchObject({ code: "unsupported_wrapping", attribute: "wrapping_algorithm" });
    expect(error.message).toContain("at most 214 bytes");
  });
});

function profile(title: string, wrappings: Pick<KmsProfile, "wrappingAlgorithms" | "wrappingKeySpecs">): KmsProfile {
  return { ...paperProfile, title, ...wrappings };
}

describe("the wrapping by what holds the key material", () => {
  const attribute = "key_material_source";
  const wrapper = { attribute, algorithms: ["RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_1"] } as const;

  it("is the strongest that it can do, too", () => {
    const chosen = { algorithm: "RSAES_OAEP_SHA_1", wrappingKeySpec: "RSA_4096" };
    expect(chooseWrapping({ keySpec: "SYMMETRIC_DEFAULT", profile: rich, wrapper })).toEqual(chosen);
    expect(
      chooseWrapping({ keySpec: "SYMMETRIC_DEFAULT", profile: rich, wrapper, algorithm: "RSAES_OAEP_SHA_1" }),
    ).toEqual(chosen);
    expect(chooseWrapping({ keySpec: "RSA_2048", profile: rich, wrapper }).algorithm).toBe("RSA_AES_KEY_WRAP_SHA_1");
  });

  it.each([
    [
      { keySpec: "RSA_2048", profile: rich, wrapper: { attribute, algorithms: ["RSAES_OAEP_SHA_256"] } },
      attribute,
      "What holds the key material wraps by RSAES_OAEP_SHA_256; Rich KMS takes RSAES_OAEP_SHA_256, RSA_AES_KEY_WRAP_SHA_256, RSAES_OAEP_SHA_1, RSA_AES_KEY_WRAP_SHA_1; RSA_2048 goes by RSA_AES_KEY_WRAP_SHA_256, RSA_AES_KEY_WRAP_SHA_1. Nothing is common to the three. Use another source.",
    ],
    [
      { keySpec: "SYMMETRIC_DEFAULT", profile: poor, wrapper: { attribute, algorithms: [] } },
      attribute,
      "What holds the key material wraps by nothing; Poor KMS takes RSAES_OAEP_SHA_256, RSAES_OAEP_SHA_1;",
    ],
    [
      { keySpec: "SYMMETRIC_DEFAULT", profile: rich, wrapper, algorithm: "RSAES_OAEP_SHA_256" },
      "wrapping_algorithm",
      "Use RSAES_OAEP_SHA_1, or leave the argument out.",
    ],
    [
      {
        keySpec: "ECC_NIST_P521",
        profile: { ...rich, wrappingAlgorithms: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] },
        wrapper: { attribute, algorithms: ["RSAES_OAEP_SHA_256"] },
        wrappingKeySpec: "RSA_2048",
      },
      "wrapping_algorithm",
      "For ECC_NIST_P521 use RSAES_OAEP_SHA_256 under RSA_4096, or leave both arguments out.",
    ],
  ] as const)("is refused with the three sets, or with what would go: %j", (wanted, at, words) => {
    const error = thrown(() => chooseWrapping(wanted));
    expect(error).toMatchObject({ code: "unsupported_wrapping", attribute: at });
    expect(error.message).toContain(words);
  });
});
