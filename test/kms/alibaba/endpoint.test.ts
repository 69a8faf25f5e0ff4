import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildSync } from "esbuild";
import { configuredEndpoint, mayReceive, regionalEndpoint, wantsVpc } from "../../../src/kms/alibaba/endpoint";
import type { AlibabaSettings } from "../../../src/kms/alibaba/settings";
import { certificate } from "../../support/certificate";
import { scriptedServer } from "../aws/scripted-server";
import { json, keyArn, settingsFor, surroundings } from "./surroundings";

const around = surroundings();
const own = "https://kms.cn-hangzhou.aliyuncs.com";

const refusing = (attribute: string) => expect.objectContaining({ code: "endpoint_not_allowed", attribute });

const hrefOf = (...[api, settings, env]: Parameters<typeof configuredEndpoint>): string | undefined =>
  configuredEndpoint(api, settings, env)?.url.href;

describe("an endpoint", () => {
  it("is Alibaba Cloud's own where nobody sets one, inside a VPC where that is wished", () => {
    expect(configuredEndpoint("kms", {}, {})).toBeUndefined();
    expect(regionalEndpoint("kms", "cn-hangzhou", false).href).toBe(`${own}/`);
    expect(regionalEndpoint("sts", "ap-southeast-1", true).href).toBe("https://sts-vpc.ap-southeast-1.aliyuncs.com/");
    expect(wantsVpc({}, { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true" })).toBe(true);
    expect(wantsVpc({ useVpcEndpoint: false }, { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true" })).toBe(false);
  });

  it.each([
    "http://127.0.0.1:8300",
    "http://[::1]:8300",
    "http://localhost",
    own,
    "https://kms-vpc.cn-hangzhou-finance-1.aliyuncs.com",
    "https://kms.us-east-1.aliyuncs.com",
  ])("out of the environment may be %s", (url) => {
    const env = { ALIBABA_CLOUD_KMS_ENDPOINT: url };
    expect(hrefOf("kms", {}, env)).toBe(new URL(url).href);
  });

  it.each([
    ["a host that a customer named", "https://kms.oss-cn-hangzhou.aliyuncs.com"],
    ["another service's host", "https://ecs.cn-hangzhou.aliyuncs.com"],
    ["a host that only begins so", "https://kms.cn-hangzhou.aliyuncs.com.example.org"],
    ["a port of its own", "https://kms.cn-hangzhou.aliyuncs.com:8443"],
    ["any other host", "https://kms.example.org"],
    ["plain HTTP", "http://kms.cn-hangzhou.aliyuncs.com"],
    ["a user name", "https://me@kms.cn-hangzhou.aliyuncs.com"],
    ["no URL", "kms.cn-hangzhou.aliyuncs.com"],
  ])("out of the environment may not be %s", (_what, url) => {
    expect(() => configuredEndpoint("kms", {}, { ALIBABA_CLOUD_KMS_ENDPOINT: url })).toThrow(refusing("endpoint"));
    expect(() => configuredEndpoint("sts", {}, { ALIBABA_CLOUD_STS_ENDPOINT: url })).toThrow(refusing("sts_endpoint"));
  });

  it("in the configuration may be any host, by HTTPS", () => {
    expect(hrefOf("kms", { endpoint: "https://kms.example.org" }, {})).toBe("https://kms.example.org/");
    expect(() => configuredEndpoint("kms", { endpoint: "http://kms.example.org" }, {})).toThrow(refusing("endpoint"));
  });

  it("on loopback serves STS too, and any other does not", () => {
    expect(hrefOf("sts", { endpoint: "http://127.0.0.1:1" }, {})).toBe("http://127.0.0.1:1/");
    expect(hrefOf("sts", {}, { ALIBABA_CLOUD_KMS_ENDPOINT: "http://127.0.0.1:1" })).toBe("http://127.0.0.1:1/");
    expect(configuredEndpoint("sts", { endpoint: "https://kms.example.org" }, {})).toBeUndefined();
    expect(hrefOf("sts", { endpoint: "http://127.0.0.1:1", stsEndpoint: "https://sts.aliyuncs.com" }, {})).toBe(
      "https://sts.aliyuncs.com/",
    );
  });
});

it.each([
  ["https://kms.cn-hangzhou.aliyuncs.com/", true],
  ["https://sts.aliyuncs.com/", true],
  ["http://100.100.100.200/latest/api/token", true],
  ["https://kms.example.org/", true],
  ["http://100.100.100.201/", false],
  ["http://100.100.100.200:8080/", false],
  ["http://169.254.169.254/", false],
  ["https://example.org/", false],
  ["http://kms.cn-hangzhou.aliyuncs.com/", false],
])("a request to %s leaves: %s", (url, allowed) => {
  const written = [{ url: new URL("https://kms.example.org"), source: "`endpoint`" }];
  expect(mayReceive(new URL(url), written)).toBe(allowed);
});

describe("a connection", () => {
  it("names the Region to an endpoint that somebody set, which may stand for several", async () => {
    await using server = await scriptedServer((_request, response) => json(response, { Tags: { Tag: [] } }));
    const services = around.services(settingsFor(server.url));
    await services.service("cn-beijing").tags(keyArn);
    expect(new URLSearchParams(server.requests[0]?.body).get("RegionId")).toBe("cn-beijing");
    expect(services.service()).toBe(services.service("cn-hangzhou"));
  });

  it.each<[string, AlibabaSettings]>([
    ["access_key", { accessKey: "LTAI" }],
    ["secret_key", { secretKey: "secret" }],
    ["security_token", { securityToken: "token" }],
    ["profile", { accessKey: "LTAI", secretKey: "secret", profile: "x" }],
    ["profile", { profile: "x", sharedCredentialsFile: "config.json" }],
    ["shared_credentials_file", { sharedCredentialsFile: "~/absent.json" }],
    ["custom_ca_bundle", { customCaBundle: "/absent.pem" }],
    ["region", { region: "cn_hangzhou/../x" }],
  ])("refuses settings on `%s`: %j", (attribute, settings) => {
    const file = around.file("config.json", '{"profiles": []}');
    const given =
      settings.sharedCredentialsFile === "config.json" ? { ...settings, sharedCredentialsFile: file } : settings;
    expect(() => around.services(given)).toThrow(expect.objectContaining({ code: "invalid_argument", attribute }));
  });

  it("needs a Region", () => {
    expect(() => around.services({}).service()).toThrow(expect.objectContaining({ attribute: "region" }));
    const env = { ALIBABA_CLOUD_REGION: "cn-beijing" };
    expect(around.services({}, { env }).service().region).toBe("cn-beijing");
    expect(around.services({}, { env: { ALIBABA_CLOUD_REGION_ID: "cn-shanghai" } }).defaultRegion).toBe("cn-shanghai");
  });

  it("does not repeat what stands in a file that is no JSON", () => {
    const sharedCredentialsFile = around.file("config.json", "access_key_secret: hunter2");
    expect(() => around.services({ sharedCredentialsFile })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    );
  });
});

describe("TLS", () => {
  const tls = certificate();

  it("refuses who cannot be verified, and sends nothing", async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), tls);
    await expect(around.services(settingsFor(server.url)).service().describe(keyArn)).rejects.toMatchObject({
      code: "service_unavailable",
      retry: "never",
      serviceCode: "DEPTH_ZERO_SELF_SIGNED_CERT",
      rawMessage: expect.stringContaining("custom_ca_bundle"),
    });
    expect(server.requests).toHaveLength(0);
  });

  it("is verified in spite of NODE_TLS_REJECT_UNAUTHORIZED=0, in a process that really has it", async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), tls);
    const source = around.file(
      "describe.ts",
      `import { alibabaKeyServices } from ${JSON.stringify(join(__dirname, "../../../src/kms/alibaba/connection"))};
       const clock = { now: () => 0, monotonic: () => 0, sleep: async () => {} };
       const log = { debug() {}, info() {}, warn(words: string) { console.log("warning: " + words); } };
       const settings = ${JSON.stringify(settingsFor(server.url))};
       alibabaKeyServices(settings, { clock, log }).service().describe(${JSON.stringify(keyArn)}).then(
         () => console.log("answered"),
         (error) => console.log(error.serviceCode),
       );`,
    );
    const outfile = join(around.home, "describe.js");
    buildSync({ entryPoints: [source], outfile, bundle: true, platform: "node", logLevel: "error" });
    const env = { HOME: around.home, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { env });
    expect(stdout).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(stdout).toContain("warning: NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect");
    expect(server.requests).toHaveLength(0);
  });

  it("trusts the certificates of `custom_ca_bundle`", async () => {
    await using server = await scriptedServer((_request, response) => json(response, { Tags: { Tag: [] } }), tls);
    const customCaBundle = around.file("ca.pem", tls.cert);
    expect(await around.services(settingsFor(server.url, { customCaBundle })).service().tags(keyArn)).toEqual({});
  });
});
