import { createPublicKey, constants, publicEncrypt, randomBytes } from "node:crypto";
import type Kms from "@alicloud/kms20160120";
import type { Emulator } from "../../../src/emulator/index";
import { wrap } from "../support/wrap";
import { operations } from "../../../src/emulator/alibaba/operations/table";
import { alibabaEmulator, codeOf, models, officialClient, sendV3 } from "./support";

let kms: Emulator;
let client: Kms;
beforeEach(async () => {
  kms = await alibabaEmulator();
  client = officialClient(kms);
});
afterEach(() => kms.close());

async function createExternal(KeySpec = "Aliyun_AES_256"): Promise<string> {
  const request = new models.CreateKeyRequest({});
  request.origin = "EXTERNAL";
  request.keySpec = KeySpec;
  const { keyMetadata } = await client.createKey(request);
  expect(keyMetadata.keyState).toBe("PendingImport");
  return keyMetadata.keyId;
}

const wrapped = (algorithm: string, publicKey: string, bytes: Buffer): string => {
  const der = Buffer.from(publicKey, "base64");
  if (algorithm !== "RSAES_PKCS1_V1_5") return Buffer.from(wrap(algorithm, der, bytes)).toString("base64");
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes).toString("base64");
};

async function parameters(keyId: string, wrappingAlgorithm = "RSAES_OAEP_SHA_256") {
  return client.getParametersForImport(
    new models.GetParametersForImportRequest({ keyId, wrappingAlgorithm, wrappingKeySpec: "RSA_2048" }),
  );
}

async function importBytes(
  keyId: string,
  bytes: Buffer,
  expires = 0,
  algorithm = "RSAES_OAEP_SHA_256",
): Promise<unknown> {
  const { publicKey, importToken } = await parameters(keyId, algorithm);
  return client.importKeyMaterial(
    new models.ImportKeyMaterialRequest({
      keyId,
      importToken,
      encryptedKeyMaterial: wrapped(algorithm, publicKey, bytes),
      keyMaterialExpireUnix: expires,
    }),
  );
}

async function described(keyId: string) {
  return (await client.describeKey(new models.DescribeKeyRequest({ keyId }))).keyMetadata;
}

async function encrypted(keyId: string): Promise<string> {
  const request = new models.EncryptRequest({ keyId, plaintext: Buffer.from("readable").toString("base64") });
  return (await client.encrypt(request)).ciphertextBlob;
}

const decrypted = async (ciphertextBlob: string): Promise<string> => {
  const { plaintext } = await client.decrypt(new models.DecryptRequest({ ciphertextBlob }));
  return Buffer.from(plaintext, "base64").toString();
};

describe("the vendor's own client", () => {
  it("brings a key through a full import, expiry and reimport", async () => {
    const keyId = await createExternal();
    const bytes = randomBytes(32);
    const expires = Math.floor(kms.clock.now().getTime() / 1000) + 90 * 86_400;
    await importBytes(keyId, bytes, expires);
    const alive = await described(keyId);
    expect(alive).toMatchObject({
      keyState: "Enabled",
      origin: "EXTERNAL",
      materialExpireTime: new Date(expires * 1000).toISOString().replace(".000Z", "Z"),
    });
    const ciphertext = await encrypted(keyId);

    kms.clock.advance("91d");
    expect((await described(keyId)).keyState).toBe("PendingImport");
    expect(await codeOf(decrypted(ciphertext))).toBe("Rejected.PendingImport");
    expect(await codeOf(importBytes(keyId, randomBytes(32)))).toBe("InvalidKeyMaterial");
    await importBytes(keyId, bytes);
    expect(await decrypted(ciphertext)).toBe("readable");
    expect((await described(keyId)).materialExpireTime).toBe("");
  });

  it.each(["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5"])("wraps by %s", async (algorithm) => {
    const keyId = await createExternal("Aliyun_SM4");
    const bytes = randomBytes(16);
    await importBytes(keyId, bytes, 0, algorithm);
    const ciphertext = await encrypted(keyId);
    await client.deleteKeyMaterial(new models.DeleteKeyMaterialRequest({ keyId }));
    await importBytes(keyId, bytes);
    expect(await decrypted(ciphertext)).toBe("readable");
  });

  it("imports with one token again and again, for a day, and only wrapped as asked for", async () => {
    const keyId = await createExternal();
    const bytes = randomBytes(32);
    const { publicKey, importToken, tokenExpireTime } = await parameters(keyId);
    expect(Date.parse(tokenExpireTime) - kms.clock.now().getTime()).toBeGreaterThan(86_390_000);
    const again = (material: string): Promise<unknown> =>
      client.importKeyMaterial(
        new models.ImportKeyMaterialRequest({
          keyId,
          importToken,
          encryptedKeyMaterial: material,
          keyMaterialExpireUnix: 0,
        }),
      );
    await again(wrapped("RSAES_OAEP_SHA_256", publicKey, bytes));
    await again(wrapped("RSAES_OAEP_SHA_256", publicKey, bytes));
    expect(await codeOf(again(wrapped("RSAES_OAEP_SHA_1", publicKey, bytes)))).toBe("InvalidKeyMaterial");
    expect(await codeOf(again(wrapped("RSAES_OAEP_SHA_256", publicKey, bytes.subarray(1))))).toBe("InvalidKeyMaterial");
    kms.clock.advance("24h");
    expect(await codeOf(again(wrapped("RSAES_OAEP_SHA_256", publicKey, bytes)))).toBe("ExpiredImportToken");
    const other = await createExternal();
    const foreign = await parameters(other);
    const request = new models.ImportKeyMaterialRequest({
      keyId,
      importToken: foreign.importToken,
      encryptedKeyMaterial: wrapped("RSAES_OAEP_SHA_256", publicKey, bytes),
      keyMaterialExpireUnix: 0,
    });
    expect(await codeOf(client.importKeyMaterial(request))).toBe("InvalidImportToken");
  });

  it("changes and lists what a key has", async () => {
    const keyId = await createExternal();
    await client.updateKeyDescription(new models.UpdateKeyDescriptionRequest({ keyId, description: "payments" }));
    await client.tagResource(
      new models.TagResourceRequest({ keyId, tags: JSON.stringify([{ TagKey: "Team", TagValue: "p" }]) }),
    );
    expect(await client.listResourceTags(new models.ListResourceTagsRequest({ keyId }))).toMatchObject({
      tags: { tag: [{ keyId, tagKey: "Team", tagValue: "p" }] },
    });
    await client.untagResource(new models.UntagResourceRequest({ keyId, tagKeys: '["Team"]' }));
    expect(await client.listResourceTags(new models.ListResourceTagsRequest({ keyId }))).toMatchObject({
      tags: { tag: [] },
    });
    const second = await createExternal();
    const page = await client.listKeys(new models.ListKeysRequest({ pageNumber: 2, pageSize: 1 }));
    expect(page).toMatchObject({ totalCount: 2, pageNumber: 2, pageSize: 1 });
    expect([keyId, second]).toContain(page.keys.key[0]?.keyId);
    expect(await described(keyId)).toMatchObject({ description: "payments" });
  });

  it("lists aliases and versions, and points an alias to another key", async () => {
    const [one, other] = [await createExternal(), await createExternal()];
    for (const [keyId, aliasName] of [
      [one, "alias/b"],
      [one, "alias/a"],
      [other, "alias/c"],
    ] as const) {
      await client.createAlias(new models.CreateAliasRequest({ keyId, aliasName }));
    }
    const page = await client.listAliases(new models.ListAliasesRequest({ pageNumber: 1, pageSize: 2 }));
    expect(page).toMatchObject({ totalCount: 3, pageNumber: 1, pageSize: 2 });
    expect(page.aliases.alias.map(({ aliasName }) => aliasName)).toEqual(["alias/a", "alias/b"]);
    await client.updateAlias(new models.UpdateAliasRequest({ keyId: other, aliasName: "alias/b" }));
    const own = await client.listAliasesByKeyId(new models.ListAliasesByKeyIdRequest({ keyId: other }));
    expect(own.aliases.alias).toMatchObject([
      { aliasName: "alias/b", keyId: other, aliasArn: "acs:kms:cn-hangzhou:1234567890123456:alias/b" },
      { aliasName: "alias/c", keyId: other },
    ]);
    const absent = new models.UpdateAliasRequest({ keyId: one, aliasName: "alias/absent" });
    expect(await codeOf(client.updateAlias(absent))).toBe("Forbidden.AliasNotFound");
    const versions = await client.listKeyVersions(new models.ListKeyVersionsRequest({ keyId: one }));
    const [version] = versions.keyVersions.keyVersion;
    expect(versions).toMatchObject({ totalCount: 1 });
    expect(version).toMatchObject({ keyId: one, keyVersionId: (await described(one)).primaryKeyVersion });
    const keyVersionId = version?.keyVersionId ?? "";
    const shown = await client.describeKeyVersion(new models.DescribeKeyVersionRequest({ keyId: one, keyVersionId }));
    expect(shown.keyVersion).toMatchObject({ keyVersionId });
  });

  it("schedules and cancels a deletion", async () => {
    const keyId = await createExternal();
    await importBytes(keyId, randomBytes(32));
    const schedule = () =>
      client.scheduleKeyDeletion(new models.ScheduleKeyDeletionRequest({ keyId, pendingWindowInDays: 366 }));
    await schedule();
    expect(await described(keyId)).toMatchObject({
      keyState: "PendingDeletion",
      deleteDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    await client.cancelKeyDeletion(new models.CancelKeyDeletionRequest({ keyId }));
    expect((await described(keyId)).keyState).toBe("Enabled");
    await schedule();
    kms.clock.advance("367d");
    expect(await codeOf(described(keyId))).toBe("Forbidden.KeyNotFound");
  });

  it("is refused with a wrong secret and as somebody unknown", async () => {
    const request = new models.ListKeysRequest({ pageNumber: 1, pageSize: 1 });
    expect(await codeOf(officialClient(kms, "test", "wrong").listKeys(request))).toBe("IncompleteSignature");
    expect(await codeOf(officialClient(kms, "nobody").listKeys(request))).toBe("InvalidAccessKeyId.NotFound");
  });
});

describe("the parameters of the vendor's client", () => {
  const known = Object.entries(models).flatMap(([name, model]) => {
    const operation = operations.get(name.replace(/Request$/, ""));
    const names: unknown = typeof model === "function" && "names" in model ? model.names : undefined;
    if (operation === undefined || typeof names !== "function") return [];
    const spelled: unknown[] = Object.values(names.call(model));
    return [{ name: name.replace(/Request$/, ""), taken: spelled.map(String), operation }];
  });
  const refused = known.flatMap(({ name, taken, operation }) =>
    taken
      .filter((parameter) => !operation.parameters.includes(parameter))
      .map((parameter) => [name, parameter] as const),
  );

  it("are all honoured or refused, of every operation that is emulated", () => {
    expect(known.length).toBeGreaterThan(20);
    expect(new Set(refused.map((one) => one.join(".")))).toEqual(
      new Set(["CreateKey.RotationInterval", "TagResource.SecretName", "UntagResource.SecretName"]),
    );
  });

  it.each([...[...operations.keys()].map((name) => [name, "Invented"] as const), ...refused])(
    "%s refuses %s, with its name",
    async (name, parameter) => {
      const { status, body } = await sendV3(kms, name, { [parameter]: "x" });
      expect({ status, body }).toMatchObject({
        status: 400,
        body: {
          Code: "UnsupportedOperation",
          Message: expect.stringContaining(`does not support the parameter ${parameter} of ${name}`),
        },
      });
    },
  );
});
