import { configuredEndpoint, mayReceive } from "../../../src/kms/aws/endpoint";
import type { AwsSettings } from "../../../src/kms/aws/settings";
import { readSharedConfig } from "../../../src/kms/aws/shared-config";
import { surroundings } from "./surroundings";

const around = surroundings();

function endpoint(service: "kms" | "sts", settings: AwsSettings, variables: Readonly<Record<string, string>> = {}) {
  const env = { HOME: around.home, ...variables };
  return configuredEndpoint(service, settings, env, readSharedConfig(settings, env));
}

/** Each partition's domains, from the partitions file of the AWS SDKs. */
const domains = [
  "amazonaws.com",
  "api.aws",
  "amazonaws.com.cn",
  "api.amazonwebservices.com.cn",
  "amazonaws.eu",
  "api.amazonwebservices.eu",
  "c2s.ic.gov",
  "api.aws.ic.gov",
  "sc2s.sgov.gov",
  "api.aws.scloud",
  "cloud.adc-e.uk",
  "api.cloud-aws.adc-e.uk",
  "csp.hci.ic.gov",
  "api.aws.hci.ic.gov",
];

const leaves = (url: string): boolean => mayReceive(new URL(url), []);

describe.each(domains)("below %s", (domain) => {
  it("are hosts of KMS and of those who give credentials", () => {
    for (const name of ["kms", "kms-fips", "sts", "portal.sso", "oidc", "signin"]) {
      expect(leaves(`https://${name}.xx-west-1.${domain}`)).toBe(true);
      expect(leaves(`https://vpce-0a.${name}.xx-west-1.vpce.${domain}`)).toBe(true);
    }
  });

  it("are hosts of others, which customers may name", () => {
    expect(leaves(`https://s3.xx-west-1.${domain}`)).toBe(false);
    expect(leaves(`https://mykms.xx-west-1.${domain}`)).toBe(false);
    expect(leaves(`https://kms.a.b.${domain}`)).toBe(false);
    expect(leaves(`https://kms.xx-west-1.${domain.replace(".", "x")}`)).toBe(false);
    expect(leaves(`https://kms.xx-west-1.${domain.replaceAll(".", "x")}.com`)).toBe(false);
    expect(leaves(`https://kms.xx-west-1.${domain}.example.com`)).toBe(false);
    expect(leaves(`https://portalxsso.xx-west-1.${domain}`)).toBe(false);
    expect(leaves(`https://vpce-0a.s3.xx-west-1.vpce.${domain}`)).toBe(false);
    expect(leaves(`https://x.vpce-0a.kms.xx-west-1.vpce.${domain}`)).toBe(false);
    expect(leaves(`http://kms.xx-west-1.${domain}`)).toBe(false);
  });
});

it.each([
  ["https://xx-west-1.signin.aws.amazon.com", true],
  ["https://xx-west-1.signin.aws", true],
  ["https://xx-west-1.oauth.signin.aws", true],
  ["https://xx-west-1.signin.amazonaws.cn", true],
  ["https://xx-west-1.signin.amazonaws-us-gov.com", true],
  ["https://xx-west-1.signin.amazonaws-eusc.eu", true],
  ["https://signin.aws", false],
  ["https://a.b.signin.aws", false],
  ["https://xx.signinxaws", false],
  ["https://xx-west-1.login.aws", false],
  ["https://xx-west-1.signin.aws.example.com", false],
])("a request to sign in at %s leaves: %s", (url, allowed) => {
  expect(leaves(url)).toBe(allowed);
});

it("takes no host of a sign-in for one of KMS's", () => {
  const AWS_ENDPOINT_URL_KMS = "https://xx-west-1.signin.aws";
  expect(() => endpoint("kms", {}, { AWS_ENDPOINT_URL_KMS })).toThrow(
    expect.objectContaining({ code: "endpoint_not_allowed" }),
  );
});

describe("an endpoint says where it was written", () => {
  it.each<[string, "kms" | "sts", AwsSettings, Record<string, string>]>([
    ["`endpoint`", "kms", { endpoint: "http://127.0.0.1" }, {}],
    ["`sts_endpoint`", "sts", { stsEndpoint: "http://127.0.0.1" }, {}],
    ["`endpoint`", "sts", { endpoint: "http://127.0.0.1" }, {}],
    ["AWS_ENDPOINT_URL_KMS", "kms", {}, { AWS_ENDPOINT_URL_KMS: "http://127.0.0.1" }],
    ["AWS_ENDPOINT_URL_STS", "sts", {}, { AWS_ENDPOINT_URL_STS: "http://127.0.0.1" }],
    ["AWS_ENDPOINT_URL", "sts", {}, { AWS_ENDPOINT_URL: "http://127.0.0.1", AWS_ENDPOINT_URL_STS: "" }],
  ])("%s for %s", (source, service, settings, env) => {
    expect(endpoint(service, settings, env)).toEqual({ url: new URL("http://127.0.0.1"), source });
  });

  it("of the profile, and of the section of services that it names", () => {
    around.file(
      ".aws/config",
      "[profile p]\nendpoint_url = http://127.0.0.1\nservices = s\n[services s]\nkms =\n  endpoint_url = http://127.0.0.2\n",
    );
    expect(endpoint("kms", { profile: "p" })?.source).toBe(
      '`endpoint_url` in the `services` section of the profile "p" in the shared configuration files',
    );
    expect(endpoint("sts", { profile: "p" })?.source).toBe(
      '`endpoint_url` of the profile "p" in the shared configuration files',
    );
  });

  it("and what to do about it where it is refused", () => {
    expect(() => endpoint("sts", {}, { AWS_ENDPOINT_URL_STS: "https://example.com" })).toThrow(
      expect.objectContaining({
        attribute: "sts_endpoint",
        rawMessage:
          "The endpoint for STS from AWS_ENDPOINT_URL_STS is example.com, which is not one of AWS's own. If it is meant, write it into the configuration as `sts_endpoint`, where it can be reviewed; otherwise take it away, or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true.",
      }),
    );
    expect(() => endpoint("kms", { endpoint: "x" })).toThrow(
      expect.objectContaining({
        attribute: "endpoint",
        rawMessage: expect.stringContaining("not a URL like https://kms.eu-central-1.amazonaws.com."),
      }),
    );
  });
});

it("ignores endpoints of the surroundings where these say so, whatever the case", () => {
  const AWS_ENDPOINT_URL_KMS = "http://127.0.0.1";
  for (const yes of ["true", "True"]) {
    expect(endpoint("kms", {}, { AWS_ENDPOINT_URL_KMS, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: yes })).toBeUndefined();
  }
  for (const no of ["false", "", "1"]) {
    expect(endpoint("kms", {}, { AWS_ENDPOINT_URL_KMS, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: no })).toBeDefined();
  }
  const written = { endpoint: "http://127.0.0.2" };
  expect(endpoint("kms", written, { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" })?.url.hostname).toBe("127.0.0.2");
});
