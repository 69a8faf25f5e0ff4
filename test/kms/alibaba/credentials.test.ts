import type { Clock } from "../../../src/engine/clock";
import { ByokError } from "../../../src/engine/errors";
import { type CliProfiles, readCliProfiles } from "../../../src/kms/alibaba/cli-profile";
import { checkCredentialSettings, credentialProvider } from "../../../src/kms/alibaba/credentials";
import type { AlibabaAssumeRole, AlibabaSettings } from "../../../src/kms/alibaba/settings";
import type { Sts } from "../../../src/kms/alibaba/sts";
import type { HttpAnswer, HttpRequest, HttpSender } from "../../../src/http/http-sender";
import { networkError } from "../../../src/http/network-errors";
import { tooLate } from "../../../src/http/whole-answer";
import type { Environment } from "../../../src/http/surroundings";
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
  /** What the error says, with its code. */
  readonly told: () => Promise<string>;
  readonly asked: string[];
  /** What STS was asked for. */
  readonly roles: AlibabaAssumeRole[];
  readonly clock: { seconds: number };
}

function chain(settings: AlibabaSettings, env: Environment = {}, pages: Pages = {}, silent?: string): Chain {
  const asked: string[] = [];
  const roles: AlibabaAssumeRole[] = [];
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
      roles.push(role);
      asked.push(`assume ${role.roleArn} as ${credentials.accessKeyId} for ${role.durationSeconds ?? "default"}`);
      return session(role.roleArn);
    },
    async assumeRoleWithOidc(role, providerArn, token) {
      roles.push(role);
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
  const told = async (): Promise<string> => {
    const error: unknown = await provider().catch((thrown: unknown) => thrown);
    return error instanceof ByokError ? `${error.code}: ${error.rawMessage}` : "no error";
  };
  return { found, told, asked, roles, clock };
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

describe("settings of credentials", () => {
  const check =
    (settings: AlibabaSettings, env: Environment = {}) =>
    () =>
      checkCredentialSettings(settings, env);
  const refusing = (attribute: string, says: string, code = "invalid_argument") =>
    expect.objectContaining({ code, attribute, rawMessage: expect.stringContaining(says) });

  it.each<[AlibabaSettings, string, string]>([
    [{ accessKey: "A" }, "access_key", "`access_key` requires `secret_key`. Set both"],
    [{ secretKey: "s" }, "secret_key", "`secret_key` requires `access_key`. Set both"],
    [{ securityToken: "t" }, "security_token", "`security_token` requires `access_key` and `secret_key`"],
    [
      { accessKey: "A", secretKey: "s", profile: "p" },
      "profile",
      "`profile` conflicts with `access_key`. Set only one",
    ],
  ])("cannot be %j", (settings, attribute, says) => {
    expect(check(settings)).toThrow(refusing(attribute, says));
  });

  it.each<AlibabaSettings>([
    {},
    { profile: "p" },
    { accessKey: "A", secretKey: "s" },
    { accessKey: "A", secretKey: "s", securityToken: "t" },
  ])("can be %j", (settings) => {
    expect(check(settings)).not.toThrow();
  });

  it("say of an address what is wrong with it, and where it was written", () => {
    const refused = (says: string) => refusing("credentials_uri", says, "endpoint_not_allowed");
    const surrounding = (ALIBABA_CLOUD_CREDENTIALS_URI: string) => check({}, { ALIBABA_CLOUD_CREDENTIALS_URI });
    expect(check({ credentialsUri: "x" })).toThrow(
      refused("The address for credentials from `credentials_uri` is not an http or https URL. Correct it."),
    );
    expect(surrounding("ftp://localhost/")).toThrow(
      refused("from ALIBABA_CLOUD_CREDENTIALS_URI is not an http or https URL."),
    );
    expect(check({ credentialsUri: "http://example.org:8080/" })).toThrow(
      refused("is plain HTTP to example.org:8080, and plain HTTP goes to loopback hosts only. Use https."),
    );
    expect(surrounding("https://example.org:8443/")).toThrow(
      refused("is example.org:8443, which is no loopback host. If it is meant, write it into the configuration as"),
    );
    expect(surrounding("https://localhost/")).not.toThrow();
    expect(surrounding("")).not.toThrow();
  });
});

describe("what a profile of the CLI lacks", () => {
  /** What is reported, with its code. */
  const told = async (profile: Readonly<Record<string, unknown>>, env: Environment = {}): Promise<string> => {
    config([{ ...ak, ...profile }]);
    return chain({}, env).told();
  };
  const advice =
    ". Set `profile` in the configuration, or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`; or run where a RAM role is attached.";

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{ access_key_id: "" }, ': the profile "default" lacks its access key'],
    [{ access_key_secret: "" }, ': the profile "default" lacks its access key'],
    [
      { mode: "CloudSSO", sts_expiration: now },
      ': the session of the profile "default" has ended; `aliyun sso login` renews it',
    ],
    [{ mode: "RamRoleArn" }, ': the profile "default" lacks `ram_role_arn`'],
    [{ mode: "ChainableRamRoleArn" }, ': the profile "default" names no `source_profile` that is there'],
    [
      { mode: "ChainableRamRoleArn", source_profile: "absent" },
      ': the profile "default" names no `source_profile` that is there',
    ],
    [
      { mode: "ChainableRamRoleArn", source_profile: "default", ram_role_arn: "r" },
      ': the profile "default" goes round in circles by `source_profile`',
    ],
    [
      { mode: "External" },
      ': the profile "default" is of the mode External, which byok does not read (it reads AK, StsToken, CloudSSO, RamRoleArn, ChainableRamRoleArn, EcsRamRole, CredentialsURI, OIDC)',
    ],
    [
      { mode: "two words" },
      ': the profile "default" is of the mode unknown, which byok does not read (it reads AK, StsToken, CloudSSO, RamRoleArn, ChainableRamRoleArn, EcsRamRole, CredentialsURI, OIDC)',
    ],
    [
      { mode: "OIDC", ram_role_arn: "r", oidc_token_file: "/nonexistent/token" },
      ": the OIDC token in /nonexistent/token cannot be read",
    ],
  ])("is reported: %j", async (profile, why) => {
    expect(await told(profile)).toBe(
      `credentials_missing: No usable Alibaba Cloud credentials were found${why}${advice}`,
    );
  });

  it.each(["x".repeat(33), "a\nb", "-a"])("is not told by a mode that could be anything: %j", async (mode) => {
    expect(await told({ mode })).toContain("is of the mode unknown, which");
  });

  it("is an address that is allowed", async () => {
    expect(await told({ mode: "CredentialsURI", credentials_uri: "https://example.org/" })).toMatch(
      /^endpoint_not_allowed: .* from the profile "default" of the CLI's file is example\.org/,
    );
    expect(await told({ mode: "CredentialsURI" })).toMatch(/^endpoint_not_allowed: .*is not an http or https URL/);
  });

  it("is nothing where there is no profile, on a machine that is no instance", async () => {
    const nothing = `credentials_missing: No usable Alibaba Cloud credentials were found${advice}`;
    expect(await chain({}).told()).toBe(nothing);
    // On an instance it is said what is missing there.
    expect(await chain({}, {}, { "/latest/api/token": "token" }).told()).toMatch(/No RAM role is attached/);
    expect(await chain({}, { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "True" }).told()).toBe(nothing);
  });
});

describe("a profile of the CLI with another mode", () => {
  const base = "/latest/meta-data/ram/security-credentials/";

  it("goes through other profiles, but not without end", async () => {
    const link = (from: number, to: number) => ({
      name: `p${from}`,
      mode: "ChainableRamRoleArn",
      ram_role_arn: `r${from}`,
      source_profile: to === 0 ? "default" : `p${to}`,
    });
    const links = Array.from({ length: 9 }, (_, i) => link(i + 1, i));
    config([ak, ...links], "p8");
    const eight = chain({});
    expect(await eight.found()).toBe("STS.r8/t");
    expect(eight.asked).toHaveLength(8);
    expect(eight.asked[0]).toBe("assume r1 as FILE for default");
    config([ak, ...links], "p9");
    expect(await chain({}).found()).toBe("credentials_missing");
  });

  it("has the role of the instance, which it may name", async () => {
    const pages = { "/latest/api/token": "token", [base]: "attached", [`${base}attached`]: fetched("ATTACHED") };
    config([{ ...ak, mode: "EcsRamRole" }]);
    expect(await chain({}, {}, pages).found()).toBe("ATTACHED/t");
    config([{ ...ak, mode: "EcsRamRole", ram_role_name: "named" }]);
    expect(await chain({}, {}, { ...pages, [`${base}named`]: fetched("NAMED") }).found()).toBe("NAMED/t");
  });

  it("has an address on a loopback host", async () => {
    config([{ ...ak, mode: "CredentialsURI", credentials_uri: "http://localhost:9/creds" }]);
    expect(await chain({}, {}, { "/creds": fetched("URI") }).found()).toBe("URI/t");
  });

  it("has a token of an OIDC provider", async () => {
    const oidc = { mode: "OIDC", ram_role_arn: "role", oidc_provider_arn: "provider" };
    config([{ ...ak, ...oidc, oidc_token_file: around.file("token", " jwt \n") }]);
    const asked = chain({});
    expect(await asked.found()).toBe("STS.role/t");
    expect(asked.asked).toEqual(["assume role by provider with jwt"]);
  });

  it("hands everything that it says of a role to STS", async () => {
    const role = { ram_role_arn: "role", ram_session_name: "me", external_id: "e", expired_seconds: 900 };
    config([{ ...ak, mode: "RamRoleArn", ...role }]);
    const whole = chain({});
    await whole.found();
    expect(whole.roles).toEqual([{ roleArn: "role", sessionName: "me", externalId: "e", durationSeconds: 900 }]);
    config([{ ...ak, mode: "RamRoleArn", ram_role_arn: "role" }]);
    const bare = chain({});
    await bare.found();
    expect(bare.roles).toEqual([{ roleArn: "role" }]);
  });
});

describe("credentials that the environment names", () => {
  const oidc = (more: Environment = {}): Environment => ({
    ALIBABA_CLOUD_ROLE_ARN: "role",
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: around.file("token", "jwt"),
    ...more,
  });

  it("are keys only where both are there", async () => {
    config([ak]);
    expect(await chain({}, { ALIBABA_CLOUD_ACCESS_KEY_ID: "ENV" }).found()).toBe("FILE/-");
    expect(await chain({}, { ALIBABA_CLOUD_ACCESS_KEY_SECRET: "s" }).found()).toBe("FILE/-");
    expect(await chain({}, { ...keys, ALIBABA_CLOUD_SECURITY_TOKEN: "" }).found()).toBe("ENV/-");
  });

  it("are a token of an OIDC provider only where all of it is there", async () => {
    config([ak]);
    for (const name of Object.keys(oidc())) expect(await chain({}, oidc({ [name]: "" })).found()).toBe("FILE/-");
    const named = chain({}, oidc({ ALIBABA_CLOUD_ROLE_SESSION_NAME: "me" }));
    await named.found();
    expect(named.roles).toEqual([{ roleArn: "role", sessionName: "me" }]);
    const nameless = chain({}, oidc({ ALIBABA_CLOUD_ROLE_SESSION_NAME: "" }));
    await nameless.found();
    expect(nameless.roles).toEqual([{ roleArn: "role" }]);
  });

  it("may be the role of the instance, by its name", async () => {
    const base = "/latest/meta-data/ram/security-credentials/";
    const pages = { "/latest/api/token": "token", [base]: "attached", [`${base}named`]: fetched("NAMED") };
    expect(await chain({}, { ALIBABA_CLOUD_ECS_METADATA: "named" }, pages).found()).toBe("NAMED/t");
    const disabled = { ALIBABA_CLOUD_ECS_METADATA: "named", ALIBABA_CLOUD_ECS_METADATA_DISABLED: "false" };
    expect(await chain({}, disabled, pages).found()).toBe("NAMED/t");
  });

  it("come after what the configuration names", async () => {
    config([ak]);
    const pages = { "/creds": fetched("URI") };
    expect(await chain({ credentialsUri: "http://localhost:9/creds" }, keys, pages).found()).toBe("URI/t");
    const surrounding = { ALIBABA_CLOUD_CREDENTIALS_URI: "http://localhost:9/creds" };
    expect(await chain({}, surrounding, pages).found()).toBe("FILE/-");
  });
});

describe("a role to assume", () => {
  it("is assumed by whatever was found, and both are renewed", async () => {
    const pages: Record<string, string> = { "/creds": fetched("FIRST") };
    const asked = chain({ credentialsUri: "http://localhost:9/creds", assumeRole: { roleArn: "role" } }, {}, pages);
    expect(await asked.found()).toBe("STS.role/t");
    pages["/creds"] = fetched("SECOND", 7200);
    asked.clock.seconds += 3600 - 300;
    await asked.found();
    expect(asked.asked).toEqual([
      "GET localhost:9/creds",
      "assume role as FIRST for default",
      "GET localhost:9/creds",
      "assume role as SECOND for default",
    ]);
  });
});

it("tries again for new credentials at the next request, after a failure in their last minutes", async () => {
  const uri = { ALIBABA_CLOUD_CREDENTIALS_URI: "http://127.0.0.1:9/creds" };
  const pages: Record<string, string> = { "/creds": fetched("FIRST"), "/other": "" };
  const asked = chain({}, uri, pages);
  await asked.found();
  delete pages["/creds"];
  asked.clock.seconds += 3600 - 1;
  expect(await asked.found()).toBe("FIRST/t");
  expect(await asked.found()).toBe("FIRST/t");
  expect(asked.asked).toHaveLength(3);
  asked.clock.seconds += 1;
  expect(await asked.found()).toBe("credentials_missing");
});
