import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { ensureKey, scheduleKeyDeletion } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { Run } from "../../../src/engine/run";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { newKey, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, startLife } from "../../support/life";

const token = "payments/production/key";
const wanted: WantedKey = { ...wantedKey, creationToken: token };

describe("the creation of a key", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  /** Keys that are not waiting for their deletion. */
  async function livingKeys(): Promise<string[]> {
    const { Keys = [] } = await life.client().send(new ListKeysCommand({}));
    const states = await Promise.all(
      Keys.map(async ({ KeyArn = "" }) => {
        const { KeyMetadata } = await life.client().send(new DescribeKeyCommand({ KeyId: KeyArn }));
        return KeyMetadata?.KeyState === "PendingDeletion" ? [] : [KeyArn];
      }),
    );
    return states.flat();
  }

  const attempt = async (run: Run = life.run()): Promise<string> => {
    const { record } = await ensureKey(run, wanted, undefined);
    await applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
    return record.arn;
  };

  it("looks for the token once in a run, whatever the number of keys", async () => {
    await Promise.all(Array.from({ length: 5 }, () => newKey(life)));
    const run = life.run();
    life.calls();
    await ensureKey(run, wanted, undefined);
    await ensureKey(run, { ...wanted, creationToken: "another" }, undefined);
    const calls = life.calls();
    expect(calls.filter((name) => name === "ListKeys")).toHaveLength(1);
    expect(calls.filter((name) => name === "ListResourceTags")).toHaveLength(5);
    expect(calls.filter((name) => name === "CreateKey")).toHaveLength(2);
  });

  it("reads every page of keys", async () => {
    const { arn } = (await ensureKey(life.run(), wanted, undefined)).record;
    await Promise.all(Array.from({ length: 5 }, () => newKey(life)));
    life.kms.faults.add({
      operation: "ListKeys",
      kind: "replace",
      fields: { Keys: [], Truncated: true, NextMarker: "" },
      times: 1,
    });
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({ code: "untrusted_answer" });
    const { record } = await ensureKey(life.run(), wanted, undefined);
    expect(record.arn).toBe(arn);
  });

  describe.each([
    "ListKeys",
    "CreateKey",
    "DescribeKey",
    "ListResourceTags",
    "GetParametersForImport",
    "ImportKeyMaterial",
  ])("broken off at %s", (operation) => {
    it.each(["before", "after"] as const)("%s its effect: the next run ends with one key", async (when) => {
      await newKey(life);
      const before = await livingKeys();
      life.kms.faults.add({ operation, kind: "error", code: "AccessDeniedException", when });
      await attempt().catch(() => undefined);
      life.kms.faults.clear();
      await attempt().catch(() => undefined);
      expect((await livingKeys()).length - before.length).toBe(1);
    });

    it("answered into the void: one key, in this run or the next", async () => {
      life.kms.faults.add({ operation, kind: "drop", when: "after" });
      const arn = await attempt(life.run({ retry: { firstPause: 1 } })).catch(() => undefined);
      life.kms.faults.clear();
      if (arn === undefined) await attempt();
      expect(await livingKeys()).toHaveLength(1);
    });
  });

  it("continues in the same run where the reply was lost and the key can be seen", async () => {
    life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    const { record } = await ensureKey(life.run(), wanted, undefined);
    expect(await livingKeys()).toEqual([record.arn]);
  });

  it("creates no second key where the reply was lost and the key cannot be seen yet", async () => {
    life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    life.kms.faults.add({ operation: "ListKeys", kind: "replace", fields: { Keys: [] }, times: 9 });
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({
      code: "creation_unconfirmed",
      effectUnknown: true,
      message: expect.stringContaining("Run again"),
    });
    life.kms.faults.clear();
    const { record } = await ensureKey(life.run(), wanted, undefined);
    expect(await livingKeys()).toEqual([record.arn]);
  });

  it("says without a token what to look for when the reply was lost", async () => {
    life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    await expect(ensureKey(life.run(), wantedKey, undefined)).rejects.toMatchObject({
      code: "creation_unconfirmed",
      message: expect.stringContaining("`creation_token`"),
    });
    expect(await livingKeys()).toHaveLength(1);
  });

  it("repeats a creation that was throttled, since nothing has happened", async () => {
    life.kms.faults.add({ operation: "CreateKey", kind: "error", code: "ThrottlingException", times: 2 });
    await ensureKey(life.run({ retry: { firstPause: 1 } }), wantedKey, undefined);
    expect(await livingKeys()).toHaveLength(1);
  });

  it("brings a key that an interrupted run left to what is configured", async () => {
    const { record } = await ensureKey(life.run(), wanted, undefined);
    const again = await ensureKey(life.run(), { ...wanted, description: "payments", tags: { team: "a" } }, undefined);
    expect(again.record).toMatchObject({ arn: record.arn, description: "payments", tags: { team: "a" } });
    expect(again.warnings).toEqual([]);
  });

  it("continues with a key although it cannot be brought to what is configured at once", async () => {
    const { record } = await ensureKey(life.run(), wanted, undefined);
    life.kms.permissions.deny("kms:UpdateKeyDescription");
    const again = await ensureKey(life.run(), { ...wanted, description: "payments" }, undefined);
    expect(again.record).toMatchObject({ arn: record.arn, description: "" });
    expect(again.warnings).toEqual([expect.stringContaining("the next apply repairs it")]);
    expect(again.error).toBeUndefined();
  });

  it("never takes a key that holds or held material, names it, and says how to go on", async () => {
    const arn = await attempt();
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({
      code: "key_conflict",
      attribute: "creation_token",
      message: expect.stringContaining(arn),
    });
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({ code: "key_conflict" });
  });

  it.each<[string, Partial<WantedKey>]>([
    ["spec", { spec: "HMAC_256" }],
    ["multi-Region", { multiRegion: true }],
  ])("never takes a key of another %s", async (_what, changes) => {
    await ensureKey(life.run(), wanted, undefined);
    await expect(ensureKey(life.run(), { ...wanted, ...changes }, undefined)).rejects.toMatchObject({
      code: "key_conflict",
      message: expect.stringContaining("of another kind"),
    });
  });

  it("never takes a key of another origin", async () => {
    await life.client().send(new CreateKeyCommand({ Tags: [{ TagKey: "byok:creation-token", TagValue: token }] }));
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({ code: "key_conflict" });
  });

  it("leaves a key that waits for its deletion where it is", async () => {
    const given = (await ensureKey(life.run(), wanted, undefined)).record.arn;
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: given }));
    const { record } = await ensureKey(life.run(), wanted, undefined);
    expect(record.arn).not.toBe(given);
    expect(await livingKeys()).toEqual([record.arn]);
  });

  it("does not choose among several keys with the token", async () => {
    const tags = [{ TagKey: "byok:creation-token", TagValue: token }];
    for (let i = 0; i < 2; i++) await life.client().send(new CreateKeyCommand({ Origin: "EXTERNAL", Tags: tags }));
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({
      code: "key_conflict",
      message: expect.stringContaining("Several keys"),
    });
  });

  it("refuses the same token for two keys of one run", async () => {
    const run = life.run();
    await ensureKey(run, wanted, undefined);
    await expect(ensureKey(run, wanted, undefined)).rejects.toMatchObject({ code: "key_conflict" });
    expect(await livingKeys()).toHaveLength(1);
  });

  it("frees the token of a key that waits for its deletion, and of that one only", async () => {
    const run = life.run();
    const { record } = await ensureKey(run, wanted, undefined);
    const { record: other } = await ensureKey(run, { ...wanted, creationToken: "ledger" }, undefined);
    await scheduleKeyDeletion(run, other, 7);
    await expect(ensureKey(run, wanted, undefined)).rejects.toMatchObject({ code: "key_conflict" });
    await scheduleKeyDeletion(run, record, 7);
    expect((await ensureKey(run, wanted, undefined)).record.arn).not.toBe(record.arn);
  });

  it("frees the token of a creation that failed, so that a run that lives on can try again", async () => {
    const run = life.run();
    life.kms.permissions.deny("kms:CreateKey");
    for (let i = 0; i < 2; i++) {
      await expect(ensureKey(run, wanted, undefined)).rejects.toMatchObject({ code: "access_denied" });
    }
    life.kms.permissions.allow("kms:CreateKey");
    const { record } = await ensureKey(run, wanted, undefined);
    expect(await livingKeys()).toEqual([record.arn]);
    // Nothing may have been made, so one look at the account's keys was enough.
    expect(life.calls().filter((name) => name === "ListKeys")).toHaveLength(1);
  });

  it("looks again after a creation whose outcome is unknown, in the same run, too", async () => {
    const run = life.run();
    life.kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    life.kms.faults.add({ operation: "ListKeys", kind: "replace", fields: { Keys: [] }, times: 2 });
    await expect(ensureKey(run, wanted, undefined)).rejects.toMatchObject({ code: "creation_unconfirmed" });
    const { record } = await ensureKey(run, wanted, undefined);
    expect(await livingKeys()).toEqual([record.arn]);
  });

  it("leaves out keys whose tags others keep to themselves, and keys that go away meanwhile", async () => {
    const { record } = await ensureKey(life.run(), wanted, undefined);
    const [foreign, gone] = [await newKey(life), await newKey(life)];
    life.kms.permissions.deny("kms:ListResourceTags", { keyId: foreign.arn });
    life.kms.faults.add({ operation: "ListResourceTags", keyId: gone.arn, kind: "error", code: "NotFoundException" });
    expect((await ensureKey(life.run(), wanted, undefined)).record.arn).toBe(record.arn);
    // One that bears the token, too.
    life.kms.faults.add({ operation: "DescribeKey", keyId: record.arn, kind: "error", code: "NotFoundException" });
    expect((await ensureKey(life.run(), wanted, undefined)).record.arn).not.toBe(record.arn);
  });

  it("takes a token again within one run once its key is given up, and looks for it", async () => {
    const run = life.run();
    const { record } = await ensureKey(run, wanted, undefined);
    await ensureKey(run, { ...wanted, creationToken: "another" }, undefined);
    await expect(ensureKey(run, wanted, undefined)).rejects.toMatchObject({ code: "key_conflict" });
    await scheduleKeyDeletion(run, record, 7);
    const again = (await ensureKey(run, wanted, undefined)).record;
    expect(again.arn).not.toBe(record.arn);
    // Somebody brings the next one back, so that it must not be made twice.
    await scheduleKeyDeletion(run, again, 7);
    await life.client().send(new CancelKeyDeletionCommand({ KeyId: again.arn }));
    expect((await ensureKey(run, wanted, undefined)).record.arn).toBe(again.arn);
  });

  it("creates nothing for someone who may not look, and looks again once he may", async () => {
    const { record } = await ensureKey(life.run(), wanted, undefined);
    for (const action of ["kms:ListKeys", "kms:ListResourceTags"]) {
      life.kms.permissions.deny(action);
      const run = life.run();
      await expect(ensureKey(run, wanted, undefined)).rejects.toMatchObject({
        code: "access_denied",
        message: expect.stringContaining(action),
      });
      life.kms.permissions.allow(action);
      await expect(ensureKey(run, { ...wanted, creationToken: `after ${action}` }, undefined)).resolves.toBeDefined();
    }
    expect(await livingKeys()).toContain(record.arn);
    life.kms.faults.add({ operation: "ListResourceTags", kind: "error", code: "InvalidArnException" });
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({
      serviceCode: "InvalidArnException",
    });
  });

  it("waits until the KMS shows a new key everywhere", async () => {
    life.kms.faults.add({ operation: "CreateKey", kind: "eventual", forRequests: 3 });
    const run = life.run();
    const { record } = await ensureKey(run, wantedKey, undefined);
    const { record: material } = await applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
    expect(material.verified).toBe(true);
  });
});
