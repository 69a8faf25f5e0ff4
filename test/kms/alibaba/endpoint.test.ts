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

describe("where requests may go", () => {
  const leaves = (url: string): boolean => mayReceive(new URL(url), []);

  it.each([
    ["https://kms.cn-hangzhou.aliyuncs.com", true],
    ["https://kms-vpc.cn-hangzhou.aliyuncs.com", true],
    ["https://kms.cn-hangzhou-finance-1.aliyuncs.com", true],
    [`https://kms.cn-${"a".repeat(20)}.aliyuncs.com`, true],
    ["https://sts.aliyuncs.com", true],
    ["https://sts-vpc.cn-hangzhou.aliyuncs.com", true],
    ["https://sts.us-east-1.aliyuncs.com", true],
    ["https://kms.aliyuncs.com", false],
    ["https://mykms.cn-hangzhou.aliyuncs.com", false],
    ["https://kms-x.cn-hangzhou.aliyuncs.com", false],
    ["https://kms.cn.aliyuncs.com", false],
    ["https://kms.china-hangzhou.aliyuncs.com", false],
    [`https://kms.cn-${"a".repeat(21)}.aliyuncs.com`, false],
    ["https://kms.cn-a-b-c-d-e-f.aliyuncs.com", false],
    ["https://kms.cn-hangzhou.aliyuncsxcom", false],
    ["https://kms.cn-hangzhouxaliyuncs.com", false],
    ["https://kmsxcn-hangzhou.aliyuncs.com", false],
    ["https://kms.cn-hangzhou.aliyuncs.com:8443", false],
    ["http://sts.aliyuncs.com", false],
    ["https://100.100.100.200/", false],
  ])("%s: %s", (url, allowed) => {
    expect(leaves(url)).toBe(allowed);
  });
});

describe("what is said of an endpoint", () => {
  it.each<[Parameters<typeof configuredEndpoint>, string]>([
    [["kms", { endpoint: "http://127.0.0.1" }, {}], "`endpoint`"],
    [["sts", { stsEndpoint: "http://127.0.0.1" }, {}], "`sts_endpoint`"],
    [["kms", {}, { ALIBABA_CLOUD_KMS_ENDPOINT: "http://127.0.0.1" }], "ALIBABA_CLOUD_KMS_ENDPOINT"],
    [["sts", {}, { ALIBABA_CLOUD_STS_ENDPOINT: "http://127.0.0.1" }], "ALIBABA_CLOUD_STS_ENDPOINT"],
    [["sts", {}, { ALIBABA_CLOUD_KMS_ENDPOINT: "http://127.0.0.1" }], "ALIBABA_CLOUD_KMS_ENDPOINT"],
  ])("is where it was written: %j %s", (given, source) => {
    expect(configuredEndpoint(...given)).toEqual({ url: new URL("http://127.0.0.1"), source });
  });

  it("is what to do where it is refused", () => {
    const env = { ALIBABA_CLOUD_STS_ENDPOINT: "https://kms.cn-hangzhou.aliyuncs.com" };
    expect(() => configuredEndpoint("sts", {}, env)).toThrow(
      expect.objectContaining({
        rawMessage:
          "The endpoint for STS from ALIBABA_CLOUD_STS_ENDPOINT is kms.cn-hangzhou.aliyuncs.com, which is not one of Alibaba Cloud's own. If it is meant, write it into the configuration as `sts_endpoint`, where it can be reviewed; otherwise take it away.",
      }),
    );
    expect(() => configuredEndpoint("sts", { stsEndpoint: "x" }, {})).toThrow(
      expect.objectContaining({
        rawMessage: expect.stringContaining("not a URL like https://sts.cn-hangzhou.aliyuncs.com."),
      }),
    );
  });

  it("is nothing where a variable is empty", () => {
    expect(configuredEndpoint("kms", {}, { ALIBABA_CLOUD_KMS_ENDPOINT: "" })).toBeUndefined();
    const kms = { ALIBABA_CLOUD_KMS_ENDPOINT: own, ALIBABA_CLOUD_STS_ENDPOINT: "" };
    expect(configuredEndpoint("sts", {}, kms)).toBeUndefined();
  });
});

describe("endpoints of Alibaba Cloud's own", () => {
  it("are in the Region that a key is in, and inside its VPC where that is wanted", () => {
    expect(regionalEndpoint("kms", "cn-beijing", true).href).toBe("https://kms-vpc.cn-beijing.aliyuncs.com/");
    expect(regionalEndpoint("sts", "cn-beijing", false).href).toBe("https://sts.cn-beijing.aliyuncs.com/");
  });

  it.each([
    [{}, {}, false],
    [{}, { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "True" }, true],
    [{}, { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "1" }, false],
    [{ useVpcEndpoint: true }, { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "false" }, true],
    [{ useVpcEndpoint: true }, {}, true],
  ])("are inside a VPC with %j and %j: %s", (settings, env, wanted) => {
    expect(wantsVpc(settings, env)).toBe(wanted);
  });
});

describe("a connection to Alibaba Cloud", () => {
  it("warns of NODE_TLS_REJECT_UNAUTHORIZED=0, which it does not heed", () => {
    around.services({ region: "cn-hangzhou" }, { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
    expect(around.warnings).toEqual([
      expect.stringMatching(
        /^NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on requests to Alibaba Cloud: .*Take it out/,
      ),
    ]);
    around.services({ region: "cn-hangzhou" }, { env: { NODE_TLS_REJECT_UNAUTHORIZED: "1" } });
    around.services({ region: "cn-hangzhou" });
    expect(around.warnings).toHaveLength(1);
  });

  it("fetches credentials from the address that the configuration names, and from no other", async () => {
    const credentials = { AccessKeyId: "FETCHED", AccessKeySecret: "s", Expiration: "2099-01-01T00:00:00Z" };
    const tls = certificate();
    await using server = await scriptedServer((request, response) => {
      json(response, request.method === "GET" ? credentials : { Tags: { Tag: [] } });
    }, tls);
    const settings = { region: "cn-hangzhou", endpoint: server.url, customCaBundle: around.file("ca.pem", tls.cert) };
    const services = around.services({ ...settings, credentialsUri: `${server.url}/credentials` });
    expect(await services.service().tags(keyArn)).toEqual({});
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /credentials", "POST /"]);
    expect(server.requests[1]?.headers.authorization).toContain("Credential=FETCHED,");
  });

  it("asks the hosts that the configuration names, and believes them by their certificates alone", async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), certificate());
    // This machine by a name that is not one of loopback's, so that only the configuration allows it.
    const url = `https://0.0.0.0:${server.port}`;
    const unverified = { code: "service_unavailable", serviceCode: "DEPTH_ZERO_SELF_SIGNED_CERT" };
    const keys = { region: "cn-hangzhou", accessKey: "LTAI", secretKey: "s" };
    const fetching = { region: "cn-hangzhou", endpoint: "http://127.0.0.1:1", credentialsUri: `${url}/credentials` };
    await expect(
      around
        .services({ ...keys, endpoint: url })
        .service()
        .tags(keyArn),
    ).rejects.toMatchObject(unverified);
    await expect(
      around
        .services({ ...keys, endpoint: "http://127.0.0.1:1", stsEndpoint: url })
        .service()
        .callerAccount(),
    ).rejects.toMatchObject(unverified);
    await expect(around.services(fetching).service().tags(keyArn)).rejects.toMatchObject(unverified);
    expect(server.requests).toEqual([]);
  });

  it("ends what is under way when it is closed", async () => {
    await using server = await scriptedServer(() => services.destroy());
    const services = around.services(settingsFor(server.url));
    const start = performance.now();
    await expect(services.service().tags(keyArn)).rejects.toMatchObject({ code: "service_unavailable" });
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("has the Region in force for STS, whatever Region a key is in", async () => {
    await using server = await scriptedServer((_request, response) => json(response, { AccountId: "1" }));
    const settings = settingsFor("https://kms.example.invalid", { stsEndpoint: server.url });
    expect(await around.services(settings).service("cn-beijing").callerAccount()).toBe("1");
    expect(around.services({ region: "cn-hangzhou" }).defaultRegion).toBe("cn-hangzhou");
    expect(around.services({})).not.toHaveProperty("defaultRegion");
  });

  it("is reported with certificates that cannot be read by the name of their argument", () => {
    expect(() => around.services({ customCaBundle: "/nonexistent.pem" })).toThrow(
      /The certificates in \/nonexistent\.pem \(from `custom_ca_bundle`\) cannot be read/,
    );
  });
});
