import { checkRegion, defaultRegion } from "../../../src/kms/alibaba/region";

const refused = (says: string) =>
  expect.objectContaining({
    code: "invalid_argument",
    attribute: "region",
    rawMessage: expect.stringContaining(says),
  });

it("comes from the configuration, two variables and the profile, in this order", () => {
  const profile = { name: "p", mode: "AK", regionId: "cn-beijing" };
  const env = { ALIBABA_CLOUD_REGION: "cn-shanghai", ALIBABA_CLOUD_REGION_ID: "cn-shenzhen" };
  expect(defaultRegion({ region: "cn-hangzhou" }, env, profile)).toBe("cn-hangzhou");
  expect(defaultRegion({}, env, profile)).toBe("cn-shanghai");
  expect(defaultRegion({}, { ...env, ALIBABA_CLOUD_REGION: "" }, profile)).toBe("cn-shenzhen");
  expect(defaultRegion({}, {}, profile)).toBe("cn-beijing");
  expect(defaultRegion({}, {}, undefined)).toBeUndefined();
  expect(defaultRegion({ region: "" }, env, profile)).toBeUndefined();
});

it.each(["cn-hangzhou", "us-east-1", "cn-hangzhou-acdr-ut-1-x", `cn-${"a".repeat(20)}`])("may be %s", (region) => {
  expect(checkRegion(region)).toBe(region);
  expect(defaultRegion({ region }, {}, undefined)).toBe(region);
});

it.each([
  "cn",
  "c-hangzhou",
  "chn-hangzhou",
  "CN-hangzhou",
  "cn_hangzhou",
  "cn-hangzhou-",
  "cn-hangzhou.example.com",
  "x.cn-hangzhou",
  "cn-a-b-c-d-e-f",
  `cn-${"a".repeat(21)}`,
  "cn-hangzhou\n",
  "",
])("may not be %j, which would become part of a host's name", (region) => {
  expect(() => checkRegion(region)).toThrow(refused("`region` must be a Region name, such as cn-hangzhou."));
});

it("is recognized by where it can come where it is missing", () => {
  expect(() => checkRegion(undefined)).toThrow(refused("Set `region` in the configuration, ALIBABA_CLOUD_REGION"));
  expect(() => defaultRegion({}, { ALIBABA_CLOUD_REGION: "x" }, undefined)).toThrow(refused("must be a Region name"));
});
