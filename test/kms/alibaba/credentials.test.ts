import type { Clock } from "../../../src/engine/clock";
import { type CliProfiles, readCliProfiles } from "../../../src/kms/alibaba/cli-profile";
import { checkCredentialSettings, credentialProvider } from "../../../src/kms/alibaba/credentials";
import type { AlibabaSettings } from "../../../src/kms/alibaba/settings";
import type { Sts } from "../../../src/kms/alibaba/sts";
import type { HttpAnswer, HttpRequest, HttpSender } from "../../../src/kms/http-sender";
import { networkError } from "../../../src/kms/network-errors";
import { tooLate } from "../../../src/kms/whole-answer";
import type { Environment } from "../../../src/kms/surroundings";
import { alibaba } from "../../../src/kms/alibaba/vendor";
import { alibabaEmulator } from "../../emulator/alibaba/support";
import { surroundings } from "./surroundings";

const around = surroundings();
const now = 1_800_000_000;

/** What a credential service answers, by the path that is asked for. */
type Pages = Readonly<Record<string, string>>;

interface Chain {
  /** `id/token` of what is found, or the code of the error. */
  readonly found: () => Promise<string>;
  readonly asked: string[];
  readonly clock: { seconds: number };
}

function chain(settings: AlibabaSettings, env: Environment = {}, pages: Pages = {}, silent?: string): Chain {
  const asked: string[] = [];
  const clock = { seconds: now };
  const sender: HttpSender = {
    async send({ method, url }: HttpRequest): Promise<HttpAnswer> {
      asked.push(`${method} ${url.host}${url.pathname}`);
      const page = pages[url.pathname];
      if (url.pathname === silent) throw tooLate(url.host, { connect: 1, request: 1 });
      if (Object.keys(pages).length === 0) {
        throw networkError(Object.assign(new Error("x"), { code: "EHOSTUNREACH" }), alibaba);
      }
      return { status: page === undefined ? 404 : 200, headers: {}, body: Buffer.from(page ?? "") };
    },
    destroy() {},
  };
  const sts: Sts = {
    async assumeRole(credentials, role) {
      asked.push(`assume ${role.roleArn} as ${credentials.accessKeyId} for ${role.durationSeconds ?? "default"}`);
      return session(role.roleArn);
    },
    async assumeRoleWithOidc(role, providerArn, token) {
      asked.push(`assume ${role.roleArn} by ${providerArn} with ${token}`);
      return session(role.roleArn);
    },
  };
  const session = (name: string) => ({
    accessKeyId: `STS.${name}`,
    accessKeySecret: "s",
    securityToken: "t",
    expiresAt: clock.seconds + 3600,
  });
  const time: Clock = { now: () => clock.seconds * 1000, monotonic: () => 0, sleep: async () => {} };
  const all = { HOME: around.home, ...env };
  const profiles: CliProfiles = readCliProfiles(settings, all);
  const provider = credentialProvider({ settings, env: all, profiles, sender, sts, clock: time });
  const found = async (): Promise<string> => {
    try {
      const { accessKeyId, securityToken = "-" } = await provider();
      return `${accessKeyId}/${securityToken}`;
    } catch (error) {
      return error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  };
  return { found, asked, clock };
}

const fetched = (id: string, lasts = 3600): string =>
  JSON.stringify({
    Code: "Success",
    AccessKeyId: id,
    AccessKeySecret: "s",
    SecurityToken: "t",
    Expiration: new Date((now + lasts) * 1000).toISOString(),
  });

const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: "ENV", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "s" };
const config = (profiles: readonly Readonly<Record<string, unknown>>[], current = "default"): void =>
  void around.file(".aliyun/config.json", JSON.stringify({ current, profiles }));
const ak = { name: "default", mode: "AK", access_key_id: "FILE", access_key_secret: "s", region_id: "cn-beijing" };

describe("credentials are found", () => {
  it("in the configuration first", async () => {
    config([ak]);
    const written = { accessKey: "SET", secretKey: "s", securityToken: "t" };
    expect(await chain(written, keys).found()).toBe("SET/t");
  });

  it("in the profile that the configuration names, before those of the environment", async () => {
    config([ak, { ...ak, name: "other", access_key_id: "OTHER" }]);
    expect(await chain({ profile: "other" }, keys).found()).toBe("OTHER/-");
  });

  it("in the environment, then by OIDC, then in the CLI's file", async () => {
    config([ak]);
    expect(await chain({}, { ...keys, ALIBABA_CLOUD_SECURITY_TOKEN: "t" }).found()).toBe("ENV/t");
    const oidc = {
      ALIBABA_CLOUD_ROLE_ARN: "role",
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: around.file("token", "jwt\n"),
    };
    const byOidc = chain({}, oidc);
    expect(await byOidc.found()).toBe("STS.role/t");
    expect(byOidc.asked).toEqual(["assume role by provider with jwt"]);
    expect(await chain({}).found()).toBe("FILE/-");
    expect(await chain({}, { ALIBABA_CLOUD_PROFILE: "default" }).found()).toBe("FILE/-");
  });

  it("at ALIBABA_CLOUD_CREDENTIALS_URI on a loopback host", async () => {
    const uri = { ALIBABA_CLOUD_CREDENTIALS_URI: "http://127.0.0.1:9/creds" };
    const asked = chain({}, uri, { "/creds": fetched("URI") });
    expect(await asked.found()).toBe("URI/t");
    expect(asked.asked).toEqual(["GET 127.0.0.1:9/creds"]);
  });

  it("in the role of the ECS instance, by its metadata service in hardened mode", async () => {
    const base = "/latest/meta-data/ram/security-credentials/";
    const pages = { "/latest/api/token": "token", [base]: "importer", [`${base}importer`]: fetched("ECS") };
    const asked = chain({}, {}, pages);
    expect(await asked.found()).toBe("ECS/t");
    expect(asked.asked).toEqual([
      "PUT 100.100.100.200/latest/api/token",
      `GET 100.100.100.200${base}`,
      `GET 100.100.100.200${base}importer`,
    ]);
    const named = chain({ ecsRoleName: "importer" }, keys, pages);
    expect(await named.found()).toBe("ECS/t");
    expect(named.asked).toHaveLength(2);
  });

  it("in the role of the ECS instance, where only the hardened mode does not answer", async () => {
    const base = "/latest/meta-data/ram/security-credentials/";
    const pages = { [base]: "importer", [`${base}importer`]: fetched("ECS") };
    // As in a container: the answer to the PUT does not get past the host.
    const asked = chain({}, {}, pages, "/latest/api/token");
    expect(await asked.found()).toBe("ECS/t");
    expect(asked.asked).toHaveLength(3);
  });

  it("nowhere, which is said", async () => {
    expect(await chain({}).found()).toBe("credentials_missing");
    const disabled = chain({}, { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" });
    expect(await disabled.found()).toBe("credentials_missing");
    expect(disabled.asked).toEqual([]);
    expect(await chain({}, {}, { "/latest/api/token": "token" }).found()).toBe("credentials_missing");
  });
});

describe("a profile of the CLI", () => {
  it.each([
    ["StsToken", { sts_token: "t" }, "FILE/t", []],
    ["CloudSSO", { sts_token: "t", sts_expiration: now + 1 }, "FILE/t", []],
    ["CloudSSO", { sts_token: "t", sts_expiration: now - 1 }, "credentials_missing", []],
    ["RamRoleArn", { ram_role_arn: "role", expired_seconds: 900 }, "STS.role/t", ["assume role as FILE for 900"]],
    ["RamRoleArn", {}, "credentials_missing", []],
    [
      "ChainableRamRoleArn",
      { ram_role_arn: "role", source_profile: "base" },
      "STS.role/t",
      ["assume role as BASE for default"],
    ],
    ["ChainableRamRoleArn", { ram_role_arn: "role", source_profile: "default" }, "credentials_missing", []],
    ["External", { process_command: "print-secrets" }, "credentials_missing", []],
    ["AK", { access_key_secret: "" }, "credentials_missing", []],
  ])("of the mode %s with %j gives %s", async (mode, more, expected, calls) => {
    config([
      { ...ak, mode, ...more },
      { ...ak, name: "base", access_key_id: "BASE" },
    ]);
    const asked = chain({});
    expect(await asked.found()).toBe(expected);
    expect(asked.asked).toEqual(calls);
  });

  it("gives its Region", () => {
    config([ak]);
    expect(around.services({}).defaultRegion).toBe("cn-beijing");
    expect(around.services({ region: "cn-hangzhou" }).defaultRegion).toBe("cn-hangzhou");
  });
});

describe("credentials", () => {
  it("are fetched once for all, and again before they expire", async () => {
    const asked = chain({ assumeRole: { roleArn: "role" } }, keys);
    await Promise.all([asked.found(), asked.found()]);
    expect(asked.asked).toEqual(["assume role as ENV for default"]);
    asked.clock.seconds += 3600 - 301;
    await asked.found();
    expect(asked.asked).toHaveLength(1);
    asked.clock.seconds += 2;
    await Promise.all([asked.found(), asked.found()]);
    expect(asked.asked).toHaveLength(2);
  });

  it("are used to their end where nobody gives new ones", async () => {
    const uri = { ALIBABA_CLOUD_CREDENTIALS_URI: "http://127.0.0.1:9/creds" };
    const pages: Record<string, string> = { "/creds": fetched("FIRST"), "/other": "" };
    const asked = chain({}, uri, pages);
    expect(await asked.found()).toBe("FIRST/t");
    delete pages["/creds"];
    asked.clock.seconds += 3600 - 200;
    expect(await Promise.all([asked.found(), asked.found()])).toEqual(["FIRST/t", "FIRST/t"]);
    expect(asked.asked).toHaveLength(2);
    pages["/creds"] = fetched("SECOND", 7200);
    expect(await asked.found()).toBe("SECOND/t");
    delete pages["/creds"];
    asked.clock.seconds += 3800;
    expect(await asked.found()).toBe("credentials_missing");
  });

  it.each([
    ["https://credentials.example.org/", false],
    ["http://credentials.example.org/", false],
    ["http://169.254.169.254/", false],
    ["file:///etc/passwd", false],
    ["http://localhost:9/", true],
    ["http://100.100.100.200/", true],
  ])("are fetched from %s out of the environment: %s", (uri, allowed) => {
    const check = (): void => checkCredentialSettings({}, { ALIBABA_CLOUD_CREDENTIALS_URI: uri });
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: "endpoint_not_allowed", attribute: "credentials_uri" }));
  });

  it("are fetched from any host that the configuration names, by HTTPS", () => {
    expect(() => checkCredentialSettings({ credentialsUri: "https://credentials.example.org/" }, {})).not.toThrow();
    expect(() => checkCredentialSettings({ credentialsUri: "http://credentials.example.org/" }, {})).toThrow(
      expect.objectContaining({ code: "endpoint_not_allowed" }),
    );
  });
});

it("assumes a role, and works with its session", async () => {
  await using kms = await alibabaEmulator();
  const settings = {
    region: "cn-hangzhou",
    endpoint: kms.url,
    accessKey: "test",
    secretKey: "test",
    assumeRole: { roleArn: "acs:ram::6543210987654321:role/importer", durationSeconds: 900 },
  };
  const real: Clock = { now: Date.now, monotonic: Date.now, sleep: async () => {} };
  const service = around.services(settings, { clock: real }).service();
  expect(await service.callerAccount()).toBe("6543210987654321");
  const role = { ...settings.assumeRole, roleArn: "acs:ram::6543210987654321:role/absent" };
  const absent = around.services({ ...settings, assumeRole: role }, { clock: real }).service();
  await expect(absent.callerAccount()).rejects.toMatchObject({ code: "access_denied", attribute: "assume_role" });
});

it("renews a session by the service's time, whatever the local clock says", async () => {
  await using kms = await alibabaEmulator();
  const settings = {
    region: "cn-hangzhou",
    endpoint: kms.url,
    accessKey: "test",
    secretKey: "test",
    assumeRole: { roleArn: "acs:ram::6543210987654321:role/importer", durationSeconds: 900 },
  };
  let passed = 0;
  const slow: Clock = { now: () => Date.now() - 3_600_000 + passed, monotonic: Date.now, sleep: async () => {} };
  const service = around.services(settings, { clock: slow }).service();
  // The first signature is refused for its date, which tells the time.
  await expect(service.callerAccount()).rejects.toMatchObject({ retry: "backoff" });
  expect(await service.callerAccount()).toBe("6543210987654321");
  kms.clock.advance("16m");
  passed = 16 * 60_000;
  expect(await service.callerAccount()).toBe("6543210987654321");
});
