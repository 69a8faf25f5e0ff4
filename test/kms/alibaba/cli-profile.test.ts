import { readCliProfiles } from "../../../src/kms/alibaba/cli-profile";
import { surroundings } from "./surroundings";

const around = surroundings();
const env = (more: Readonly<Record<string, string>> = {}) => ({ HOME: around.home, ...more });
const config = (content: unknown, path = ".aliyun/config.json"): string => around.file(path, JSON.stringify(content));

const whole = {
  name: "whole",
  mode: "RamRoleArn",
  region_id: "cn-hangzhou",
  access_key_id: "id",
  access_key_secret: "secret",
  sts_token: "token",
  sts_expiration: 1_700_000_000,
  ram_role_name: "role",
  ram_role_arn: "acs:ram::1:role/r",
  ram_session_name: "session",
  external_id: "external",
  expired_seconds: 900,
  source_profile: "source",
  credentials_uri: "http://localhost/",
  oidc_provider_arn: "provider",
  oidc_token_file: "file",
};

const refusing = (attribute: string, says: RegExp | string) =>
  expect.objectContaining({
    code: "invalid_argument",
    attribute,
    rawMessage: says instanceof RegExp ? expect.stringMatching(says) : expect.stringContaining(says),
  });

describe("a profile", () => {
  it("is read member by member", () => {
    config({ current: "whole", profiles: [whole] });
    expect(readCliProfiles({}, env()).inForce).toEqual({
      name: "whole",
      mode: "RamRoleArn",
      regionId: "cn-hangzhou",
      accessKeyId: "id",
      accessKeySecret: "secret",
      stsToken: "token",
      stsExpiration: 1_700_000_000,
      ramRoleName: "role",
      ramRoleArn: "acs:ram::1:role/r",
      ramSessionName: "session",
      externalId: "external",
      expiredSeconds: 900,
      sourceProfile: "source",
      credentialsUri: "http://localhost/",
      oidcProviderArn: "provider",
      oidcTokenFile: "file",
    });
  });

  it("has no member that is empty or of another kind, and is of keys where it does not say", () => {
    const empty = Object.fromEntries(
      Object.entries(whole).map(([name, value]) => [name, typeof value === "string" ? "" : 0]),
    );
    const strange = Object.fromEntries(
      Object.entries(whole).map(([name, value]) => [name, typeof value === "string" ? 7 : "7"]),
    );
    config({ current: "", profiles: [empty] });
    expect(readCliProfiles({}, env()).named("")).toEqual({ name: "", mode: "AK" });
    config({ profiles: [strange] });
    expect(readCliProfiles({}, env()).named("")).toEqual({ name: "", mode: "AK" });
  });
});

describe("the profile in force", () => {
  const named = (...names: readonly string[]) => names.map((name) => ({ name, mode: "AK" }));

  it("is the configuration's, that of the environment, the file's current one, in this order", () => {
    config({ current: "current", profiles: named("current", "wanted", "surrounding") });
    const surrounding = env({ ALIBABA_CLOUD_PROFILE: "surrounding" });
    expect(readCliProfiles({ profile: "wanted" }, surrounding).inForce?.name).toBe("wanted");
    expect(readCliProfiles({}, surrounding).inForce?.name).toBe("surrounding");
    expect(readCliProfiles({}, env({ ALIBABA_CLOUD_PROFILE: "" })).inForce?.name).toBe("current");
    expect(readCliProfiles({}, env()).named("wanted")?.name).toBe("wanted");
    expect(readCliProfiles({}, env()).named("absent")).toBeUndefined();
  });

  it("may not be there, unless the configuration names it", () => {
    const path = config({ profiles: named("other") });
    expect(readCliProfiles({}, env()).inForce).toBeUndefined();
    expect(readCliProfiles({}, env({ ALIBABA_CLOUD_PROFILE: "absent" })).inForce).toBeUndefined();
    expect(() => readCliProfiles({ profile: "absent" }, env())).toThrow(
      refusing(
        "profile",
        `The profile "absent" does not stand in ${path}. Correct \`profile\`, or add it with \`aliyun configure --profile absent\`.`,
      ),
    );
  });
});

describe("the file", () => {
  const inForce = (...args: Parameters<typeof readCliProfiles>) => readCliProfiles(...args).inForce?.name;
  const file = (name: string, path: string) => config({ current: name, profiles: [{ name }] }, path);

  it("is the configuration's, that of the environment, the one at home, in this order", () => {
    file("home", ".aliyun/config.json");
    const elsewhere = file("elsewhere", "elsewhere.json");
    file("own", "own.json");
    const surrounding = env({ ALIBABA_CLOUD_CONFIG_FILE: elsewhere });
    expect(inForce({ sharedCredentialsFile: "~/own.json" }, surrounding)).toBe("own");
    expect(inForce({}, surrounding)).toBe("elsewhere");
    expect(inForce({}, env({ ALIBABA_CLOUD_CONFIG_FILE: "" }))).toBe("home");
    expect(inForce({}, { USERPROFILE: around.home })).toBe("home");
    expect(inForce({}, { HOME: "", USERPROFILE: around.home })).toBe("home");
    expect(inForce({}, { HOME: around.home, USERPROFILE: "/nonexistent" })).toBe("home");
    expect(inForce({}, env({ ALIBABA_CLOUD_CONFIG_FILE: "~/own.json" }))).toBe("own");
  });

  it("need not be there where nothing asks for it", () => {
    expect(inForce({}, env())).toBeUndefined();
    const says = `The file ${around.home}/.aliyun/config.json of Alibaba Cloud's CLI cannot be read. Correct its path`;
    expect(() => inForce({ profile: "p" }, env())).toThrow(refusing("shared_credentials_file", says));
    expect(() => inForce({ sharedCredentialsFile: "/nonexistent.json" }, env())).toThrow(
      refusing("shared_credentials_file", "The file /nonexistent.json"),
    );
  });

  it("is JSON, of which nothing is repeated where it is not", () => {
    around.file(".aliyun/config.json", "hunter2");
    expect(() => inForce({}, env())).toThrow(
      refusing("shared_credentials_file", /^The file .* is not JSON\. `aliyun configure` writes such a file\.$/),
    );
  });

  it.each([[[]], [null], ["x"], [{}], [{ profiles: {} }], [{ current: 7, profiles: [] }]])(
    "without profiles has none: %j",
    (content) => {
      config(content);
      expect(inForce({}, env())).toBeUndefined();
    },
  );

  it("may hold what is no profile", () => {
    config({ current: "real", profiles: [7, null, [], { name: "real" }] });
    expect(inForce({}, env())).toBe("real");
  });

  it("is not at home where its path only begins like it", () => {
    expect(() => inForce({ sharedCredentialsFile: "~config.json" }, env())).toThrow(
      refusing("shared_credentials_file", "The file ~config.json"),
    );
    around.file("x/~/config.json", "{}");
    expect(inForce({ sharedCredentialsFile: `${around.home}/x/~/config.json` }, env())).toBeUndefined();
  });
});
