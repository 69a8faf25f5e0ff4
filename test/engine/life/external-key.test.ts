import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetKeyPolicyCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { ensureKey, readKey, scheduleKeyDeletion } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { KeyService } from "../../../src/engine/key-service";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { importedKey, newKey, planAndApply, planned, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, startLife, testRegion } from "../../support/life";

const everything = { policy: true, tags: true };
const unread = { policy: false, tags: false };
const account = "111122223333";
const policyFor = (action: string | string[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "all", Effect: "Allow", Principal: { AWS: account }, Action: action, Resource: "*" }],
  });

describe("an external key", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const stateOf = async (KeyId: string): Promise<string | undefined> =>
    (await life.client().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  const tagsOf = async (KeyId: string): Promise<Record<string, string | undefined>> => {
    const { Tags = [] } = await life.client().send(new ListResourceTagsCommand({ KeyId }));
    return Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
  };

  it("is made with everything in the creating call", async () => {
    const wanted: WantedKey = {
      ...wantedKey,
      description: "payments",
      policy: policyFor("kms:*"),
      tags: { team: "payments" },
      enabled: false,
      spec: "HMAC_256",
      bypassPolicyLockoutSafetyCheck: true,
    };
    life.calls();
    const { record, warnings } = await ensureKey(life.run(), wanted, undefined);
    expect(life.calls()).toEqual(["CreateKey"]);
    expect(warnings).toEqual([]);
    expect(record).toMatchObject({
      state: "PendingImport",
      spec: "HMAC_256",
      usage: "GENERATE_VERIFY_MAC",
      description: "payments",
      region: testRegion,
      multiRegion: false,
    });
    expect(await tagsOf(record.arn)).toEqual({ team: "payments", "byok:enabled": "false" });
    expect(await readKey(life.run(), record.arn, record, everything)).toMatchObject({ tags: { team: "payments" } });
  });

  it("needs four requests for a new key with its material, and one for a look at a healthy one", async () => {
    const run = life.run();
    const { record } = await ensureKey(run, wantedKey, undefined);
    await applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
    expect(life.calls()).toEqual([
      "CreateKey",
      "DescribeKey",
      "ListResourceTags",
      "GetParametersForImport",
      "ImportKeyMaterial",
    ]);
    await readKey(life.run(), record.arn, record, { policy: false, tags: false });
    expect(life.calls()).toEqual(["DescribeKey"]);
  });

  it("is updated in place, the difference only", async () => {
    const run = life.run();
    const record = await newKey(life, {
      policy: policyFor("kms:*"),
      tags: { team: "a", old: "1" },
      description: "one",
    });
    const managed: WantedKey = {
      ...wantedKey,
      policy: policyFor(["kms:*"]),
      tags: { team: "a", old: "1" },
      description: "one",
    };
    life.calls();
    await ensureKey(run, managed, record);
    expect(life.calls()).toEqual(["DescribeKey", "GetKeyPolicy", "ListResourceTags"]);

    const changed: WantedKey = {
      ...managed,
      policy: policyFor(["kms:*", "kms:Decrypt"]),
      tags: { team: "b", new: "2" },
      description: "two",
    };
    const outcome = await ensureKey(run, changed, record);
    expect(life.calls()).toEqual([
      "DescribeKey",
      "GetKeyPolicy",
      "PutKeyPolicy",
      "ListResourceTags",
      "UntagResource",
      "TagResource",
      "UpdateKeyDescription",
    ]);
    expect(outcome.record).toMatchObject({ description: "two", tags: { team: "b", new: "2" } });
    expect(await tagsOf(record.arn)).toEqual({ team: "b", new: "2" });
    const { Policy } = await life.client().send(new GetKeyPolicyCommand({ KeyId: record.arn }));
    expect(Policy).toContain("kms:Decrypt");
  });

  it("leaves alone what is not managed", async () => {
    const record = await newKey(life, { policy: policyFor("kms:*"), tags: { team: "a" }, description: "one" });
    life.calls();
    const outcome = await ensureKey(life.run(), wantedKey, record);
    expect(life.calls()).toEqual(["DescribeKey"]);
    expect(outcome.record).toMatchObject({ description: "one" });
    expect(await tagsOf(record.arn)).toEqual({ team: "a" });
  });

  it("keeps its record when a later step fails, and tells of the failure", async () => {
    const record = await newKey(life);
    life.kms.permissions.deny("kms:TagResource");
    const { record: after, error } = await ensureKey(
      life.run(),
      { ...wantedKey, tags: { team: "a" }, policy: policyFor("kms:*"), description: "two" },
      record,
    );
    expect(error).toMatchObject({ code: "access_denied", message: expect.stringContaining("kms:TagResource") });
    expect(after).toMatchObject({ arn: record.arn, policy: policyFor("kms:*"), description: "" });
  });

  it("is found not to be what was configured for good", async () => {
    const record = await newKey(life);
    for (const [changes, attribute] of [
      [{ spec: "HMAC_512" }, "key_spec"],
      [{ usage: "SIGN_VERIFY" }, "key_usage"],
      [{ multiRegion: true }, "multi_region"],
    ] as const) {
      await expect(ensureKey(life.run(), { ...wantedKey, ...changes }, record)).rejects.toMatchObject({
        code: "immutable_argument",
        attribute,
      });
    }
    const primary = await newKey(life, { multiRegion: true });
    const another = primary.arn.replace("eu-central-1", "us-east-1").replace(/.{4}$/, "0000");
    await expect(
      ensureKey(life.run(), { ...wantedKey, multiRegion: true, primaryKeyArn: another }, primary),
    ).rejects.toMatchObject({ code: "immutable_argument", attribute: "primary_key_arn" });
  });

  it.each<[Partial<WantedKey>, string, string]>([
    [{ spec: "RSA_2048", usage: "GENERATE_VERIFY_MAC" }, "invalid_argument", "key_usage"],
    [{ kms: "qkms" }, "credentials_missing", "access_key"],
    [{ region: "Frankfurt" }, "invalid_argument", "region"],
  ])("cannot be made with %j", async (changes, code, attribute) => {
    life.calls();
    await expect(ensureKey(life.run(), { ...wantedKey, ...changes }, undefined)).rejects.toMatchObject({
      code,
      attribute,
    });
    expect(life.calls()).toEqual([]);
  });

  it.each<[Partial<WantedKey>, string]>([
    [{ dkmsInstanceId: "kst-1" }, "dkms_instance_id"],
    [{ protectionLevel: "HSM" }, "protection_level"],
    [{ deletionProtection: true }, "deletion_protection"],
  ])("cannot have %j, which is another KMS's", async (changes, attribute) => {
    await expect(ensureKey(life.run(), { ...wantedKey, ...changes }, undefined)).rejects.toMatchObject({
      code: "invalid_argument",
      attribute,
    });
    expect(life.calls()).toEqual([]);
  });

  it("cannot be of a kind that the KMS does not have", async () => {
    const watch = (service: KeyService): KeyService => ({
      ...service,
      profile: { ...service.profile, keySpecs: { SYMMETRIC_DEFAULT: ["ENCRYPT_DECRYPT"] }, multiRegion: false },
    });
    const run = life.run({ watch });
    for (const [changes, code, attribute] of [
      [{ spec: "HMAC_256" }, "unsupported_key_spec", "key_spec"],
      [{ multiRegion: true }, "invalid_argument", "multi_region"],
    ] as const) {
      await expect(ensureKey(run, { ...wantedKey, ...changes }, undefined)).rejects.toMatchObject({ code, attribute });
    }
    expect(life.calls()).toEqual([]);
  });

  it("is refused with a policy that is none, before any call", async () => {
    const record = await newKey(life);
    life.calls();
    for (const known of [undefined, record]) {
      await expect(ensureKey(life.run(), { ...wantedKey, policy: "{" }, known)).rejects.toMatchObject({
        code: "invalid_policy",
        attribute: "policy",
      });
    }
    expect(life.calls()).toEqual([]);
  });

  describe("enabled and disabled", () => {
    it("follows the configuration both ways", async () => {
      const { key, record } = await importedKey(life);
      const off = await ensureKey(life.run(), { ...wantedKey, enabled: false }, key);
      expect(off.record).toMatchObject({ state: "Disabled", enabled: false });
      expect(await stateOf(key.arn)).toBe("Disabled");
      const on = await ensureKey(life.run(), { ...wantedKey, enabled: true }, off.record);
      expect(on.record).toMatchObject({ state: "Enabled", enabled: true });
      expect(record.keyDisabled).toBe(false);
    });

    it("is disabled with its first import where that was wished before", async () => {
      const key = await newKey(life, { enabled: false });
      const { record } = await applyMaterial(life.run(), settings(key.arn), bytesSource(newBytes()), undefined);
      expect(await stateOf(key.arn)).toBe("Disabled");
      expect(record.keyDisabled).toBe(true);
    });

    it("keeps a wish that comes while there is no material, and drops it again", async () => {
      const key = await newKey(life);
      const wished = await ensureKey(life.run(), { ...wantedKey, enabled: false }, key);
      expect(wished.record.state).toBe("PendingImport");
      expect(await tagsOf(key.arn)).toEqual({ "byok:enabled": "false" });
      life.calls();
      await ensureKey(life.run(), { ...wantedKey, enabled: false }, key);
      expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags"]);
      await ensureKey(life.run(), { ...wantedKey, enabled: true }, key);
      expect(await tagsOf(key.arn)).toEqual({});
    });

    it("stays Disabled through expiry and reimport, and through a renewal", async () => {
      const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
      await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
      life.kms.clock.advance("61d");
      const renewed = await planAndApply(life, wanted, source, record);
      expect(renewed.plan.row).toBe("renewal_due");
      expect(renewed.calls.slice(-2)).toEqual(["DisableKey", "UntagResource"]);
      expect(await stateOf(key.arn)).toBe("Disabled");

      life.kms.clock.advance("91d");
      const back = await planAndApply(life, wanted, source, renewed.outcome.record);
      expect(back.plan.row).toBe("expired");
      expect(await stateOf(key.arn)).toBe("Disabled");
      expect(back.outcome.record.keyDisabled).toBe(true);
    });

    it("stays as others left it where it is not managed", async () => {
      const key = await importedKey(life);
      await life.client().send(new DisableKeyCommand({ KeyId: key.key.arn }));
      const { record } = await ensureKey(life.run(), { ...wantedKey, description: "x" }, { ...key.key, enabled: true });
      expect(record).toMatchObject({ state: "Disabled", enabled: false });
      expect(await stateOf(key.key.arn)).toBe("Disabled");
    });

    it("is enabled by its import where the same run says so, though it was Disabled before", async () => {
      const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
      await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
      const seen = await planAndApply(life, wanted, source, record);
      expect(seen.outcome.record.keyDisabled).toBe(true);
      life.kms.clock.advance("91d");
      const run = life.run();
      await ensureKey(run, { ...wantedKey, enabled: true }, { ...key, enabled: false });
      await applyMaterial(run, wanted, source, seen.outcome.record);
      expect(await stateOf(key.arn)).toBe("Enabled");
    });

    it("tells when the key could not be disabled after the import, and keeps the record of the import", async () => {
      const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
      await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
      const seen = await planAndApply(life, wanted, source, record);
      life.kms.clock.advance("91d");
      life.kms.permissions.deny("kms:DisableKey");
      const { outcome } = await planAndApply(life, wanted, source, seen.outcome.record);
      expect(outcome.error).toMatchObject({ code: "access_denied" });
      expect(outcome.record.verified).toBe(true);
    });

    it("warns instead where the material is new, so that nothing is thrown away", async () => {
      const key = await newKey(life, { enabled: false });
      life.kms.permissions.deny("kms:DisableKey");
      const outcome = await applyMaterial(life.run(), settings(key.arn), bytesSource(newBytes()), undefined);
      expect(outcome.error).toBeUndefined();
      expect(outcome.warnings).toEqual([expect.stringContaining("is to be Disabled")]);
    });

    it("is imported by someone who may not read tags", async () => {
      const key = await newKey(life, { enabled: false });
      life.kms.permissions.deny("kms:ListResourceTags");
      const { record } = await applyMaterial(life.run(), settings(key.arn), bytesSource(newBytes()), undefined);
      expect(record.verified).toBe(true);
    });

    it("is not imported while the tags that may hold a wish cannot be had", async () => {
      const key = await newKey(life, { enabled: false });
      life.kms.faults.add({ operation: "ListResourceTags", kind: "error", code: "InvalidArnException" });
      await expect(
        applyMaterial(life.run(), settings(key.arn), bytesSource(newBytes()), undefined),
      ).rejects.toMatchObject({ serviceCode: "InvalidArnException" });
      expect(await stateOf(key.arn)).toBe("PendingImport");
    });
  });

  it.each([true, false])(
    "is Enabled as configured (%s) after an import of the same run that saw it as it was",
    async (enabled) => {
      const { key, source, record, wanted } = await importedKey(life, { validFor: "90d" });
      if (enabled) await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
      const seen = await planned(life.run(), wanted, source, record);
      const operation = enabled ? "EnableKey" : "DisableKey";
      life.kms.faults.add({ operation, kind: "eventual", forRequests: 1 });
      const run = life.run();
      await ensureKey(run, { ...wantedKey, enabled }, key);
      const shorter = settings(key.arn, { validFor: "60d" });
      const material = await applyMaterial(run, shorter, source, seen.record);
      expect(material).toMatchObject({ assessment: { row: "lifetime_configured" }, record: { keyDisabled: !enabled } });
      expect(await stateOf(key.arn)).toBe(enabled ? "Enabled" : "Disabled");
    },
  );

  describe("deletion", () => {
    it("is canceled also where the reply to that was lost, and the key is enabled as it was", async () => {
      const { key } = await importedKey(life);
      const enabled = await readKey(life.run(), key.arn, key, unread);
      await scheduleKeyDeletion(life.run(), key, 7);
      const seen = await readKey(life.run(), key.arn, enabled, unread);
      life.kms.faults.add({ operation: "CancelKeyDeletion", kind: "drop", when: "after" });
      const run = life.run({ retry: { firstPause: 1, longestPause: 1 } });
      const { record, error } = await ensureKey(run, wantedKey, seen);
      expect([record.state, error]).toEqual(["Enabled", undefined]);
    });

    it("is over for the material of the same run, though the KMS still shows it", async () => {
      const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
      const enabled = await readKey(life.run(), key.arn, key, unread);
      await scheduleKeyDeletion(life.run(), key, 7);
      const seen = await readKey(life.run(), key.arn, enabled, unread);
      life.kms.clock.advance("6d");
      life.kms.faults.add({ operation: "CancelKeyDeletion", kind: "eventual", forRequests: 4 });
      const run = life.run();
      const back = await ensureKey(run, wantedKey, seen);
      expect(back.record.state).toBe("Enabled");
      const material = await applyMaterial(run, wanted, source, record);
      expect(material).toMatchObject({ assessment: { row: "healthy" }, record: { keyDisabled: false } });
    });

    it("is scheduled with the window, is safe to repeat, and is canceled in place", async () => {
      const { key } = await importedKey(life);
      life.calls();
      await scheduleKeyDeletion(life.run(), key, 7);
      expect(life.calls()).toEqual(["ScheduleKeyDeletion"]);
      await expect(scheduleKeyDeletion(life.run(), key, 7)).resolves.toEqual({ warnings: [] });
      expect(await stateOf(key.arn)).toBe("PendingDeletion");

      const seen = await readKey(life.run(), key.arn, { ...key, enabled: true }, { policy: false, tags: false });
      expect(seen).toMatchObject({ state: "PendingDeletion", enabled: true });
      const back = await ensureKey(life.run(), wantedKey, seen);
      expect(back.warnings).toEqual([expect.stringContaining("was canceled")]);
      expect(back.record.state).toBe("Enabled");
      expect(await stateOf(key.arn)).toBe("Enabled");
    });

    it("returns to Disabled where it was Disabled", async () => {
      const { key } = await importedKey(life);
      await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
      await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: key.arn }));
      const back = await ensureKey(life.run(), wantedKey, { ...key, enabled: false });
      expect(back.record.state).toBe("Disabled");
    });

    it.each([6, 31, 7.5, Number.NaN])("is refused with a window of %d days, before any call", async (days) => {
      const key = await newKey(life);
      life.calls();
      await expect(scheduleKeyDeletion(life.run(), key, days)).rejects.toMatchObject({
        code: "invalid_argument",
        attribute: "deletion_window_in_days",
      });
      expect(life.calls()).toEqual([]);
    });

    it("passes on what else the KMS refuses", async () => {
      const key = await newKey(life);
      life.kms.permissions.deny("kms:ScheduleKeyDeletion");
      await expect(scheduleKeyDeletion(life.run(), key, 7)).rejects.toMatchObject({ code: "access_denied" });
    });
  });

  describe("not found", () => {
    it("counts as gone only for a key older than a week, of the caller's own account", async () => {
      const { key } = await importedKey(life);
      await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: key.arn, PendingWindowInDays: 7 }));
      life.kms.clock.advance("8d");
      life.calls();
      expect(await readKey(life.run(), key.arn, key, everything)).toBeUndefined();
      expect(life.calls()).toEqual(["DescribeKey", "GetCallerIdentity"]);
      await expect(scheduleKeyDeletion(life.run(), key, 7)).resolves.toEqual({ warnings: [] });

      const young = { ...key, creationDate: Math.floor(life.kms.clock.now().getTime() / 1000) - 6 * 86_400 };
      await expect(readKey(life.run(), key.arn, young, everything)).rejects.toMatchObject({ code: "key_not_found" });
      await expect(readKey(life.run(), key.arn, undefined, everything)).rejects.toMatchObject({
        code: "key_not_found",
      });
      await expect(ensureKey(life.run(), wantedKey, key)).rejects.toMatchObject({ code: "key_not_found" });
    });

    it("with credentials of another account than the key's is an error that names both", async () => {
      const { key } = await importedKey(life);
      life.kms.clock.advance("30d");
      const foreign = key.arn.replace(account, "999988887777");
      life.kms.faults.add({ operation: "DescribeKey", kind: "error", code: "NotFoundException" });
      await expect(readKey(life.run(), foreign, { ...key, arn: foreign }, everything)).rejects.toMatchObject({
        code: "key_not_found",
        message: expect.stringMatching(/111122223333.*999988887777/),
      });
    });

    it("at the deletion of a key that is there is passed on", async () => {
      const { key } = await importedKey(life);
      life.kms.faults.add({ operation: "ScheduleKeyDeletion", kind: "error", code: "NotFoundException" });
      await expect(scheduleKeyDeletion(life.run(), key, 7)).rejects.toMatchObject({ code: "key_not_found" });
    });

    it("is not believed of a denial", async () => {
      const key = await newKey(life);
      life.kms.permissions.deny("kms:DescribeKey");
      await expect(readKey(life.run(), key.arn, key, everything)).rejects.toMatchObject({
        code: "access_denied",
        message: expect.stringContaining("kms:DescribeKey"),
      });
    });
  });

  it("looks after keys with imported material only", async () => {
    const { KeyMetadata } = await life.client().send(new CreateKeyCommand({}));
    const arn = KeyMetadata?.Arn ?? "";
    await expect(readKey(life.run(), arn, undefined, everything)).rejects.toMatchObject({ code: "wrong_origin" });
    await expect(applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "wrong_origin",
    });
  });

  it("is left alone outside the accounts and Regions that are allowed", async () => {
    const key = await newKey(life);
    const elsewhere = life.run({ allowed: { regions: ["eu-west-1"] } });
    const stranger = life.run({ allowed: { accountIds: ["999988887777"] } });
    const native = life.run({
      allowed: { accountIds: [account], regions: [testRegion], byKms: { qkms: { regions: [] } } },
    });
    const barred = life.run({ allowed: { byKms: { aws: { regions: ["eu-west-1"] } } } });
    await expect(ensureKey(barred, wantedKey, undefined)).rejects.toMatchObject({ code: "region_not_allowed" });
    life.calls();
    for (const [run, code] of [
      [elsewhere, "region_not_allowed"],
      [stranger, "account_not_allowed"],
    ] as const) {
      await expect(readKey(run, key.arn, key, everything)).rejects.toMatchObject({ code });
      await expect(applyMaterial(run, settings(key.arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
        code,
      });
    }
    await expect(ensureKey(elsewhere, wantedKey, undefined)).rejects.toMatchObject({ code: "region_not_allowed" });
    expect(life.calls()).toEqual([]);
    await expect(ensureKey(stranger, wantedKey, undefined)).rejects.toMatchObject({ code: "account_not_allowed" });
    expect(life.calls()).toEqual(["GetCallerIdentity"]);
    await expect(ensureKey(native, wantedKey, undefined)).resolves.toMatchObject({ warnings: [] });
  });

  it("is asked for once where several ask at the same time", async () => {
    const key = await newKey(life);
    const run = life.run();
    life.calls();
    await Promise.all(Array.from({ length: 5 }, () => readKey(run, key.arn, key, { policy: false, tags: false })));
    expect(life.calls()).toEqual(["DescribeKey"]);
  });
});
