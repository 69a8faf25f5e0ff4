import {
  CancelKeyDeletionCommand,
  DeleteImportedKeyMaterialCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { assess } from "../../../src/engine/assessment";
import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial, type MaterialSettings } from "../../../src/engine/imported-key-material";
import { formatInstant } from "../../../src/engine/instant";
import { lifetimeFrom } from "../../../src/engine/lifetime";
import { observeMaterial } from "../../../src/engine/material-observation";
import { type MaterialRecord, newlySeen } from "../../../src/engine/material-record";
import { recordFrom } from "../../../src/engine/stored-record";
import { hurriedClock } from "../../support/hurried-clock";
import { type ImportedKey, importedKey, planAndApply, planned, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, emptySource, type Life, newBytes, plaintext, startLife } from "../../support/life";

describe("what a look at material has found", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const reporting = (wanted: MaterialSettings): MaterialSettings => ({ ...wanted, onDeletion: "report" });
  const remove = (key: ImportedKey) => life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.key.arn }));
  /** What a state shows of a record whose rest was lost in a crash. */
  const rebuilt = ({ keyArn, fingerprint, verified, materialId, importedAt, lifetime, ...rest }: MaterialRecord) =>
    recordFrom({
      ...{ keyArn, fingerprint, verified, materialId, importedAt, lifetime, rebuilt: true },
      ...{ expirationModel: rest.expirationModel, validTo: rest.validTo, importedValidTo: rest.validTo },
    });

  it("is recorded although nothing else is due, where a later look cannot tell it: a deletion that is only reported", async () => {
    const one = await importedKey(life, { validFor: "90d" });
    await remove(one);
    life.kms.clock.advance("2m");
    const wanted = reporting(one.wanted);
    const seen = await planned(life.run(), wanted, one.source, one.record);
    if (seen.record === undefined) throw new Error("Nothing is on record.");
    expect(newlySeen(one.record, seen.record)).toBe(true);
    const done = await applyMaterial(life.run(), wanted, one.source, one.record, {}, "record");
    expect(done.assessment.action).toBe("nothing");
    expect(newlySeen(done.record, done.record)).toBe(false);

    life.kms.clock.advance("91d");
    for (const known of [seen.record, done.record]) {
      const later = await planned(life.run(), wanted, one.source, known);
      expect(later.assessment.row).toBe("deletion_reported");
    }
  });

  it("is recorded of a key that others disabled, so that its material comes back into a Disabled key", async () => {
    const one = await importedKey(life, { validFor: "90d" });
    await life.client().send(new DisableKeyCommand({ KeyId: one.key.arn }));
    const seen = await planned(life.run(), one.wanted, one.source, one.record);
    if (seen.record === undefined) throw new Error("Nothing is on record.");
    expect(newlySeen(one.record, seen.record)).toBe(true);
    life.kms.clock.advance("91d");
    const back = await planAndApply(life, one.wanted, one.source, seen.record);
    expect(back.plan.row).toBe("expired");
    expect(back.outcome.condition).toMatchObject({ keyState: "Disabled" });
  });

  describe("a moment after an import of ours", () => {
    it("is late news and no deletion: the look asks again, and reports nothing", async () => {
      const one = await importedKey(life, { validFor: "90d" });
      const late = {
        operation: "DescribeKey",
        kind: "replace",
        fields: { KeyMetadata: { KeyState: "PendingImport", Enabled: false } },
      } as const;
      life.kms.faults.add({ ...late, times: 2 });
      const run = { ...life.run(), clock: hurriedClock() };
      life.calls();
      const { condition } = await observeMaterial(run, one.key.arn, one.record, one.wanted);
      expect(condition.state).toBe("imported");
      expect(life.calls()).toEqual(["DescribeKey", "DescribeKey", "DescribeKey"]);
    });

    it("is not asked again for ever, is no incident yet, and is repaired where that is wished", async () => {
      const one = await importedKey(life, { validFor: "90d" });
      const ciphertext = await life.encrypt(one.key.arn);
      await remove(one);
      const quick = { ...life, run: () => ({ ...life.run(), clock: hurriedClock() }) };
      const seen = await planned(quick.run(), reporting(one.wanted), one.source, one.record);
      expect(seen.assessment).toMatchObject({ row: "not_shown_yet", action: "nothing", warnings: [] });
      expect(seen.record?.deletedEarly).toBeUndefined();
      const { plan } = await planAndApply(quick, one.wanted, one.source, one.record);
      expect(plan).toMatchObject({ row: "deleted", action: "reimport" });
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("is a deletion once the KMS has had its time", async () => {
      const one = await importedKey(life, { validFor: "90d" });
      await remove(one);
      life.kms.clock.advance("2m");
      const seen = await planned(life.run(), reporting(one.wanted), one.source, one.record);
      expect(seen.assessment.row).toBe("deletion_reported");
    });

    it("can be canceled while it asks again", async () => {
      const one = await importedKey(life);
      await remove(one);
      const controller = new AbortController();
      const clock = hurriedClock();
      const run = {
        ...life.run(),
        clock: { ...clock, sleep: async () => controller.abort() },
      };
      await expect(
        observeMaterial(run, one.key.arn, one.record, one.wanted, { signal: controller.signal }),
      ).rejects.toMatchObject({ code: "canceled" });
    });
  });

  describe("by a record that had to be rebuilt from what a state shows", () => {
    it("is the same: deleted material that is only reported stays gone, and other bytes are refused", async () => {
      const one = await importedKey(life, { validFor: "90d" }, { spec: "HMAC_256" });
      await remove(one);
      life.kms.clock.advance("2m");
      const known = rebuilt(one.record);
      const seen = await planned(life.run(), reporting(one.wanted), one.source, known);
      expect(seen.assessment.row).toBe("deletion_reported");
      expect(seen.record === undefined ? true : newlySeen(known, seen.record)).toBe(true);
      expect(seen.record?.rebuilt).toBeUndefined();
      const others = await planned(life.run(), one.wanted, bytesSource(newBytes()), known);
      expect(others.assessment).toMatchObject({ row: "different_material", action: "refuse" });
    });

    it("is expired where it has expired, though deletions are only reported", async () => {
      const one = await importedKey(life, { validFor: "90d" });
      const ciphertext = await life.encrypt(one.key.arn);
      life.kms.clock.advance("91d");
      const { plan } = await planAndApply(life, reporting(one.wanted), one.source, rebuilt(one.record));
      expect(plan.row).toBe("expired");
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("is nothing to be done where a fixed date has passed as configured", async () => {
      const validTo = formatInstant(Math.floor(life.kms.clock.now().getTime() / 1000) + 30 * 86_400);
      const one = await importedKey(life, { validTo });
      life.kms.clock.advance("31d");
      const { plan, outcome } = await planAndApply(life, one.wanted, one.source, rebuilt(one.record));
      expect([plan.row, outcome.error]).toEqual(["expired_as_configured", undefined]);
    });
  });

  it("is ready for renewal also once it has expired", async () => {
    const one = await importedKey(life, { validFor: "90d" });
    life.kms.clock.advance("91d");
    const { condition } = await observeMaterial(life.run(), one.key.arn, one.record, one.wanted);
    expect(condition).toMatchObject({ state: "expired", renewalDue: true });
  });

  it("is a fixed date that is past on material that somebody prolonged: nothing fails, and a later date repairs it", async () => {
    const now = Math.floor(life.kms.clock.now().getTime() / 1000);
    const one = await importedKey(life, { validTo: formatInstant(now + 30 * 86_400) });
    await applyMaterial(life.run(), settings(one.key.arn, { validFor: "90d" }), one.source, one.record);
    life.kms.clock.advance("31d");
    const { plan, outcome } = await planAndApply(life, one.wanted, one.source, one.record);
    expect(plan).toMatchObject({ row: "fixed_date_past", action: "nothing" });
    expect(outcome.error).toBeUndefined();
    const later = { ...one.wanted, lifetime: lifetimeFrom({ validTo: formatInstant(now + 120 * 86_400) }) };
    const repaired = await planAndApply(life, later, one.source, outcome.record);
    expect(repaired.plan.row).toBe("lifetime_configured");
    expect(repaired.outcome.record.validTo).toBe(now + 120 * 86_400);
  });

  describe("of a key that is pending deletion", () => {
    const seenBy = async (one: ImportedKey, keyComesBack: boolean, offer = one.source) => {
      const run = life.run();
      const { condition } = await observeMaterial(run, one.key.arn, one.record, one.wanted);
      const material = await offer.open({});
      const { fingerprint } = material;
      material.destroy();
      return assess({
        wanted: one.wanted,
        condition,
        record: one.record,
        offer: { kind: "bytes", fingerprint, attribute: "key_material_source" },
        keyComesBack,
      });
    };

    it("is an import where the key comes back in the same run, and one apply repairs both", async () => {
      const one = await importedKey(life);
      const ciphertext = await life.encrypt(one.key.arn);
      await remove(one);
      await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: one.key.arn, PendingWindowInDays: 7 }));
      expect((await seenBy(one, false)).row).toBe("key_pending_deletion");
      const plan = await seenBy(one, true);
      expect(plan).toMatchObject({ row: "key_comes_back", action: "reimport" });
      expect((await seenBy(one, true, bytesSource(newBytes()))).action).toBe("refuse");

      const run = { ...life.run(), clock: hurriedClock() };
      await ensureKey(run, wantedKey, { ...one.key, state: "PendingDeletion" });
      const { error } = await applyMaterial(run, one.wanted, one.source, one.record, {}, plan.action);
      expect(error).toBeUndefined();
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("is nothing to be done in the apply where the material is still there", async () => {
      const one = await importedKey(life);
      await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: one.key.arn, PendingWindowInDays: 7 }));
      const plan = await seenBy(one, true);
      await life.client().send(new CancelKeyDeletionCommand({ KeyId: one.key.arn }));
      await life.client().send(new EnableKeyCommand({ KeyId: one.key.arn }));
      life.calls();
      const { assessment, condition } = await applyMaterial(
        life.run(),
        one.wanted,
        emptySource(),
        one.record,
        {},
        plan.action,
      );
      expect([assessment.row, condition.state]).toEqual(["healthy", "imported"]);
      expect(life.calls()).not.toContain("ImportKeyMaterial");
    });
  });
});
