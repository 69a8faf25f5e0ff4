import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { certificate } from "../../support/certificate";
import { json, scriptedServer, xml } from "./scripted-server";
import { keyArn, settingsFor, surroundings } from "./surroundings";

const around = surroundings();
const invalid = (attribute: string) => expect.objectContaining({ code: "invalid_argument", attribute });

describe("the Region", () => {
  it("comes from the configuration, AWS_REGION, AWS_DEFAULT_REGION, the profile, in this order", () => {
    around.file(".aws/config", "[default]\nregion = eu-west-3\n[profile work]\nregion = eu-west-4\n");
    const env: Record<string, string> = { HOME: around.home, AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" };
    expect(around.services({ region: "eu-central-1" }, { env }).defaultRegion).toBe("eu-central-1");
    expect(around.services({}, { env }).defaultRegion).toBe("eu-west-1");
    env["AWS_REGION"] = "";
    expect(around.services({}, { env }).defaultRegion).toBe("eu-west-2");
    env["AWS_DEFAULT_REGION"] = "";
    expect(around.services({}, { env }).defaultRegion).toBe("eu-west-3");
    expect(around.services({ profile: "work" }, { env }).defaultRegion).toBe("eu-west-4");
    env["AWS_PROFILE"] = "work";
    expect(around.services({}, { env }).defaultRegion).toBe("eu-west-4");
  });

  it("may be missing until a service without one is asked for", () => {
    const services = around.services({});
    expect(services.defaultRegion).toBeUndefined();
    expect(around.services({ region: "" }).defaultRegion).toBeUndefined();
    expect(services.service("us-east-1").region).toBe("us-east-1");
    expect(() => services.service()).toThrow(invalid("region"));
    expect(() => services.service()).toThrow(/AWS_REGION/);
  });

  it.each(["", "eu central 1", "us-east-1.example.com#", "example.com/", "US-EAST-1", "*"])(
    "may not be %j",
    (region) => {
      expect(() => around.services({}).service(region)).toThrow(invalid("region"));
    },
  );

  it("gives the same service for the same Region", () => {
    const services = around.services({ region: "eu-central-1" });
    expect(services.service()).toBe(services.service("eu-central-1"));
    expect(services.service("eu-west-1")).not.toBe(services.service());
  });
});

describe("settings that cannot be", () => {
  it.each([
    [{ accessKey: "AKID" }, "secret_key"],
    [{ secretKey: "s" }, "access_key"],
    [{ token: "t" }, "token"],
    [{ profile: "nowhere" }, "profile"],
    [{ sharedConfigFiles: ["/nonexistent/config"] }, "shared_config_files"],
    [{ sharedCredentialsFiles: ["~/nonexistent"] }, "shared_credentials_files"],
    [{ customCaBundle: "/nonexistent/ca.pem" }, "custom_ca_bundle"],
    [{ endpoint: "http://127.0.0.1", useFipsEndpoint: true }, "use_fips_endpoint"],
    [{ endpoint: "http://127.0.0.1", useDualstackEndpoint: true }, "use_dualstack_endpoint"],
    [{ assumeRole: [{ roleArn: "payments" }] }, "assume_role"],
    [{ assumeRole: [{ roleArn: "arn:aws:iam::111122223333:role/r", sessionName: "a b" }] }, "assume_role"],
    [{ assumeRole: [{ roleArn: "arn:aws:iam::111122223333:role/r", duration: "5m" }] }, "assume_role"],
    [{ assumeRole: [{ roleArn: "arn:aws:iam::111122223333:role/r", duration: "13h" }] }, "assume_role"],
    [{ assumeRole: [{ roleArn: "arn:aws:iam::111122223333:role/r", duration: "soon" }] }, "assume_role"],
  ])("%j", (settings, attribute) => {
    expect(() => around.services(settings)).toThrow(invalid(attribute));
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

  it.each(["setting", "AWS_CA_BUNDLE", "profile"])("trusts the certificates of the %s", async (source) => {
    await using server = await scriptedServer((_request, response) => json(response, { Keys: [] }), tls);
    const bundle = around.file("ca.pem", tls.cert);
    if (source === "AWS_CA_BUNDLE") process.env["AWS_CA_BUNDLE"] = bundle;
    if (source === "profile") around.file(".aws/config", `[default]\nca_bundle = ${bundle}\n`);
    const settings = settingsFor(server.url, source === "setting" ? { customCaBundle: bundle } : {});
    expect(await around.services(settings).service().listKeys(undefined)).toEqual({ arns: [] });
  });

  it("refuses a bundle that holds no certificate", () => {
    const customCaBundle = around.file("ca.pem", "nothing");
    expect(() => around.services({ customCaBundle })).toThrow(invalid("custom_ca_bundle"));
  });

  it("is verified in spite of NODE_TLS_REJECT_UNAUTHORIZED=0, in a process that really has it", async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), tls);
    const script = join(around.home, "describe.js");
    writeFileSync(
      join(around.home, "describe.ts"),
      `import { awsKeyServices } from ${JSON.stringify(join(__dirname, "../../../src/kms/aws/connection"))};
       const clock = { now: () => 0, monotonic: () => 0, sleep: async () => {} };
       const log = { debug() {}, info() {}, warn(words: string) { console.log("warning: " + words); } };
       const settings = { region: "eu-central-1", accessKey: "a", secretKey: "b", endpoint: ${JSON.stringify(server.url)} };
       awsKeyServices(settings, { clock, log }).service().describe("k").then(
         () => console.log("answered"),
         (error) => console.log(error.serviceCode),
       );`,
    );
    buildSync({
      entryPoints: [join(around.home, "describe.ts")],
      outfile: script,
      bundle: true,
      platform: "node",
      logLevel: "error",
    });
    const said = await outputOf(script, { HOME: around.home, NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(said).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(said).toContain("warning: NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect");
    expect(server.requests).toHaveLength(0);
  });

  it("warns of NODE_TLS_REJECT_UNAUTHORIZED=0, and refuses credentials from an HTTPS host under it", () => {
    const env = { HOME: around.home, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    around.services({ region: "eu-central-1" }, { env });
    expect(around.warnings).toEqual([expect.stringContaining("NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect")]);
    const dangerous = { ...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: "https://example.com/credentials" };
    expect(() => around.services({}, { env: dangerous })).toThrow(
      expect.objectContaining({ code: "endpoint_not_allowed" }),
    );
  });
});

async function outputOf(script: string, env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  await new Promise((resolve) => {
    child.on("close", resolve);
  });
  return output;
}

it("asks STS for the account", async () => {
  await using server = await scriptedServer((_request, response) =>
    xml(
      response,
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn><UserId>A</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    ),
  );
  expect(await around.services(settingsFor(server.url)).service().callerAccount()).toBe("111122223333");
  expect(server.requests.map((request) => request.body)).toEqual(["Action=GetCallerIdentity&Version=2011-06-15"]);
  expect(server.requests[0]?.headers["authorization"]).toContain("/eu-central-1/sts/");
});
