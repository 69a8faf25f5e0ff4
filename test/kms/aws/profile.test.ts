import { operations } from "../../../src/engine/kms-profile";
import { awsProfile, awsProfileIn } from "../../../src/kms/aws/profile";

const mac = ["GENERATE_VERIFY_MAC"];
const curve = ["SIGN_VERIFY", "KEY_AGREEMENT"];
const modulus = ["ENCRYPT_DECRYPT", "SIGN_VERIFY"];

/** "Importing key material" of the developer guide: which keys take material, and what they are for. */
const elsewhere = {
  SYMMETRIC_DEFAULT: ["ENCRYPT_DECRYPT"],
  HMAC_224: mac,
  HMAC_256: mac,
  HMAC_384: mac,
  HMAC_512: mac,
  RSA_2048: modulus,
  RSA_3072: modulus,
  RSA_4096: modulus,
  ECC_NIST_P256: curve,
  ECC_NIST_P384: curve,
  ECC_NIST_P521: curve,
  ECC_SECG_P256K1: ["SIGN_VERIFY"],
};

describe("AWS KMS", () => {
  it("takes the keys and wrappings that its developer guide lists", () => {
    expect(awsProfile).toMatchObject({
      kms: "aws",
      title: "AWS KMS",
      keySpecs: elsewhere,
      defaultKeySpec: "SYMMETRIC_DEFAULT",
      wrappingAlgorithms: [
        "RSAES_OAEP_SHA_256",
        "RSA_AES_KEY_WRAP_SHA_256",
        "RSAES_OAEP_SHA_1",
        "RSA_AES_KEY_WRAP_SHA_1",
      ],
      wrappingKeySpecs: ["RSA_4096", "RSA_3072", "RSA_2048"],
      reimport: "in_place",
      severalMaterials: ["SYMMETRIC_DEFAULT"],
      multiRegion: true,
      longestLifetime: 365 * 86_400,
      deletionWindowDays: { least: 7, most: 30, default: 30 },
    });
    expect(Object.keys(awsProfile.keySpecs)).toEqual(Object.keys(elsewhere));
  });

  it("paces every request to KMS, importing slowest", () => {
    const paced = operations.filter((operation) => !/callerAccount|setDeletionProtection/.test(operation));
    expect(Object.keys(awsProfile.quotas).toSorted()).toEqual(paced.toSorted());
    expect(Math.min(...Object.values(awsProfile.quotas))).toBe(awsProfile.quotas.importParameters);
  });

  it("takes descriptions of material as its API model allows them", () => {
    const { pattern } = awsProfile.materialDescription ?? {};
    for (const good of ["2026 batch", "a:b/c_d.e-f", "A1"]) expect(good).toMatch(pattern ?? /never^/);
    for (const bad of ["", "ä", "a,b", "a!", "(a)"]) expect(bad).not.toMatch(pattern ?? /.*/);
  });

  it.each([
    ["cn-north-1", "AWS KMS in China"],
    ["cn-northwest-1", "AWS KMS in China"],
    ["eu-central-1", "AWS KMS"],
    ["us-gov-west-1", "AWS KMS"],
  ])("is in %s %s", (region, title) => {
    expect(awsProfileIn(region).title).toBe(title);
  });

  it("has SM4 in China, no RSA keys, and no wrapping by a key in between", () => {
    const china = awsProfileIn("cn-north-1");
    const { RSA_2048: _2048, RSA_3072: _3072, RSA_4096: _4096, ...others } = elsewhere;
    expect(china.keySpecs).toEqual(others);
    expect(china.otherShapes).toEqual({ SYMMETRIC_DEFAULT: { kind: "raw", bytes: 16 } });
    expect(china.wrappingAlgorithms).toEqual(["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"]);
    expect(china.quotas).toBe(awsProfile.quotas);
  });
});
