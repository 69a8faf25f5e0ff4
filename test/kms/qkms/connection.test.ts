import { keyServices } from "../../../src/kms/key-services";
import type { QkmsSettings } from "../../../src/kms/qkms/settings";
import { qkmsEndpoint } from "../../../src/kms/qkms/access";
import { certificate } from "../../support/certificate";
import { emulator } from "../../support/emulator";
import { json, scriptedServer } from "../aws/scripted-server";
import { surroundings } from "../aws/surroundings";
import { against, connected, silent, stillClock } from "./surroundings";

const around = surroundings();
const credentials = { accessKey: "QA", secretKey: "secret" };
const refused = expect.objectContaining({ code: "endpoint_not_allowed", attribute: "endpoint" });
const noKeys = { Keys: [], Truncated: false };

describe("credentials", () => {
  const authorization = async (settings: QkmsSettings, env: Record<string, string>): Promise<string> => {
    await using server = await scriptedServer((_request, response) => json(response, noKeys));
    const services = connected({ endpoint: server.url, ...settings }, { env });
    await services.service().listKeys(undefined);
    services.destroy();
    return String(server.requests[0]?.headers["authorization"]);
  };
  const env = { QKMS_ACCESS_KEY_ID: "QENV", QKMS_SECRET_ACCESS_KEY: "s" };

  it("come from the configuration, or from variables of QKMS's own", async () => {
    expect(await authorization(credentials, env)).toContain("Credential=QA/");
    expect(await authorization({}, env)).toContain("Credential=QENV/");
  });

  it("are never those of AWS", () => {
    const aws = {
      AWS_ACCESS_KEY_ID: "AKIA",
      AWS_SECRET_ACCESS_KEY: "s",
      AWS_SESSION_TOKEN: "t",
      AWS_PROFILE: "default",
      HOME: around.home,
    };
    around.file(".aws/credentials", "[default]\naws_access_key_id = AKIA\naws_secret_access_key = s\n");
    expect(() => connected({}, { env: aws })).toThrow(expect.objectContaining({ code: "credentials_missing" }));
    expect(() => connected({}, { env: aws })).toThrow(/Credentials of AWS are never sent to QKMS/);
  });

  it("of AWS do not go along either, nor do QKMS's to AWS", async () => {
    await using kms = await emulator({ qkms: { credentials: { QA: "secret" } } });
    const services = keyServices(
      {
        aws: { endpoint: kms.url, region: "eu-central-1", accessKey: "AKIA", secretKey: "s", token: "aws-session" },
        qkms: { endpoint: kms.qkmsUrl, ...credentials },
      },
      { clock: stillClock, log: silent, env: { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "s" } },
    );
    await services.service("qkms", "").listKeys(undefined);
    await services.service("aws", "eu-central-1").listKeys(undefined);
    services.destroy();
    expect(kms.requests.all()).toMatchObject([
      { service: "qkms", accessKeyId: "QA", status: 200 },
      { service: "kms", accessKeyId: "AKIA", status: 200 },
    ]);
    const { requests } = await against(
      (_request, response) => json(response, noKeys),
      (s) => s.listKeys(undefined),
    );
    expect(requests[0]?.headers).not.toHaveProperty("x-amz-security-token");
  });

  it.each<[QkmsSettings, Record<string, string>, string]>([
    [{ accessKey: "QA" }, env, "secret_key"],
    [{ secretKey: "s" }, env, "access_key"],
    [{ accessKey: "", secretKey: "s" }, env, "access_key"],
    [{}, { QKMS_ACCESS_KEY_ID: "QA" }, "secret_key"],
    [{}, { QKMS_SECRET_ACCESS_KEY: "s" }, "access_key"],
    [{ accessKey: "a\r\nb", secretKey: "s" }, {}, "access_key"],
    [{ ...credentials, region: "us east" }, {}, "region"],
    [{ ...credentials }, { QKMS_REGION: "x/y" }, "region"],
    [{ ...credentials, signedHeaders: ["host"] }, {}, "signed_headers"],
    [{ ...credentials, signedHeaders: ["host", "x-amz-date", "x-amz-target", "cookie"] }, {}, "signed_headers"],
    [{ ...credentials, customCaBundle: "/nonexistent/ca.pem" }, {}, "custom_ca_bundle"],
  ])("and other settings cannot be %j", (settings, variables, attribute) => {
    expect(() => connected(settings, { env: variables })).toThrow(
      expect.objectContaining({ code: "invalid_argument", attribute }),
    );
  });

  it("are asked for when QKMS is first needed, and not before", () => {
    const services = keyServices({}, { clock: stillClock, log: silent, env: {} });
    expect(() => services.service("qkms", "")).toThrow(expect.objectContaining({ code: "credentials_missing" }));
    services.destroy();
    const ready = keyServices({ qkms: credentials }, { clock: stillClock, log: silent, env: {} });
    expect(ready.defaultRegion("qkms")).toBe("");
    expect(ready.service("qkms", "")).toBe(ready.service("qkms", ""));
    expect(ready.service("qkms", "").region).toBe("");
    expect(() => ready.service("qkms", "eu-central-1")).toThrow(
      expect.objectContaining({ code: "invalid_argument", attribute: "region" }),
    );
    ready.destroy();
  });
});

describe("the endpoint", () => {
  const endpoint = (settings: QkmsSettings, env = {}): string => qkmsEndpoint(settings, env).url.href;

  it("is QKMS's own where nobody says otherwise", () => {
    expect(endpoint({})).toBe("https://qkms.quilibrium.com/");
  });

  it.each([
    ["https://kms.example.com", "https://kms.example.com/"],
    // Two slashes would be redirected, and the signature be lost.
    ["https://kms.example.com/", "https://kms.example.com/"],
    ["https://kms.example.com//", "https://kms.example.com/"],
    ["http://127.0.0.1:8300/qkms", "http://127.0.0.1:8300/qkms/"],
    ["http://127.0.0.1:8300/qkms///", "http://127.0.0.1:8300/qkms/"],
  ])("may be %s in the configuration", (text, url) => {
    expect(endpoint({ endpoint: text })).toBe(url);
  });

  it.each(["https://qkms.quilibrium.com/", "http://localhost:8300/qkms"])("may be %s in the environment", (text) => {
    expect(endpoint({}, { QKMS_ENDPOINT_URL: text })).toBe(`${text.replace(/\/$/, "")}/`);
  });

  it.each([
    "https://kms.example.com",
    "https://qkms.quilibrium.com.example.com",
    "https://evil.qkms.quilibrium.com",
    "https://qkms.quilibrium.com:8443",
    "http://qkms.quilibrium.com",
  ])("may not be %s in the environment", (text) => {
    expect(() => endpoint({}, { QKMS_ENDPOINT_URL: text })).toThrow(refused);
  });

  it.each(["http://kms.example.com", "ftp://localhost", "https://a:b@kms.example.com", "kms.example.com", ""])(
    "may not be %j anywhere",
    (text) => {
      expect(() => endpoint({ endpoint: text })).toThrow(refused);
    },
  );

  it("is not looked for in the variables of AWS", () => {
    expect(endpoint({}, { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ENDPOINT_URL_KMS: "http://127.0.0.1:1" })).toBe(
      "https://qkms.quilibrium.com/",
    );
  });

  it("is kept to: a redirect is not followed", async () => {
    await using elsewhere = await scriptedServer((_request, response) => json(response, noKeys));
    const { error, requests } = await against(
      (_request, response) => response.writeHead(301, { Location: elsewhere.url }).end(),
      (service) => service.listKeys(undefined),
    );
    expect(error).toMatchObject({ code: "untrusted_answer", message: expect.stringContaining("redirect") });
    expect([requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });
});

describe("TLS", () => {
  const tls = certificate();

  it("refuses who cannot be verified, sends nothing, and trusts the certificates that are named", async () => {
    await using server = await scriptedServer((_request, response) => json(response, noKeys), tls);
    const settings = { ...credentials, endpoint: server.url };
    const strict = connected(settings);
    await expect(strict.service().listKeys(undefined)).rejects.toMatchObject({
      code: "service_unavailable",
      serviceCode: "DEPTH_ZERO_SELF_SIGNED_CERT",
      message: expect.stringContaining("custom_ca_bundle"),
    });
    strict.destroy();
    expect(server.requests).toHaveLength(0);
    const trusting = connected({ ...settings, customCaBundle: around.file("ca.pem", tls.cert) });
    expect(await trusting.service().listKeys(undefined)).toEqual({ arns: [] });
    trusting.destroy();
  });

  it("is what a host is believed by that the configuration names", async () => {
    await using server = await scriptedServer((_request, response) => json(response, noKeys), tls);
    // This machine by a name that is not one of loopback's.
    const elsewhere = connected({ ...credentials, endpoint: `https://0.0.0.0:${server.port}` });
    await expect(elsewhere.service().listKeys(undefined)).rejects.toMatchObject({
      code: "service_unavailable",
      serviceCode: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    elsewhere.destroy();
  });

  it("cannot be switched off, and anyone who tries is reported", () => {
    const warnings: string[] = [];
    const log = { ...silent, warn: (message: string) => void warnings.push(message) };
    connected(credentials, { log, env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } }).destroy();
    connected(credentials, { log, env: { NODE_TLS_REJECT_UNAUTHORIZED: "1" } }).destroy();
    connected(credentials, { log }).destroy();
    expect(warnings).toEqual([
      expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on requests to QKMS: .* Take it out/),
    ]);
    expect(() => connected({ ...credentials, customCaBundle: "/nonexistent.pem" })).toThrow(
      /The certificates in \/nonexistent\.pem \(from `custom_ca_bundle`\) cannot be read/,
    );
  });
});
