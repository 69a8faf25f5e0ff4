import { createHash } from "node:crypto";
import type { KeyService } from "../../../src/engine/key-service";
import { authorization } from "../../../src/kms/alibaba/signature";
import { type Script, type SeenRequest, scriptedServer } from "../aws/scripted-server";
import { publishedPair } from "../../support/published-keys";
import { answerDate, json, keyArn, keyId, localNow, refusal, settingsFor, surroundings } from "./surroundings";

const around = surroundings();

const metadata = {
  Arn: keyArn,
  KeyId: keyId,
  KeyState: "Enabled",
  Origin: "EXTERNAL",
  KeySpec: "Aliyun_AES_256",
  KeyUsage: "ENCRYPT/DECRYPT",
  Description: "payments",
  CreationDate: "2026-01-01T00:00:00Z",
  MaterialExpireTime: "2026-06-30T12:00:00Z",
  DeleteDate: "",
  DeletionProtection: "Enabled",
  ProtectionLevel: "SOFTWARE",
};
const { publicKey } = publishedPair();
const spki = publicKey.export({ format: "der", type: "spki" });

const answers: Readonly<Record<string, unknown>> = {
  CreateKey: { KeyMetadata: { ...metadata, KeyState: "PendingImport", MaterialExpireTime: "" } },
  DescribeKey: { KeyMetadata: metadata },
  GetKeyPolicy: { Policy: "{}" },
  ListResourceTags: { Tags: { Tag: [{ KeyId: keyId, TagKey: "Team", TagValue: "payments" }] } },
  ListKeys: { Keys: { Key: [{ KeyId: keyId, KeyArn: keyArn }] }, TotalCount: 101, PageNumber: 1, PageSize: 100 },
  GetCallerIdentity: { AccountId: "1234567890123456", Arn: "acs:ram::1234567890123456:root" },
  GetParametersForImport: {
    KeyId: keyId,
    ImportToken: "dG9rZW4=",
    PublicKey: spki.toString("base64"),
    TokenExpireTime: "2026-01-02T00:00:00Z",
  },
};

const byAction: Script = (request, response) =>
  json(response, { RequestId: "r", ...Object(answers[actionOf(request)] ?? {}) });

const actionOf = ({ headers }: SeenRequest): string => String(headers["x-acs-action"]);
const formOf = ({ body }: SeenRequest): Record<string, string> => {
  const { RegionId: _, ...rest } = Object.fromEntries(new URLSearchParams(body));
  return rest;
};

async function serving<T>(
  script: Script,
  use: (service: KeyService) => Promise<T>,
): Promise<[T, readonly SeenRequest[]]> {
  await using server = await scriptedServer(script);
  return [await use(around.services(settingsFor(server.url)).service()), [...server.requests]];
}

const failure = async (script: Script, ask: (service: KeyService) => Promise<unknown>): Promise<unknown> =>
  (await serving(script, (service) => ask(service).catch((error: unknown) => error)))[0];

const describing = (service: KeyService): Promise<unknown> => service.describe(keyArn);

type Asked = readonly [string, (service: KeyService) => Promise<unknown>, Readonly<Record<string, string>>];

const requests: readonly Asked[] = [
  ["DescribeKey", (s) => s.describe(keyArn), { KeyId: keyId }],
  ["GetKeyPolicy", (s) => s.policy(keyArn), { KeyId: keyId, PolicyName: "default" }],
  ["ListResourceTags", (s) => s.tags(keyArn), { KeyId: keyId }],
  ["ListKeys", (s) => s.listKeys("2"), { PageNumber: "2", PageSize: "100" }],
  ["GetCallerIdentity", (s) => s.callerAccount(), {}],
  [
    "GetParametersForImport",
    (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048"),
    { KeyId: keyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" },
  ],
  [
    "ImportKeyMaterial",
    (s) => s.importMaterial({ ...material, validTo: 1_790_000_000 }),
    {
      KeyId: keyId,
      ImportToken: "dG9rZW4=",
      EncryptedKeyMaterial: "d3JhcHBlZA==",
      KeyMaterialExpireUnix: "1790000000",
    },
  ],
  ["DeleteKeyMaterial", (s) => s.deleteMaterial(keyArn, undefined), { KeyId: keyId }],
  [
    "CreateKey",
    (s) =>
      s.create({
        spec: "Aliyun_SM4",
        usage: "ENCRYPT/DECRYPT",
        multiRegion: false,
        description: "payments",
        policy: "{}",
        tags: { "byok:creation-token": "t" },
        dkmsInstanceId: "kst-1",
        protectionLevel: "HSM",
      }),
    {
      Origin: "EXTERNAL",
      KeySpec: "Aliyun_SM4",
      KeyUsage: "ENCRYPT/DECRYPT",
      Description: "payments",
      Policy: "{}",
      Tags: '[{"TagKey":"byok:creation-token","TagValue":"t"}]',
      DKMSInstanceId: "kst-1",
      ProtectionLevel: "HSM",
    },
  ],
  ["EnableKey", (s) => s.setEnabled(keyArn, true), { KeyId: keyId }],
  ["DisableKey", (s) => s.setEnabled(keyArn, false), { KeyId: keyId }],
  ["UpdateKeyDescription", (s) => s.setDescription(keyArn, "x"), { KeyId: keyId, Description: "x" }],
  ["SetKeyPolicy", (s) => s.setPolicy(keyArn, "{}", false), { KeyId: keyId, PolicyName: "default", Policy: "{}" }],
  ["TagResource", (s) => s.tag(keyArn, { a: "b" }), { KeyId: keyId, Tags: '[{"TagKey":"a","TagValue":"b"}]' }],
  ["UntagResource", (s) => s.untag(keyArn, ["a", "b"]), { KeyId: keyId, TagKeys: '["a","b"]' }],
  ["ScheduleKeyDeletion", (s) => s.scheduleDeletion(keyArn, 366), { KeyId: keyId, PendingWindowInDays: "366" }],
  ["CancelKeyDeletion", (s) => s.cancelDeletion(keyArn), { KeyId: keyId }],
  [
    "SetDeletionProtection",
    async (s) => s.setDeletionProtection?.(keyArn, true),
    { ProtectedResourceArn: keyArn, EnableDeletionProtection: "true" },
  ],
];

const material = {
  keyArn,
  wrappingAlgorithm: "RSAES_OAEP_SHA_256",
  token: Buffer.from("dG9rZW4="),
  wrappedMaterial: Buffer.from("wrapped"),
} as const;

describe("every method", () => {
  it.each(requests)("%s is one request, with everything in the body", async (action, ask, form) => {
    const [, seen] = await serving(byAction, ask);
    expect(seen.map(actionOf)).toEqual([action]);
    const [request] = seen;
    if (request === undefined) throw new Error("There was no request.");
    expect(request).toMatchObject({ method: "POST", url: "/" });
    expect(formOf(request)).toEqual(form);
    expect(request.headers).toMatchObject({
      "content-type": "application/x-www-form-urlencoded",
      "x-acs-version": action === "GetCallerIdentity" ? "2015-04-01" : "2016-01-20",
      "x-acs-content-sha256": createHash("sha256").update(request.body).digest("hex"),
    });
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const signable = { method: "POST", path: "/", query: {}, headers, body: request.body };
    expect(request.headers.authorization).toBe(authorization(signable, { id: "LTAI", secret: "secret" }));
  });

  it("goes to the path of its endpoint, which is signed", async () => {
    await using server = await scriptedServer(byAction);
    const secretKey = "secret";
    const service = around.services(settingsFor(`${server.url}/kms/`, { secretKey })).service();
    await service.listKeys(undefined);
    const [first] = server.requests;
    if (first === undefined) throw new Error("Nothing was sent.");
    const { url, headers, body } = first;
    expect(url).toBe("/kms/");
    const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1]?.split(";") ?? [];
    const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    const request = { method: "POST", path: "/kms/", query: {}, headers: signed, body };
    expect(headers.authorization).toBe(authorization(request, { id: "LTAI", secret: secretKey }));
  });

  it.each(requests)("%s makes one attempt only", async (_action, ask) => {
    const script: Script = (_request, response) => refusal(response, "InternalFailure", "Internal Failure.", 500);
    const [, seen] = await serving(script, (service) => ask(service).catch(() => undefined));
    expect(seen).toHaveLength(1);
  });

  it.each(requests)("%s is not sent once it is canceled", async (_action, _ask) => {
    const signal = AbortSignal.abort();
    const [error, seen] = await serving(byAction, (s) => s.describe(keyArn, { signal }).catch((e: unknown) => e));
    expect(error).toMatchObject({ code: "canceled" });
    expect(seen).toEqual([]);
  });
});

describe("answers", () => {
  it("are read in the engine's terms, with their date", async () => {
    const [described] = await serving(byAction, (s) => s.describe(keyArn));
    expect(described).toEqual({
      at: answerDate,
      value: {
        arn: keyArn,
        keyId,
        state: "Enabled",
        origin: "EXTERNAL",
        spec: "Aliyun_AES_256",
        usage: "ENCRYPT/DECRYPT",
        description: "payments",
        creationDate: Date.UTC(2026, 0, 1) / 1000,
        expirationModel: "KEY_MATERIAL_EXPIRES",
        validTo: Date.UTC(2026, 5, 30, 12) / 1000,
        deletionProtection: true,
        protectionLevel: "SOFTWARE",
      },
    });
    const [page] = await serving(byAction, (s) => s.listKeys(undefined));
    expect(page).toEqual({ arns: [keyArn], next: "2" });
    const [parameters] = await serving(byAction, (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_1", "RSA_2048"));
    expect(parameters.value).toEqual({
      keyArn,
      publicKey: spki,
      token: Buffer.from("dG9rZW4="),
      validTo: Date.UTC(2026, 0, 2) / 1000,
    });
  });

  it.each([
    ["", "KEY_MATERIAL_DOES_NOT_EXPIRE"],
    [null, "KEY_MATERIAL_DOES_NOT_EXPIRE"],
  ])("takes %j for an expiry that never comes", async (MaterialExpireTime, expirationModel) => {
    const script: Script = (_r, response) => json(response, { KeyMetadata: { ...metadata, MaterialExpireTime } });
    const [described] = await serving(script, (s) => s.describe(keyArn));
    expect(described.value).toMatchObject({ expirationModel });
    expect(described.value).not.toHaveProperty("validTo");
  });

  it("sends 0 for material that never expires", async () => {
    const [, seen] = await serving(byAction, (s) => s.importMaterial(material));
    expect(formOf(seen[0] ?? { body: "", headers: {}, target: "", method: "", url: "" })).toMatchObject({
      KeyMaterialExpireUnix: "0",
    });
  });

  it.each([
    ["a state that there is not", { ...metadata, KeyState: "Dreaming" }],
    ["no ARN", { ...metadata, Arn: undefined }],
    ["another key", { ...metadata, Arn: keyArn.replace("ab", "cd") }],
    ["another account", { ...metadata, Arn: keyArn.replace("1234567890123456", "6543210987654321") }],
    ["an expiry that is no date", { ...metadata, MaterialExpireTime: "soon" }],
    ["nothing", undefined],
  ])("does not trust %s", async (_what, KeyMetadata) => {
    const script: Script = (_r, response) => json(response, { KeyMetadata });
    expect(await failure(script, describing)).toMatchObject({ code: "untrusted_answer" });
  });

  it.each([
    ["the key of something else", { KeyId: "other" }],
    ["no public key", { PublicKey: "" }],
    ["a public key that is no base64", { PublicKey: "%%%" }],
  ])("does not wrap for %s", async (_what, change) => {
    const script: Script = (_r, response) =>
      json(response, { ...Object(answers["GetParametersForImport"]), ...change });
    const asked = failure(script, (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048"));
    expect(await asked).toMatchObject({ code: "untrusted_answer" });
  });

  it.each([
    ["HTML", 200, "untrusted_answer"],
    ["HTML", 502, "service_unavailable"],
    ["HTML", 302, "untrusted_answer"],
    ["HTML", 429, "throttled"],
  ])("%s with status %d is %s", async (_what, status, expected) => {
    const script: Script = (_r, response) => {
      response.writeHead(status, { location: "http://127.0.0.1:1/" });
      response.end("<html>Please log in</html>");
    };
    expect(await failure(script, describing)).toMatchObject({ code: expected });
  });

  it("is not read without end", async () => {
    const script: Script = (_r, response) => {
      response.writeHead(200);
      const more = (): void =>
        void (response.write(Buffer.alloc(1 << 20)) ? setImmediate(more) : response.once("drain", more));
      more();
    };
    expect(await failure(script, describing)).toMatchObject({ code: "untrusted_answer", effectUnknown: false });
  });

  it("does not know a key that is not there", async () => {
    const script: Script = (_r, response) => refusal(response, "Forbidden.KeyNotFound", "not found", 404);
    expect((await serving(script, (s) => s.describe(keyArn)))[0]).toEqual({ value: null, at: answerDate });
  });
});

describe("time", () => {
  it("signs by the local clock, and then by the date of the answers", async () => {
    const [, seen] = await serving(byAction, async (service) => {
      await service.describe(keyArn);
      await service.describe(keyArn);
    });
    const dates = seen.map(({ headers }) => Date.parse(String(headers["x-acs-date"])) / 1000);
    expect(dates).toEqual([localNow, answerDate]);
    expect(new Set(seen.map(({ headers }) => headers["x-acs-signature-nonce"])).size).toBe(2);
  });

  it("repeats what was refused for its date", async () => {
    const script: Script = (_r, response) => refusal(response, "InvalidTimeStamp.Expired", "Specified time stamp");
    expect(await failure(script, describing)).toMatchObject({ code: "access_denied", retry: "backoff" });
  });

  it("gives up a server that does not answer, and says so of a change", async () => {
    await using server = await scriptedServer(() => {});
    const service = around.services(settingsFor(server.url), { timeouts: { request: 50 } }).service();
    await expect(service.cancelDeletion(keyArn)).rejects.toMatchObject({
      code: "service_unavailable",
      retry: "backoff",
      effectUnknown: true,
    });
  });

  it("ends a read that is canceled, and lets a change run to its answer", async () => {
    const aborting = new AbortController();
    const script: Script = (request, response) => {
      aborting.abort();
      if (actionOf(request) !== "DescribeKey") byAction(request, response);
    };
    const { signal } = aborting;
    expect(await failure(script, (s) => s.describe(keyArn, { signal }))).toMatchObject({ code: "canceled" });
    const late = new AbortController();
    const answering: Script = (request, response) => {
      late.abort();
      byAction(request, response);
    };
    const [done] = await serving(answering, (s) => s.setEnabled(keyArn, true, { signal: late.signal }));
    expect(done).toBeUndefined();
  });
});

it("repeats neither bytes nor token in an error", async () => {
  const script: Script = ({ body }, response) => refusal(response, "InvalidKeyMaterial", `You sent ${body}`);
  const secret = { ...material, token: Buffer.from("T".repeat(64)), wrappedMaterial: Buffer.alloc(256, 7) };
  const error = await failure(script, (s) => s.importMaterial(secret));
  expect(error).toMatchObject({ code: "import_refused" });
  expect(String(error)).not.toContain("TTTT");
  expect(String(error)).not.toContain(Buffer.alloc(256, 7).toString("base64").slice(0, 40));
  expect(error).not.toHaveProperty("cause", expect.anything());
});

it("refuses what Alibaba Cloud does not have", async () => {
  const service = around.services(settingsFor("http://127.0.0.1:1")).service();
  await expect(service.setPolicy(keyArn, "{}", true)).rejects.toMatchObject({
    attribute: "bypass_policy_lockout_safety_check",
  });
  await expect(async () =>
    service.replicate({ primaryArn: keyArn, replicaRegion: "x", tags: {} }),
  ).rejects.toMatchObject({
    code: "invalid_argument",
  });
});
