import { createHash } from "node:crypto";
import { externalDataInterceptor } from "@smithy/core/config";
import { isByokError } from "../../../src/engine/errors";
import { checkCredentialSettings } from "../../../src/kms/aws/credentials";
import { assumeRoleAnswer, json, type ScriptedServer, scriptedServer, stsRefusal, xml } from "./scripted-server";
import { settingsFor, surroundings } from "./surroundings";
import type { AwsSettings } from "../../../src/kms/aws/settings";

const around = surroundings();

/** KMS and STS in one; KMS lists no keys, STS gives each role a session named after it. */
async function server(): Promise<ScriptedServer> {
  return scriptedServer((request, response) => {
    if (request.target !== "") return json(response, { Keys: [] });
    const parameters = new URLSearchParams(request.body);
    const role = parameters.get("RoleArn")?.split("/")[1] ?? "";
    if (role === "forbidden") {
      return stsRefusal(
        response,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/forbidden",
      );
    }
    const web = parameters.get("Action") === "AssumeRoleWithWebIdentity";
    return assumeRoleAnswer(response, `AKID${role}`, web ? "AssumeRoleWithWebIdentity" : "AssumeRole");
  });
}

const accessKeyOf = (request: ScriptedServer["requests"][number] | undefined): string | undefined =>
  /Credential=([^/]+)\//.exec(String(request?.headers["authorization"]))?.[1];

const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

/** The access key that signed the request to KMS. */
async function signedBy(kms: ScriptedServer, settings: AwsSettings): Promise<string | undefined> {
  await around
    .services({ region: "eu-central-1", endpoint: kms.url, ...settings })
    .service()
    .listKeys(undefined);
  return accessKeyOf(kms.requests.at(-1));
}

describe("credentials", () => {
  it("come from the configuration first, with their session token", async () => {
    await using kms = await server();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDENV", AWS_SECRET_ACCESS_KEY: "s" });
    expect(await signedBy(kms, { accessKey: "AKIDWRITTEN", secretKey: "s", token: "the-token" })).toBe("AKIDWRITTEN");
    expect(kms.requests[0]?.headers["x-amz-security-token"]).toBe("the-token");
  });

  it("come from the environment before AWS_PROFILE, as with the AWS CLI", async () => {
    await using kms = await server();
    around.file(".aws/credentials", "[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = s\n");
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDENV", AWS_SECRET_ACCESS_KEY: "s", AWS_PROFILE: "work" });
    expect(await signedBy(kms, {})).toBe("AKIDENV");
    expect(await signedBy(kms, { profile: "work" })).toBe("AKIDWORK");
  });

  it("come from the shared files", async () => {
    await using kms = await server();
    const section = (name: string): string =>
      `[${name}]\naws_access_key_id = AKID${name.toUpperCase()}\naws_secret_access_key = s\n`;
    around.file(".aws/credentials", section("default") + section("work"));
    expect(await signedBy(kms, {})).toBe("AKIDDEFAULT");
    process.env["AWS_PROFILE"] = "work";
    expect(await signedBy(kms, {})).toBe("AKIDWORK");
    const other = around.file("other", section("elsewhere"));
    expect(await signedBy(kms, { profile: "elsewhere", sharedCredentialsFiles: [other] })).toBe("AKIDELSEWHERE");
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = other;
    expect(await signedBy(kms, { profile: "elsewhere" })).toBe("AKIDELSEWHERE");
  });

  it("are half a pair in the environment, which counts for none", async () => {
    await using kms = await server();
    around.file(".aws/credentials", "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n");
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
      process.env[name] = "half";
      expect(await signedBy(kms, {})).toBe("AKIDFILE");
      Reflect.deleteProperty(process.env, name);
    }
  });

  it("come from several files, the later ones before the earlier ones", async () => {
    await using kms = await server();
    const one = around.file("one", "[p]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n");
    const two = around.file("two", "[p]\naws_access_key_id = AKIDTWO\n");
    expect(await signedBy(kms, { profile: "p", sharedCredentialsFiles: [one, two] })).toBe("AKIDTWO");
  });

  describe("of several files", () => {
    const keys = (id: string): string => `aws_access_key_id = AKID${id}\naws_secret_access_key = s\n`;
    const several = (...texts: readonly string[]) => texts.map((text, index) => around.file(`several-${index}`, text));

    it("write nothing into the SDK, of which an installation may have several copies", async () => {
      await using kms = await server();
      const files = several(`[p]\n${keys("ONE")}`, "[p]\naws_access_key_id = AKIDTWO\n");
      const before = Object.keys(externalDataInterceptor.getFileRecord());
      expect(await signedBy(kms, { profile: "p", sharedCredentialsFiles: files })).toBe("AKIDTWO");
      expect(Object.keys(externalDataInterceptor.getFileRecord())).toEqual(before);
    });

    it("have a role in one and the keys that assume it in another", async () => {
      await using kms = await server();
      const configs = several("[profile other]\n", `[profile p]\nrole_arn = ${role("two")}\nsource_profile = base\n`);
      const settings = {
        profile: "p",
        sharedConfigFiles: configs,
        sharedCredentialsFiles: [around.file("keys", `[base]\n${keys("BASE")}aws_session_token = t\n`)],
      };
      expect(await signedBy(kms, settings)).toBe("AKIDtwo");
      expect(accessKeyOf(kms.requests[0])).toBe("AKIDBASE");
      expect(kms.requests[0]?.headers["x-amz-security-token"]).toBe("t");
      expect(Object.fromEntries(new URLSearchParams(kms.requests[0]?.body))).toEqual({
        Action: "AssumeRole",
        Version: "2011-06-15",
        RoleArn: role("two"),
        RoleSessionName: "byok",
        DurationSeconds: "3600",
      });
    });

    it("assume a role of a role with all that the profiles say", async () => {
      await using kms = await server();
      const first = `[profile a]\nrole_arn = ${role("one")}\nsource_profile = default\n`;
      const second = `[profile p]\nrole_arn = ${role("two")}\nsource_profile = a\nrole_session_name = me\nexternal_id = e\nduration_seconds = 900\n`;
      const third = `[default]\n${keys("DEFAULT")}`;
      const files = several(first, second, third);
      expect(await signedBy(kms, { profile: "p", sharedConfigFiles: files })).toBe("AKIDtwo");
      expect(kms.requests.map(accessKeyOf)).toEqual(["AKIDDEFAULT", "AKIDone", "AKIDtwo"]);
      const last = new URLSearchParams(kms.requests[1]?.body);
      expect([last.get("RoleSessionName"), last.get("ExternalId"), last.get("DurationSeconds")]).toEqual([
        "me",
        "e",
        "900",
      ]);
    });

    it("assume a role with the profile's own keys where it names itself", async () => {
      await using kms = await server();
      const files = several(`[p]\n${keys("OWN")}`, `[p]\nrole_arn = ${role("own")}\nsource_profile = p\n`);
      expect(await signedBy(kms, { profile: "p", sharedCredentialsFiles: files })).toBe("AKIDown");
      expect(accessKeyOf(kms.requests[0])).toBe("AKIDOWN");
    });

    it("come from the process that one of them names, whatever a later one adds", async () => {
      await using kms = await server();
      const answer = JSON.stringify({ Version: 1, AccessKeyId: "AKIDPROCESS", SecretAccessKey: "s" });
      const files = several(
        `[profile p]\ncredential_process = echo '${answer}'\n[default]\ncredential_process = echo '${answer}'\n`,
        `[profile p]\nregion = eu-west-1\n[profile q]\nrole_arn = ${role("q")}\nsource_profile = p\n[default]\nregion = x\n`,
      );
      expect(await signedBy(kms, { profile: "p", sharedConfigFiles: files })).toBe("AKIDPROCESS");
      expect(await signedBy(kms, { profile: "q", sharedConfigFiles: files })).toBe("AKIDq");
      expect(await signedBy(kms, { sharedConfigFiles: files })).toBe("AKIDPROCESS");
    });

    it.each([
      ["source_profile = p", "the profiles p refer to each other"],
      ["source_profile = nowhere", 'the profile "nowhere" has no credentials'],
      ["source_profile = base\nmfa_serial = x", 'the profile "p" requires a code of a second factor'],
      ["credential_source = Moon", "`aws sts get-caller-identity --profile p` shows"],
    ])("are missing with the reason where they say %j", async (lines, reason) => {
      await using kms = await server();
      const files = several(`[profile p]\nrole_arn = ${role("x")}\n${lines}\n`, `[profile base]\n${keys("BASE")}`);
      await expect(signedBy(kms, { profile: "p", sharedConfigFiles: files })).rejects.toMatchObject({
        code: "credentials_missing",
        attribute: "profile",
        rawMessage: expect.stringContaining(reason),
      });
    });

    it("are fetched once for all Regions", async () => {
      await using kms = await server();
      const files = several(
        `[profile p]\nrole_arn = ${role("x")}\nsource_profile = base\n`,
        `[profile base]\n${keys("B")}`,
      );
      const services = around.services({
        region: "eu-central-1",
        endpoint: kms.url,
        profile: "p",
        sharedConfigFiles: files,
      });
      await services.service().listKeys(undefined);
      await services.service("eu-west-1").listKeys(undefined);
      expect(kms.requests.filter((request) => request.target === "")).toHaveLength(1);
    });
  });

  it("are asked for once for all Regions and requests", async () => {
    await using kms = await server();
    const services = around.services(settingsFor(kms.url, { assumeRole: [{ roleArn: role("one") }] }));
    await Promise.all([services.service().listKeys(undefined), services.service("eu-west-1").listKeys(undefined)]);
    await services.service().listKeys(undefined);
    expect(kms.requests.filter((request) => request.target === "")).toHaveLength(1);
  });

  it("are missing where there are none, and the error says what to do", async () => {
    await using kms = await server();
    const services = around.services({ region: "eu-central-1", endpoint: kms.url });
    await expect(services.service().listKeys(undefined)).rejects.toMatchObject({
      code: "credentials_missing",
      retry: "never",
      rawMessage: expect.stringContaining("AWS_PROFILE"),
    });
    expect(kms.requests).toHaveLength(0);
  });

  it("may fail in a profile without telling what its process printed", async () => {
    await using kms = await server();
    around.file(".aws/config", "[profile p]\ncredential_process = sh -c 'echo TOPSECRET >&2; exit 1'\n");
    const error: unknown = await signedBy(kms, { profile: "p" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "credentials_missing", attribute: "profile" });
    expect(String(error)).toContain("credential_process");
    expect(String(error)).not.toContain("TOPSECRET");
    expect(around.logged()).not.toContain("TOPSECRET");
  });

  it("come from a profile's role, by STS at the endpoint in force", async () => {
    await using kms = await server();
    around.file(".aws/config", `[profile p]\nrole_arn = ${role("profiled")}\nsource_profile = base\n`);
    around.file(".aws/credentials", "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n");
    expect(await signedBy(kms, { profile: "p" })).toBe("AKIDprofiled");
    expect(accessKeyOf(kms.requests[0])).toBe("AKIDBASE");
  });

  it("come from a web identity, by STS at the endpoint in force", async () => {
    await using kms = await server();
    process.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = around.file("token", "the.web.token");
    process.env["AWS_ROLE_ARN"] = role("web");
    expect(await signedBy(kms, {})).toBe("AKIDweb");
    expect(new URLSearchParams(kms.requests[0]?.body).get("WebIdentityToken")).toBe("the.web.token");
  });
});

describe("assumed roles", () => {
  it("are assumed one after another, with everything that was said", async () => {
    await using kms = await server();
    const signer = await signedBy(kms, {
      accessKey: "AKIDBASE",
      secretKey: "s",
      assumeRole: [
        {
          roleArn: role("one"),
          sessionName: "deploy",
          externalId: "ext",
          duration: "1h30m",
          policy: '{"Version":"2012-10-17"}',
          policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
          tags: { Team: "payments" },
          transitiveTagKeys: ["Team"],
          sourceIdentity: "alice",
        },
        { roleArn: role("two") },
      ],
    });
    expect(signer).toBe("AKIDtwo");
    expect(kms.requests.map(accessKeyOf)).toEqual(["AKIDBASE", "AKIDone", "AKIDtwo"]);
    expect(Object.fromEntries(new URLSearchParams(kms.requests[0]?.body))).toEqual({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: role("one"),
      RoleSessionName: "deploy",
      ExternalId: "ext",
      DurationSeconds: "5400",
      Policy: '{"Version":"2012-10-17"}',
      "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
      "Tags.member.1.Key": "Team",
      "Tags.member.1.Value": "payments",
      "TransitiveTagKeys.member.1": "Team",
      SourceIdentity: "alice",
    });
    expect(new URLSearchParams(kms.requests[1]?.body).get("RoleSessionName")).toBe("byok");
  });

  it("that fail to come leave the effect of the request that needed them in no question", async () => {
    await using sts = await scriptedServer((_request, response) => response.destroy());
    const role1 = { assumeRole: [{ roleArn: role("one") }] };
    const profile = {
      profile: "p",
      sharedConfigFiles: [
        around.file(
          "c",
          `[profile p]\nrole_arn = ${role("x")}\nsource_profile = b\n[profile b]\naws_access_key_id = A\naws_secret_access_key = s\n`,
        ),
      ],
    };
    for (const settings of [settingsFor(sts.url, role1), { region: "eu-central-1", endpoint: sts.url, ...profile }]) {
      await expect(around.services(settings).service().setEnabled("k", true)).rejects.toMatchObject({
        code: "service_unavailable",
        retry: "backoff",
        effectUnknown: false,
      });
    }
    expect(sts.requests).toHaveLength(2);
  });

  it("that are refused name themselves", async () => {
    await using kms = await server();
    const refused = signedBy(kms, { accessKey: "A", secretKey: "s", assumeRole: [{ roleArn: role("forbidden") }] });
    await expect(refused).rejects.toMatchObject({
      code: "access_denied",
      attribute: "assume_role",
      serviceCode: "AccessDenied",
      rawMessage: expect.stringContaining(`sts:AssumeRole on ${role("forbidden")}`),
    });
  });
});

it("lets the SDK ask no other host for credentials", async () => {
  around.file(
    ".aws/config",
    "[profile p]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-central-1\nsso_account_id = 111122223333\nsso_role_name = r\n",
  );
  const cached = createHash("sha1").update("https://x.awsapps.com/start").digest("hex");
  around.file(`.aws/sso/cache/${cached}.json`, JSON.stringify({ accessToken: "t", expiresAt: "2099-01-01T00:00:00Z" }));
  process.env["AWS_ENDPOINT_URL_SSO"] = "https://portal.example.com";
  const services = around.services({ profile: "p", region: "eu-central-1" });
  await expect(services.service().listKeys(undefined)).rejects.toMatchObject({ code: "credentials_missing" });
  expect(around.warnings).toEqual([expect.stringContaining("portal.example.com")]);
});

describe("settings of credentials", () => {
  const refusing = (attribute: string, says: string) =>
    expect.objectContaining({ code: "invalid_argument", attribute, rawMessage: expect.stringContaining(says) });
  const roleArn = role("r");
  const withRole = (more: object) => () => checkCredentialSettings({ assumeRole: [{ roleArn, ...more }] });

  it("say what belongs together", () => {
    expect(() => checkCredentialSettings({ accessKey: "A" })).toThrow(
      refusing("secret_key", "`access_key` and `secret_key` belong together, and `secret_key` is missing. Set both"),
    );
    expect(() => checkCredentialSettings({ secretKey: "s" })).toThrow(
      refusing("access_key", "belong together, and `access_key` is missing."),
    );
    expect(() => checkCredentialSettings({ token: "t" })).toThrow(
      refusing("token", "`token` is the session token of an `access_key`, which is missing. Set"),
    );
    expect(() => checkCredentialSettings({ accessKey: "A", secretKey: "s", token: "t" })).not.toThrow();
    expect(() => checkCredentialSettings({})).not.toThrow();
  });

  it.each([
    "arn:aws:iam::111122223333:role/r",
    "arn:aws-cn:iam::111122223333:role/path/to/r",
    "arn:aws-us-gov:iam::111122223333:role/a+=,.@-_b",
  ])("may name the role %s", (arn) => {
    expect(() => checkCredentialSettings({ assumeRole: [{ roleArn: arn }] })).not.toThrow();
  });

  it.each([
    "r",
    "",
    `x${role("r")}`,
    `${role("r")} `,
    role("r").replace("aws", "AWS"),
    role("r").replace("111122223333", "11112222333"),
    role("r").replace("111122223333", "1111222233334"),
    role("r").replace("role/r", "role/"),
    role("r").replace("role/", "user/"),
    role("r").replace("iam", "sts"),
    role("a b"),
  ])("may not name the role %j", (arn) => {
    expect(() => checkCredentialSettings({ assumeRole: [{ roleArn }, { roleArn: arn }] })).toThrow(
      refusing("assume_role", "`assume_role` has a `role_arn` that is not like arn:aws:iam::111122223333:role/name."),
    );
  });

  it.each([
    ["sessionName", "session_name"],
    ["sourceIdentity", "source_identity"],
  ])("bound the %s", (member, attribute) => {
    for (const good of ["ab", "a".repeat(64), "A9_+=,.@-"]) expect(withRole({ [member]: good })).not.toThrow();
    for (const bad of ["a", "a".repeat(65), "a b", "ab\n", " ab", "a/b", ""]) {
      expect(withRole({ [member]: bad })).toThrow(
        refusing("assume_role", `\`assume_role\` has a \`${attribute}\` that is not 2 to 64 letters`),
      );
    }
  });

  it.each(["15m", "12h", "900s", "1h30m", "1h30m15s", "11h59m60s", "0h15m0s", "43200s", "720m"])(
    "may have a session of %s",
    (duration) => {
      expect(withRole({ duration })).not.toThrow();
    },
  );

  it.each([
    "14m59s",
    "899s",
    "12h1s",
    "43201s",
    "13h",
    "",
    "h",
    "15",
    "1.5h",
    "30m1h",
    "x1h",
    "1hx",
    "1h 30m",
    "0001h",
    "-1h",
  ])("may not have a session of %j", (duration) => {
    expect(withRole({ duration })).toThrow(
      refusing("assume_role", "`assume_role` has a `duration` that is not between 15m and 12h, written like 1h30m."),
    );
  });

  it("have the seconds of all parts of a duration", async () => {
    await using kms = await server();
    await signedBy(kms, { accessKey: "A", secretKey: "s", assumeRole: [{ roleArn, duration: "1h2m3s" }] });
    expect(new URLSearchParams(kms.requests[0]?.body).get("DurationSeconds")).toBe("3723");
    await signedBy(kms, { accessKey: "A", secretKey: "s", assumeRole: [{ roleArn }] });
    const bare = [...new URLSearchParams(kms.requests[2]?.body).keys()];
    expect(bare).toEqual(["Action", "Version", "RoleArn", "RoleSessionName"]);
  });
});

describe("an address for credentials", () => {
  const asking = (env: Readonly<Record<string, string>>) =>
    around
      .services({ region: "eu-central-1", endpoint: "http://127.0.0.1:1" }, { env: { HOME: around.home, ...env } })
      .service()
      .listKeys(undefined)
      .catch((error: unknown) => error);

  it.each(["http://credentials.example.com", "http://169.254.169.255", "http://[fd00:ec2::255]", "no address"])(
    "in the environment may not be %s",
    async (address) => {
      for (const name of ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_SERVICE_ENDPOINT"]) {
        expect(await asking({ [name]: address })).toMatchObject({
          code: "endpoint_not_allowed",
          rawMessage: expect.stringContaining(
            `The address for credentials from ${name} is neither on this machine nor one of AWS's link-local ones.`,
          ),
        });
      }
    },
  );

  it.each([
    "http://127.0.0.1:9",
    "http://localhost:9",
    "http://169.254.169.254",
    "http://[fd00:ec2::254]",
    "http://169.254.170.2/x",
    "http://169.254.170.23/x",
    "http://[fd00:ec2::23]/x",
    "",
  ])("may be %s", async (address) => {
    // The SDK reads this process's environment, in which nothing is set: what it is asked about is what is judged.
    for (const name of ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_SERVICE_ENDPOINT"]) {
      expect(await asking({ [name]: address })).toMatchObject({ code: "credentials_missing" });
    }
  });

  it("of a profile is judged too", async () => {
    around.file(".aws/config", "[default]\nec2_metadata_service_endpoint = http://example.com\n");
    expect(await asking({})).toMatchObject({
      code: "endpoint_not_allowed",
      rawMessage: expect.stringContaining('from `ec2_metadata_service_endpoint` of the profile "default" is neither'),
    });
  });
});

describe("credentials that are missing", () => {
  const missing = async (config: string, settings: AwsSettings = {}): Promise<string> => {
    await using kms = await server();
    if (config !== "") around.file(".aws/config", config);
    const error: unknown = await signedBy(kms, settings).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "credentials_missing", effectUnknown: false });
    expect(error).toHaveProperty("attribute", settings.profile === undefined ? undefined : "profile");
    return isByokError(error) ? error.rawMessage : "";
  };

  it("are told without what the SDK says of all its sources", async () => {
    expect(await missing("")).toMatch(
      /^No usable AWS credentials were found\. Set `profile` or `assume_role` .* `aws sts get-caller-identity` shows/,
    );
  });

  it("in a profile are told with how to look there", async () => {
    const process = "[profile p]\ncredential_process = sh -c 'exit 1'\n";
    expect(await missing(process, { profile: "p" })).toBe(
      'No usable AWS credentials were found: `credential_process` of the profile "p" gave none. `aws sts get-caller-identity --profile p` shows what the AWS CLI finds there.',
    );
  });

  it.each(["sso_session = s", "sso_start_url = https://x.awsapps.com/start"])(
    "of a session of IAM Identity Center are renewed by signing in: %s",
    async (line) => {
      expect(await missing(`[profile p]\n${line}\n`, { profile: "p" })).toContain(
        'found: the session of the profile "p" has probably ended, and `aws sso login --profile p` renews it. `aws',
      );
    },
  );

  it("are told with the SDK's reason where it names one", async () => {
    const config = `[profile p]\nrole_arn = ${role("x")}\nweb_identity_token_file = /nonexistent/token\n`;
    expect(await missing(config, { profile: "p" })).toMatch(
      /^No usable AWS credentials were found: ENOENT.*\/nonexistent\/token'\. `aws sts/,
    );
  });
});

describe("a session of an assumed role", () => {
  const settings = { accessKey: "A", secretKey: "s", assumeRole: [{ roleArn: role("one") }] };

  it.each<[string, string]>([
    ["no credentials", ""],
    [
      "credentials without a token",
      "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
    ],
    [
      "credentials without an id",
      "<Credentials><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
    ],
    [
      "credentials without a secret",
      "<Credentials><AccessKeyId>A</AccessKeyId><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
    ],
    [
      "credentials without an end",
      "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials>",
    ],
  ])("is not trusted with %s", async (_what, credentials) => {
    await using sts = await scriptedServer((_request, response) =>
      xml(
        response,
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>${credentials}</AssumeRoleResult></AssumeRoleResponse>`,
      ),
    );
    await expect(signedBy(sts, settings)).rejects.toMatchObject({
      code: "untrusted_answer",
      attribute: "assume_role",
      rawMessage: expect.stringContaining(`STS answered without credentials for ${role("one")}. Check the endpoint`),
    });
  });

  it("is fetched again when it has less than five minutes left, once for all Regions", async () => {
    let passed = 0;
    const start = Date.now();
    const clock = jest.spyOn(Date, "now").mockImplementation(() => start + passed);
    await using kms = await scriptedServer((request, response) => {
      if (request.target !== "") return json(response, { Keys: [] });
      const expiration = new Date(start + passed + 3_600_000).toISOString();
      const session = `<AccessKeyId>AKID${passed}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration}</Expiration>`;
      return xml(
        response,
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${session}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    });
    const services = around.services(settingsFor(kms.url, settings));
    const signer = async (region: string): Promise<string | undefined> => {
      await services.service(region).listKeys(undefined);
      return accessKeyOf(kms.requests.at(-1));
    };
    try {
      expect([await signer("eu-central-1"), await signer("eu-west-1")]).toEqual(["AKID0", "AKID0"]);
      passed = 54 * 60_000;
      expect([await signer("eu-central-1"), await signer("eu-west-1")]).toEqual(["AKID0", "AKID0"]);
      passed = 56 * 60_000;
      const renewed = `AKID${passed}`;
      expect([await signer("eu-central-1"), await signer("eu-west-1")]).toEqual([renewed, renewed]);
      passed = 120 * 60_000;
      expect(await signer("eu-central-1")).toBe(`AKID${passed}`);
      expect(kms.requests.filter(({ target }) => target === "")).toHaveLength(3);
    } finally {
      clock.mockRestore();
    }
  });

  it("keeps the argument that a refusal of STS names", async () => {
    await using sts = await scriptedServer((_request, response) =>
      stsRefusal(response, "MalformedPolicyDocument", "The policy is not valid", 400),
    );
    await expect(signedBy(sts, settings)).rejects.toMatchObject({
      code: "invalid_argument",
      attribute: "assume_role",
      serviceCode: "MalformedPolicyDocumentException",
    });
  });
});
