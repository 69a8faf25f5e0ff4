import { configFileWith, credentialsFileWith, joined, readSharedConfig } from "../../../src/kms/aws/shared-config";
import { surroundings } from "./surroundings";

const around = surroundings();
const env = (more: Readonly<Record<string, string>> = {}) => ({ HOME: around.home, ...more });
const section = (name: string, ...lines: readonly string[]): string => `[${name}]\n${lines.join("\n")}\n`;

const refusing = (attribute: string, says: string) =>
  expect.objectContaining({ code: "invalid_argument", attribute, rawMessage: expect.stringContaining(says) });

describe("the profile in force", () => {
  it("is the configuration's, AWS_PROFILE's, the default one, in this order", () => {
    around.file(".aws/config", section("profile work", "region = eu-west-1") + section("profile other", "region = x"));
    const surrounding = env({ AWS_PROFILE: "other" });
    expect(readSharedConfig({ profile: "work" }, surrounding).profileName).toBe("work");
    expect(readSharedConfig({}, surrounding)).toMatchObject({ profileName: "other", profile: { region: "x" } });
    expect(readSharedConfig({}, env({ AWS_PROFILE: "" })).profileName).toBe("default");
    expect(readSharedConfig({}, env()).profile).toEqual({});
  });

  it("is put together from both files; credentials go before", () => {
    around.file(".aws/config", section("profile work", "region = eu-west-1", "a = config"));
    around.file(".aws/credentials", section("work", "a = credentials", "b = more"));
    expect(readSharedConfig({ profile: "work" }, env()).profile).toEqual({
      region: "eu-west-1",
      a: "credentials",
      b: "more",
    });
  });

  it("has its section by its bare name in the configuration only where it is the default one", () => {
    around.file(".aws/config", section("work", "region = bare") + section("default", "region = bare", "a = 1"));
    expect(readSharedConfig({}, env()).profile).toEqual({ region: "bare", a: "1" });
    expect(readSharedConfig({}, env({ AWS_PROFILE: "work" })).profile).toEqual({});
    around.file(".aws/config", section("default", "region = bare", "a = 1") + section("profile default", "a = 2"));
    expect(readSharedConfig({}, env()).profile).toEqual({ region: "bare", a: "2" });
  });

  it("stands in one of the files where the configuration names it", () => {
    const where = `${around.home}/.aws/config, ${around.home}/.aws/credentials`;
    expect(() => readSharedConfig({ profile: "absent" }, env())).toThrow(
      refusing(
        "profile",
        `The profile "absent" stands in none of the shared files (${where}). Correct \`profile\`, or add it with \`aws configure --profile absent\`.`,
      ),
    );
    expect(readSharedConfig({}, env({ AWS_PROFILE: "absent" })).profileName).toBe("absent");
    // A section without settings is there all the same.
    around.file(".aws/credentials", section("empty"));
    expect(readSharedConfig({ profile: "empty" }, env()).profile).toEqual({});
  });

  it.each(["constructor", "__proto__", "toString"])("may be named %s", (name) => {
    expect(readSharedConfig({}, env({ AWS_PROFILE: name })).profile).toEqual({});
    expect(() => readSharedConfig({ profile: name }, env())).toThrow(refusing("profile", name));
  });
});

describe("the files", () => {
  const region = (...args: Parameters<typeof readSharedConfig>) => readSharedConfig(...args).profile["region"];
  const secret = (...args: Parameters<typeof readSharedConfig>) => readSharedConfig(...args).profile["secret"];

  it("are the configuration's, those of the environment, those at home, in this order", () => {
    around.file(".aws/config", section("default", "region = home"));
    around.file(".aws/credentials", section("default", "secret = home"));
    around.file("own", section("default", "region = own", "secret = own"));
    const elsewhere = around.file("elsewhere", section("default", "region = elsewhere", "secret = elsewhere"));
    const surrounding = env({ AWS_CONFIG_FILE: elsewhere, AWS_SHARED_CREDENTIALS_FILE: elsewhere });
    expect(region({ sharedConfigFiles: ["~/own"] }, { ...surrounding, AWS_SHARED_CREDENTIALS_FILE: "~/absent" })).toBe(
      "own",
    );
    expect(secret({ sharedCredentialsFiles: ["~/own"] }, surrounding)).toBe("own");
    expect([region({}, surrounding), secret({}, surrounding)]).toEqual(["elsewhere", "elsewhere"]);
    expect(region({}, env({ AWS_CONFIG_FILE: elsewhere }))).toBe("elsewhere");
    expect(secret({}, env({ AWS_SHARED_CREDENTIALS_FILE: elsewhere }))).toBe("elsewhere");
    const empty = env({ AWS_CONFIG_FILE: "", AWS_SHARED_CREDENTIALS_FILE: "" });
    expect([region({}, empty), secret({}, empty)]).toEqual(["home", "home"]);
    expect(region({ sharedConfigFiles: [], sharedCredentialsFiles: [] }, env())).toBe("home");
    expect(region({}, { USERPROFILE: around.home })).toBe("home");
    expect(region({}, { HOME: "", USERPROFILE: around.home })).toBe("home");
    expect(region({}, { HOME: around.home, USERPROFILE: "/nonexistent" })).toBe("home");
  });

  it("of which there are several are read as one; what comes later wins", () => {
    const one = around.file("one", section("default", "region = one", "secret = one").trimEnd());
    const two = around.file("two", section("default", "region = two"));
    const read = readSharedConfig({ sharedConfigFiles: [one, two] }, env());
    expect(read.profile).toEqual({ region: "two", secret: "one" });
    expect(read.configFiles.map(({ path }) => path)).toEqual([one, two]);
    expect(joined(read.configFiles)).toBe("[default]\nregion = one\nsecret = one\n[default]\nregion = two\n");
  });

  it("need be there only where the configuration names them", () => {
    expect(readSharedConfig({}, env()).configFiles).toEqual([{ path: `${around.home}/.aws/config`, text: "" }]);
    expect(readSharedConfig({}, env()).credentialsFiles).toEqual([
      { path: `${around.home}/.aws/credentials`, text: "" },
    ]);
    expect(() => readSharedConfig({ sharedConfigFiles: ["~config"] }, env())).toThrow(
      refusing("shared_config_files", "The file ~config of `shared_config_files` cannot be read. Correct its path"),
    );
    expect(() => readSharedConfig({ sharedCredentialsFiles: ["/nonexistent"] }, env())).toThrow(
      refusing("shared_credentials_files", "The file /nonexistent of `shared_credentials_files` cannot be read."),
    );
  });
});

it("finds the endpoint of a service in the section that the profile names", () => {
  const services = section("services mine", "kms =", "  endpoint_url = http://127.0.0.1:1", "sts =", "  other = 1");
  around.file(".aws/config", section("profile work", "services = mine") + services + section("profile none"));
  const work = readSharedConfig({ profile: "work" }, env());
  expect(work.serviceEndpoint("kms")).toBe("http://127.0.0.1:1");
  expect(work.serviceEndpoint("sts")).toBeUndefined();
  expect(readSharedConfig({ profile: "none" }, env()).serviceEndpoint("kms")).toBeUndefined();
  around.file(".aws/config", section("profile work", "services = absent"));
  expect(readSharedConfig({ profile: "work" }, env()).serviceEndpoint("kms")).toBeUndefined();
});

describe("one file of several", () => {
  const files = [
    { path: "one", text: section("profile p", "a = 1") + section("q", "a = 1") + section("default", "a = 1") },
    { path: "two", text: section("profile p", "b = 1") + section("q", "b = 1") },
    { path: "three", text: section("profile p", "c = 1") },
  ];

  it("is the last in which the profile has one of the settings, or the first of all", () => {
    expect(configFileWith(files, "p", ["a", "b"])).toBe("two");
    expect(configFileWith(files, "p", ["a"])).toBe("one");
    expect(configFileWith(files, "default", ["a"])).toBe("one");
    expect(configFileWith(files, "q", ["b"])).toBe("one");
    expect(credentialsFileWith(files, "q", ["b"])).toBe("two");
    expect(credentialsFileWith(files, "p", ["c"])).toBe("one");
  });
});

it("says what all files together say of any profile", () => {
  around.file(".aws/config", section("profile p", "a = 1"));
  around.file(".aws/credentials", section("p", "b = 2"));
  const read = readSharedConfig({}, env());
  expect(read.profileNamed("p")).toEqual({ a: "1", b: "2" });
  expect(read.profileNamed("q")).toBeUndefined();
});
