import { ByokError } from "../../../src/engine/errors";
import { isAlibabaArn, parseAlibabaKeyArn } from "../../../src/kms/alibaba/arn";
import { keyArn, keyId } from "./surroundings";

function refusal(text: string, attribute?: string): ByokError {
  try {
    parseAlibabaKeyArn(text, attribute);
  } catch (error) {
    if (error instanceof ByokError) return error;
  }
  throw new Error("The text was not refused.");
}

it.each([
  [keyArn, "cn-hangzhou", "1234567890123456", keyId],
  [`acs:kms:us-east-1:12345:key/${keyId}`, "us-east-1", "12345", keyId],
  [
    `acs:kms:cn-hangzhou-finance-1:12345678901234567890:key/key-abcd1234`,
    "cn-hangzhou-finance-1",
    "12345678901234567890",
    "key-abcd1234",
  ],
  [`acs:kms:cn-hangzhou:12345:key/key-${"a".repeat(64)}`, "cn-hangzhou", "12345", `key-${"a".repeat(64)}`],
])("reads %s", (text, region, accountId, id) => {
  expect(parseAlibabaKeyArn(text)).toEqual({ region, accountId, keyId: id });
});

it.each([
  `x${keyArn}`,
  `${keyArn}0`,
  keyArn.replace("cn-hangzhou", "cn"),
  keyArn.replace("cn-hangzhou", "china-hangzhou"),
  keyArn.replace("cn-hangzhou", "CN-hangzhou"),
  keyArn.replace("1234567890123456", "1234"),
  keyArn.replace("1234567890123456", "123456789012345678901"),
  keyArn.replace("1234567890123456", "12345x"),
  keyArn.replace("key/", "alias/"),
  keyArn.replace(keyId, keyId.toUpperCase()),
  keyArn.replace(keyId, keyId.replaceAll("-", "")),
  keyArn.replace(keyId, keyId.slice(1)),
  keyArn.replace(keyId, keyId.slice(0, -1)),
  keyArn.replace(keyId, "1234abcd-12ab-34cd-1234567890ab"),
  keyArn.replace(keyId, "key-abc1234"),
  keyArn.replace(keyId, `key-${"a".repeat(65)}`),
  keyArn.replace(keyId, "key-ABCD12345"),
])("does not read %s", (text) => {
  const error = refusal(text);
  expect(error).toMatchObject({ code: "invalid_key_arn", attribute: "key_arn" });
  expect(error.rawMessage).toMatch(/^`key_arn` is not the ARN of a KMS key/);
});

it("names the argument, and says how an ARN looks or why an alias is none", () => {
  expect(refusal("x", "primary_key_arn")).toMatchObject({
    attribute: "primary_key_arn",
    rawMessage: expect.stringMatching(/^`primary_key_arn` is not the ARN of a KMS key\. It looks like acs:kms:/),
  });
  const alias = "acs:kms:cn-hangzhou:1234567890123456:alias/payments";
  expect(refusal(alias).rawMessage).toBe(
    `\`key_arn\` is not the ARN of a KMS key: ${alias}. An alias can be pointed at another key at any time, so material is imported by the ARN of the key itself: give that.`,
  );
});

it.each([
  ["acs:kms:nowhere", true],
  [`acs:${"a".repeat(252)}`, true],
  [`acs:${"a".repeat(253)}`, false],
  ["secret", false],
  ["my acs:kms:nowhere", false],
  ["acs:kms:secret words", false],
  ["acs:kms:secret\n", false],
])("shows %.40j: %s", (text, shown) => {
  expect(refusal(text).rawMessage.includes(`: ${text}. `)).toBe(shown);
  expect(refusal(text).rawMessage).toContain(shown ? `: ${text}. ` : "a KMS key. ");
});

it.each([
  ["acs:kms:", true],
  ["acs:", true],
  ["arn:acs:", false],
  ["", false],
])("%j is meant for Alibaba Cloud: %s", (text, is) => {
  expect(isAlibabaArn(text)).toBe(is);
});
