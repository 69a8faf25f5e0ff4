import { KMSClient } from "@aws-sdk/client-kms";
import { mayReceive, storeEndpoint } from "../../../src/kms/aws/endpoint";

/** What the rules of AWS's own SDK say of these stores, as far as they differ. */
const rows = [
  ["eu-central-1", {}, "secretsmanager.eu-central-1.amazonaws.com", "ssm.eu-central-1.amazonaws.com"],
  ["us-east-1", { fips: true }, "secretsmanager-fips.us-east-1.amazonaws.com", "ssm-fips.us-east-1.amazonaws.com"],
  ["eu-central-1", { dual: true }, "secretsmanager.eu-central-1.api.aws", "ssm.eu-central-1.api.aws"],
  ["us-east-1", { fips: true, dual: true }, "secretsmanager-fips.us-east-1.api.aws", "ssm-fips.us-east-1.api.aws"],
  ["cn-north-1", {}, "secretsmanager.cn-north-1.amazonaws.com.cn", "ssm.cn-north-1.amazonaws.com.cn"],
  [
    "us-gov-west-1",
    { fips: true },
    "secretsmanager-fips.us-gov-west-1.amazonaws.com",
    "ssm.us-gov-west-1.amazonaws.com",
  ],
  ["us-iso-east-1", {}, "secretsmanager.us-iso-east-1.c2s.ic.gov", "ssm.us-iso-east-1.c2s.ic.gov"],
  ["eusc-de-east-1", {}, "secretsmanager.eusc-de-east-1.amazonaws.eu", "ssm.eusc-de-east-1.amazonaws.eu"],
] as const;

it.each(rows)("finds the stores of %s with %j", (Region, variants: { fips?: true; dual?: true }, secrets, ssm) => {
  const client = new KMSClient({ region: Region });
  const UseFIPS = variants.fips ?? false;
  const UseDualStack = variants.dual ?? false;
  const kms = client.config.endpointProvider({ Region, UseFIPS, UseDualStack }).url;
  client.destroy();
  expect(storeEndpoint("secrets_manager", kms).href).toBe(`https://${secrets}/`);
  expect(storeEndpoint("ssm", kms).href).toBe(`https://${ssm}/`);
  for (const host of [secrets, ssm]) expect(mayReceive(new URL(`https://${host}`), [])).toBe(true);
});

it.each([
  "http://ssm.eu-central-1.amazonaws.com",
  "https://ssm.example.com",
  "https://secretsmanager.amazonaws.com.example.com",
])("sends nothing to %s", (url) => {
  expect(mayReceive(new URL(url), [])).toBe(false);
});
