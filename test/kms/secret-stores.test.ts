import { randomBytes } from "node:crypto";
import { rejected } from "../engine/thrown";
import { certificate } from "../support/certificate";
import { type ReadSecrets, readSecrets, settingsFor } from "../support/read-secrets";
import { scriptedServer } from "./aws/scripted-server";
import { alibabaRefusal, awsRefusal, rawAnswer, type Script, type StandInStores } from "../support/secret-stores";

/** A store as its users see it. */
interface Store {
  readonly name: string;
  readonly secret: string;
  readonly action: string;
  readonly operation: string;
  /** The ARN of the secret, in another Region than the one in force. */
  readonly arn: string;
  readonly put: (stores: StandInStores, content: string) => string;
  readonly refuse: (this: void, ...answer: Parameters<typeof awsRefusal>) => Script;
  readonly names: Readonly<
    Record<"missing" | "denied" | "throttled" | "failing" | "signature", readonly [number, string]>
  >;
}

const awsNames = {
  denied: [400, "AccessDeniedException"],
  throttled: [400, "ThrottlingException"],
  signature: [400, "InvalidSignatureException"],
} as const;

const all: readonly Store[] = [
  {
    name: "secretsmanager",
    secret: "payments/key",
    action: "secretsmanager:GetSecretValue",
    operation: "secretsmanager.GetSecretValue",
    arn: "arn:aws:secretsmanager:us-west-2:111122223333:secret:payments/key-a1b2c3",
    put: (stores, content) => stores.putSecret("payments/key", content),
    refuse: awsRefusal,
    names: { ...awsNames, missing: [400, "ResourceNotFoundException"], failing: [500, "InternalServiceError"] },
  },
  {
    name: "ssm",
    secret: "/payments/key",
    action: "ssm:GetParameter",
    operation: "AmazonSSM.GetParameter",
    arn: "arn:aws:ssm:us-west-2:111122223333:parameter/payments/key",
    put: (stores, content) => stores.putParameter("/payments/key", content),
    refuse: awsRefusal,
    names: { ...awsNames, missing: [400, "ParameterNotFound"], failing: [500, "InternalServerError"] },
  },
  {
    name: "alibaba-secrets",
    secret: "payments-key",
    action: "kms:GetSecretValue",
    operation: "GetSecretValue",
    arn: "acs:kms:us-west-1:1234567890123456:secret/payments-key",
    put: (stores, content) => stores.putAlibabaSecret("payments-key", content),
    refuse: alibabaRefusal,
    names: {
      missing: [404, "Forbidden.ResourceNotFound"],
      denied: [403, "Forbidden.NoPermission"],
      throttled: [400, "Throttling.User"],
      failing: [500, "InternalFailure"],
      signature: [400, "SignatureDoesNotMatch"],
    },
  },
];

const secret = randomBytes(32).toString("hex");

describe.each(all)("the store $name", ({ name, secret: at, action, operation, arn, put, refuse, names }) => {
  let on: ReadSecrets;
  beforeEach(async () => {
    on = await readSecrets();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    if (on.logged().includes(secret)) throw new Error("The secret was logged.");
    await on.close();
  });
  const read = async (version?: string, where = at, services = on.services) => {
    const { content, version: found } = await services.secrets.read(name, { name: where, version });
    return { text: content.toString(), version: found };
  };

  it("gives the current version and says which it is, by one signed request", async () => {
    put(on.stores, "older");
    const version = put(on.stores, secret);
    expect(await read()).toEqual({ text: secret, version });
    expect(on.stores.requests).toMatchObject([{ operation, headers: { "user-agent": "byok" } }]);
    expect(on.logged()).toContain(`"operation":"${operation.replace(/^.*\./, "")}"`);
  });

  it("gives a version that is pinned", async () => {
    const older = put(on.stores, secret);
    put(on.stores, "newer");
    expect(await read(older)).toEqual({ text: secret, version: older });
  });

  it("takes no other version for the one that is pinned", async () => {
    const answer = JSON.stringify({
      SecretString: secret,
      SecretData: secret,
      SecretDataType: "text",
      VersionId: "other",
      Parameter: { Value: secret, Version: 7 },
    });
    on.stores.script(rawAnswer(answer));
    const error = await rejected(read("6"));
    expect(error.code).toBe("untrusted_answer");
    expect(error.message).not.toContain(secret);
  });

  it("is asked where an ARN says, or the Region in the reference", async () => {
    put(on.stores, secret);
    expect(await read(undefined, arn)).toMatchObject({ text: secret });
    await on.services.secrets.read(name, { name: at, region: "eu-west-1" });
    const regions = on.logged().match(/"region":"[^"]+"/g);
    expect(regions).toEqual([
      `"region":"${arn.split(":")[name === "alibaba-secrets" ? 2 : 3]}"`,
      '"region":"eu-west-1"',
    ]);
  });

  it("says that there is nothing of the name, or no such version", async () => {
    expect(await rejected(read())).toMatchObject({
      code: "material_unavailable",
      rawMessage: expect.stringMatching(/^There is no such (secret|parameter)/),
    });
    put(on.stores, secret);
    expect(await rejected(read("9"))).toMatchObject({
      code: "material_unavailable",
      rawMessage: expect.stringMatching(/no such version/),
    });
  });

  it("names the permission that is missing, in words of byok's", async () => {
    on.stores.script(refuse(...names.denied, `User is not allowed: ${secret}`));
    const error = await rejected(read());
    expect(error).toMatchObject({ code: "access_denied", rawMessage: expect.stringContaining(action) });
    expect(error.rawMessage).toContain("kms:Decrypt");
    expect(error.message).not.toContain(secret);
  });

  it("is asked again where requests come too fast, and where it fails", async () => {
    const version = put(on.stores, secret);
    on.stores.script(refuse(...names.throttled), 10);
    on.stores.script(refuse(...names.failing), 3);
    on.stores.script(rawAnswer("<html>busy</html>", 503));
    on.stores.script((response) => response.destroy());
    expect(await read()).toEqual({ text: secret, version });
    expect(on.pauses()).toBe(15);
  });

  it.each([
    ["throttled", "throttled", 36],
    ["failing", "service_unavailable", 8],
  ] as const)("is given up on where it is %s for good, and left alone for a minute", async (how, code, times) => {
    on.stores.script(refuse(...names[how], secret), times);
    const error = await rejected(read());
    expect(error.code).toBe(code);
    expect(error.message).not.toContain(secret);
    expect(on.stores.requests).toHaveLength(times);
    put(on.stores, secret);
    expect((await rejected(read())).code).toBe(code);
    expect(on.stores.requests).toHaveLength(times);
    on.turn(60_000);
    expect(await read()).toMatchObject({ text: secret });
  });

  it.each(["signature", "missing"] as const)("is asked once where asking again is of no use: %s", async (how) => {
    on.stores.script(refuse(...names[how], secret));
    expect((await rejected(read())).message).not.toContain(secret);
    expect(on.stores.requests).toHaveLength(1);
  });

  it.each([
    ["no JSON", `${secret}{`],
    ["a list", `["${secret}"]`],
    ["no secret", "{}"],
    ["a secret that is a number", '{"SecretString":1,"SecretData":1,"Parameter":{"Value":1}}'],
    ["base64 that is none", `{"SecretBinary":"${secret}=","SecretData":"${secret}=","SecretDataType":"binary"}`],
    ["nothing", ""],
  ])("is not believed an answer with %s", async (_what, body) => {
    on.stores.script(rawAnswer(body));
    const error = await rejected(read());
    expect(error.code).toBe("untrusted_answer");
    expect(error.message).not.toContain(secret);
  });

  it("is not believed an answer without an end", async () => {
    on.stores.script(rawAnswer(`{"SecretString":"${"a".repeat(9 * 1024 * 1024)}"}`));
    expect((await rejected(read())).code).toBe("untrusted_answer");
  });

  it("is not followed elsewhere", async () => {
    on.stores.script((response) => response.writeHead(307, { location: "https://elsewhere.example/" }).end("{}"));
    expect(await rejected(read())).toMatchObject({ code: "untrusted_answer", rawMessage: /redirect/ });
  });

  it("is not waited for without an end", async () => {
    const services = on.reached({ ...settingsFor(on.stores.url), timeouts: { request: 100 }, retry: { attempts: 1 } });
    on.stores.script((response) => response.writeHead(200).write("{"));
    expect(await rejected(read(undefined, at, services))).toMatchObject({
      code: "service_unavailable",
      rawMessage: expect.stringMatching(/did not answer within 0\.1 seconds/),
    });
  });

  it("is believed nothing where nobody vouches for it", async () => {
    await using stranger = await scriptedServer((_request, response) => response.end("{}"), certificate());
    const services = on.reached(settingsFor(stranger.url));
    expect(await rejected(read(undefined, at, services))).toMatchObject({
      code: "service_unavailable",
      rawMessage: expect.stringMatching(/^The identity of .* could not be verified/),
    });
    expect(stranger.requests).toEqual([]);
    expect(on.pauses()).toBe(0);
  });

  it("is left while it is waited for", async () => {
    const stop = new AbortController();
    on.stores.script(() => stop.abort());
    const error = await rejected(on.services.secrets.read(name, { name: at }, { signal: stop.signal }));
    expect(error.code).toBe("canceled");
  });

  it("needs credentials and a Region", async () => {
    const { aws, alibaba } = settingsFor(on.stores.url);
    const reached = (changes: object, env = {}) =>
      on.reached({ aws: { ...aws, ...changes }, alibaba: { ...alibaba, ...changes } }, { HOME: "/nowhere", ...env });
    const noRegion = reached({ region: undefined });
    expect(await rejected(read(undefined, at, noRegion))).toMatchObject({
      code: "invalid_argument",
      attribute: "region",
    });
    // The SDK's own chain of credentials reads this.
    jest.replaceProperty(process, "env", { HOME: "/nowhere", AWS_EC2_METADATA_DISABLED: "true" });
    const noKeys = reached(
      { accessKey: undefined, secretKey: undefined },
      { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" },
    );
    expect(await rejected(read(undefined, at, noKeys))).toMatchObject({ code: "credentials_missing" });
    expect(on.stores.requests).toEqual([]);
    const badRegion = on.services.secrets.read(name, { name: at, region: "../x" });
    expect(await rejected(badRegion)).toMatchObject({ code: "invalid_argument" });
  });
});

describe("AWS's stores", () => {
  let on: ReadSecrets;
  beforeEach(async () => {
    on = await readSecrets();
  });
  afterEach(() => on.close());
  const refusal = async (store: string, ...answer: Parameters<typeof awsRefusal>) => {
    on.stores.script(awsRefusal(...answer));
    const { code, rawMessage } = await rejected(on.services.secrets.read(store, { name: "name" }));
    return `${code}: ${rawMessage}`;
  };

  it("give bytes as they were put", async () => {
    const bytes = randomBytes(32);
    on.stores.putSecret("payments", bytes);
    expect((await on.services.secrets.read("secretsmanager", { name: "payments" })).content).toEqual(bytes);
    on.stores.putSecret("empty", Buffer.alloc(0));
    expect((await on.services.secrets.read("secretsmanager", { name: "empty" })).content).toHaveLength(0);
    on.stores.putAlibabaSecret("payments", bytes);
    expect((await on.services.secrets.read("alibaba-secrets", { name: "payments" })).content).toEqual(bytes);
  });

  it("say that a secret is scheduled for deletion", async () => {
    on.stores.putSecret("name", "text");
    on.stores.deleteSecret("name");
    const error = await rejected(on.services.secrets.read("secretsmanager", { name: "name" }));
    expect(error).toMatchObject({ code: "material_unavailable", rawMessage: /^The secret is scheduled for deletion/ });
    on.stores.putAlibabaSecret("other", "text");
    on.stores.deleteSecret("other");
    const other = await rejected(on.services.secrets.read("alibaba-secrets", { name: "other" }));
    expect(other).toMatchObject({ code: "material_unavailable", rawMessage: /is scheduled for deletion/ });
  });

  it.each([
    ["secretsmanager", "DecryptionFailure", "Secrets Manager can't decrypt the protected secret text."],
    ["secretsmanager", "AccessDeniedException", "Access to KMS is not allowed"],
    ["ssm", "AccessDeniedException", "User is not authorized to perform: kms:Decrypt on this resource"],
    ["ssm", "InvalidKeyId", "Something about kms"],
  ])("of which %s cannot decrypt (%s, %s) say so", async (store, name, words) => {
    expect(await refusal(store, 400, name, words)).toMatch(
      /^access_denied: The store could not decrypt it .*kms:Decrypt/,
    );
  });

  it.each([
    ["InvalidParameterException", /^material_unavailable: AWS does not take the name or the version/],
    ["UnrecognizedClientException", /^access_denied: AWS does not know the access key/],
    ["ExpiredTokenException", /^access_denied: .* have expired/],
    ["com.amazonaws.ssm#ParameterNotFound", /^material_unavailable: There is no such parameter/],
    ["SomethingNew", /^service_refused: AWS refused ssm:GetParameter in eu-central-1 \(SomethingNew\)\. Look/],
  ])("are understood when they say %s", async (name, message) => {
    expect(await refusal("ssm", 400, name, "words of the store's")).toMatch(message);
  });

  it("are asked again with their own time where the clock of the machine is off", async () => {
    on.stores.putSecret("name", "text");
    on.turn(86_400_000);
    on.stores.script(awsRefusal(403, "InvalidSignatureException", "Signature not yet current"));
    expect((await on.services.secrets.read("secretsmanager", { name: "name" })).content.toString()).toBe("text");
    const days = on.stores.requests.map(({ headers }) => String(headers["x-amz-date"]).slice(0, 8));
    expect(days[1]).toBe(new Date().toISOString().slice(0, 10).replaceAll("-", ""));
    expect(days[0]).not.toBe(days[1]);
  });

  it("are asked with the credentials that the configuration names, or that the environment has", async () => {
    on.stores.putSecret("name", "text");
    const environment = {
      HOME: "/nowhere",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIAENGINE",
      AWS_SECRET_ACCESS_KEY: "engine",
    };
    for (const variable of ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"]) {
      const services = on.reached({}, { ...environment, [variable]: on.stores.url });
      const { content } = await services.secrets.read("secretsmanager", { name: "name" });
      expect(content.toString()).toBe("text");
    }
    const services = on.reached({}, { ...environment, AWS_ENDPOINT_URL_SSM: on.stores.url });
    expect((await rejected(services.secrets.read("ssm", { name: "/name" }))).code).toBe("material_unavailable");
  });

  it.each([
    ["AWS_ENDPOINT_URL_SSM", "https://ssm.example.com"],
    ["AWS_ENDPOINT_URL", "https://kms.eu-central-1.amazonaws.com"],
    ["AWS_ENDPOINT_URL_SSM", "http://ssm.eu-central-1.amazonaws.com"],
  ])("are not looked for where %s is %s, and keys are none the worse for it", async (variable, url) => {
    const services = on.reached(
      {
        aws: {
          region: "eu-central-1",
          accessKey: "a",
          secretKey: "b",
          endpoint: "https://kms.example.com",
          stsEndpoint: "https://sts.example.com",
        },
      },
      { HOME: "/nowhere", [variable]: url },
    );
    expect(services.defaultRegion("aws")).toBe("eu-central-1");
    expect(await rejected(services.secrets.read("ssm", { name: "/name" }))).toMatchObject({
      code: "endpoint_not_allowed",
      attribute: "ssm_endpoint",
    });
  });

  it("are refused in plain HTTP to another host as soon as that is configured", () => {
    for (const setting of ["secretsmanagerEndpoint", "ssmEndpoint"] as const) {
      const services = on.reached({ aws: { region: "eu-central-1", [setting]: "http://store.example.com" } });
      expect(() => services.defaultRegion("aws")).toThrow(/endpoint_not_allowed/);
    }
  });

  it("are where KMS is, if that is on this machine", async () => {
    on.stores.putSecret("name", "text");
    const { secretsmanagerEndpoint: endpoint, ssmEndpoint: _ssm, ...aws } = settingsFor(on.stores.url).aws;
    const services = on.reached({ aws: { ...aws, ...(endpoint === undefined ? {} : { endpoint }) } });
    expect((await services.secrets.read("secretsmanager", { name: "name" })).version).toBeDefined();
  });

  it("are not connected where there is no store of the name", async () => {
    expect((await rejected(on.services.secrets.read("vault", { name: "name" }))).code).toBe("internal");
  });
});
