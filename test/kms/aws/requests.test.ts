import type { KeyService } from "../../../src/engine/key-service";
import type { AwsSettings } from "../../../src/kms/aws/settings";
import { answerDate, json, refusal, type Script, scriptedServer, stsRefusal, xml } from "./scripted-server";
import { keyArn, keyId, localNow, settingsFor, surroundings } from "./surroundings";

const around = surroundings();
const newKey = { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} } as const;
const material = {
  keyArn,
  wrappingAlgorithm: "RSAES_OAEP_SHA_256",
  token: Buffer.from("token"),
  wrappedMaterial: Buffer.from("wrapped"),
} as const;

async function against<T>(script: Script, ask: (service: KeyService) => Promise<T>) {
  await using server = await scriptedServer(script);
  const service = around.services(settingsFor(server.url)).service();
  try {
    return { answer: await ask(service), error: undefined, requests: [...server.requests] };
  } catch (error) {
    return { answer: undefined, error, requests: [...server.requests] };
  }
}

const answering =
  (body: unknown): Script =>
  (_request, response) =>
    json(response, body);

/** Every request, with the permission that it needs and whether it changes something. */
const requests: readonly (readonly [action: string, changes: boolean, ask: (s: KeyService) => Promise<unknown>])[] = [
  ["kms:DescribeKey", false, (s) => s.describe(keyArn)],
  ["kms:GetKeyPolicy", false, (s) => s.policy(keyArn)],
  ["kms:ListResourceTags", false, (s) => s.tags(keyArn)],
  ["kms:ListKeyRotations", false, (s) => s.materials(keyArn)],
  ["kms:GetParametersForImport", false, (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048")],
  ["kms:ImportKeyMaterial", true, (s) => s.importMaterial(material)],
  ["kms:DeleteImportedKeyMaterial", true, (s) => s.deleteMaterial(keyArn, undefined)],
  ["kms:ReplicateKey", true, (s) => s.replicate({ primaryArn: keyArn, replicaRegion: "eu-west-1", tags: {} })],
  ["kms:EnableKey", true, (s) => s.setEnabled(keyArn, true)],
  ["kms:DisableKey", true, (s) => s.setEnabled(keyArn, false)],
  ["kms:UpdateKeyDescription", true, (s) => s.setDescription(keyArn, "d")],
  ["kms:PutKeyPolicy", true, (s) => s.setPolicy(keyArn, "{}", false)],
  ["kms:TagResource", true, (s) => s.tag(keyArn, {})],
  ["kms:UntagResource", true, (s) => s.untag(keyArn, [])],
  ["kms:ScheduleKeyDeletion", true, (s) => s.scheduleDeletion(keyArn, 7)],
  ["kms:CancelKeyDeletion", true, (s) => s.cancelDeletion(keyArn)],
];

describe("a request that fails", () => {
  const failing: Script = (_request, response) => refusal(response, "KMSInternalException", "words", 500);

  it.each(requests)(
    "%s is reported with its permission and its key, and whether it is open: %s",
    async (action, open, ask) => {
      expect((await against(failing, ask)).error).toMatchObject({
        code: "service_unavailable",
        effectUnknown: open,
        rawMessage: expect.stringContaining(`failed at ${action} on ${keyArn} (KMSInternalException): words`),
      });
    },
  );

  it("is reported with the Region where it is about no key", async () => {
    const told = async (ask: (s: KeyService) => Promise<unknown>) => String((await against(failing, ask)).error);
    expect(await told((s) => s.create(newKey))).toContain("failed at kms:CreateKey in eu-central-1 (");
    expect(await told((s) => s.listKeys(undefined))).toContain("failed at kms:ListKeys in eu-central-1 (");
    const denied: Script = (_request, response) => stsRefusal(response, "AccessDenied", "no");
    expect(String((await against(denied, (s) => s.callerAccount())).error)).toContain(
      "the permission sts:GetCallerIdentity in eu-central-1. Grant",
    );
  });

  it("is canceled in words", async () => {
    const { error, requests: sent } = await against(failing, (s) =>
      s.describe(keyArn, { signal: AbortSignal.abort() }),
    );
    expect(error).toMatchObject({ rawMessage: expect.stringContaining("was canceled. Run it again to continue") });
    expect(sent).toEqual([]);
  });
});

describe("a list", () => {
  it.each<[string, string, (s: KeyService) => Promise<unknown>]>([
    ["ListResourceTags", "Tags", (s) => s.tags(keyArn)],
    ["ListKeyRotations", "Rotations", (s) => s.materials(keyArn)],
  ])("of %s has twenty pages at most", async (operation, member, ask) => {
    const pages = (last: number): Script => {
      let page = 0;
      return (_request, response) => {
        page++;
        json(response, { Tags: [], Rotations: [], Truncated: page < last, NextMarker: String(page) });
      };
    };
    const twenty = await against(pages(20), ask);
    expect([twenty.error, twenty.requests.length]).toEqual([undefined, 20]);
    const more = await against(pages(21), ask);
    expect(more.requests).toHaveLength(20);
    expect(more.error).toMatchObject({
      code: "untrusted_answer",
      effectUnknown: false,
      rawMessage: expect.stringContaining(`The answer to ${operation} lacks \`${member}\``),
    });
  });

  it.each<[string, (s: KeyService) => Promise<unknown>]>([
    ["ListResourceTags", (s) => s.tags(keyArn)],
    ["ListKeyRotations", (s) => s.materials(keyArn)],
    ["ListKeys", (s) => s.listKeys(undefined)],
  ])("of %s that goes on says where", async (operation, ask) => {
    const { error } = await against(answering({ Truncated: true }), ask);
    expect(error).toMatchObject({
      rawMessage: expect.stringContaining(`The answer to ${operation} lacks \`NextMarker\``),
    });
  });
});

describe("what is wrong with an answer", () => {
  const parameters = {
    KeyId: keyArn,
    ImportToken: Buffer.from("token").toString("base64"),
    PublicKey: Buffer.from("key").toString("base64"),
  };
  const importing = (s: KeyService) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048");

  it.each<[string, string, (s: KeyService) => Promise<unknown>, object]>([
    ["DescribeKey", "KeyMetadata", (s) => s.describe(keyArn), {}],
    ["GetKeyPolicy", "Policy", (s) => s.policy(keyArn), {}],
    ["ListResourceTags", "TagKey", (s) => s.tags(keyArn), { Tags: [{ TagValue: "" }] }],
    ["ListKeyRotations", "Rotations", (s) => s.materials(keyArn), { Rotations: ["x"] }],
    ["ListKeyRotations", "KeyMaterialId", (s) => s.materials(keyArn), { Rotations: [{}] }],
    ["ListKeys", "Keys", (s) => s.listKeys(undefined), { Keys: ["x"] }],
    ["ListKeys", "KeyArn", (s) => s.listKeys(undefined), { Keys: [{}] }],
    ["GetParametersForImport", "KeyId", importing, { ...parameters, KeyId: undefined }],
    ["GetParametersForImport", "PublicKey", importing, { ...parameters, PublicKey: undefined }],
    ["GetParametersForImport", "ImportToken", importing, { ...parameters, ImportToken: undefined }],
    ["GetParametersForImport", "ParametersValidTo", importing, { ...parameters, ParametersValidTo: -1 }],
    ["ImportKeyMaterial", "KeyMaterialId", (s) => s.importMaterial(material), { KeyMaterialId: "" }],
    ["CreateKey", "KeyMetadata", (s) => s.create(newKey), {}],
    [
      "ReplicateKey",
      "KeyMetadata",
      (s) => s.replicate({ primaryArn: keyArn, replicaRegion: "eu-west-1", tags: {} }),
      {},
    ],
    ["ScheduleKeyDeletion", "DeletionDate", (s) => s.scheduleDeletion(keyArn, 7), { DeletionDate: -1 }],
  ])("to %s is shown by its member: %s", async (operation, member, ask, body) => {
    expect((await against(answering(body), ask)).error).toMatchObject({
      code: "untrusted_answer",
      rawMessage: expect.stringContaining(`The answer to ${operation} lacks \`${member}\``),
    });
  });

  it("may be its key", async () => {
    const other = keyArn.replace(/.$/, "0");
    const metadata = {
      Arn: other,
      KeyId: keyId,
      KeyState: "Enabled",
      Origin: "EXTERNAL",
      KeySpec: "SYMMETRIC_DEFAULT",
      KeyUsage: "ENCRYPT_DECRYPT",
      CreationDate: 1_600_000_000,
    };
    expect((await against(answering({ KeyMetadata: metadata }), (s) => s.describe(keyArn))).error).toMatchObject({
      rawMessage: expect.stringContaining("The answer to DescribeKey is about another key"),
    });
    expect((await against(answering({ KeyId: other }), (s) => s.importMaterial(material))).error).toMatchObject({
      rawMessage: expect.stringContaining("The answer to ImportKeyMaterial is about another key"),
      effectUnknown: true,
    });
  });

  it("is not that import parameters do not say when they end, or that they are as long as they may be", async () => {
    const longest = {
      ...parameters,
      ImportToken: Buffer.alloc(6_144).toString("base64"),
      PublicKey: Buffer.alloc(4_096).toString("base64"),
    };
    const { answer } = await against(answering(longest), importing);
    expect(answer).toEqual({
      at: answerDate,
      value: { keyArn, token: Buffer.alloc(6_144), publicKey: Buffer.alloc(4_096) },
    });
    const longer = { ...parameters, PublicKey: Buffer.alloc(4_097).toString("base64") };
    expect((await against(answering(longer), importing)).error).toMatchObject({ code: "untrusted_answer" });
  });

  it.each(["1111222233334", "11112222333", "x11112222333", ""])("may be the account: %j", async (account) => {
    const script: Script = (_request, response) =>
      xml(
        response,
        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
    expect((await against(script, (s) => s.callerAccount())).error).toMatchObject({
      code: "untrusted_answer",
      rawMessage: expect.stringContaining("The answer to GetCallerIdentity lacks `Account`"),
    });
  });
});

it("dates a key that is not there by the answer, or by the local clock", async () => {
  const absent = (headers: Record<string, string>): Script => {
    return (_request, response) =>
      json(response, { __type: "NotFoundException", message: "does not exist" }, 400, headers);
  };
  const describing = (s: KeyService) => s.describe(keyArn);
  expect((await against(absent({}), describing)).answer).toEqual({ value: null, at: answerDate });
  expect((await against(absent({ Date: "" }), describing)).answer).toEqual({ value: null, at: localNow });
});

it("takes a key for absent whose name only sounds like a refusal", async () => {
  const script: Script = (_request, response) => refusal(response, "NotFoundException", "The key Invalid is not there");
  expect((await against(script, (s) => s.describe(keyArn))).answer?.value).toBeNull();
});

it.each(["Invalid keyId x", "invalid arn eu-west-1"])(
  "takes %j for no word on whether a key is there",
  async (words) => {
    const script: Script = (_request, response) => refusal(response, "NotFoundException", words);
    expect((await against(script, (s) => s.describe(keyArn))).error).toMatchObject({ code: "invalid_key_arn" });
  },
);

it("refuses what only other KMSs have, before anything is sent", async () => {
  for (const spec of ["Aliyun_AES_256", "Aliyun_SM4"] as const) {
    const { error, requests: sent } = await against(answering({}), (s) => s.create({ ...newKey, spec }));
    expect(error).toMatchObject({
      code: "unsupported_key_spec",
      attribute: "key_spec",
      rawMessage: `AWS KMS has no keys of the spec ${spec}. Choose another \`key_spec\`.`,
    });
    expect(sent).toEqual([]);
  }
  const { error } = await against(answering({}), (s) => s.create({ ...newKey, usage: "ENCRYPT/DECRYPT" }));
  expect(error).toMatchObject({
    rawMessage:
      "AWS KMS knows no key usage like the one in `key_usage`. Give one of ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC, KEY_AGREEMENT.",
  });
});

it("has every usage that AWS knows", async () => {
  for (const usage of ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"]) {
    const { requests: sent } = await against(answering({}), (s) =>
      s.create({ ...newKey, usage }).catch(() => undefined),
    );
    expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({ KeyUsage: usage });
  }
});

it("has the profile of its Region", () => {
  const services = around.services({ accessKey: "A", secretKey: "s" });
  expect(services.service("cn-north-1").profile.title).toBe("AWS KMS in China");
  expect(services.service("eu-central-1").profile.title).toBe("AWS KMS");
});

describe("a connection to AWS", () => {
  it("says who it is, to KMS and to STS, in the Region that is asked", async () => {
    await using server = await scriptedServer((_request, response) => json(response, { Keys: [] }));
    await around.services(settingsFor(server.url)).service("eu-west-1").listKeys(undefined);
    expect(server.requests[0]?.headers["user-agent"]).toContain("byok");
    expect(server.requests[0]?.headers["authorization"]).toContain("/eu-west-1/kms/");
  });

  it.each<[AwsSettings, string]>([
    [{ endpoint: "http://127.0.0.1", useFipsEndpoint: true }, "use_fips_endpoint"],
    [{ endpoint: "http://127.0.0.1", useDualstackEndpoint: true }, "use_dualstack_endpoint"],
    [{ endpoint: "http://127.0.0.1", useFipsEndpoint: true, useDualstackEndpoint: true }, "use_fips_endpoint"],
  ])("has one endpoint: %j", (settings, attribute) => {
    expect(() => around.services(settings)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        attribute,
        rawMessage: `\`${attribute}\` chooses among AWS's own endpoints, and \`endpoint\` names one. Keep one of the two.`,
      }),
    );
  });

  it("takes an endpoint beside variants that are not wanted", () => {
    const endpoint = "http://127.0.0.1";
    expect(() => around.services({ endpoint, useFipsEndpoint: false, useDualstackEndpoint: false })).not.toThrow();
    const env = { HOME: around.home, AWS_USE_FIPS_ENDPOINT: "true" };
    expect(() => around.services({ endpoint }, { env })).not.toThrow();
  });

  it.each<[string, AwsSettings, Record<string, string>, string]>([
    ["its argument", { customCaBundle: "/nonexistent" }, { AWS_CA_BUNDLE: "/other" }, "`custom_ca_bundle`"],
    ["the environment", {}, { AWS_CA_BUNDLE: "/nonexistent" }, "AWS_CA_BUNDLE"],
    ["the profile", {}, { AWS_CA_BUNDLE: "" }, '`ca_bundle` of the profile "default"'],
  ])("is reported with certificates by %s", (_where, settings, variables, source) => {
    around.file(".aws/config", "[default]\nca_bundle = /nonexistent\n");
    expect(() => around.services(settings, { env: { HOME: around.home, ...variables } })).toThrow(
      `The certificates in /nonexistent (from ${source}) cannot be read.`,
    );
  });

  it("warns of NODE_TLS_REJECT_UNAUTHORIZED=0, and refuses credentials that would come by it", () => {
    const env = { HOME: around.home, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const uri = (AWS_CONTAINER_CREDENTIALS_FULL_URI: string) => () =>
      around.services({}, { env: { ...env, AWS_CONTAINER_CREDENTIALS_FULL_URI } });
    expect(uri("HTTPS://127.0.0.1/x")).toThrow(
      expect.objectContaining({
        code: "endpoint_not_allowed",
        rawMessage: expect.stringMatching(/^AWS_CONTAINER_CREDENTIALS_FULL_URI names an HTTPS host.*Take NODE_TLS/),
      }),
    );
    expect(uri("http://127.0.0.1/x")).not.toThrow();
    expect(uri("")).not.toThrow();
    expect(around.warnings[0]).toMatch(/^NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on requests to AWS: .*Take it/);
    around.warnings.length = 0;
    around.services({}, { env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: "1" } });
    expect(around.warnings).toEqual([]);
  });

  it("names its Region only where there is one", () => {
    expect(around.services({ region: "eu-central-1" }).defaultRegion).toBe("eu-central-1");
    expect(around.services({})).not.toHaveProperty("defaultRegion");
  });

  it("ends what is under way when it is closed", async () => {
    await using server = await scriptedServer(() => services.destroy());
    const services = around.services(settingsFor(server.url));
    const start = performance.now();
    await expect(services.service().listKeys(undefined)).rejects.toMatchObject({ code: "canceled" });
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
