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
  "aa-1",
  `${"a".repeat(12)}-${"b".repeat(20)}`,
  "aa-b-c-d-e-f",
])("may be %s", (region) => {
  expect(checkRegion(region)).toBe(region);
});

it.each([
  "a-1",
  "eu",
  "eu-",
  `${"a".repeat(13)}-1`,
  `aa-${"b".repeat(21)}`,
  "aa-b-c-d-e-f-g",
  "1eu-central-1",
  "eu-central-1.",
  "eu-central-1\n",
  "my eu-central-1",
  "EU-central-1",
  "eu_central_1",
])("may not be %j, which would become part of a host's name", (region) => {
  expect(() => checkRegion(region)).toThrow(refused("`region` is not the name of an AWS Region, like eu-central-1."));
});

it("is recognized by where it can come where it is missing", () => {
  expect(() => checkRegion(undefined)).toThrow(refused("No AWS Region is set. Set `region` in the configuration"));
});
