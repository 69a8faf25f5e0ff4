import type { KeyService } from "../../../src/engine/key-service";
import { alibabaProfile } from "../../../src/kms/alibaba/profile";
import { operations } from "../../../src/engine/kms-profile";
import { type Script, type SeenRequest, scriptedServer } from "../aws/scripted-server";
import { answerDate, json, keyArn, keyId, localNow, refusal, settingsFor, surroundings } from "./surroundings";

const around = surroundings();
const newKey = { spec: "Aliyun_AES_256", usage: "ENCRYPT/DECRYPT", multiRegion: false, tags: {} } as const;
const metadata = {
  Arn: keyArn,
  KeyId: keyId,
  KeyState: "PendingImport",
  Origin: "EXTERNAL",
  KeySpec: "Aliyun_AES_256",
  KeyUsage: "ENCRYPT/DECRYPT",
  CreationDate: "2026-01-01T00:00:00Z",
};
const parameters = { KeyId: keyId, ImportToken: "token", PublicKey: Buffer.from("key").toString("base64") };

interface Seen<T> {
  readonly answer: T | undefined;
  readonly error: unknown;
  readonly requests: readonly SeenRequest[];
}

async function against<T>(script: Script, ask: (service: KeyService) => Promise<T>): Promise<Seen<T>> {
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
const formOf = ({ body }: SeenRequest): Record<string, string> => Object.fromEntries(new URLSearchParams(body));
const actionOf = ({ headers }: SeenRequest): string => String(headers["x-acs-action"]);

describe("a new key", () => {
  it("has no more said of it than what is wanted", async () => {
    const { answer, requests } = await against(answering({ KeyMetadata: metadata }), (s) => s.create(newKey));
    expect(answer).toMatchObject({ at: answerDate, value: { arn: keyArn, state: "PendingImport" } });
    expect(requests.map(formOf)).toEqual([
      { RegionId: "cn-hangzhou", Origin: "EXTERNAL", KeySpec: "Aliyun_AES_256", KeyUsage: "ENCRYPT/DECRYPT" },
    ]);
  });

  it("has no check that could be bypassed", async () => {
    const noCheck = {
      code: "invalid_argument",
      attribute: "bypass_policy_lockout_safety_check",
      rawMessage: "`bypass_policy_lockout_safety_check`: Alibaba Cloud KMS has no such check. Remove it.",
    };
    const asked = (bypassPolicyLockoutSafetyCheck: boolean) =>
      against(answering({ KeyMetadata: metadata }), (s) => s.create({ ...newKey, bypassPolicyLockoutSafetyCheck }));
    expect(await asked(true)).toMatchObject({ error: noCheck, requests: [] });
    expect(await asked(false)).toMatchObject({ error: undefined });
    const setting = (bypass: boolean) => against(answering({}), (s) => s.setPolicy(keyArn, "{}", bypass));
    expect(await setting(true)).toMatchObject({ error: noCheck, requests: [] });
    expect(await setting(false)).toMatchObject({ error: undefined });
  });
});

describe("what Alibaba Cloud lacks", () => {
  it("is not asked for", async () => {
    const { error, requests } = await against(answering({}), async (s) =>
      s.replicate({ primaryArn: keyArn, replicaRegion: "cn-beijing", tags: {} }),
    );
    expect(error).toMatchObject({
      code: "invalid_argument",
      attribute: "primary_key_arn",
      rawMessage: "Alibaba Cloud KMS has no replicas of keys with imported material.",
    });
    const materials = await against(answering({}), async (s) => s.materials(keyArn));
    expect(materials.error).toMatchObject({ code: "internal", rawMessage: expect.stringContaining("no list of") });
    expect([...requests, ...materials.requests]).toEqual([]);
  });
});

describe("a list of keys", () => {
  const page = (TotalCount: number, keys = 1) => ({ Keys: { Key: Array(keys).fill({ KeyArn: keyArn }) }, TotalCount });
  const listed = async (body: unknown, marker?: string) =>
    (await against(answering(body), (s) => s.listKeys(marker))).answer;

  it.each([
    [101, undefined, "2"],
    [100, undefined, undefined],
    [201, "2", "3"],
    [200, "2", undefined],
    [0, undefined, undefined],
  ])("of %d goes on after the page %s with %s", async (total, marker, next) => {
    expect(await listed(page(total), marker)).toEqual({ arns: [keyArn], ...(next === undefined ? {} : { next }) });
  });

  it("ends with a page without keys, and begins with the first", async () => {
    expect(await listed(page(1_000, 0))).toEqual({ arns: [] });
    const { requests } = await against(answering(page(0)), (s) => s.listKeys(undefined));
    expect(requests.map(formOf)).toEqual([{ RegionId: "cn-hangzhou", PageNumber: "1", PageSize: "100" }]);
  });

  it.each([
    ["Keys", { TotalCount: 1 }],
    ["Key", { Keys: {}, TotalCount: 1 }],
    ["Key", { Keys: { Key: ["x"] }, TotalCount: 1 }],
    ["KeyArn", { Keys: { Key: [{}] }, TotalCount: 1 }],
    ["TotalCount", { Keys: { Key: [] } }],
  ])("does not lack `%s`: %j", async (member, body) => {
    expect((await against(answering(body), (s) => s.listKeys(undefined))).error).toMatchObject({
      code: "untrusted_answer",
      rawMessage: expect.stringContaining(`The answer to ListKeys lacks \`${member}\``),
    });
  });
});

describe("import parameters", () => {
  const ask = (s: KeyService) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048");

  it("may not say when they end", async () => {
    const { answer } = await against(answering(parameters), ask);
    expect(answer).toEqual({
      at: answerDate,
      value: { keyArn, publicKey: Buffer.from("key"), token: Buffer.from("token") },
    });
  });

  it.each([
    ["KeyId", { KeyId: undefined }],
    ["PublicKey", { PublicKey: Buffer.alloc(4_097).toString("base64") }],
    ["ImportToken", { ImportToken: "" }],
    ["TokenExpireTime", { TokenExpireTime: "soon" }],
  ])("do not lack `%s`", async (member, change) => {
    expect((await against(answering({ ...parameters, ...change }), ask)).error).toMatchObject({
      code: "untrusted_answer",
      rawMessage: expect.stringContaining(`The answer to GetParametersForImport lacks \`${member}\``),
    });
  });

  it("are for the key that was asked for", async () => {
    expect((await against(answering({ ...parameters, KeyId: "other" }), ask)).error).toMatchObject({
      rawMessage: expect.stringContaining("The answer to GetParametersForImport is about another key"),
    });
    const largest = { ...parameters, PublicKey: Buffer.alloc(4_096).toString("base64") };
    expect((await against(answering(largest), ask)).answer?.value.publicKey).toHaveLength(4_096);
  });
});

it("sends an expiry in whole seconds", async () => {
  const material = {
    keyArn,
    wrappingAlgorithm: "RSAES_OAEP_SHA_256",
    token: Buffer.from("t"),
    wrappedMaterial: Buffer.from("w"),
  } as const;
  const { answer, requests } = await against(answering({}), (s) =>
    s.importMaterial({ ...material, validTo: 1_790_000_000.9 }),
  );
  expect(answer).toEqual({ at: answerDate, value: {} });
  expect(requests.map((request) => formOf(request)["KeyMaterialExpireUnix"])).toEqual(["1790000000"]);
});

it("protects a key from deletion, and takes the protection away, by its ARN alone", async () => {
  for (const enabled of [true, false]) {
    const { requests } = await against(answering({}), async (s) => s.setDeletionProtection?.(keyArn, enabled));
    expect(requests.map(formOf)).toEqual([
      { RegionId: "cn-hangzhou", ProtectedResourceArn: keyArn, EnableDeletionProtection: String(enabled) },
    ]);
  }
  const script: Script = (_request, response) => refusal(response, "Forbidden.NoPermission", "no", 403);
  const { error } = await against(script, async (s) => s.setDeletionProtection?.(keyArn, true));
  expect(error).toMatchObject({ rawMessage: expect.stringContaining(`kms:SetDeletionProtection on ${keyArn}: no`) });
});

it("tells no date of a deletion that it schedules, since the answer has none", async () => {
  expect(await against(answering({}), (s) => s.scheduleDeletion(keyArn, 7))).toMatchObject({ answer: undefined });
});

it("dates what it sees by the answer, or by the local clock", async () => {
  const dateless: Script = (_request, response) => {
    response.sendDate = false;
    response.writeHead(200).end(JSON.stringify({ KeyMetadata: metadata }));
  };
  expect((await against(dateless, (s) => s.describe(keyArn))).answer?.at).toBe(localNow);
  const absent: Script = (_request, response) => {
    response.sendDate = false;
    response.writeHead(404).end(JSON.stringify({ Code: "Forbidden.KeyNotFound" }));
  };
  expect((await against(absent, (s) => s.describe(keyArn))).answer).toEqual({ value: null, at: localNow });
});

it("takes only the one answer for a key that is not there", async () => {
  const script: Script = (_request, response) => refusal(response, "Forbidden.NoPermission", "no", 403);
  expect((await against(script, (s) => s.describe(keyArn))).error).toMatchObject({
    code: "access_denied",
    rawMessage: expect.stringContaining(`kms:DescribeKey on ${keyArn}`),
  });
});

it("names the Region in a refusal that is about no key", async () => {
  const script: Script = (_request, response) => refusal(response, "Forbidden.NoPermission", "no", 403);
  const told = async (ask: (s: KeyService) => Promise<unknown>) => String((await against(script, ask)).error);
  expect(await told((s) => s.create(newKey))).toContain("kms:CreateKey in cn-hangzhou: no");
  expect(await told((s) => s.listKeys(undefined))).toContain("kms:ListKeys in cn-hangzhou: no");
  expect(await told((s) => s.callerAccount())).toContain("sts:GetCallerIdentity in cn-hangzhou: no");
});

it("asks STS for the account, which must be told", async () => {
  const { answer, requests } = await against(answering({ AccountId: "1234567890123456" }), (s) => s.callerAccount());
  expect(answer).toBe("1234567890123456");
  expect(requests.map((request) => [actionOf(request), formOf(request)])).toEqual([["GetCallerIdentity", {}]]);
  expect((await against(answering({}), (s) => s.callerAccount())).error).toMatchObject({
    rawMessage: expect.stringContaining("The answer to GetCallerIdentity lacks `AccountId`"),
  });
});

it("leaves no question where the answer to one cannot be read, only where a change was asked for", async () => {
  const unreadable: Script = (_request, response) => json(response, { KeyMetadata: 7, Tags: 7, Keys: 7 });
  const asked: readonly ((s: KeyService) => Promise<unknown>)[] = [
    (s) => s.describe(keyArn),
    (s) => s.policy(keyArn),
    (s) => s.tags(keyArn),
    (s) => s.listKeys(undefined),
    (s) => s.callerAccount(),
    (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048"),
  ];
  const untrusted = { code: "untrusted_answer", retry: "never" };
  for (const ask of asked) {
    expect((await against(unreadable, ask)).error).toMatchObject({ ...untrusted, effectUnknown: false });
  }
  const created = await against(unreadable, (s) => s.create(newKey));
  expect(created.error).toMatchObject({ ...untrusted, effectUnknown: true });
});

it("leaves open what a change did whose answer was lost, and not what a read did", async () => {
  const lost: Script = (_request, response) => void response.destroy();
  const error = { code: "service_unavailable", retry: "backoff" };
  expect((await against(lost, (s) => s.setEnabled(keyArn, true))).error).toMatchObject({
    ...error,
    effectUnknown: true,
  });
  expect((await against(lost, (s) => s.tags(keyArn))).error).toMatchObject({ ...error, effectUnknown: false });
});

describe("the profile", () => {
  it("is Alibaba Cloud KMS as far as its documentation is clear", () => {
    expect(alibabaProfile).toMatchObject({
      kms: "alibaba",
      title: "Alibaba Cloud KMS",
      defaultKeySpec: "Aliyun_AES_256",
      wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5"],
      wrappingKeySpecs: ["RSA_2048"],
      reimport: "in_place",
      severalMaterials: [],
      multiRegion: false,
      keyOptions: ["dkms_instance_id", "protection_level", "deletion_protection"],
    });
    expect(alibabaProfile.keySpecs).toEqual({ Aliyun_AES_256: ["ENCRYPT/DECRYPT"], Aliyun_SM4: ["ENCRYPT/DECRYPT"] });
  });

  it("paces every request that there is to KMS", () => {
    const absent = ["materials", "replicate", "callerAccount", "rotate", "isRotating"];
    expect(Object.keys(alibabaProfile.quotas).toSorted()).toEqual(
      operations.filter((operation) => !absent.includes(operation)).toSorted(),
    );
  });
});

describe("what is wrong with an answer", () => {
  it.each<[string, string, (s: KeyService) => Promise<unknown>, object]>([
    ["DescribeKey", "KeyMetadata", (s) => s.describe(keyArn), {}],
    ["GetKeyPolicy", "Policy", (s) => s.policy(keyArn), {}],
    ["ListResourceTags", "Tags", (s) => s.tags(keyArn), {}],
    ["CreateKey", "KeyMetadata", (s) => s.create(newKey), {}],
  ])("to %s is shown by its member: %s", async (operation, member, ask, body) => {
    expect((await against(answering(body), ask)).error).toMatchObject({
      code: "untrusted_answer",
      rawMessage: expect.stringContaining(`The answer to ${operation} lacks \`${member}\``),
    });
  });

  it("may be its key", async () => {
    const KeyMetadata = { ...metadata, Arn: keyArn.replace("1234abcd", "00000000") };
    expect((await against(answering({ KeyMetadata }), (s) => s.describe(keyArn))).error).toMatchObject({
      rawMessage: expect.stringContaining("The answer to DescribeKey is about another key"),
    });
  });
});

it("sends no change that is canceled before", async () => {
  const signal = AbortSignal.abort();
  const { error, requests } = await against(answering({}), (s) => s.setEnabled(keyArn, true, { signal }));
  expect(error).toMatchObject({ code: "canceled", effectUnknown: false });
  expect(requests).toEqual([]);
});

it("leaves open whether a key is protected where the answer was lost", async () => {
  const lost: Script = (_request, response) => void response.destroy();
  const { error } = await against(lost, async (s) => s.setDeletionProtection?.(keyArn, true));
  expect(error).toMatchObject({ code: "service_unavailable", effectUnknown: true });
});
