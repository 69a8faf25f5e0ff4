import { configuredEndpoint, mayReceive } from "../../../src/kms/aws/endpoint";
import type { AwsSettings } from "../../../src/kms/aws/settings";
import type { Environment } from "../../../src/http/surroundings";
import { readSharedConfig } from "../../../src/kms/aws/shared-config";
import { scriptedServer } from "./scripted-server";
import { keyArn, settingsFor, surroundings } from "./surroundings";

const around = surroundings();

function endpoint(service: "kms" | "sts", settings: AwsSettings, env: Environment = {}): string | undefined {
  const surrounding = { HOME: around.home, ...env };
  return configuredEndpoint(service, settings, surrounding, readSharedConfig(settings, surrounding))?.url.href;
}

const refused = expect.objectContaining({ code: "endpoint_not_allowed" });

describe("an endpoint in the configuration", () => {
  it.each([
    ["https://kms.internal.example.com", "https://kms.internal.example.com/"],
    ["https://10.0.0.7:8443/kms", "https://10.0.0.7:8443/kms"],
    ["http://127.0.0.1:4566", "http://127.0.0.1:4566/"],
    ["http://127.1.2.3", "http://127.1.2.3/"],
    ["http://localhost:4566", "http://localhost:4566/"],
    ["http://[::1]:4566", "http://[::1]:4566/"],
    // A URL spells an IPv4 address in one way, whatever was written.
    ["http://2130706433/", "http://127.0.0.1/"],
  ])("may be %s", (text, expected) => {
    expect(endpoint("kms", { endpoint: text })).toBe(expected);
    expect(endpoint("sts", { stsEndpoint: text })).toBe(expected);
  });

  it.each([
    "http://kms.internal.example.com",
    "http://kms.eu-central-1.amazonaws.com",
    "http://10.0.0.7",
    "http://0.0.0.0",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://localhost@example.com",
    "http://example.com#localhost",
    "http://[::ffff:127.0.0.1]",
    "https://user:password@kms.example.com",
    "https://kms.example.com/?a=b",
    "https://kms.example.com/#a",
    "ftp://localhost",
    "localhost:4566",
    "kms.example.com",
    "",
  ])("may not be %j", (text) => {
    expect(() => endpoint("kms", { endpoint: text })).toThrow(refused);
    expect(() => endpoint("sts", { stsEndpoint: text })).toThrow(refused);
  });

  it("names its argument", () => {
    expect(() => endpoint("sts", { stsEndpoint: "http://example.com" })).toThrow(
      expect.objectContaining({ attribute: "sts_endpoint" }),
    );
  });

  it("serves STS too where it is on a loopback host, and only there", () => {
    expect(endpoint("sts", { endpoint: "http://127.0.0.1:4566" })).toBe("http://127.0.0.1:4566/");
    expect(endpoint("sts", { endpoint: "https://kms.example.com" })).toBeUndefined();
    expect(endpoint("sts", { endpoint: "http://127.0.0.1:4566", stsEndpoint: "https://sts.example.com" })).toBe(
      "https://sts.example.com/",
    );
  });
});

describe("an endpoint in the environment", () => {
  it.each([
    "http://127.0.0.1:4566",
    "https://localhost:4566",
    "https://kms.eu-central-1.amazonaws.com",
    "https://kms-fips.us-east-1.amazonaws.com",
    "https://kms.eu-central-1.api.aws",
    "https://kms.cn-north-1.amazonaws.com.cn",
    "https://kms.cn-north-1.api.amazonwebservices.com.cn",
    "https://kms.us-iso-east-1.c2s.ic.gov",
    "https://vpce-0abc-1def.kms.eu-central-1.vpce.amazonaws.com",
    "https://vpce-0abc-1def-eu-central-1a.kms.eu-central-1.vpce.amazonaws.com",
  ])("may be %s", (text) => {
    expect(endpoint("kms", {}, { AWS_ENDPOINT_URL_KMS: text })).toBe(`${text}/`);
    expect(endpoint("kms", {}, { AWS_ENDPOINT_URL: text })).toBe(`${text}/`);
  });

  it.each([
    "https://kms.example.com",
    "http://kms.eu-central-1.amazonaws.com",
    "https://amazonaws.com.example.com",
    "https://kms.eu-central-1.amazonaws.com.example.com",
    "https://kms.eu-central-1.notamazonaws.com",
    // Hosts below AWS's domains that customers name.
    "https://kms.s3.amazonaws.com.evil.io",
    "https://bucket.s3.amazonaws.com",
    "https://abc.execute-api.eu-central-1.amazonaws.com",
    "https://kms-1234.eu-central-1.elb.amazonaws.com",
    "https://vpce-0abc-1def.vpce-svc-123.eu-central-1.vpce.amazonaws.com",
    "https://sts.amazonaws.com",
  ])("may not be %s", (text) => {
    expect(() => endpoint("kms", {}, { AWS_ENDPOINT_URL_KMS: text })).toThrow(refused);
    expect(() => endpoint("kms", {}, { AWS_ENDPOINT_URL: text })).toThrow(refused);
  });

  it("may be STS's own for STS", () => {
    expect(endpoint("sts", {}, { AWS_ENDPOINT_URL_STS: "https://sts.amazonaws.com" })).toBe(
      "https://sts.amazonaws.com/",
    );
    expect(endpoint("sts", {}, { AWS_ENDPOINT_URL_STS: "https://sts.eu-central-1.amazonaws.com" })).toBe(
      "https://sts.eu-central-1.amazonaws.com/",
    );
  });

  it("is found in the order of the AWS CLI", () => {
    around.file(
      ".aws/config",
      "[default]\nendpoint_url = http://127.0.0.4\nservices = s\n[services s]\nkms =\n  endpoint_url = http://127.0.0.3\n",
    );
    const env = { AWS_ENDPOINT_URL_KMS: "http://127.0.0.1", AWS_ENDPOINT_URL: "http://127.0.0.2" };
    expect(endpoint("kms", { endpoint: "http://127.0.0.9" }, env)).toBe("http://127.0.0.9/");
    expect(endpoint("kms", {}, env)).toBe("http://127.0.0.1/");
    expect(endpoint("kms", {}, { AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL })).toBe("http://127.0.0.2/");
    expect(endpoint("kms", {})).toBe("http://127.0.0.3/");
    expect(endpoint("sts", {})).toBe("http://127.0.0.4/");
  });

  it("is judged in the shared files as well, and says where it stands", () => {
    around.file(".aws/config", "[profile work]\nendpoint_url = https://kms.example.com\n");
    expect(() => endpoint("kms", { profile: "work" })).toThrow(refused);
    expect(() => endpoint("kms", { profile: "work" })).toThrow(/profile "work" in the shared configuration files/);
  });

  it("can be ignored", () => {
    around.file(".aws/config", "[profile work]\nignore_configured_endpoint_urls = true\n");
    const env = { AWS_ENDPOINT_URL_KMS: "https://kms.example.com" };
    expect(endpoint("kms", {}, { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" })).toBeUndefined();
    expect(endpoint("kms", { profile: "work" }, env)).toBeUndefined();
    expect(() => endpoint("kms", {}, { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" })).toThrow(refused);
  });
});

describe("mayReceive", () => {
  const allowed = [{ url: new URL("https://kms.example.com:8443/kms"), source: "`endpoint`" }];
  it.each([
    ["https://kms.example.com:8443", true],
    ["https://kms.example.com", false],
    ["https://sts.eu-central-1.amazonaws.com", true],
    ["https://portal.sso.eu-central-1.amazonaws.com", true],
    ["https://oidc.eu-central-1.amazonaws.com", true],
    ["https://eu-central-1.signin.aws.amazon.com", true],
    ["https://signin.eu-central-1.api.aws", true],
    ["http://kms.eu-central-1.amazonaws.com", false],
    ["https://dynamodb.eu-central-1.amazonaws.com", false],
    ["https://example.com", false],
    ["http://127.0.0.1:1", true],
  ])("%s: %s", (url, expected) => {
    expect(mayReceive(new URL(url), allowed)).toBe(expected);
  });
});

it("refuses before anything is sent, and never lets the SDK find an endpoint by itself", async () => {
  await using elsewhere = await scriptedServer((_request, response) => response.end());
  await using kms = await scriptedServer((_request, response) => response.writeHead(500).end());
  process.env["AWS_ENDPOINT_URL_KMS"] = "https://kms.example.com";
  expect(() => around.services({ region: "eu-central-1" })).toThrow(refused);

  process.env["AWS_ENDPOINT_URL_KMS"] = elsewhere.url;
  process.env["AWS_ENDPOINT_URL"] = elsewhere.url;
  await expect(around.services(settingsFor(kms.url)).service().describe(keyArn)).rejects.toMatchObject({
    code: "service_unavailable",
  });
  expect(kms.requests).toHaveLength(1);
  expect(elsewhere.requests).toHaveLength(0);
});
