import {
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  ListResourceTagsCommand,
  TagResourceCommand,
} from "@aws-sdk/client-kms";
import { ensureKey, readKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { assessKey } from "../../../src/engine/key-assessment";
import type { KeyRecord } from "../../../src/engine/key-record";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { awsProfile } from "../../../src/kms/aws/profile";
import { importedKey, newKey, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, startLife } from "../../support/life";

const token = "payments/production/key";
const tokened: WantedKey = { ...wantedKey, creationToken: token };

describe("the intention to have a key disabled", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const stateOf = async (KeyId: string): Promise<string | undefined> =>
    (await life.client().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  const tagsOf = async (KeyId: string): Promise<(string | undefined)[]> => {
    const { Tags = [] } = await life.client().send(new ListResourceTagsCommand({ KeyId }));
    return Tags.map(({ TagKey }) => TagKey);
  };
  const intend = (KeyId: string) =>
    life.client().send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: "byok:enabled", TagValue: "false" }] }));

  it.each([true, false])("is removed from a key that holds material, with enabled = %s", async (enabled) => {
    const { key } = await importedKey(life);
    await intend(key.arn);
    life.calls();
    const { record, error } = await ensureKey(life.run(), { ...wantedKey, enabled, tags: {} }, key);
    // Tags are read once for all that looks at them.
    expect(life.calls()).toEqual([
      "DescribeKey",
      "ListResourceTags",
      ...(enabled ? [] : ["DisableKey"]),
      "UntagResource",
    ]);
    expect([record.enabled, error]).toEqual([enabled, undefined]);
    expect(await tagsOf(key.arn)).toEqual([]);
  });

  describe("of a key whose record says that it was noted", () => {
    const aspects = { policy: false, tags: false };
    const emptyAndDisabled = async () => {
      const { key, source, wanted, record } = await importedKey(life);
      await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
      const seen = await readKey(life.run(), key.arn, key, aspects);
      await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.arn }));
      const empty = await readKey(life.run(), key.arn, seen, aspects);
      if (empty === undefined) throw new Error("There is no key.");
      const noted = (await ensureKey(life.run(), wantedKey, empty)).record;
      expect([noted.disablingNoted, await tagsOf(key.arn)]).toEqual([true, ["byok:enabled"]]);
      return { noted, imports: () => applyMaterial(life.run(), wanted, source, { ...record, keyDisabled: true }) };
    };
    const assessed = (seen: KeyRecord | undefined) => assessKey({ wanted: wantedKey, seen, profile: awsProfile });

    it("is left on it while it has no material, and asked for", async () => {
      const { noted } = await emptyAndDisabled();
      expect(await readKey(life.run(), noted.arn, noted, aspects)).toMatchObject({ disablingNoted: true });
      expect(assessed(noted).action).toBe("nothing");
    });

    it("is taken for gone once an import has fulfilled it, so that nothing disables the key again", async () => {
      const { noted, imports } = await emptyAndDisabled();
      await imports();
      expect([await stateOf(noted.arn), await tagsOf(noted.arn)]).toEqual(["Disabled", []]);
      await life.client().send(new EnableKeyCommand({ KeyId: noted.arn }));
      const seen = await readKey(life.run(), noted.arn, noted, aspects);
      expect(seen?.disablingNoted).toBeUndefined();
      expect(assessed(seen).action).toBe("nothing");
      // As a face does that has not looked since, or keeps nothing of its looks.
      const { record } = await ensureKey(life.run(), { ...wantedKey, description: "payments" }, noted);
      expect([record.disablingNoted, record.enabled, await stateOf(noted.arn)]).toEqual([undefined, true, "Enabled"]);
    });

    it("makes the key Disabled where it is still there", async () => {
      const { noted, imports } = await emptyAndDisabled();
      await imports();
      await life.client().send(new EnableKeyCommand({ KeyId: noted.arn }));
      await intend(noted.arn);
      const seen = await readKey(life.run(), noted.arn, noted, aspects);
      expect(assessed(seen)).toMatchObject({ action: "update", attributes: ["enabled"] });
      const { record } = await ensureKey(life.run(), wantedKey, seen);
      expect([record.disablingNoted, record.enabled]).toEqual([undefined, false]);
      expect([await stateOf(noted.arn), await tagsOf(noted.arn)]).toEqual(["Disabled", []]);
    });
  });

  it("is not there for most keys, which costs an apply one look and a refresh none", async () => {
    const { key } = await importedKey(life);
    life.calls();
    await ensureKey(life.run(), { ...wantedKey, enabled: true }, key);
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags"]);
    await ensureKey(life.run(), wantedKey, key);
    expect(life.calls()).toEqual(["DescribeKey"]);
    await readKey(life.run(), key.arn, key, { policy: false, tags: false });
    expect(life.calls()).toEqual(["DescribeKey"]);
  });

  it("does not keep a key as configured from those who may not read tags", async () => {
    const { key } = await importedKey(life);
    life.kms.permissions.deny("kms:ListResourceTags");
    for (const enabled of [false, true]) {
      const { record, error } = await ensureKey(life.run(), { ...wantedKey, enabled }, key);
      expect([record.enabled, error]).toEqual([enabled, undefined]);
    }
    life.kms.permissions.allow("kms:ListResourceTags");
    life.kms.faults.add({ operation: "ListResourceTags", kind: "error", code: "InvalidArnException" });
    const { error } = await ensureKey(life.run(), { ...wantedKey, enabled: true }, key);
    expect(error?.serviceCode).toBe("InvalidArnException");
  });

  it("is an error where it cannot be read before an import that it would decide", async () => {
    const key = await newKey(life);
    life.kms.permissions.deny("kms:ListResourceTags");
    for (const enabled of [false, true]) {
      const { error } = await ensureKey(life.run(), { ...wantedKey, enabled }, key);
      expect(error?.code).toBe("access_denied");
    }
  });

  it("is an error where it is to go and cannot, for a later material would leave the key Disabled", async () => {
    const { key } = await importedKey(life);
    await intend(key.arn);
    life.kms.permissions.deny("kms:UntagResource");
    const { record, error } = await ensureKey(life.run(), { ...wantedKey, enabled: true }, key);
    expect([record.state, error?.code]).toEqual(["Enabled", "access_denied"]);
    const off = await ensureKey(life.run(), { ...wantedKey, enabled: false }, key);
    expect([off.record.state, off.error]).toEqual(["Disabled", undefined]);
  });

  it.each([undefined, true])("is withdrawn with the attempt that had it, with enabled = %s", async (enabled) => {
    const { record: given } = await ensureKey(life.run(), { ...tokened, enabled: false }, undefined);
    expect(await tagsOf(given.arn)).toContain("byok:enabled");
    const run = life.run();
    const { record, warnings } = await ensureKey(run, { ...tokened, enabled }, undefined);
    expect([record.arn, warnings]).toEqual([given.arn, []]);
    expect(await tagsOf(given.arn)).toEqual(["byok:creation-token"]);
    // The KMS may still show the tag to the import of the same run.
    expect(run.memory.wishes.get(given.arn)?.enabled).toBe(true);
    await applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
    expect(await stateOf(record.arn)).toBe("Enabled");
  });

  it("stays where the attempt that goes on has it, too", async () => {
    await ensureKey(life.run(), { ...tokened, enabled: false }, undefined);
    const { record } = await ensureKey(life.run(), { ...tokened, enabled: false }, undefined);
    expect(await tagsOf(record.arn)).toContain("byok:enabled");
  });

  it("is withdrawn from a key that is taken over, and stays on one that is on record", async () => {
    const key = await newKey(life);
    await intend(key.arn);
    // It may be what an import that was interrupted left, for a key that others disabled.
    await ensureKey(life.run(), wantedKey, key);
    expect(await tagsOf(key.arn)).toEqual(["byok:enabled"]);
    await ensureKey(life.run(), wantedKey, key, {}, "taken_over");
    expect(await tagsOf(key.arn)).toEqual([]);
  });

  it("is no wish for ever: what a long-lived run said counts only while it may not show", async () => {
    const { key } = await importedKey(life);
    const run = life.run();
    await ensureKey(run, { ...wantedKey, enabled: true }, key);
    expect(run.memory.wishes.get(key.arn)).toEqual({ enabled: true, since: expect.any(Number) });
  });

  describe("beside a policy that cannot be put in place", () => {
    const policyFor = (action: string[]): string =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: "111122223333" }, Action: action, Resource: "*" }],
      });
    const [wide, tight] = [policyFor(["kms:*"]), policyFor(["kms:*", "kms:Decrypt"])];

    it.each(["kms:PutKeyPolicy", "kms:GetKeyPolicy"])("a key found by its token gets no bytes: %s", async (action) => {
      await ensureKey(life.run(), { ...tokened, policy: wide }, undefined);
      life.kms.permissions.deny(action);
      const run = life.run();
      const { record, warnings } = await ensureKey(run, { ...tokened, policy: tight }, undefined);
      expect(warnings).toEqual([expect.stringContaining(action)]);
      expect(record.policy).not.toBe(tight);
      const importing = applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
      await expect(importing).rejects.toMatchObject({
        code: "access_denied",
        attribute: "policy",
        message: expect.stringMatching(/could not be put in place.*no key material is imported/),
      });
      expect(await stateOf(record.arn)).toBe("PendingImport");

      life.kms.permissions.allow(action);
      const known = await ensureKey(run, { ...tokened, policy: tight }, record);
      expect([known.error, known.record.policy]).toEqual([undefined, tight]);
      await applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
      expect(await stateOf(record.arn)).toBe("Enabled");
    });

    it("a key gets its bytes where the policy is no longer managed, in a run that goes on", async () => {
      const key = await newKey(life, { policy: wide });
      life.kms.permissions.deny("kms:PutKeyPolicy");
      const run = life.run();
      await ensureKey(run, { ...wantedKey, policy: tight }, key);
      await ensureKey(run, wantedKey, key);
      await applyMaterial(run, settings(key.arn), bytesSource(newBytes()), undefined);
      expect(await stateOf(key.arn)).toBe("Enabled");
    });

    it("a key on record gets none either, and its record says what is there", async () => {
      const key = await newKey(life, { policy: wide });
      life.kms.permissions.deny("kms:PutKeyPolicy");
      const run = life.run();
      const { record, error } = await ensureKey(run, { ...wantedKey, policy: tight }, key);
      const { Policy } = await life.client().send(new GetKeyPolicyCommand({ KeyId: key.arn }));
      expect([error?.code, record.policy]).toEqual(["access_denied", Policy]);
      expect(run.memory.closed.get(key.arn)?.attribute).toBe("policy");
    });

    it("a key whose reply was lost is not taken for one with the policy that was sent", async () => {
      const { record: given } = await ensureKey(life.run(), { ...tokened, policy: wide }, undefined);
      // The first look misses the key, as it may do for a while.
      life.kms.faults.add({ operation: "ListKeys", kind: "replace", fields: { Keys: [] }, times: 1 });
      life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "before" });
      const { record } = await ensureKey(life.run(), { ...tokened, policy: tight }, undefined);
      const { Policy } = await life.client().send(new GetKeyPolicyCommand({ KeyId: given.arn }));
      expect([record.arn, record.policy]).toEqual([given.arn, tight]);
      expect(Policy).toContain("kms:Decrypt");
    });
  });
});
