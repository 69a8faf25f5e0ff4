import { constants, publicEncrypt, randomBytes } from "node:crypto";
import type { Emulator, EmulatorOptions } from "../../../src/emulator/index";
import { emulator } from "../../support/emulator";
import { askQkms, type QkmsAsking, type QkmsReply } from "../../support/qkms";

const startMs = Date.UTC(2022, 9, 1);

describe("the QKMS side of the embedded KMS", () => {
  let kms: Emulator;
  const start = async (options: EmulatorOptions = {}): Promise<void> => {
    kms = await emulator({ now: () => startMs, ...options });
  };
  beforeEach(() => start());
  afterEach(() => kms.close());

  const ask = (operation: string, input: unknown = {}, asking: QkmsAsking = {}): Promise<QkmsReply> =>
    askQkms(kms, operation, input, asking);
  const metadata = (reply: QkmsReply): Record<string, unknown> => ({ ...Object(reply.body["KeyMetadata"]) });
  const newKey = async (input: object = {}): Promise<string> =>
    String(metadata(await ask("CreateKey", { Origin: "EXTERNAL", ...input }))["Arn"]);
  const describeKey = async (KeyId: string) => metadata(await ask("DescribeKey", { KeyId }));

  interface Importing {
    readonly bytes?: Buffer;
    readonly algorithm?: string;
    readonly more?: object;
  }
  async function importInto(KeyId: string, { bytes = randomBytes(32), algorithm, more }: Importing = {}) {
    const WrappingAlgorithm = algorithm ?? "RSAES_OAEP_SHA_256";
    const parameters = { KeyId, WrappingAlgorithm, WrappingKeySpec: "RSA_2048" };
    const { body, error } = await ask("GetParametersForImport", parameters);
    if (error !== "") return error;
    const key = { key: Buffer.from(String(body["PublicKey"]), "base64"), format: "der", type: "spki" } as const;
    const wrapped = publicEncrypt(
      {
        ...key,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: WrappingAlgorithm === "RSAES_OAEP_SHA_1" ? "sha1" : "sha256",
      },
      bytes,
    );
    const reply = await ask("ImportKeyMaterial", {
      KeyId,
      ImportToken: body["ImportToken"],
      EncryptedKeyMaterial: wrapped.toString("base64"),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      ...more,
    });
    return reply.status === 200 ? reply.text : reply.error;
  }

  describe("takes what the documentation prints", () => {
    // "Request Syntax" of the pages of the API reference; ids, tokens and ciphertexts are of no live key.
    const KeyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const blob =
      "AQICAHiBzWrXqca+q2GRHuHjYWJP+Xz9sXBxqt/9pB1lXKg4HQGZ4gXL/8Aw/zrIQEUHAAAAfjB8BgkqhkiG9w0BBwagbzBtAgEAMGgGCSqGSIb3DQEHATAeBglghkgBZQMEAS4wEQQM6v4DhjrVUqgdqVEuAgEQgDsgli8KqqW4qp0g9ZWnHdRGYc3ZJzpV3xH9qVGFRwzVVKJNK/Ey/fGS2tl4TOQXLcTYJMEOxR8gPjA=";
    const documented = { path: "/", host: "qkms.localhost" };

    it("for CreateKey", async () => {
      const reply = await ask(
        "CreateKey",
        {
          Description: "Example KMS key for general use",
          KeyUsage: "ENCRYPT_DECRYPT",
          CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
          Origin: "QKMS",
          Tags: [{ TagKey: "Purpose", TagValue: "Test" }],
        },
        documented,
      );
      expect(metadata(reply)).toMatchObject({
        QAccountId: "111122223333",
        CreationDate: "2022-09-30T17:00:00-07:00",
        Enabled: true,
        KeyState: "Enabled",
        Origin: "QKMS",
        CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
        MultiRegion: false,
      });
      expect(metadata(reply)).not.toHaveProperty("KeySpec");
      expect(metadata(reply)["Arn"]).toBe(`arn:verenc:111122223333:key/${String(metadata(reply)["KeyId"])}`);
      const primary = await ask(
        "CreateKey",
        {
          Description: "Example multi-Region primary key",
          MultiRegion: true,
          KeyUsage: "ENCRYPT_DECRYPT",
          CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
        },
        documented,
      );
      expect(metadata(primary)).toMatchObject({
        MultiRegion: true,
        KeyId: expect.stringMatching(/^mrk-[0-9a-f]{32}$/),
      });
    });

    it("for GetParametersForImport, ImportKeyMaterial and DeleteImportedKeyMaterial, with a live key", async () => {
      const live = String((await describeKey(await newKey()))["KeyId"]);
      const parameters = await ask(
        "GetParametersForImport",
        { KeyId: live, WrappingAlgorithm: "RSAES_OAEP_SHA_1", WrappingKeySpec: "RSA_2048" },
        documented,
      );
      expect(parameters).toMatchObject({ status: 200, body: { KeyId: `arn:verenc:111122223333:key/${live}` } });
      expect(parameters.body["PublicKey"]).toMatch(/^MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A/);
      expect(parameters.body["ParametersValidTo"]).toBe(startMs / 1000 + 3600);
      const imported = await importInto(live, {
        algorithm: "RSAES_OAEP_SHA_1",
        // Of the example: 19 November 2022.
        more: { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: 1668815672.0 },
      });
      expect(imported).toBe("");
      expect(await describeKey(live)).toMatchObject({
        AWSAccountId: "111122223333",
        KeyState: "Enabled",
        ExpirationModel: "KEY_MATERIAL_EXPIRES",
        ValidTo: "2022-11-18T16:54:32-07:00",
      });
      const gone = await ask("DeleteImportedKeyMaterial", { KeyId: live }, documented);
      expect(gone).toMatchObject({ status: 200, text: "{}" });
      expect(await describeKey(live)).toMatchObject({ KeyState: "PendingImport", Enabled: false });
    });

    it("for ImportKeyMaterial word by word, as far as its values can be", async () => {
      const asPrinted = {
        EncryptedKeyMaterial: blob,
        ExpirationModel: "KEY_MATERIAL_EXPIRES",
        ImportToken: blob,
        KeyId,
        ValidTo: 1668815672.0,
      };
      const unknown = await ask("ImportKeyMaterial", asPrinted, documented);
      expect(unknown.error).toBe("NotFoundException");
      const known = await ask("ImportKeyMaterial", { ...asPrinted, KeyId: await newKey() }, documented);
      expect(known.error).toBe("InvalidImportTokenException");
    });

    it("for tags, listings, deletions and use", async () => {
      const arn = await newKey();
      const Tags = [
        { TagKey: "Purpose", TagValue: "Test" },
        { TagKey: "Environment", TagValue: "Production" },
      ];
      expect((await ask("TagResource", { KeyId: arn, Tags }, documented)).status).toBe(200);
      const first = await ask("ListResourceTags", { KeyId: arn, Limit: 1 }, documented);
      expect(first.body).toMatchObject({ Tags: [{ TagKey: "Environment" }], Truncated: true });
      const rest = { KeyId: arn, Limit: 10, Marker: first.body["NextMarker"] };
      expect((await ask("ListResourceTags", rest)).body).toMatchObject({ Tags: [{ TagKey: "Purpose" }] });
      await ask("UntagResource", { KeyId: arn, TagKeys: ["Purpose"] });
      expect((await ask("ListKeys", {}, documented)).body).toMatchObject({ Keys: [{ KeyArn: arn }], Truncated: false });
      expect((await ask("UpdateKeyDescription", { KeyId: arn, Description: "new" })).status).toBe(200);
      expect((await ask("GetKeyPolicy", { KeyId: arn, PolicyName: "default" })).body["Policy"]).toContain("kms:*");
      const scheduled = await ask("ScheduleKeyDeletion", { KeyId: arn, PendingWindowInDays: 7 });
      expect(scheduled.body).toMatchObject({ KeyState: "PendingDeletion", DeletionDate: startMs / 1000 + 7 * 86_400 });
      expect(await describeKey(arn)).toMatchObject({ DeletionDate: "2022-10-07T17:00:00-07:00" });
      expect((await ask("CancelKeyDeletion", { KeyId: arn })).body).toEqual({ KeyId: arn });
    });
  });

  it("is told from AWS's by its path or its host, and keeps its keys apart", async () => {
    const arn = await newKey();
    for (const asking of [{}, { path: "/qkms/" }, { path: "/", host: `qkms.localhost:${kms.port}` }]) {
      expect(await ask("DescribeKey", { KeyId: arn }, asking)).toMatchObject({ status: 200 });
    }
    // The same at AWS's door.
    const elsewhere = await ask("ListKeys", {}, { path: "/" });
    expect(elsewhere.body).toMatchObject({ Keys: [] });
    expect(kms.requests.all().at(-1)).toMatchObject({ service: "kms" });
    expect(kms.qkmsUrl).toBe(`${kms.url}/qkms`);
  });

  it.each(["/qkms//", "//qkms/", "/qkms//x"])("redirects %s, as the service's front does", async (path) => {
    const reply = await ask("ListKeys", {}, path.startsWith("//") ? { path, host: "qkms.localhost" } : { path });
    expect(reply).toMatchObject({ status: 301, location: path.replace("//", "/"), text: "" });
  });

  describe("believes a signature", () => {
    const refused = { status: 400, body: { __type: "NotAuthorizedException" } };
    it.each<[string, QkmsAsking]>([
      ["of an unknown access key", { accessKeyId: "nobody" }],
      ["of another secret", { secret: "other" }],
      ["of another path", { signedPath: "/" }],
      ["that is none", { headers: { authorization: "" } }],
      ["that covers fewer headers", { signedHeaders: ["host", "x-amz-date", "x-amz-target"] }],
      ["of another day", { headers: { "x-amz-date": "20200101T000000Z" } }],
      ["of another operation", { headers: { "x-amz-target": "TrentService.CreateKey" } }],
      ["of a prototype's member", { accessKeyId: "constructor" }],
    ])("but not one %s", async (_what, asking) => {
      expect(await ask("ListKeys", {}, asking)).toMatchObject(refused);
      expect(kms.requests.all().at(-1)).toMatchObject({ service: "qkms", errorCode: "NotAuthorizedException" });
    });

    it("over the headers and with the secrets that it is set to", async () => {
      await kms.close();
      const signedHeaders = ["host", "x-amz-date", "x-amz-target"];
      await start({ qkms: { credentials: { QA: "secret" }, signedHeaders } });
      const asking = { accessKeyId: "QA", secret: "secret" };
      expect(await ask("ListKeys", {}, { ...asking, signedHeaders })).toMatchObject({ status: 200 });
      expect(await ask("ListKeys", {}, asking)).toMatchObject(refused);
      expect(await ask("ListKeys", {}, { signedHeaders })).toMatchObject(refused);
    });

    it("and gives each access key its account", async () => {
      await kms.close();
      await start({ accounts: { other: "999988887777" }, qkms: { credentials: { test: "test", other: "o" } } });
      const arn = await newKey();
      const other = { accessKeyId: "other", secret: "o" };
      expect((await ask("DescribeKey", { KeyId: arn }, other)).error).toBe("NotFoundException");
      expect((await ask("ListKeys", {}, other)).body).toMatchObject({ Keys: [] });
      expect(metadata(await ask("CreateKey", {}, other))["QAccountId"]).toBe("999988887777");
    });
  });

  describe("refuses", () => {
    it("what is denied by one name, with 400", async () => {
      kms.permissions.deny("kms:ListKeys");
      expect(await ask("ListKeys")).toMatchObject({ status: 400, body: { __type: "NotAuthorizedException" } });
    });

    it("an import over material, both at the parameters and at the import", async () => {
      const arn = await newKey();
      const bytes = randomBytes(32);
      const { body } = await ask("GetParametersForImport", {
        KeyId: arn,
        WrappingAlgorithm: "RSAES_OAEP_SHA_256",
        WrappingKeySpec: "RSA_2048",
      });
      expect(await importInto(arn, { bytes })).toBe("");
      expect(await importInto(arn, { bytes })).toBe("KMSInvalidStateException");
      const late = await ask("ImportKeyMaterial", {
        KeyId: arn,
        ImportToken: body["ImportToken"],
        EncryptedKeyMaterial: body["ImportToken"],
        ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      });
      expect(late.error).toBe("KMSInvalidStateException");
    });

    it("other bytes for life, also after a deletion and where it takes imports in place", async () => {
      await kms.close();
      await start({ qkms: { reimportInPlace: true } });
      const arn = await newKey();
      const bytes = randomBytes(32);
      expect(await importInto(arn, { bytes })).toBe("");
      expect(await importInto(arn, { bytes })).toBe("");
      expect(await importInto(arn)).toBe("IncorrectKeyMaterialException");
      await ask("DeleteImportedKeyMaterial", { KeyId: arn });
      expect(await importInto(arn)).toBe("IncorrectKeyMaterialException");
      expect(await importInto(arn, { bytes: randomBytes(16) })).toBe("IncorrectKeyMaterialException");
      expect(await importInto(arn, { bytes })).toBe("");
    });

    it.each<[string, object, string]>([
      ["no expiration model", { ExpirationModel: undefined }, "ValidationException"],
      ["an expiry without a date", { ExpirationModel: "KEY_MATERIAL_EXPIRES" }, "ValidationException"],
      ["a date without an expiry", { ValidTo: startMs / 1000 + 60 }, "ValidationException"],
      [
        "a date in the past",
        { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: startMs / 1000 },
        "ValidationException",
      ],
      ["a date as text", { ValidTo: "2030-01-01T00:00:00Z" }, "SerializationException"],
      ["an import type", { ImportType: "NEW_KEY_MATERIAL" }, "UnsupportedOperationException"],
      ["a material id", { KeyMaterialId: "0".repeat(64) }, "UnsupportedOperationException"],
      ["a description", { KeyMaterialDescription: "x" }, "UnsupportedOperationException"],
      ["a broken ciphertext", { EncryptedKeyMaterial: "AAAA" }, "InvalidCiphertextException"],
    ])("an import with %s", async (_what, more, name) => {
      expect(await importInto(await newKey(), { more })).toBe(name);
    });

    it.each<[string, string, object, string]>([
      ["DescribeKey", "an ARN of AWS", { KeyId: "arn:aws:kms:us-east-1:111122223333:key/x" }, "InvalidArnException"],
      ["DescribeKey", "a key that is not there", { KeyId: "0".repeat(36) }, "NotFoundException"],
      [
        "DescribeKey",
        "another account's key",
        { KeyId: "arn:verenc:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab" },
        "NotFoundException",
      ],
      ["ListResourceTags", "a key that is not there", { KeyId: "x" }, "KMSNotFoundException"],
      ["ListResourceTags", "a malformed ARN", { KeyId: "arn:x" }, "InvalidArnException"],
      ["CreateKey", "KeySpec", { KeySpec: "SYMMETRIC_DEFAULT" }, "UnsupportedOperationException"],
      ["CreateKey", "other specs", { CustomerMasterKeySpec: "RSA_2048" }, "UnsupportedOperationException"],
      ["CreateKey", "other usages", { KeyUsage: "SIGN_VERIFY" }, "UnsupportedOperationException"],
      ["CreateKey", "other origins", { Origin: "AWS_CLOUDHSM" }, "UnsupportedOperationException"],
      [
        "CreateKey",
        "multi-Region keys for import",
        { Origin: "EXTERNAL", MultiRegion: true },
        "UnsupportedOperationException",
      ],
      ["CreateKey", "a policy that is none", { Policy: "{" }, "MalformedPolicyDocumentException"],
      ["RotateKeyOnDemand", "an operation that it lacks", {}, "UnknownOperationException"],
    ])("%s of %s", async (operation, _what, input, name) => {
      expect(await ask(operation, input)).toMatchObject({ status: 400, body: { __type: name } });
    });

    it.each(["[]", "{", '"x"'])("the body %s", async (body) => {
      expect((await ask("ListKeys", body)).error).toBe("SerializationException");
    });

    it("wrapping that no page lists", async () => {
      const KeyId = await newKey();
      for (const [WrappingAlgorithm, WrappingKeySpec] of [
        ["RSAES_PKCS1_V1_5", "RSA_2048"],
        ["RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"],
        ["RSAES_OAEP_SHA_256", "RSA_4096"],
      ]) {
        const reply = await ask("GetParametersForImport", { KeyId, WrappingAlgorithm, WrappingKeySpec });
        expect(reply.error).toBe("UnsupportedOperationException");
      }
    });

    it("to import into a key of its own making, or to delete its material", async () => {
      const arn = await newKey({ Origin: "QKMS" });
      expect(await importInto(arn)).toBe("UnsupportedOperationException");
      const reply = await ask("DeleteImportedKeyMaterial", { KeyId: arn });
      expect(reply.error).toBe("UnsupportedOperationException");
    });

    it("too many tags", async () => {
      const KeyId = await newKey();
      const Tags = Array.from({ length: 51 }, (_, i) => ({ TagKey: `t${i}`, TagValue: "" }));
      expect((await ask("TagResource", { KeyId, Tags })).error).toBe("TooManyTagsException");
      const twice = [Tags[0], Tags[0]];
      expect((await ask("TagResource", { KeyId, Tags: twice })).error).toBe("TagException");
    });

    it("to enable, disable or use a key without material", async () => {
      const KeyId = await newKey();
      for (const operation of ["EnableKey", "DisableKey", "CancelKeyDeletion"]) {
        expect((await ask(operation, { KeyId })).error).toBe("KMSInvalidStateException");
      }
      expect((await ask("Encrypt", { KeyId, Plaintext: "AAAA" })).error).toBe("KMSInvalidStateException");
    });
  });

  it("encrypts with the imported bytes, and opens old ciphertexts when they are back", async () => {
    const arn = await newKey();
    const bytes = randomBytes(32);
    const more = { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: startMs / 1000 + 60 };
    expect(await importInto(arn, { bytes, more })).toBe("");
    const context = { EncryptionContext: { Department: "Finance" } };
    const { body } = await ask("Encrypt", { KeyId: arn, Plaintext: "SGVsbG8gV29ybGQ=", ...context });
    const CiphertextBlob = body["CiphertextBlob"];
    kms.clock.advance("2m");
    expect((await ask("Decrypt", { CiphertextBlob, ...context })).error).toBe("KMSInvalidStateException");
    expect(await describeKey(arn)).not.toHaveProperty("ExpirationModel");
    expect(await importInto(arn, { bytes })).toBe("");
    expect((await ask("Decrypt", { CiphertextBlob, ...context })).body["Plaintext"]).toBe("SGVsbG8gV29ybGQ=");
    expect((await ask("Decrypt", { CiphertextBlob })).error).toBe("InvalidCiphertextException");
    const other = await newKey();
    await importInto(other);
    expect((await ask("Decrypt", { CiphertextBlob, ...context, KeyId: other })).error).toBe(
      "InvalidCiphertextException",
    );
  });

  it("has faults, quotas and a log like the others", async () => {
    await kms.close();
    await start({
      quotas: { ListKeys: 1 },
      faults: [{ operation: "CreateKey", kind: "error", code: "KMSInternalException" }],
    });
    expect((await ask("CreateKey")).error).toBe("KMSInternalException");
    await ask("ListKeys");
    expect((await ask("ListKeys")).error).toBe("ThrottlingException");
    expect(kms.requests.all()).toMatchObject([
      { service: "qkms", operation: "CreateKey", region: "qkms", accessKeyId: "test", faults: ["error"] },
      { operation: "ListKeys", status: 200 },
      { operation: "ListKeys", errorCode: "ThrottlingException" },
    ]);
  });
});
