import type { ServerResponse } from "node:http";
import type { KeyService } from "../../../src/engine/key-service";
import { answerDate, json, refusal } from "../aws/scripted-server";
import { against, connected, keyArn, keyId, localNow } from "./surroundings";

const metadata = {
  QAccountId: "111122223333",
  Arn: keyArn,
  KeyId: keyId,
  KeyState: "Enabled",
  Origin: "EXTERNAL",
  CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
  KeyUsage: "ENCRYPT_DECRYPT",
  Description: "d",
  CreationDate: "2023-12-01T00:00:00-07:00",
};
const creationDate = Date.UTC(2023, 11, 1, 7) / 1000;

const token = Buffer.alloc(64, 1);
const wrapped = Buffer.alloc(256, 2);
const material = { keyArn, wrappingAlgorithm: "RSAES_OAEP_SHA_256", token, wrappedMaterial: wrapped } as const;
const newKey = { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} } as const;

const answers: Readonly<Record<string, object>> = {
  DescribeKey: { KeyMetadata: metadata },
  CreateKey: { KeyMetadata: metadata },
  GetKeyPolicy: { Policy: "{}" },
  ListResourceTags: { Tags: [{ TagKey: "a", TagValue: null }] },
  ListKeys: { Keys: [{ KeyArn: keyArn, KeyId: keyId }], Truncated: true, NextMarker: "next" },
  GetParametersForImport: {
    KeyId: keyArn,
    ImportToken: token.toString("base64"),
    PublicKey: Buffer.from("public key").toString("base64"),
    ParametersValidTo: 1_700_086_400.5,
  },
  ScheduleKeyDeletion: { KeyId: keyArn, DeletionDate: 1668815672.0 },
};

type Ask = (service: KeyService) => Promise<unknown>;

const KeyId = keyArn;
const requests: readonly (readonly [string, Ask, string, object, unknown])[] = [
  ["describe", (s) => s.describe(keyArn), "DescribeKey", { KeyId }, undefined],
  ["policy", (s) => s.policy(keyArn), "GetKeyPolicy", { KeyId, PolicyName: "default" }, "{}"],
  ["tags", (s) => s.tags(keyArn), "ListResourceTags", { KeyId, Limit: 50 }, { a: "" }],
  ["listKeys", (s) => s.listKeys(undefined), "ListKeys", { Limit: 100 }, { arns: [keyArn], next: "next" }],
  ["listKeys", (s) => s.listKeys("m"), "ListKeys", { Limit: 100, Marker: "m" }, { arns: [keyArn], next: "next" }],
  ["callerAccount", (s) => s.callerAccount(), "ListKeys", { Limit: 1 }, "111122223333"],
  [
    "importParameters",
    (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048"),
    "GetParametersForImport",
    { KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" },
    { at: answerDate, value: { keyArn, publicKey: Buffer.from("public key"), token, validTo: 1_700_086_400 } },
  ],
  [
    "importMaterial",
    // What only other KMSs know stays here.
    (s) => s.importMaterial({ ...material, importType: "existing", materialId: "m", description: "d" }),
    "ImportKeyMaterial",
    {
      KeyId,
      ImportToken: token.toString("base64"),
      EncryptedKeyMaterial: wrapped.toString("base64"),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    },
    { at: answerDate, value: {} },
  ],
  [
    "importMaterial",
    (s) => s.importMaterial({ ...material, validTo: 1_800_000_000.9 }),
    "ImportKeyMaterial",
    {
      KeyId,
      ImportToken: token.toString("base64"),
      EncryptedKeyMaterial: wrapped.toString("base64"),
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
      ValidTo: 1_800_000_000,
    },
    { at: answerDate, value: {} },
  ],
  ["deleteMaterial", (s) => s.deleteMaterial(keyArn, "m"), "DeleteImportedKeyMaterial", { KeyId }, undefined],
  [
    "create",
    (s) => s.create(newKey),
    "CreateKey",
    { Origin: "EXTERNAL", CustomerMasterKeySpec: "SYMMETRIC_DEFAULT", KeyUsage: "ENCRYPT_DECRYPT" },
    undefined,
  ],
  [
    "create",
    (s) =>
      s.create({ ...newKey, description: "d", policy: "{}", bypassPolicyLockoutSafetyCheck: true, tags: { a: "b" } }),
    "CreateKey",
    {
      Origin: "EXTERNAL",
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      KeyUsage: "ENCRYPT_DECRYPT",
      Description: "d",
      Policy: "{}",
      BypassPolicyLockoutSafetyCheck: true,
      Tags: [{ TagKey: "a", TagValue: "b" }],
    },
    undefined,
  ],
  ["setEnabled", (s) => s.setEnabled(keyArn, true), "EnableKey", { KeyId }, undefined],
  ["setEnabled", (s) => s.setEnabled(keyArn, false), "DisableKey", { KeyId }, undefined],
  [
    "setDescription",
    (s) => s.setDescription(keyArn, "n"),
    "UpdateKeyDescription",
    { KeyId, Description: "n" },
    undefined,
  ],
  [
    "setPolicy",
    (s) => s.setPolicy(keyArn, "{}", true),
    "PutKeyPolicy",
    { KeyId, PolicyName: "default", Policy: "{}", BypassPolicyLockoutSafetyCheck: true },
    undefined,
  ],
  [
    "setPolicy",
    (s) => s.setPolicy(keyArn, "{}", false),
    "PutKeyPolicy",
    { KeyId, PolicyName: "default", Policy: "{}" },
    undefined,
  ],
  [
    "tag",
    (s) => s.tag(keyArn, { a: "b" }),
    "TagResource",
    { KeyId, Tags: [{ TagKey: "a", TagValue: "b" }] },
    undefined,
  ],
  ["untag", (s) => s.untag(keyArn, ["a"]), "UntagResource", { KeyId, TagKeys: ["a"] }, undefined],
  [
    "scheduleDeletion",
    (s) => s.scheduleDeletion(keyArn, 7),
    "ScheduleKeyDeletion",
    { KeyId, PendingWindowInDays: 7 },
    1668815672,
  ],
  ["cancelDeletion", (s) => s.cancelDeletion(keyArn), "CancelKeyDeletion", { KeyId }, undefined],
];

const answer = (target: string, response: ServerResponse): void => {
  const known = answers[target.replace("TrentService.", "")];
  // What is documented to return nothing has an empty body.
  if (known !== undefined) json(response, known);
  else response.writeHead(200, { Date: new Date(answerDate * 1000).toUTCString() }).end();
};

describe("a request", () => {
  it.each(requests)(
    "for %s has the members that are documented, and no others",
    async (_method, ask, operation, body, value) => {
      const seen = await against(({ target }, response) => answer(target, response), ask);
      expect(seen.error).toBeUndefined();
      expect(seen.requests.map(({ target }) => target)).toEqual([`TrentService.${operation}`]);
      expect(JSON.parse(seen.requests[0]?.body ?? "")).toEqual(body);
      if (value !== undefined) expect(seen.answer).toEqual(value);
    },
  );

  it("has the documented content type, and a signature over exactly four headers", async () => {
    const seen = await against(
      ({ target }, response) => answer(target, response),
      (s) => s.describe(keyArn),
    );
    expect(seen.requests[0]?.headers).toMatchObject({
      "content-type": "application/x-amz-json-1.1",
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=QA\/20231114\/us-east-1\/kms\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
      ),
      "x-amz-date": "20231114T221320Z",
    });
    expect(Object.keys(seen.requests[0]?.headers ?? {}).filter((name) => name.startsWith("x-amz"))).toEqual([
      "x-amz-target",
      "x-amz-date",
    ]);
  });

  it("may sign other headers, for another Region", async () => {
    const signedHeaders = ["Host", "X-Amz-Date", "x-amz-target", "x-amz-content-sha256", "content-length"];
    const seen = await against(
      ({ target }, response) => answer(target, response),
      (s) => s.describe(keyArn),
      {
        signedHeaders,
        region: "eu-central-1",
      },
    );
    expect(seen.requests[0]?.headers["authorization"]).toContain("/eu-central-1/kms/");
    expect(seen.requests[0]?.headers["authorization"]).toContain(
      "SignedHeaders=content-length;host;x-amz-content-sha256;x-amz-date;x-amz-target,",
    );
    expect(seen.requests[0]?.headers["x-amz-content-sha256"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is not made for what QKMS lacks", async () => {
    const asked: readonly Ask[] = [
      (s) => s.replicate({ primaryArn: keyArn, replicaRegion: "eu-west-1", tags: {} }),
      (s) => s.materials(keyArn),
    ];
    for (const ask of asked) {
      const seen = await against(({ target }, response) => answer(target, response), ask);
      expect(seen.error).toMatchObject({ code: "service_refused" });
      expect(seen.requests).toEqual([]);
    }
  });

  it("is not made once it is canceled", async () => {
    const signal = AbortSignal.abort();
    const seen = await against(
      ({ target }, response) => answer(target, response),
      (s) => s.describe(keyArn, { signal }),
    );
    expect(seen.error).toMatchObject({ code: "canceled" });
    expect(seen.requests).toEqual([]);
  });

  it("goes through all pages of tags", async () => {
    const pages = [
      { Tags: [{ TagKey: "a", TagValue: "1" }], Truncated: true, NextMarker: "2" },
      { Tags: [{ TagKey: "b", TagValue: "2" }], NextMarker: "3" },
      { Tags: [{ TagKey: "c", TagValue: "3" }], Truncated: false, NextMarker: "4" },
    ];
    let page = 0;
    const seen = await against(
      (_request, response) => json(response, pages[page++]),
      (s) => s.tags(keyArn),
    );
    expect(seen.answer).toEqual({ a: "1", b: "2", c: "3" });
    expect(seen.requests.map(({ body }) => JSON.parse(body).Marker)).toEqual([undefined, "2", "3"]);
  });
});

it.each([[null], [""]])("takes a list whose marker is %j for whole", async (NextMarker) => {
  const seen = await against(
    (_request, response) => json(response, { Keys: [{ KeyArn: keyArn, KeyId: keyId }], NextMarker }),
    (s) => s.listKeys(undefined),
  );
  expect(seen.answer).toEqual({ arns: [keyArn] });
});

describe("an answer of DescribeKey", () => {
  const described = async (changes: object, asked = keyArn) => {
    const seen = await against(
      (_request, response) => json(response, { KeyMetadata: { ...metadata, ...changes } }),
      (s) => s.describe(asked),
    );
    if (seen.error !== undefined) throw seen.error;
    return seen.answer?.value;
  };
  const untrusted = expect.objectContaining({ code: "untrusted_answer" });

  it("is read as it is printed", async () => {
    expect(await described({})).toEqual({
      arn: keyArn,
      keyId,
      state: "Enabled",
      origin: "EXTERNAL",
      spec: "SYMMETRIC_DEFAULT",
      usage: "ENCRYPT_DECRYPT",
      description: "d",
      creationDate,
    });
  });

  it.each<[unknown, number]>([
    ["2023-12-01T00:00:00-07:00", creationDate],
    ["2023-12-01T00:00:00-0700", creationDate],
    ["2023-12-01T07:00:00Z", creationDate],
    ["2023-12-01T07:00:00.999Z", creationDate],
    // Without an offset it is UTC, wherever the tests run.
    ["2023-12-01T07:00:00", creationDate],
    ["2023-12-01 07:00:00", creationDate],
    [creationDate, creationDate],
    [creationDate + 0.9, creationDate],
    [String(creationDate), creationDate],
    [`${creationDate}.5`, creationDate],
    ["1.7014140E9", 1_701_414_000],
  ])("may have the date %j", async (date, instant) => {
    expect(await described({ CreationDate: date })).toMatchObject({ creationDate: instant });
    expect(await described({ ValidTo: date, DeletionDate: date })).toMatchObject({
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo: instant,
      deletionDate: instant,
    });
  });

  it.each(["soon", "", "2023-13-45T00:00:00Z", -1, 1e15, true, {}, "1e400"])(
    "may not have the date %j",
    async (date) => {
      await expect(described({ CreationDate: date })).rejects.toEqual(untrusted);
      await expect(described({ ValidTo: date })).rejects.toEqual(untrusted);
    },
  );

  it.each([
    ["KeyMetadata left out of it", undefined],
    ["an account by its second name", { QAccountId: undefined, AccountId: "111122223333" }],
    ["an account by its third name", { QAccountId: undefined, AWSAccountId: "111122223333" }],
    ["no account", { QAccountId: undefined }],
    ["members that nobody knows", { Surprise: { a: 1 }, KeySpec: "SYMMETRIC_DEFAULT" }],
    ["a spec by its newer name", { CustomerMasterKeySpec: undefined, KeySpec: "SYMMETRIC_DEFAULT" }],
    ["no spec, usage or description", { CustomerMasterKeySpec: null, KeyUsage: null, Description: undefined }],
  ])("may have %s", async (_what, changes) => {
    const value =
      changes === undefined
        ? (
            await against(
              (_request, response) => json(response, metadata),
              (s) => s.describe(keyArn),
            )
          ).answer?.value
        : await described(changes);
    expect(value).toMatchObject({ arn: keyArn, spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT" });
  });

  it.each([
    ["another key", { Arn: keyArn.replace("1234", "4321"), KeyId: keyId.replace("1234", "4321") }],
    ["another account's key", { Arn: keyArn.replace("1111", "9999") }],
    ["another account", { QAccountId: "999988887777" }],
    ["an id that is not the ARN's", { KeyId: "x" }],
    ["no ARN", { Arn: undefined }],
    ["an ARN of AWS", { Arn: `arn:aws:kms:us-east-1:111122223333:key/${keyId}` }],
    ["an unknown state", { KeyState: "Melting" }],
    ["no state", { KeyState: undefined }],
    ["no origin", { Origin: "" }],
    ["an unknown expiration model", { ExpirationModel: "SOMETIMES" }],
    ["an expiry without its date", { ExpirationModel: "KEY_MATERIAL_EXPIRES" }],
    ["a description that is none", { Description: 7 }],
  ])("may not have %s", async (_what, changes) => {
    await expect(described(changes)).rejects.toEqual(untrusted);
  });

  it("tells a lifetime, or that there is none", async () => {
    expect(await described({ ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: 2e9 })).toMatchObject({ validTo: 2e9 });
    const endless = await described({ ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE", ValidTo: 2e9 });
    expect(endless).toMatchObject({ expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" });
    expect(endless).not.toHaveProperty("validTo");
  });

  it("keeps the spelling of the ARN that was asked for, so that a key has one name", async () => {
    const spelled = `arn:aws:verenc:111122223333:key/${keyId}`;
    expect(await described({}, spelled)).toMatchObject({ arn: spelled });
    expect(await described({ Arn: `arn::verenc:111122223333:key/${keyId}` })).toMatchObject({ arn: keyArn });
    expect(await described({}, keyId)).toMatchObject({ arn: keyArn });
  });

  it("that the key is not there is an answer too, with its date", async () => {
    const seen = await against(
      (_request, response) => refusal(response, "NotFoundException"),
      (s) => s.describe(keyArn),
    );
    expect(seen.answer).toEqual({ value: null, at: answerDate });
  });
});

describe("other answers", () => {
  const parameters: Ask = (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048");
  it.each<[string, Ask, object]>([
    [
      "import parameters for another key",
      parameters,
      { ...answers["GetParametersForImport"], KeyId: keyArn.replace("1", "2") },
    ],
    ["no public key", parameters, { ...answers["GetParametersForImport"], PublicKey: undefined }],
    ["a public key that is no base64", parameters, { ...answers["GetParametersForImport"], PublicKey: "***" }],
    ["a token without bytes", parameters, { ...answers["GetParametersForImport"], ImportToken: "=" }],
    ["a huge token", parameters, { ...answers["GetParametersForImport"], ImportToken: "A".repeat(100_000) }],
    ["a public key beyond bounds", parameters, { ...answers["GetParametersForImport"], PublicKey: "A".repeat(8_000) }],
    ["keys that are no list", (s) => s.listKeys(undefined), { Keys: {} }],
    ["a key that is none", (s) => s.listKeys(undefined), { Keys: ["x"] }],
    ["tags without names", (s) => s.tags(keyArn), { Tags: [{ TagValue: "x" }] }],
    ["a page without its marker", (s) => s.listKeys(undefined), { Keys: [], Truncated: true }],
    ["no policy", (s) => s.policy(keyArn), {}],
    ["an empty CreateKey", (s) => s.create(newKey), { KeyMetadata: [] }],
  ])("are not trusted: %s", async (_what, ask, body) => {
    const seen = await against((_request, response) => json(response, body), ask);
    expect(seen.error).toMatchObject({ code: "untrusted_answer" });
  });

  it("may leave out when import parameters end, and spell the key's ARN in another way", async () => {
    const { ParametersValidTo: _, ...rest } = { ParametersValidTo: 0, ...answers["GetParametersForImport"] };
    const body = { ...rest, KeyId: keyArn.replace("arn:", "arn:aws:") };
    const seen = await against((_request, response) => json(response, body), parameters);
    expect(seen.answer).toMatchObject({ value: { keyArn } });
    expect(seen.answer).not.toHaveProperty("value.validTo");
  });

  it.each(["<html>", "[]", "null", '"x"'])("are unreadable: %s", async (body) => {
    const seen = await against(
      (_request, response) => response.writeHead(200).end(body),
      (s) => s.tag(keyArn, { a: "b" }),
    );
    expect(seen.error).toMatchObject({ code: "untrusted_answer", effectUnknown: true });
    const read = await against(
      (_request, response) => response.writeHead(200).end(body),
      (s) => s.describe(keyArn),
    );
    expect(read.error).toMatchObject({ code: "untrusted_answer", effectUnknown: false });
  });

  it("tell no account where there are no keys", async () => {
    const seen = await against(
      (_request, response) => json(response, {}),
      (s) => s.callerAccount(),
    );
    expect(seen).toMatchObject({ answer: undefined, error: undefined });
  });

  it("have the local time where they have no date", async () => {
    const seen = await against(
      (_request, response) => {
        response.sendDate = false;
        response.writeHead(200).end(JSON.stringify({ KeyMetadata: metadata }));
      },
      (s) => s.describe(keyArn),
    );
    expect(seen.answer?.at).toBe(localNow);
  });

  it("that are lost leave a question where something changes", async () => {
    const lost = (s: KeyService) => s.deleteMaterial(keyArn, undefined);
    const seen = await against((_request, response) => response.destroy(), lost);
    expect(seen.error).toMatchObject({ code: "service_unavailable", retry: "backoff", effectUnknown: true });
    const read = await against(
      (_request, response) => response.destroy(),
      (s) => s.describe(keyArn),
    );
    expect(read.error).toMatchObject({ code: "service_unavailable", effectUnknown: false });
  });

  it("are not waited for where nobody listens", async () => {
    const services = connected({ accessKey: "QA", secretKey: "s", endpoint: "http://127.0.0.1:1" });
    await expect(services.service().describe(keyArn)).rejects.toMatchObject({
      code: "service_unavailable",
      message: expect.stringContaining("QKMS"),
    });
    services.destroy();
  });
});

it("signs by the KMS's clock, once it has told it", async () => {
  const dates: unknown[] = [];
  const seen = await against(
    ({ headers }, response) => {
      dates.push(headers["x-amz-date"]);
      if (dates.length === 1) refusal(response, "NotAuthorizedException", "expired");
      else json(response, { Keys: [] });
    },
    async (s) => {
      const first: unknown = await s.listKeys(undefined).catch((error: unknown) => error);
      return [first, await s.listKeys(undefined)];
    },
  );
  expect(seen.answer).toMatchObject([
    { code: "access_denied", retry: "backoff", message: expect.stringContaining("clock of this machine") },
    { arns: [] },
  ]);
  // The local clock stands in 2023, the KMS's in 2031.
  expect(dates).toEqual(["20231114T221320Z", "20310506T070809Z"]);
});
