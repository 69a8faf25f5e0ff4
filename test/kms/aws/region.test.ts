import { checkRegion } from "../../../src/kms/aws/region";

const refused = (says: string) =>
  expect.objectContaining({
    code: "invalid_argument",
    attribute: "region",
    rawMessage: expect.stringContaining(says),
  });

it.each([
  "eu-central-1",
  "us-gov-west-1",
  "us-isob-east-1",
  "eusc-de-east-1",
  "ap-southeast-10",
  `aaaaa-${"b".repeat(12)}-1`,
])("may be %s", (region) => {
  expect(checkRegion(region)).toBe(region);
});

it.each([
  "a-1",
  "eu",
  "eu-",
  `${"a".repeat(6)}-central-1`,
  `aa-${"b".repeat(13)}-1`,
  "aa-bb-cc-dd-1",
  "eu-central-100",
  "1eu-central-1",
  "eu-central-1.",
  "eu-central-1\n",
  "my eu-central-1",
  "EU-central-1",
  "eu_central_1",
])("may not be %j, which would become part of a host's name", (region) => {
  expect(() => checkRegion(region)).toThrow(refused("`region` must be a Region name, such as eu-central-1."));
});

it("is recognized by where it can come where it is missing", () => {
  expect(() => checkRegion(undefined)).toThrow(refused("No AWS Region is set. Set `region` in the configuration"));
});
