import { randomBytes } from "node:crypto";
import { ensureKey, readKey, scheduleKeyDeletion } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { planAndApply, settings } from "../../support/imported-key";
import { type AlibabaLife, alibabaRegion, startAlibabaLife } from "../../support/alibaba";
import { bytesSource, newBytes, plaintext } from "../../support/life";
import { livesForDays } from "../../support/lives-for";

const wantedKey: WantedKey = { kms: "alibaba", region: alibabaRegion, multiRegion: false };
const put = ["DescribeKey", "GetParametersForImport", "ImportKeyMaterial"];

let life: AlibabaLife;
beforeEach(async () => {
  life = await startAlibabaLife();
});
afterEach(() => life.close());

const newKey = async (changes: Partial<WantedKey> = {}) =>
  (await ensureKey(life.run(), { ...wantedKey, ...changes }, undefined)).record;

describe("a key", () => {
  it("is created with its tags and description in one request", async () => {
    const key = await newKey({ description: "payments", tags: { Team: "payments" } });
    expect(life.calls()).toEqual(["CreateKey"]);
    expect(key).toMatchObject({ state: "PendingImport", spec: "Aliyun_AES_256", usage: "ENCRYPT/DECRYPT" });
    const read = await readKey(life.run(), key.arn, key, { policy: false, tags: true });
    expect(read).toMatchObject({ description: "payments", tags: { Team: "payments" }, protectionLevel: "SOFTWARE" });
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags"]);
  });

  it("in a KMS instance has a policy and a protection from deletion", async () => {
    const policy = JSON.stringify({ Version: "1", Statement: [{ Effect: "Allow", Action: "kms:*" }] });
    const wanted = {
      ...wantedKey,
      dkmsInstanceId: "kst-hzz",
      protectionLevel: "HSM",
      policy,
      deletionProtection: true,
    };
    const { record, warnings } = await ensureKey(life.run(), wanted, undefined);
    expect(warnings).toEqual([]);
    expect(life.calls()).toEqual(["CreateKey", "SetDeletionProtection"]);
    expect(record).toMatchObject({
      arn: expect.stringMatching(/:key\/key-\w+$/),
      dkmsInstanceId: "kst-hzz",
      protectionLevel: "HSM",
      deletionProtection: true,
    });
    await expect(scheduleKeyDeletion(life.run(), record, 30)).rejects.toMatchObject({ code: "service_refused" });
    const loose = await ensureKey(life.run(), { ...wanted, deletionProtection: false }, record);
    expect(loose.record).toMatchObject({ deletionProtection: false });
    await scheduleKeyDeletion(life.run(), loose.record, 366);
    life.calls();
    // Scheduled already: the refusal leaves open why, so that one look tells.
    await scheduleKeyDeletion(life.run(), loose.record, 366);
    expect(life.calls()).toEqual(["ScheduleKeyDeletion", "DescribeKey"]);
  });

  it("that is as configured causes no write", async () => {
    const wanted = { ...wantedKey, description: "x", tags: { a: "b" }, deletionProtection: false };
    const { record } = await ensureKey(life.run(), wanted, undefined);
    life.calls();
    await ensureKey(life.run(), wanted, record);
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags"]);
  });

  it.each([
    ["key_spec", { spec: "RSA_2048" }],
    ["key_spec", { spec: "SYMMETRIC_DEFAULT" }],
    ["key_usage", { usage: "SIGN/VERIFY" }],
    ["multi_region", { multiRegion: true }],
    ["policy", { policy: "{}" }],
  ] as const)("is refused before any call for its `%s`: %j", async (attribute, changes) => {
    await expect(newKey(changes)).rejects.toMatchObject({ attribute });
    expect(life.calls()).toEqual([]);
  });

  it("is found by its creation token after a lost reply, and never made twice", async () => {
    life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    const key = await newKey({ creationToken: "one" });
    const { body } = { body: await life.ask("ListKeys", {}) };
    expect(body).toMatchObject({ TotalCount: 1, Keys: { Key: [{ KeyArn: key.arn }] } });
  });
});

describe("what cannot be changed", () => {
  it.each([
    ["dkms_instance_id", { dkmsInstanceId: "kst-other" }],
    ["protection_level", { protectionLevel: "HSM" }],
    ["key_spec", { spec: "Aliyun_SM4" }],
  ] as const)("is `%s`: %j", async (attribute, changes) => {
    const key = await newKey();
    life.calls();
    await expect(ensureKey(life.run(), { ...wantedKey, ...changes }, key)).rejects.toMatchObject({
      code: "immutable_argument",
      attribute,
    });
    expect(life.calls()).toEqual(["DescribeKey"]);
  });

  it("is not the level of a key in an instance, which decides by itself", async () => {
    const key = await newKey({ dkmsInstanceId: "kst-1" });
    const again = await ensureKey(life.run(), { ...wantedKey, dkmsInstanceId: "kst-1", protectionLevel: "HSM" }, key);
    expect(again.error).toBeUndefined();
  });
});

describe("options that only Alibaba Cloud has", () => {
  it.each([
    ["dkms_instance_id", { dkmsInstanceId: "kst-1" }],
    ["protection_level", { protectionLevel: "HSM" }],
    ["deletion_protection", { deletionProtection: true }],
  ])("are refused on AWS: `%s`", async (attribute, changes) => {
    const run = life.run({ aws: { endpoint: life.kms.url, region: "eu-central-1", accessKey: "a", secretKey: "b" } });
    const wanted = { kms: "aws", region: "eu-central-1", multiRegion: false, ...changes } as const;
    await expect(ensureKey(run, wanted, undefined)).rejects.toMatchObject({ code: "invalid_argument", attribute });
    const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const record = { ...(await newKey()), arn, kms: "aws", region: "eu-central-1" } as const;
    await expect(ensureKey(run, wanted, record)).rejects.toMatchObject({ code: "invalid_argument", attribute });
  });
});

describe("material", () => {
  it("of 16 bytes goes into a key for SM4, and 32 do not", async () => {
    const { arn } = await newKey({ spec: "Aliyun_SM4" });
    await expect(applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "wrong_material",
      message: expect.stringContaining("These bytes fit Aliyun_AES_256."),
    });
    await applyMaterial(life.run(), settings(arn), bytesSource(randomBytes(16)), undefined);
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it.each(["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5"])("is wrapped by %s", async (algorithm) => {
    const { arn } = await newKey();
    const wanted = { ...settings(arn), wrappingAlgorithm: algorithm };
    await applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined);
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it.each(["InvalidImportToken", "ExpiredImportToken"])("is wrapped again, once, after %s", async (code) => {
    const { arn } = await newKey();
    life.calls();
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code });
    await applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined);
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags", ...put.slice(1), ...put.slice(1)]);
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code, times: 2 });
    await expect(
      applyMaterial(life.run(), settings(arn, { validFor: "9d" }), bytesSource(newBytes()), undefined),
    ).rejects.toMatchObject({ code: "import_refused" });
  });

  it.each(["Throttling.User", "ServiceUnavailableTemporary", "InternalFailure"])(
    "is sent again after %s",
    async (code) => {
      const { arn } = await newKey();
      life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code, times: 2 });
      const { record } = await applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined);
      expect(record.verified).toBe(true);
    },
  );

  it("survives a lost reply: the same bytes are imported again", async () => {
    const { arn } = await newKey();
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "drop", when: "after" });
    await applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined);
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it("is not called different where its fingerprint is on record and the KMS refuses it", async () => {
    const { arn } = await newKey();
    const source = bytesSource(newBytes());
    const { record } = await applyMaterial(life.run(), settings(arn, { validFor: "9d" }), source, undefined);
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code: "InvalidKeyMaterial" });
    const again = planAndApply(life, settings(arn, { validFor: "20d" }), source, record);
    await expect(again).rejects.toMatchObject({ code: "import_refused", serviceCode: "InvalidKeyMaterial" });
  });

  it("may live longer than AWS allows", async () => {
    const { arn } = await newKey();
    const wanted = settings(arn, { validFor: "3650d" });
    const { record } = await applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined);
    expect(livesForDays(record)).toBe(3650);
  });

  it("leaves no byte and no token in what the KMS's log has of its requests", async () => {
    const { arn } = await newKey();
    const bytes = newBytes();
    await applyMaterial(life.run(), settings(arn), bytesSource(bytes), undefined);
    const log = JSON.stringify(life.kms.requests.all());
    expect(log).not.toContain(bytes.toString("base64"));
    expect(log).not.toContain(bytes.toString("hex"));
  });
});

it("speaks to two Regions of one endpoint", async () => {
  const far = await newKey({ region: "cn-beijing" });
  expect(far.arn).toContain(":cn-beijing:");
  await applyMaterial(life.run(), settings(far.arn), bytesSource(newBytes()), undefined);
  expect(await readKey(life.run(), far.arn, far, { policy: false, tags: false })).toMatchObject({ state: "Enabled" });
});
