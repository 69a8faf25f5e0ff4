import type { ServerResponse } from "node:http";
import type { KeyService } from "../../../src/engine/key-service";
import { operations } from "../../../src/engine/kms-profile";
import { answerDate, json, refusal, type Script, scriptedServer, xml } from "./scripted-server";
import { keyArn, keyId, localNow, settingsFor, surroundings } from "./surroundings";

const around = surroundings();

const metadata = {
  Arn: keyArn,
  KeyId: keyId,
  KeyState: "Enabled",
  Origin: "EXTERNAL",
  KeySpec: "SYMMETRIC_DEFAULT",
  KeyUsage: "ENCRYPT_DECRYPT",
  Description: "d",
  CreationDate: 1_600_000_000.7,
};

const token = Buffer.alloc(64, 1);
const wrapped = Buffer.alloc(512, 2);
const material = { keyArn, wrappingAlgorithm: "RSAES_OAEP_SHA_256", token, wrappedMaterial: wrapped } as const;

/** Answers by operation. */
const answers: Readonly<Record<string, object>> = {
  DescribeKey: { KeyMetadata: metadata },
  GetKeyPolicy: { Policy: "{}" },
  ListResourceTags: { Tags: [{ TagKey: "a", TagValue: "" }], Truncated: false },
  ListKeyRotations: { Rotations: [], Truncated: false },
  ListKeys: { Keys: [{ KeyArn: keyArn, KeyId: keyId }], Truncated: true, NextMarker: "next" },
  GetParametersForImport: {
    KeyId: keyArn,
    ImportToken: token.toString("base64"),
    PublicKey: Buffer.from("public key").toString("base64"),
    ParametersValidTo: 1_700_086_400.5,
  },
  ImportKeyMaterial: { KeyId: keyArn, KeyMaterialId: "ab".repeat(32) },
  CreateKey: { KeyMetadata: { ...metadata, KeyState: "PendingImport" } },
  ReplicateKey: {
    ReplicaKeyMetadata: { ...metadata, Arn: keyArn.replace("eu-central-1", "eu-west-1"), KeyState: "Creating" },
  },
  ScheduleKeyDeletion: { KeyId: keyArn, DeletionDate: 1_702_000_000, KeyState: "PendingDeletion" },
};

const byOperation: Script = (request, response) => json(response, answers[request.target.split(".")[1] ?? ""] ?? {});

const identity =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';

/** One call of every method, with the request that it is. */
const requests: readonly [
  method: string,
  ask: (service: KeyService) => Promise<unknown>,
  target: string,
  body: object,
][] = [
  ["describe", (s) => s.describe(keyArn), "DescribeKey", { KeyId: keyArn }],
  ["policy", (s) => s.policy(keyArn), "GetKeyPolicy", { KeyId: keyArn, PolicyName: "default" }],
  ["tags", (s) => s.tags(keyArn), "ListResourceTags", { KeyId: keyArn, Limit: 50 }],
  [
    "materials",
    (s) => s.materials(keyArn),
    "ListKeyRotations",
    { KeyId: keyArn, IncludeKeyMaterial: "ALL_KEY_MATERIAL", Limit: 1000 },
  ],
  ["listKeys", (s) => s.listKeys(undefined), "ListKeys", { Limit: 1000 }],
  ["listKeys", (s) => s.listKeys("m"), "ListKeys", { Limit: 1000, Marker: "m" }],
  [
    "importParameters",
    (s) => s.importParameters(keyArn, "RSA_AES_KEY_WRAP_SHA_256", "RSA_4096"),
    "GetParametersForImport",
    { KeyId: keyArn, WrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256", WrappingKeySpec: "RSA_4096" },
  ],
  [
    "importMaterial",
    (s) => s.importMaterial(material),
    "ImportKeyMaterial",
    {
      KeyId: keyArn,
      ImportToken: token.toString("base64"),
      EncryptedKeyMaterial: wrapped.toString("base64"),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    },
  ],
  [
    "importMaterial",
    (s) => s.importMaterial({ ...material, validTo: 1_893_456_000.9, importType: "new", description: "2026 batch" }),
    "ImportKeyMaterial",
    {
      KeyId: keyArn,
      ImportToken: token.toString("base64"),
      EncryptedKeyMaterial: wrapped.toString("base64"),
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ValidTo: 1_893_456_000,
      ImportType: "NEW_KEY_MATERIAL",
      KeyMaterialDescription: "2026 batch",
    },
  ],
  [
    "importMaterial",
    (s) => s.importMaterial({ ...material, importType: "existing", materialId: "cd".repeat(32) }),
    "ImportKeyMaterial",
    {
      KeyId: keyArn,
      ImportToken: token.toString("base64"),
      EncryptedKeyMaterial: wrapped.toString("base64"),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      ImportType: "EXISTING_KEY_MATERIAL",
      KeyMaterialId: "cd".repeat(32),
    },
  ],
  ["deleteMaterial", (s) => s.deleteMaterial(keyArn, undefined), "DeleteImportedKeyMaterial", { KeyId: keyArn }],
  [
    "isRotating",
    (s) => s.isRotating?.(keyArn) ?? Promise.reject(new Error("none")),
    "GetKeyRotationStatus",
    { KeyId: keyArn },
  ],
  ["rotate", (s) => s.rotate?.(keyArn) ?? Promise.reject(new Error("none")), "RotateKeyOnDemand", { KeyId: keyArn }],
  [
    "deleteMaterial",
    (s) => s.deleteMaterial(keyArn, "cd".repeat(32)),
    "DeleteImportedKeyMaterial",
    { KeyId: keyArn, KeyMaterialId: "cd".repeat(32) },
  ],
  [
    "create",
    (s) => s.create({ spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} }),
    "CreateKey",
    { Origin: "EXTERNAL", KeySpec: "SYMMETRIC_DEFAULT", KeyUsage: "ENCRYPT_DECRYPT", MultiRegion: false, Tags: [] },
  ],
  [
    "create",
    (s) =>
      s.create({
        spec: "RSA_2048",
        usage: "SIGN_VERIFY",
        multiRegion: true,
        description: "d",
        policy: "{}",
        bypassPolicyLockoutSafetyCheck: true,
        tags: { a: "b" },
      }),
    "CreateKey",
    {
      Origin: "EXTERNAL",
      KeySpec: "RSA_2048",
      KeyUsage: "SIGN_VERIFY",
      MultiRegion: true,
      Description: "d",
      Policy: "{}",
      BypassPolicyLockoutSafetyCheck: true,
      Tags: [{ TagKey: "a", TagValue: "b" }],
    },
  ],
  [
    "replicate",
    (s) => s.replicate({ primaryArn: keyArn, replicaRegion: "eu-west-1", tags: { a: "b" } }),
    "ReplicateKey",
    { KeyId: keyArn, ReplicaRegion: "eu-west-1", Tags: [{ TagKey: "a", TagValue: "b" }] },
  ],
  ["setEnabled", (s) => s.setEnabled(keyArn, true), "EnableKey", { KeyId: keyArn }],
  ["setEnabled", (s) => s.setEnabled(keyArn, false), "DisableKey", { KeyId: keyArn }],
  [
    "setDescription",
    (s) => s.setDescription(keyArn, "new"),
    "UpdateKeyDescription",
    { KeyId: keyArn, Description: "new" },
  ],
  [
    "setPolicy",
    (s) => s.setPolicy(keyArn, "{}", true),
    "PutKeyPolicy",
    { KeyId: keyArn, PolicyName: "default", Policy: "{}", BypassPolicyLockoutSafetyCheck: true },
  ],
  [
    "tag",
    (s) => s.tag(keyArn, { a: "b", c: "" }),
    "TagResource",
    {
      KeyId: keyArn,
      Tags: [
        { TagKey: "a", TagValue: "b" },
        { TagKey: "c", TagValue: "" },
      ],
    },
  ],
  ["untag", (s) => s.untag(keyArn, ["a"]), "UntagResource", { KeyId: keyArn, TagKeys: ["a"] }],
  [
    "scheduleDeletion",
    (s) => s.scheduleDeletion(keyArn, 7),
    "ScheduleKeyDeletion",
    { KeyId: keyArn, PendingWindowInDays: 7 },
  ],
  ["cancelDeletion", (s) => s.cancelDeletion(keyArn), "CancelKeyDeletion", { KeyId: keyArn }],
];

async function serving<T>(script: Script, use: (service: KeyService) => Promise<T>): Promise<T> {
  await using server = await scriptedServer(script);
  const timeouts = { connect: 2_000, request: 10_000 };
  return await use(around.services(settingsFor(server.url), { timeouts }).service());
}

const failure = (script: Script, ask: (service: KeyService) => Promise<unknown>): Promise<unknown> =>
  serving(script, (service) => ask(service).catch((error: unknown) => error));

describe("every method", () => {
  it("is in the list below", () => {
    const asked = new Set(requests.map(([method]) => method));
    expect(operations.filter((operation) => !asked.has(operation))).toEqual(["callerAccount", "setDeletionProtection"]);
  });

  it.each(requests)("%s is one request", async (_method, ask, target, body) => {
    await using server = await scriptedServer(byOperation);
    await ask(around.services(settingsFor(server.url)).service());
    expect(server.requests.map((request) => request.target)).toEqual([`TrentService.${target}`]);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual(body);
    expect(server.requests[0]?.headers["authorization"]).toContain("/eu-central-1/kms/");
  });

  it.each(requests)("%s makes one attempt only", async (_method, ask) => {
    await using server = await scriptedServer((_request, response) =>
      refusal(response, "KMSInternalException", "x", 500),
    );
    await expect(ask(around.services(settingsFor(server.url)).service())).rejects.toMatchObject({ retry: "backoff" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("what an answer gives", () => {
  it("describes a key, with the date of the answer as now and whole seconds", async () => {
    const description = {
      ...metadata,
      MultiRegion: true,
      MultiRegionConfiguration: {
        MultiRegionKeyType: "PRIMARY",
        PrimaryKey: { Arn: keyArn, Region: "eu-central-1" },
        ReplicaKeys: [{ Arn: keyArn.replace("central", "west"), Region: "eu-west-1" }],
      },
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ValidTo: 1_893_456_000.9,
      CurrentKeyMaterialId: "ab".repeat(32),
      DeletionDate: 1_894_000_000,
    };
    const script: Script = (_request, response) => json(response, { KeyMetadata: description });
    expect(await serving(script, (service) => service.describe(keyArn))).toEqual({
      at: answerDate,
      value: {
        arn: keyArn,
        keyId,
        state: "Enabled",
        origin: "EXTERNAL",
        spec: "SYMMETRIC_DEFAULT",
        usage: "ENCRYPT_DECRYPT",
        description: "d",
        creationDate: 1_600_000_000,
        multiRegion: { type: "PRIMARY", primaryArn: keyArn, replicaArns: [keyArn.replace("central", "west")] },
        expirationModel: "KEY_MATERIAL_EXPIRES",
        validTo: 1_893_456_000,
        materialId: "ab".repeat(32),
        deletionDate: 1_894_000_000,
      },
    });
    expect(await serving(script, (service) => service.describe(keyId))).toMatchObject({ value: { keyId } });
  });

  it("is null for a key that is not there, with the date of that answer", async () => {
    const script: Script = (_request, response) =>
      refusal(response, "NotFoundException", `Key '${keyArn}' does not exist`);
    expect(await serving(script, (service) => service.describe(keyArn))).toEqual({ value: null, at: answerDate });
  });

  it.each([{ Date: "" }, { Date: "yesterday" }])(
    "is dated by the local clock where it has no date: %j",
    async (headers) => {
      const script: Script = (_request, response) => json(response, answers["DescribeKey"], 200, headers);
      expect((await serving(script, (service) => service.describe(keyArn))).at).toBe(localNow);
    },
  );

  it("gives import parameters as they are", async () => {
    expect(
      await serving(byOperation, (service) => service.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_4096")),
    ).toEqual({
      at: answerDate,
      value: { keyArn, publicKey: Buffer.from("public key"), token, validTo: 1_700_086_400 },
    });
  });

  it("gives every material of a key", async () => {
    const id = "ab".repeat(32);
    const script: Script = (_request, response) =>
      json(response, {
        Truncated: false,
        Rotations: [
          {
            KeyMaterialId: id,
            ImportState: "IMPORTED",
            KeyMaterialState: "CURRENT",
            ExpirationModel: "KEY_MATERIAL_EXPIRES",
            ValidTo: 1_893_456_000.5,
            KeyMaterialDescription: "one",
          },
          { KeyMaterialId: id, ImportState: "PENDING_IMPORT", KeyMaterialState: "NON_CURRENT" },
          {
            KeyMaterialId: id,
            ImportState: "IMPORTED",
            KeyMaterialState: "PENDING_ROTATION",
            ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
          },
        ],
      });
    expect(await serving(script, (service) => service.materials(keyArn))).toEqual([
      {
        materialId: id,
        imported: true,
        state: "CURRENT",
        description: "one",
        expirationModel: "KEY_MATERIAL_EXPIRES",
        validTo: 1_893_456_000,
      },
      { materialId: id, imported: false, state: "NON_CURRENT" },
      { materialId: id, imported: true, state: "PENDING_ROTATION", expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" },
    ]);
  });

  it("reads a key's tags and materials to the end, on however many pages they come", async () => {
    const ids = ["aa", "bb"].map((half) => half.repeat(32));
    const entry = (KeyMaterialId = "") => ({ KeyMaterialId, ImportState: "IMPORTED", KeyMaterialState: "CURRENT" });
    const first = {
      Truncated: true,
      NextMarker: "more",
      Tags: [{ TagKey: "a", TagValue: "1" }],
      Rotations: [entry(ids[0])],
    };
    const last = { Truncated: false, Tags: [{ TagKey: "b", TagValue: "2" }], Rotations: [entry(ids[1])] };
    const script: Script = (request, response) =>
      json(response, request.body.includes('"Marker":"more"') ? last : first);
    expect(await serving(script, (service) => service.tags(keyArn))).toEqual({ a: "1", b: "2" });
    const materials = await serving(script, (service) => service.materials(keyArn));
    expect(materials.map(({ materialId }) => materialId)).toEqual(ids);
  });

  it("pages through the keys and gives the rest plainly", async () => {
    await serving(byOperation, async (service) => {
      expect(await service.listKeys(undefined)).toEqual({ arns: [keyArn], next: "next" });
      expect(await service.tags(keyArn)).toEqual({ a: "" });
      expect(await service.policy(keyArn)).toBe("{}");
      expect(await service.importMaterial(material)).toEqual({
        at: answerDate,
        value: { materialId: "ab".repeat(32) },
      });
      expect(await service.scheduleDeletion(keyArn, 7)).toBe(1_702_000_000);
    });
    const bare: Script = (_request, response) => json(response, { KeyId: keyArn });
    await serving(bare, async (service) => {
      expect(await service.importMaterial(material)).toEqual({ at: answerDate, value: {} });
      expect(await service.scheduleDeletion(keyArn, 7)).toBeUndefined();
    });
  });
});

describe("an answer that cannot be trusted", () => {
  const other = keyArn.replace(/.$/, "0");
  const parameters = answers["GetParametersForImport"];
  it.each<[string, (service: KeyService) => Promise<unknown>, unknown]>([
    ["no metadata", (s) => s.describe(keyArn), {}],
    ["metadata of another kind", (s) => s.describe(keyArn), { KeyMetadata: "text" }],
    ["another key", (s) => s.describe(keyArn), { KeyMetadata: { ...metadata, Arn: other } }],
    ["another key for an id", (s) => s.describe(keyId), { KeyMetadata: { ...metadata, Arn: other } }],
    ["no ARN", (s) => s.describe(keyArn), { KeyMetadata: { ...metadata, Arn: undefined } }],
    [
      "an alias for an ARN",
      (s) => s.create({ spec: "HMAC_256", usage: "GENERATE_VERIFY_MAC", multiRegion: false, tags: {} }),
      { KeyMetadata: { ...metadata, Arn: "arn:aws:kms:eu-central-1:111122223333:alias/a" } },
    ],
    ["a state that nobody knows", (s) => s.describe(keyArn), { KeyMetadata: { ...metadata, KeyState: "Sleeping" } }],
    ["no date of creation", (s) => s.describe(keyArn), { KeyMetadata: { ...metadata, CreationDate: undefined } }],
    [
      "an expiry without its date",
      (s) => s.describe(keyArn),
      { KeyMetadata: { ...metadata, ExpirationModel: "KEY_MATERIAL_EXPIRES" } },
    ],
    [
      "a multi-Region key of no type",
      (s) => s.describe(keyArn),
      { KeyMetadata: { ...metadata, MultiRegion: true, MultiRegionConfiguration: {} } },
    ],
    [
      "no public key",
      (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_4096"),
      { ...parameters, PublicKey: undefined },
    ],
    [
      "an empty token",
      (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_4096"),
      { ...parameters, ImportToken: "" },
    ],
    [
      "a token that is too long",
      (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_4096"),
      { ...parameters, ImportToken: Buffer.alloc(6145).toString("base64") },
    ],
    [
      "no key id",
      (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_4096"),
      { ...parameters, KeyId: undefined },
    ],
    ["material of another key", (s) => s.importMaterial(material), { KeyId: other }],
    ["no policy", (s) => s.policy(keyArn), {}],
    ["tags without a key", (s) => s.tags(keyArn), { Tags: [{ TagValue: "a" }] }],
    ["tags without a value", (s) => s.tags(keyArn), { Tags: [{ TagKey: "a" }] }],
    ["tags without end", (s) => s.tags(keyArn), { Tags: [], Truncated: true, NextMarker: "more" }],
    ["half of the tags", (s) => s.tags(keyArn), { Tags: [], Truncated: true }],
    ["half of the materials", (s) => s.materials(keyArn), { Rotations: [], Truncated: true }],
    [
      "a material in no state",
      (s) => s.materials(keyArn),
      { Rotations: [{ KeyMaterialId: "ab".repeat(32), ImportState: "IMPORTED" }] },
    ],
    ["keys without ARNs", (s) => s.listKeys(undefined), { Keys: [{ KeyId: keyId }] }],
    ["a next page without its name", (s) => s.listKeys(undefined), { Keys: [], Truncated: true }],
    ["JSON that is no object", (s) => s.policy(keyArn), 7],
    ["null", (s) => s.describe(keyArn), null],
  ])("%s", async (_name, ask, answer) => {
    const error = await failure((_request, response) => json(response, answer), ask);
    expect(error).toMatchObject({ code: "untrusted_answer", retry: "never" });
  });

  it("leaves open what became of a change, and of a change only", async () => {
    const empty: Script = (_request, response) => json(response, {});
    const create = failure(empty, (service) =>
      service.create({ spec: "HMAC_256", usage: "GENERATE_VERIFY_MAC", multiRegion: false, tags: {} }),
    );
    expect(await create).toMatchObject({ code: "untrusted_answer", effectUnknown: true });
    expect(await failure(empty, (service) => service.policy(keyArn))).toMatchObject({ effectUnknown: false });
  });

  it("is one that is no JSON", async () => {
    const page: Script = (_request, response) => {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<html>Log in to this network: secret-page</html>");
    };
    const error = await failure(page, (service) => service.policy(keyArn));
    expect(error).toMatchObject({ code: "untrusted_answer", effectUnknown: false });
    expect(String(error)).not.toContain("secret-page");
    expect(await failure(page, (service) => service.setEnabled(keyArn, true))).toMatchObject({
      code: "untrusted_answer",
    });
  });

  it("is an account that is none", async () => {
    const script: Script = (_request, response) => xml(response, identity.replace("111122223333", "root"));
    expect(await failure(script, (service) => service.callerAccount())).toMatchObject({ code: "untrusted_answer" });
  });

  it("is one without end", async () => {
    const script: Script = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
      };
      response.writeHead(200).on("drain", more);
      more();
    };
    expect(await failure(script, (service) => service.policy(keyArn))).toMatchObject({ code: "untrusted_answer" });
  });

  it.each([301, 302, 307, 308])("is a redirect (%s), which is not followed", async (status) => {
    await using elsewhere = await scriptedServer((_request, response) => json(response, {}));
    const error = await failure(
      (_request, response) => response.writeHead(status, { Location: elsewhere.url }).end(),
      (service) => service.importMaterial(material),
    );
    expect(error).toMatchObject({ code: "untrusted_answer", retry: "never" });
    expect(elsewhere.requests).toHaveLength(0);
  });
});

describe("a connection", () => {
  const cut = (response: ServerResponse): void => {
    response.writeHead(200, { "Content-Length": "1000" });
    response.write('{"KeyMetadata":');
    setImmediate(() => response.destroy());
  };

  it.each<[string, Script]>([
    ["that is torn", (_request, response) => response.destroy()],
    ["that is torn amid the answer", (_request, response) => cut(response)],
    ["over which comes no HTTP", (_request, response) => response.socket?.end("SSH-2.0-OpenSSH_9.9\r\n")],
  ])("%s leaves the effect of a change open", async (_name, script) => {
    const lost = { code: "service_unavailable", retry: "backoff" };
    expect(await failure(script, (service) => service.setEnabled(keyArn, true))).toMatchObject({
      ...lost,
      effectUnknown: true,
    });
    expect(await failure(script, (service) => service.describe(keyArn))).toMatchObject({
      ...lost,
      effectUnknown: false,
    });
  });

  it("that nobody takes has no effect", async () => {
    const server = await scriptedServer(byOperation);
    await server[Symbol.asyncDispose]();
    await expect(around.services(settingsFor(server.url)).service().setEnabled(keyArn, true)).rejects.toMatchObject({
      code: "service_unavailable",
      retry: "backoff",
      effectUnknown: false,
      serviceCode: "ECONNREFUSED",
    });
  });

  it.each<[string, Script]>([
    ["before the answer", () => {}],
    ["amid the answer", (_request, response) => void response.writeHead(200).write("{")],
  ])("that stays silent %s is given up", async (_name, script) => {
    await using server = await scriptedServer(script);
    const services = around.services(settingsFor(server.url), { timeouts: { request: 50 } });
    await expect(services.service().setEnabled(keyArn, true)).rejects.toMatchObject({
      code: "service_unavailable",
      retry: "backoff",
      effectUnknown: true,
      rawMessage: expect.stringContaining("0.05 seconds"),
    });
  });
});

describe("canceling", () => {
  it("sends nothing once it has happened", async () => {
    await using server = await scriptedServer(byOperation);
    const call = { signal: AbortSignal.abort() };
    const service = around.services(settingsFor(server.url)).service();
    await expect(service.describe(keyArn, call)).rejects.toMatchObject({ code: "canceled", effectUnknown: false });
    await expect(service.setEnabled(keyArn, true, call)).rejects.toMatchObject({
      code: "canceled",
      effectUnknown: false,
    });
    expect(server.requests).toHaveLength(0);
  });

  it("ends a read that is under way", async () => {
    const controller = new AbortController();
    const script: Script = () => controller.abort();
    expect(await failure(script, (service) => service.describe(keyArn, controller))).toMatchObject({
      code: "canceled",
    });
    const amid = new AbortController();
    const begun: Script = (_request, response) => {
      response.writeHead(200).write("{", () => amid.abort());
    };
    expect(await failure(begun, (service) => service.describe(keyArn, amid))).toMatchObject({ code: "canceled" });
  });

  it("waits for the answer of a change that is under way", async () => {
    const controller = new AbortController();
    const script: Script = (request, response) => {
      controller.abort();
      byOperation(request, response);
    };
    const created = await serving(script, (service) =>
      service.create({ spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} }, controller),
    );
    expect(created.value.arn).toBe(keyArn);
  });
});

it("keeps the SDK's correction of a wrong clock, which works from the second request on", async () => {
  await using server = await scriptedServer((request, response) => {
    const signed = String(request.headers["x-amz-date"]);
    if (signed.startsWith("2031")) return byOperation(request, response);
    return refusal(
      response,
      "InvalidSignatureException",
      `Signature expired: ${signed} is now earlier than 20310506T065809Z`,
    );
  });
  const service = around.services(settingsFor(server.url)).service();
  await expect(service.describe(keyArn)).rejects.toMatchObject({ code: "access_denied", retry: "backoff" });
  expect(await service.describe(keyArn)).toMatchObject({ at: answerDate, value: { arn: keyArn } });
});

it("knows only the key usages that AWS knows", async () => {
  const error = await failure(byOperation, (service) =>
    service.create({ spec: "HMAC_256", usage: "DANCE", multiRegion: false, tags: {} }),
  );
  expect(error).toMatchObject({ code: "invalid_argument", attribute: "key_usage" });
});

it("lets no token, ciphertext or secret out, in logs or errors, and hangs nothing onto an error", async () => {
  const echo: Script = (request, response) => refusal(response, "ValidationException", request.body);
  const error = await failure(echo, (service) => service.importMaterial(material));
  const told = [around.logged(), String(error), JSON.stringify(error), error instanceof Error ? error.stack : ""].join(
    "\n",
  );
  for (const bytes of [token, wrapped]) {
    for (const encoding of ["base64", "base64url", "hex"] as const)
      expect(told).not.toContain(bytes.toString(encoding).slice(0, 40));
  }
  expect(told).not.toContain("AWS4-HMAC");
  expect(Object.keys(Object(error)).toSorted()).toEqual([
    "attribute",
    "code",
    "effectUnknown",
    "name",
    "rawMessage",
    "requestId",
    "retry",
    "serviceCode",
  ]);
});
