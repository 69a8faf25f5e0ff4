import { createHash } from "node:crypto";
import { assumeRoleAnswer, json, type ScriptedServer, scriptedServer, stsRefusal } from "./scripted-server";
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

  it("come from several files, the later ones before the earlier ones", async () => {
    await using kms = await server();
    const one = around.file("one", "[p]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n");
    const two = around.file("two", "[p]\naws_access_key_id = AKIDTWO\n");
    expect(await signedBy(kms, { profile: "p", sharedCredentialsFiles: [one, two] })).toBe("AKIDTWO");
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
