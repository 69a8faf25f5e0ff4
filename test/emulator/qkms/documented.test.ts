import { qkmsSide, startMs } from "./support";

describe("the QKMS side of the embedded KMS", () => {
  const { ask, metadata, newKey, describeKey, importInto } = qkmsSide();

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
});
