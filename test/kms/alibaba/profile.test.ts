import { chooseWrapping } from "../../../src/engine/wrapping-choice";
import { parseAlibabaKeyArn } from "../../../src/kms/alibaba/arn";
import { checkPolicy, samePolicy } from "../../../src/kms/alibaba/policy-document";
import { alibabaProfile } from "../../../src/kms/alibaba/profile";
import { awsProfile } from "../../../src/kms/aws/profile";
import { keyArn, keyId } from "./surroundings";

describe("the profile", () => {
  const wish = { profile: alibabaProfile, keySpec: "Aliyun_AES_256" } as const;

  it("wraps by OAEP with SHA-256 unless another is asked for", () => {
    expect(chooseWrapping(wish)).toEqual({ algorithm: "RSAES_OAEP_SHA_256", wrappingKeySpec: "RSA_2048" });
    for (const algorithm of ["RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5"]) {
      expect(chooseWrapping({ ...wish, algorithm })).toMatchObject({ algorithm });
    }
  });

  it.each([
    ["wrapping_algorithm", { algorithm: "SM2PKE" }],
    ["wrapping_algorithm", { algorithm: "RSA_AES_KEY_WRAP_SHA_256" }],
    ["wrapping_key_spec", { wrappingKeySpec: "RSA_4096" }],
    ["wrapping_key_spec", { wrappingKeySpec: "EC_SM2" }],
  ])("refuses what is documented unclearly or not at all, on `%s`: %j", (attribute, change) => {
    const choose = () => chooseWrapping({ ...wish, ...change });
    expect(choose).toThrow(expect.objectContaining({ code: "unsupported_wrapping", attribute }));
  });

  it("has specs and wrappings that AWS's has not", () => {
    expect(Object.keys(awsProfile.keySpecs)).not.toEqual(expect.arrayContaining(["Aliyun_AES_256"]));
    expect(awsProfile.wrappingAlgorithms).not.toContain("RSAES_PKCS1_V1_5");
  });
});

describe("the ARN of a key", () => {
  it.each([keyArn, "acs:kms:cn-hangzhou-finance-1:1234567890123456:key/key-hzz630494463ejqjxabcd"])("is %s", (arn) => {
    expect(parseAlibabaKeyArn(arn).accountId).toBe("1234567890123456");
  });

  it("gives Region, account and id", () => {
    expect(parseAlibabaKeyArn(keyArn)).toEqual({ region: "cn-hangzhou", accountId: "1234567890123456", keyId });
  });

  it.each([
    keyId,
    "acs:kms:cn-hangzhou:1234567890123456:alias/payments",
    "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    `${keyArn}/x`,
    `${keyArn}\n`,
    keyArn.replace("cn-hangzhou", ""),
    "c2VjcmV0IGJ5dGVz",
  ])("is not %j", (text) => {
    expect(() => parseAlibabaKeyArn(text, "key_arn")).toThrow(
      expect.objectContaining({ code: "invalid_key_arn", attribute: "key_arn" }),
    );
  });

  it("shows no pasted secret", () => {
    expect(() => parseAlibabaKeyArn("c2VjcmV0IGJ5dGVz")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("c2Vj") }),
    );
  });
});

describe("key policies", () => {
  const policy = (principals: readonly string[], actions: string | readonly string[]): string =>
    JSON.stringify({
      Version: "1",
      Statement: [{ Effect: "Allow", Principal: { RAM: principals }, Action: actions, Resource: ["*"] }],
    });

  it("mean the same in another order and with lists of one", () => {
    expect(samePolicy(policy(["a", "b"], "kms:*"), policy(["b", "a"], ["kms:*"]))).toBe(true);
    expect(samePolicy(policy(["a"], "kms:*"), policy(["b"], "kms:*"))).toBe(false);
    expect(samePolicy("no policy", "no policy")).toBe(true);
    expect(samePolicy("{}", "no policy")).toBe(false);
  });

  it.each(["", "[]", "{}", '{"Version":"1"}', '{"Version":"2012-10-17","Statement":[{}]}', `"${"x".repeat(33_000)}"`])(
    "cannot be %.40s",
    (text) => {
      expect(() => checkPolicy(text)).toThrow(expect.objectContaining({ code: "invalid_policy", attribute: "policy" }));
    },
  );

  it("can be what CreateKey takes", () => expect(() => checkPolicy(policy(["a"], "kms:*"))).not.toThrow());
});
