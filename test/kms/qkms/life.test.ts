import { ensureKey, readKey, scheduleKeyDeletion } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { releaseMaterial } from "../../../src/engine/material-release";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { settings } from "../../support/imported-key";
import { bytesSource, newBytes, plaintext } from "../../support/life";
import { type QkmsLife, startQkmsLife } from "../../support/qkms";
import { livesForDays } from "../../support/lives-for";

const wantedKey: WantedKey = { kms: "qkms", region: "", multiRegion: false };
const everything = { policy: true, tags: true };
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "kms:*", Resource: "*" }],
});

describe("a key of QKMS", () => {
  let life: QkmsLife;
  beforeEach(async () => {
    life = await startQkmsLife();
  });
  afterEach(() => life.close());

  it("is made with everything in the creating call, and its state is read back by as few as there are", async () => {
    const wanted = { ...wantedKey, description: "payments", policy, tags: { team: "payments" }, enabled: false };
    const { record, warnings } = await ensureKey(life.run(), wanted, undefined);
    expect(warnings).toEqual([]);
    expect(life.calls()).toEqual(["CreateKey"]);
    expect(record).toMatchObject({ kms: "qkms", region: "", state: "PendingImport", spec: "SYMMETRIC_DEFAULT" });
    expect(record.arn).toMatch(/^arn:verenc:111122223333:key\/[0-9a-f-]{36}$/);

    const { record: material } = await applyMaterial(
      life.run(),
      settings(record.arn),
      bytesSource(newBytes()),
      undefined,
    );
    expect(material).toMatchObject({ verified: true, keyDisabled: true });
    expect(life.calls()).toEqual([
      "DescribeKey",
      "ListResourceTags",
      // What was begun, the proof of what was done, and each intention gone that is fulfilled.
      "TagResource",
      "GetParametersForImport",
      "ImportKeyMaterial",
      "TagResource",
      "UntagResource",
      "DisableKey",
      "UntagResource",
    ]);

    const seen = await readKey(life.run(), record.arn, record, everything);
    expect(life.calls()).toEqual(["DescribeKey", "GetKeyPolicy", "ListResourceTags"]);
    // Tags of byok's own are none of the user's.
    expect(seen).toMatchObject({ state: "Disabled", tags: { team: "payments" }, description: "payments", policy });
    const same = await ensureKey(life.run(), wanted, seen);
    expect(same.error).toBeUndefined();
    expect(life.calls()).toEqual(["DescribeKey", "GetKeyPolicy", "ListResourceTags"]);
  });

  it("is changed where it differs, and nowhere else", async () => {
    const { record } = await ensureKey(life.run(), { ...wantedKey, tags: { a: "1" }, policy }, undefined);
    await applyMaterial(life.run(), settings(record.arn), bytesSource(newBytes()), undefined);
    life.calls();
    const other = policy.replace("kms:*", "kms:Put*");
    const wanted = { ...wantedKey, tags: { b: "2" }, description: "new", policy: other, enabled: false };
    const { record: changed, error } = await ensureKey(life.run(), wanted, record);
    expect(error).toBeUndefined();
    expect(changed).toMatchObject({ description: "new", state: "Disabled", tags: { b: "2" } });
    expect(life.calls()).toEqual([
      "DescribeKey",
      "GetKeyPolicy",
      "PutKeyPolicy",
      "ListResourceTags",
      "UntagResource",
      "TagResource",
      "UpdateKeyDescription",
      "DisableKey",
    ]);
  });

  it("is found again by its creation token, whatever was lost", async () => {
    const wanted = { ...wantedKey, creationToken: "payments" };
    life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    const { record } = await ensureKey(life.run(), wanted, undefined);
    const again = await ensureKey(life.run(), wanted, undefined);
    expect(again.record.arn).toBe(record.arn);
    expect((await life.service().listKeys(undefined)).arns).toEqual([record.arn]);
  });

  it("is scheduled for deletion, brought back, and gives its material up when asked", async () => {
    const { record } = await ensureKey(life.run(), wantedKey, undefined);
    const wanted = settings(record.arn);
    const { record: material } = await applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined);
    await scheduleKeyDeletion(life.run(), record, 7);
    await expect(scheduleKeyDeletion(life.run(), record, 7)).resolves.toEqual({ warnings: [] });
    const back = await ensureKey(life.run(), wantedKey, { ...record, enabled: true });
    expect(back).toMatchObject({ record: { state: "Enabled" }, warnings: [expect.stringContaining("canceled")] });
    await releaseMaterial(life.run(), material, "delete");
    expect(await readKey(life.run(), record.arn, record, everything)).toMatchObject({ state: "PendingImport" });
  });

  describe("is refused before any call", () => {
    it.each<[string, Partial<WantedKey>, string]>([
      ["with a spec for which no import is documented", { spec: "RSA_2048" }, "unsupported_key_spec"],
      ["for MACs", { spec: "HMAC_256" }, "unsupported_key_spec"],
      ["in several Regions", { multiRegion: true }, "invalid_argument"],
      ["for another usage", { usage: "SIGN_VERIFY" }, "invalid_argument"],
      ["with a policy that is none", { policy: "{" }, "invalid_policy"],
    ])("%s", async (_what, changes, code) => {
      await expect(ensureKey(life.run(), { ...wantedKey, ...changes }, undefined)).rejects.toMatchObject({ code });
      expect(life.calls()).toEqual([]);
    });

    it("as a replica", async () => {
      const primaryKeyArn = (await ensureKey(life.run(), wantedKey, undefined)).record.arn;
      life.calls();
      await expect(ensureKey(life.run(), { ...wantedKey, primaryKeyArn }, undefined)).rejects.toMatchObject({
        code: "invalid_argument",
        attribute: "primary_key_arn",
      });
      expect(life.calls()).toEqual([]);
    });
  });

  it.each<[string, object, string]>([
    ["wrapping_algorithm", { wrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256" }, "unsupported_wrapping"],
    ["wrapping_key_spec", { wrappingKeySpec: "RSA_4096" }, "unsupported_wrapping"],
    ["material_description", { description: "safe 7" }, "invalid_argument"],
  ])(
    "takes no import with a %s that QKMS lacks, and none of its parameters are fetched",
    async (attribute, more, code) => {
      const { record } = await ensureKey(life.run(), wantedKey, undefined);
      const wanted = { ...settings(record.arn), ...more };
      await expect(applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined)).rejects.toMatchObject({
        code,
        attribute,
      });
      expect(life.calls()).not.toContain("GetParametersForImport");
    },
  );

  it("takes OAEP with SHA-1 too, and a lifetime of many years", async () => {
    const { record } = await ensureKey(life.run(), wantedKey, undefined);
    const wanted = { ...settings(record.arn, { validFor: "3650d" }), wrappingAlgorithm: "RSAES_OAEP_SHA_1" };
    const { record: material } = await applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined);
    expect(livesForDays(material)).toBe(3650);
    expect(await life.decrypt(await life.encrypt(record.arn))).toBe(plaintext);
  });

  describe("and what goes wrong with an import", () => {
    const imports = ["GetParametersForImport", "ImportKeyMaterial"];
    const importCalls = (): string[] => life.calls().filter((call) => imports.includes(call));

    it.each(["ExpiredImportTokenException", "InvalidImportTokenException", "InvalidCiphertextException"])(
      "has fresh parameters fetched and the bytes wrapped again, once, after %s",
      async (code) => {
        const { record } = await ensureKey(life.run(), wantedKey, undefined);
        const attempt = () => applyMaterial(life.run(), settings(record.arn), bytesSource(newBytes()), undefined);
        life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code, times: 2 });
        life.calls();
        await expect(attempt()).rejects.toMatchObject({ code: "import_refused", serviceCode: code });
        expect(importCalls()).toEqual([...imports, ...imports]);
        await attempt();
      },
    );

    it.each(["DependencyTimeoutException", "KMSInternalException"])("is repeated after %s", async (code) => {
      const { record } = await ensureKey(life.run(), wantedKey, undefined);
      life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code, times: 2 });
      await applyMaterial(life.run(), settings(record.arn), bytesSource(newBytes()), undefined);
      expect(importCalls()).toEqual([...imports, "ImportKeyMaterial", "ImportKeyMaterial"]);
    });

    it("is reported with a remedy after NotAuthorizedException, and not repeated", async () => {
      const { record } = await ensureKey(life.run(), wantedKey, undefined);
      life.kms.permissions.deny("kms:ImportKeyMaterial");
      await expect(
        applyMaterial(life.run(), settings(record.arn), bytesSource(newBytes()), undefined),
      ).rejects.toMatchObject({
        code: "access_denied",
        message: expect.stringContaining("that the key policy grants kms:ImportKeyMaterial"),
      });
      expect(importCalls()).toEqual(imports);
    });

    it("is nothing where the endpoint ends in slashes", async () => {
      const qkms = { endpoint: `${life.kms.qkmsUrl}//`, accessKey: "QENGINE", secretKey: "engine" };
      const { record } = await ensureKey(life.run({ qkms }), wantedKey, undefined);
      await applyMaterial(life.run({ qkms }), settings(record.arn), bytesSource(newBytes()), undefined);
      expect(life.kms.requests.all().map(({ status }) => status)).not.toContain(301);
    });

    it("can be that the service wants other headers signed", async () => {
      await life.close();
      const signedHeaders = ["content-length", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-target"];
      life = await startQkmsLife({ qkms: { signedHeaders } });
      const qkms = { endpoint: life.kms.qkmsUrl, accessKey: "QENGINE", secretKey: "engine" };
      await expect(ensureKey(life.run({ qkms }), wantedKey, undefined)).rejects.toMatchObject({
        code: "access_denied",
      });
      await expect(
        ensureKey(life.run({ qkms: { ...qkms, signedHeaders } }), wantedKey, undefined),
      ).resolves.toMatchObject({
        warnings: [],
      });
    });
  });
});
