import { randomBytes } from "node:crypto";
import { qkmsSide, startMs } from "./support";

describe("the QKMS side of the embedded KMS", () => {
  const side = qkmsSide();
  const { start, ask, newKey, describeKey, importInto } = side;

  it("is recognized by AWS's by its path or its host, and keeps its keys apart", async () => {
    const arn = await newKey();
    for (const asking of [{}, { path: "/qkms/" }, { path: "/", host: `qkms.localhost:${side.kms.port}` }]) {
      expect(await ask("DescribeKey", { KeyId: arn }, asking)).toMatchObject({ status: 200 });
    }
    // The same at AWS's door.
    const elsewhere = await ask("ListKeys", {}, { path: "/" });
    expect(elsewhere.body).toMatchObject({ Keys: [] });
    expect(side.kms.requests.all().at(-1)).toMatchObject({ service: "kms" });
    expect(side.kms.qkmsUrl).toBe(`${side.kms.url}/qkms`);
  });

  it.each(["/qkms//", "//qkms/", "/qkms//x"])("redirects %s, as the service's front does", async (path) => {
    const reply = await ask("ListKeys", {}, path.startsWith("//") ? { path, host: "qkms.localhost" } : { path });
    expect(reply).toMatchObject({ status: 301, location: path.replace("//", "/"), text: "" });
  });

  describe("refuses", () => {
    it("what is denied by one name, with 400", async () => {
      side.kms.permissions.deny("kms:ListKeys");
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
      await side.kms.close();
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
    side.kms.clock.advance("2m");
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
    await side.kms.close();
    await start({
      quotas: { ListKeys: 1 },
      faults: [{ operation: "CreateKey", kind: "error", code: "KMSInternalException" }],
    });
    expect((await ask("CreateKey")).error).toBe("KMSInternalException");
    await ask("ListKeys");
    expect((await ask("ListKeys")).error).toBe("ThrottlingException");
    expect(side.kms.requests.all()).toMatchObject([
      { service: "qkms", operation: "CreateKey", region: "qkms", accessKeyId: "test", faults: ["error"] },
      { operation: "ListKeys", status: 200 },
      { operation: "ListKeys", errorCode: "ThrottlingException" },
    ]);
  });
});
