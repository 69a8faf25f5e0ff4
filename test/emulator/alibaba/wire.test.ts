import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../../src/emulator/index";
import { alibabaEmulator, accountId, type Reply, sendV1, sendV3 } from "./support";

let kms: Emulator;
beforeEach(async () => {
  kms = await alibabaEmulator();
});
afterEach(() => kms.close());

const code = ({ body }: Reply): unknown => body["Code"];

async function newKey(parameters: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  const { body } = await sendV3(kms, "CreateKey", { Origin: "EXTERNAL", ...parameters });
  return Object.fromEntries(Object.entries(body["KeyMetadata"] ?? {}).map(([name, value]) => [name, String(value)]));
}

const newKeyId = async (): Promise<string> => (await newKey())["KeyId"] ?? "";

describe("answers", () => {
  it("has errors in the documented shape, in JSON and in XML", async () => {
    const missing = await sendV1(kms, { Action: "DescribeKey" });
    expect(missing).toMatchObject({
      status: 400,
      body: {
        HttpStatus: 400,
        Code: "MissingParameter",
        Message: 'The parameter "KeyId" is needed but not provided.',
        RequestId: expect.any(String),
        HostId: `127.0.0.1:${kms.port}`,
      },
    });
    const xml = await sendV1(kms, { Action: "DescribeKey", KeyId: "none" }, { common: { Format: "XML" } });
    expect(xml.status).toBe(404);
    expect(xml.text).toContain(
      "<KMS><HttpStatus>404</HttpStatus><Code>Forbidden.KeyNotFound</Code><Message>The specified Key is not found.</Message>",
    );
  });

  it("lists keys and tags as elements of one name in XML, escaped", async () => {
    const KeyId = await newKeyId();
    await sendV3(kms, "UpdateKeyDescription", { KeyId, Description: '<a & "b">' });
    const tags = JSON.stringify([
      { TagKey: "A", TagValue: "1" },
      { TagKey: "B", TagValue: "2" },
    ]);
    await sendV3(kms, "TagResource", { KeyId, Tags: tags });
    const format = { common: { Format: "XML" } };
    expect((await sendV1(kms, { Action: "DescribeKey", KeyId }, format)).text).toContain(
      "<Description>&lt;a &amp; &quot;b&quot;&gt;</Description>",
    );
    expect((await sendV1(kms, { Action: "ListResourceTags", KeyId }, format)).text).toContain(
      `<Tags><Tag><KeyId>${KeyId}</KeyId><TagKey>A</TagKey><TagValue>1</TagValue></Tag><Tag><KeyId>${KeyId}</KeyId><TagKey>B</TagKey>`,
    );
  });

  it("has a key's metadata as the documentation prints it", async () => {
    expect(await newKey({ Description: "payments" })).toEqual({
      CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      Description: "payments",
      KeyId: expect.any(String),
      KeySpec: "Aliyun_AES_256",
      KeyState: "PendingImport",
      KeyUsage: "ENCRYPT/DECRYPT",
      PrimaryKeyVersion: expect.any(String),
      DeleteDate: "",
      Creator: accountId,
      Arn: expect.stringMatching(new RegExp(`^acs:kms:cn-hangzhou:${accountId}:key/`)),
      Origin: "EXTERNAL",
      MaterialExpireTime: "",
      ProtectionLevel: "SOFTWARE",
      LastRotationDate: expect.any(String),
      AutomaticRotation: "Disabled",
      DeletionProtection: "Disabled",
    });
  });
});

describe("requests as the documentation prints them", () => {
  it("takes ListKeys with its example of filters, and shows what passes all of them", async () => {
    const [empty, own] = [await newKeyId(), (await newKey({ Origin: "Aliyun_KMS" }))["KeyId"] ?? ""];
    const shown = async (Filters: string) => {
      const { body } = await sendV1(kms, { Action: "ListKeys", PageNumber: "1", PageSize: "100", Filters });
      const { Key: keys = [] }: { Key?: { KeyId: string }[] } = { ...Object(body["Keys"]) };
      return [empty, own].filter((id) => keys.some(({ KeyId }) => KeyId === id));
    };
    expect(await shown('[{"Key":"KeyState", "Values":["Enabled","Disabled"]}]')).toEqual([own]);
    expect(
      await shown('[{"Key":"KeyState","Values":["Enabled"]},{"Key":"KeyState","Values":["PendingImport"]}]'),
    ).toEqual([empty, own]);
    expect(await shown('[{"Key":"KeyState","Values":["Enabled"]},{"Key":"KeySpec","Values":["RSA_2048"]}]')).toEqual(
      [],
    );
    expect(
      await shown('[{"Key":"CreatorType","Values":["User"]},{"Key":"KeyUsage","Values":["ENCRYPT/DECRYPT"]}]'),
    ).toEqual([empty, own]);
    expect(await shown('[{"Key":"DKMSInstanceId","Values":["kst-x"]}]')).toEqual([]);
    for (const Filters of ['[{"Key":"Colour","Values":["red"]}]', '[{"Key":"KeySpec"}]', "{}", "["]) {
      expect(code(await sendV1(kms, { Action: "ListKeys", Filters }))).toBe("InvalidParameter");
    }
  });

  it("assumes a role with what only trust policies look at, and refuses what would narrow the session", async () => {
    const role = { Action: "AssumeRole", RoleArn: "acs:ram::1234567890123456:role/x", RoleSessionName: "session" };
    const common = { Version: "2015-04-01" };
    expect((await sendV1(kms, { ...role, ExternalId: "partner", SourceIdentity: "alice" }, { common })).status).toBe(
      200,
    );
    expect(code(await sendV1(kms, { ...role, Policy: "{}" }, { common }))).toBe("UnsupportedOperation");
  });

  it("answers an operation that it does not know, with its name", async () => {
    const { status, body } = await sendV1(kms, { Action: "CreateSecret" });
    expect({ status, body }).toMatchObject({
      status: 404,
      body: {
        Code: "InvalidAction.NotFound",
        Message: expect.stringContaining("does not know the operation CreateSecret. docs/emulator.md"),
      },
    });
  });

  it("takes TagResource with quotes that have a backslash before them", async () => {
    const KeyId = await newKeyId();
    const Tags = String.raw`[{\"TagKey\":\"S1key1\",\"TagValue\":\"S1val1\"},{\"TagKey\":\"S1key2\",\"TagValue\":\"S2val2\"}]`;
    expect((await sendV1(kms, { Action: "TagResource", KeyId, Tags })).status).toBe(200);
  });

  it("takes ImportKeyMaterial up to its token, which only a live service can give", async () => {
    const KeyId = await newKeyId();
    const EncryptedKeyMaterial =
      "bCPZx7I6v6KXsqEpr2OXKxuj2CCRtKdwp75Bw+BGncYqBdfjFBYRtOE6HRlT0oeiRDWzwnw9OA54OL36smDJrq4Lo9x0CyYDiuKnRkcKtMtlzW0din7Pd7IlZWWRdVueiw2qpzl7PkUWQGTdsdbzpfJJQ+qj/cRIrk/E83UGyeyytSpgnb+lu0xEYcPajRyWNsbi98N3pqqQzHXNNHO2NJqHlnQgglqTiBEjkGeKFhfKmTc3vjulIdVa3EaVIN6lwWfgx+UUYSrvbA77WDYKlDsZ4SbK2/T7za9Tp1qU7Ynqba7OKGVVj7PMbiaO80AxWZnjUMYCgEp5w7V+seOXqw==";
    const example = {
      Action: "ImportKeyMaterial",
      EncryptedKeyMaterial,
      ImportToken: "Base64String",
      KeyId,
      KeyMaterialExpireUnix: "0",
    };
    expect(code(await sendV1(kms, example))).toBe("InvalidImportToken");
    const { body } = await sendV1(kms, {
      Action: "GetParametersForImport",
      KeyId,
      WrappingAlgorithm: "RSAES_OAEP_SHA_1",
      WrappingKeySpec: "RSA_2048",
    });
    const ImportToken = String(body["ImportToken"]);
    // With a living token, all that is wrong with the example is its ciphertext, which is of another key.
    expect(code(await sendV1(kms, { ...example, ImportToken }))).toBe("InvalidKeyMaterial");
  });

  it("takes SetDeletionProtection and its effect", async () => {
    const key = await newKey();
    const protect = { ProtectedResourceArn: key["Arn"] ?? "", EnableDeletionProtection: "true" };
    expect((await sendV1(kms, { Action: "SetDeletionProtection", ...protect })).status).toBe(200);
    const schedule = { KeyId: key["KeyId"] ?? "", PendingWindowInDays: "7" };
    expect(code(await sendV3(kms, "ScheduleKeyDeletion", schedule))).toBe("Rejected.DeletionProtection");
    await sendV3(kms, "SetDeletionProtection", { ...protect, EnableDeletionProtection: "false" });
    expect((await sendV3(kms, "ScheduleKeyDeletion", schedule)).status).toBe(200);
  });
});

describe("parameters", () => {
  it.each([
    ["CreateKey", { Origin: "external" }, "InvalidParameter"],
    ["CreateKey", { Origin: "EXTERNAL", KeySpec: "RSA_2048" }, "Unsupported.Origin"],
    ["CreateKey", { Origin: "EXTERNAL", KeySpec: "Aliyun_AES_128" }, "InvalidParameter"],
    ["CreateKey", { Origin: "EXTERNAL", EnableAutomaticRotation: "true" }, "InvalidParameter"],
    ["CreateKey", { Origin: "EXTERNAL", Policy: "{}" }, "InvalidParameter"],
    ["CreateKey", { Tags: "[" }, "InvalidParameter"],
    ["CreateKey", { Tags: '[{"TagKey":"acs:x","TagValue":""}]' }, "InvalidParameter"],
    ["ListKeys", { PageSize: "101" }, "InvalidParameter"],
    ["DescribeKey", { KeyId: "alias/none" }, "Forbidden.AliasNotFound"],
    ["ImportKeyMaterial", { KeyId: "alias/none" }, "MissingParameter"],
    ["DeleteKeyMaterial", { KeyId: "alias/none" }, "Unsupported.Alias"],
    ["Encrypt", { KeyId: "x", Plaintext: "no base64" }, "InvalidParameter"],
    ["Decrypt", { CiphertextBlob: "AAAA" }, "InvalidParameter"],
    ["DoNothing", {}, "InvalidAction.NotFound"],
  ])("%s refuses %j", async (action, parameters, expected) => {
    expect(code(await sendV3(kms, action, parameters))).toBe(expected);
  });

  it("refuses an expiry in the past", async () => {
    const KeyId = await newKeyId();
    const past = { KeyId, ImportToken: "x", EncryptedKeyMaterial: "AAAA", KeyMaterialExpireUnix: "1518307200" };
    expect((await sendV3(kms, "ImportKeyMaterial", past)).body).toMatchObject({
      Code: "InvalidParameter",
      Message: 'The specified parameter "KeyMaterialExpireUnix" is not valid.',
    });
  });

  it("keeps to its origin", async () => {
    const { KeyId = "" } = await newKey({ Origin: "Aliyun_KMS" });
    const wrapping = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };
    expect(code(await sendV3(kms, "GetParametersForImport", { KeyId, ...wrapping }))).toBe("Unsupported.Origin");
  });
});

describe("what all wires share", () => {
  it("denies, throttles and fails on demand, in this wire's words", async () => {
    kms.permissions.deny("kms:ListKeys");
    expect(await sendV3(kms, "ListKeys")).toMatchObject({ status: 403, body: { Code: "Forbidden.NoPermission" } });
    kms.permissions.allow();
    kms.faults.add({ kind: "error", operation: "ListKeys", code: "ServiceUnavailableTemporary", status: 503 });
    expect(await sendV3(kms, "ListKeys")).toMatchObject({
      status: 503,
      body: { Code: "ServiceUnavailableTemporary" },
    });
    await using slow = await alibabaEmulator({ quotas: { ListKeys: 1 } });
    await sendV3(slow, "ListKeys");
    expect(await sendV3(slow, "ListKeys")).toMatchObject({ status: 400, body: { Code: "Throttling" } });
  });

  it("logs requests with their keys, and keeps Regions and accounts apart", async () => {
    const { Arn = "", KeyId = "" } = await newKey({ RegionId: "cn-beijing" });
    expect(Arn).toBe(`acs:kms:cn-beijing:${accountId}:key/${KeyId}`);
    expect(code(await sendV3(kms, "DescribeKey", { KeyId }))).toBe("Forbidden.KeyNotFound");
    expect((await sendV3(kms, "DescribeKey", { KeyId: Arn, RegionId: "cn-beijing" })).status).toBe(200);
    expect(kms.requests.all().at(-1)).toMatchObject({
      service: "kms",
      operation: "DescribeKey",
      region: "cn-beijing",
      keyArn: Arn,
      status: 200,
      accessKeyId: "test",
    });
  });

  it("keeps what only this wire knows of a key between two starts", async () => {
    const folder = mkdtempSync(join(tmpdir(), "byok-alibaba-"));
    const stateFile = join(folder, "state.json");
    try {
      await using first = await alibabaEmulator({ stateFile });
      const created = await sendV3(first, "CreateKey", { Origin: "EXTERNAL", DKMSInstanceId: "kst-1" });
      await first.close();
      await using second = await alibabaEmulator({ stateFile });
      const KeyId = /"KeyId":"([^"]+)"/.exec(created.text)?.[1] ?? "";
      expect((await sendV3(second, "DescribeKey", { KeyId })).body["KeyMetadata"]).toEqual(created.body["KeyMetadata"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("does not wrap by OAEP with SHA-1 in a KMS instance", async () => {
    const parametersOf = async (place: Readonly<Record<string, string>>, WrappingAlgorithm: string) => {
      const created = await sendV3(kms, "CreateKey", { Origin: "EXTERNAL", ...place });
      const KeyId = /"KeyId":"([^"]+)"/.exec(created.text)?.[1] ?? "";
      const wrapping = { WrappingAlgorithm, WrappingKeySpec: "RSA_2048" };
      return sendV3(kms, "GetParametersForImport", { KeyId, ...wrapping });
    };
    const instance = { DKMSInstanceId: "kst-1" };
    expect((await parametersOf({}, "RSAES_OAEP_SHA_1")).status).toBe(200);
    expect((await parametersOf(instance, "RSAES_OAEP_SHA_256")).status).toBe(200);
    expect((await parametersOf(instance, "RSAES_PKCS1_V1_5")).status).toBe(200);
    expect(await parametersOf(instance, "RSAES_OAEP_SHA_1")).toMatchObject({
      status: 400,
      body: { Code: "InvalidParameter" },
    });
  });

  it("tells who asks, and opens sessions of roles", async () => {
    const sts = { headers: { "x-acs-version": "2015-04-01" } };
    expect((await sendV3(kms, "GetCallerIdentity", {}, sts)).body).toMatchObject({
      AccountId: accountId,
      Arn: `acs:ram::${accountId}:user/test`,
      IdentityType: "RAMUser",
    });
    const role = { RoleArn: "acs:ram::6543210987654321:role/importer", RoleSessionName: "byok" };
    expect((await sendV3(kms, "AssumeRole", role, sts)).body).toMatchObject({
      Credentials: { AccessKeyId: expect.stringMatching(/^STS\./), SecurityToken: expect.any(String) },
    });
  });
});
