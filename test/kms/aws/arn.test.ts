import * as fc from "fast-check";
import { isByokError } from "../../../src/engine/errors";
import { awsArnInRegion, isAwsArn, parseAwsKeyArn, partitionOf, regionOfName } from "../../../src/kms/aws/arn";

const uuid = "1234abcd-12ab-34cd-56ef-1234567890ab";
const mrk = "mrk-1234abcd12ab34cd56ef1234567890ab";

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("parseAwsKeyArn", () => {
  it.each([
    [`arn:aws:kms:eu-central-1:111122223333:key/${uuid}`, "aws", "eu-central-1", uuid, false],
    [`arn:aws:kms:us-west-2:111122223333:key/${mrk}`, "aws", "us-west-2", mrk, true],
    [`arn:aws-cn:kms:cn-north-1:111122223333:key/${uuid}`, "aws-cn", "cn-north-1", uuid, false],
    [`arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/${uuid}`, "aws-us-gov", "us-gov-west-1", uuid, false],
    [`arn:aws-iso-b:kms:us-isob-east-1:111122223333:key/${uuid}`, "aws-iso-b", "us-isob-east-1", uuid, false],
  ])("reads %s", (text, partition, region, keyId, multiRegion) => {
    expect(parseAwsKeyArn(text)).toEqual({ partition, region, accountId: "111122223333", keyId, multiRegion });
  });

  it.each([
    ["", /looks like arn:aws:kms/],
    [uuid, /does not say the account/],
    [mrk, /does not say the account/],
    ["alias/payments", /alias can be pointed/],
    ["arn:aws:kms:eu-central-1:111122223333:alias/payments", /alias can be pointed/],
    [`arn:aws:kms:eu-central-1:111122223333:key/${uuid} `, /looks like/],
    [` arn:aws:kms:eu-central-1:111122223333:key/${uuid}`, /looks like/],
    [`arn:aws:kms:eu-central-1:111122223333:key/${uuid}\n`, /looks like/],
    [`arn:aws:kms:eu-central-1:11112222333:key/${uuid}`, /looks like/],
    [`arn:aws:kms::111122223333:key/${uuid}`, /looks like/],
    [`arn:aws:kms:eu-central-1:111122223333:key/${uuid.toUpperCase()}`, /looks like/],
    [`arn:aws:kms:eu-central-1:111122223333:key/mrk-${uuid}`, /looks like/],
    [`arn:aws:s3:eu-central-1:111122223333:key/${uuid}`, /looks like/],
    [`arn:evil:kms:eu-central-1:111122223333:key/${uuid}`, /looks like/],
    [`arn:aws:kms:eu-central-1.evil.com:111122223333:key/${uuid}`, /looks like/],
    [`arn:aws:kms:eu-central-1:111122223333:key/${uuid}/../x`, /looks like/],
  ])("refuses %j", (text, advice) => {
    const error = thrownBy(() => parseAwsKeyArn(text, "primary_key_arn"));
    expect(error).toMatchObject({
      code: "invalid_key_arn",
      attribute: "primary_key_arn",
      rawMessage: expect.stringMatching(advice),
    });
  });

  it("does not repeat what may be a secret", () => {
    expect(String(thrownBy(() => parseAwsKeyArn("c2VjcmV0IGtleSBtYXRlcmlhbA==")))).not.toContain("c2VjcmV0");
  });

  it("throws nothing but invalid_key_arn for any text", () => {
    const pieces = fc.constantFrom(
      "arn",
      ":",
      "aws",
      "kms",
      "eu-central-1",
      "111122223333",
      "key/",
      uuid,
      "mrk-",
      "\n",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join("")),
        ),
        (text) => {
          const error = thrownBy(() => parseAwsKeyArn(text));
          expect(error === undefined || isByokError(error, "invalid_key_arn")).toBe(true);
        },
      ),
    );
  });
});

it("names the same multi-Region key in another Region", () => {
  expect(awsArnInRegion(`arn:aws:kms:us-west-2:111122223333:key/${mrk}`, "eu-west-1")).toBe(
    `arn:aws:kms:eu-west-1:111122223333:key/${mrk}`,
  );
});

describe("what an ARN is made of", () => {
  const arn = `arn:aws:kms:eu-central-1:111122223333:key/${uuid}`;
  it.each([
    arn.replace("arn:", "xarn:"),
    arn.replace(":aws:", ":aws-:"),
    arn.replace(":aws:", ":aws-CN:"),
    arn.replace(":aws:", ":awscn:"),
    arn.replace("eu-central-1", "eu"),
    arn.replace("eu-central-1", "-1"),
    arn.replace("eu-central-1", "eu-"),
    arn.replace("eu-central-1", "EU-central-1"),
    arn.replace("111122223333", "1111222233334"),
    arn.replace("111122223333", "11112222333x"),
    arn.replace(uuid, mrk.slice(0, -1)),
    arn.replace(uuid, `${mrk}0`),
    arn.replace(uuid, mrk.replace("mrk-", "mrk-x")),
    arn.replace(uuid, uuid.slice(1)),
    arn.replace(uuid, `${uuid}0`),
    arn.replace(uuid, "1234abcd-12ab-34cd-1234567890ab"),
    arn.replace(uuid, "1234abcd-12ab-34cd-56ef-78ab-1234567890ab"),
    arn.replace(uuid, uuid.replaceAll("-", "")),
    arn.replace("key/", "key"),
  ])("is not in %s", (text) => {
    expect(thrownBy(() => parseAwsKeyArn(text))).toMatchObject({
      code: "invalid_key_arn",
      attribute: "key_arn",
      rawMessage: expect.stringMatching(/^`key_arn` is not the ARN of a KMS key(?::|\.)/),
    });
  });

  it.each([
    ["alias/payments", true],
    ["arn:aws:s3:::bucket", true],
    [`arn:${"a".repeat(252)}`, true],
    [`arn:${"a".repeat(253)}`, false],
    ["my alias/payments", false],
    ["arn:aws two", false],
    [uuid, false],
  ])("is shown as it was given, where it cannot be a secret: %.40s %s", (text, shown) => {
    const error = String(thrownBy(() => parseAwsKeyArn(text)));
    expect(error).toContain(shown ? `of a KMS key: ${text}. ` : "of a KMS key. ");
  });

  it.each([
    [uuid, true],
    [uuid.replaceAll("-", ""), true],
    [mrk, true],
    [uuid.slice(5), false],
    [`${uuid}0`, false],
    [`x${uuid}`, false],
    [`mrk${uuid}`, false],
  ])("is missing for the id %s: %s", (text, isId) => {
    const error = String(thrownBy(() => parseAwsKeyArn(text)));
    expect(error.includes("A key id alone does not say the account and Region. It looks like arn:aws:kms")).toBe(isId);
    expect(error.includes("It looks like arn:aws:kms:eu-central-1:111122223333:key/")).toBe(true);
  });

  it.each([
    ["alias/a", true],
    ["arn:aws:kms:eu-central-1:111122223333:alias/a", true],
    ["myalias/a", false],
  ])("is not an alias's: %s %s", (text, isAlias) => {
    const error = String(thrownBy(() => parseAwsKeyArn(text)));
    expect(error.includes("An alias can be pointed at another key at any time")).toBe(isAlias);
  });
});

it.each([
  ["arn:aws:kms:eu-central-1:111122223333:key/anything", true],
  ["arn:aws-us-gov:kms:nothing", true],
  ["arn:verenc:111122223333:key/1", false],
  ["arn:aws:verenc:111122223333:key/1", false],
  ["acs:kms:cn-hangzhou:1234567890123456:key/1", false],
  ["not arn:aws:kms:eu-central-1", false],
])("%s is meant to be an ARN of AWS KMS: %s", (text, is) => {
  expect(isAwsArn(text)).toBe(is);
});

it.each([
  ["eu-central-1", "aws"],
  ["cn-north-1", "cn"],
  ["us-gov-west-1", "us-gov"],
  ["us-iso-east-1", "us-iso"],
  ["us-isob-east-1", "us-isob"],
  ["eu-isoe-west-1", "eu-isoe"],
  ["eusc-de-east-1", "eusc"],
])("%s is in the partition %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});

it.each([
  ["alias/payments", {}],
  ["1234abcd-12ab-34cd-56ef-1234567890ab", {}],
  ["arn:aws:kms:eu-central-1:111122223333:alias/payments", { region: "eu-central-1" }],
  ["arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", { region: "cn-north-1" }],
  ["arn:aws:s3:::bucket", {}],
])("of a key that is looked up as %s it is known: %j", (name, place) => {
  expect(regionOfName(name)).toEqual(place);
});
