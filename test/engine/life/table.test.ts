import { DeleteImportedKeyMaterialCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { formatInstant } from "../../../src/engine/instant";
import type { MaterialRecord } from "../../../src/engine/material-record";
import { importedKey, newKey, planAndApply, planned, settings } from "../../support/imported-key";
import { bytesSource, emptySource, type Life, newBytes, plaintext, startLife } from "../../support/life";

const reads = ["DescribeKey"];
const reimport = ["DescribeKey", "GetParametersForImport", "ImportKeyMaterial"];

/** The expiry counts from the look before the import, so that it is never later than allowed. */
function expectLifetime({ validTo = 0, importedAt = 0 }: MaterialRecord, days: number): void {
  expect(importedAt + days * 86_400 - validTo).toBeGreaterThanOrEqual(0);
  expect(importedAt + days * 86_400 - validTo).toBeLessThan(10);
}

describe("a key through the rows of the table", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  /** The key is dead by now; what the row promises is that the same bytes bring it back. */
  async function opensAgain(keyArn: string, act: () => Promise<void>): Promise<void> {
    const ciphertext = await life.encrypt(keyArn);
    await act();
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  }

  it("never had material: imports; without bytes nothing is touched", async () => {
    const { arn } = await newKey(life);
    life.calls();
    await expect(applyMaterial(life.run(), settings(arn), emptySource(), undefined)).rejects.toMatchObject({
      code: "material_missing",
      attribute: "key_material_source",
      message: expect.stringContaining("file:absent.bin does not exist."),
    });
    expect(life.calls()).toEqual(reads);

    const { plan, calls, outcome } = await planAndApply(life, settings(arn), bytesSource(newBytes()), undefined);
    expect(plan).toMatchObject({ row: "never_imported", action: "create" });
    expect(calls).toEqual(["DescribeKey", "ListResourceTags", "GetParametersForImport", "ImportKeyMaterial"]);
    expect(outcome.record).toMatchObject({
      verified: true,
      keyArn: arn,
      expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it("expired: in-place update that says when, and the old ciphertext opens again", async () => {
    const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
    await opensAgain(key.arn, async () => {
      const ciphertext = await life.encrypt(key.arn);
      life.kms.clock.advance("91d");
      expect(await life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
      await expect(applyMaterial(life.run(), wanted, emptySource(), record)).rejects.toMatchObject({
        code: "material_missing",
      });
      const { plan, planCalls, calls, outcome } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({
        row: "expired",
        action: "reimport",
        reason: `expired on ${formatInstant(record.validTo ?? 0)}`,
      });
      expect([planCalls, calls]).toEqual([reads, reimport]);
      expectLifetime(outcome.record, 90);
    });
  });

  it("expired as configured: nothing, until a later date brings the same bytes back", async () => {
    const date = formatInstant(Math.floor(life.kms.clock.now().getTime() / 1000) + 30 * 86_400);
    const { key, source, wanted, record } = await importedKey(life, { validTo: date });
    await opensAgain(key.arn, async () => {
      life.kms.clock.advance("31d");
      const { plan, calls } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({
        row: "expired_as_configured",
        action: "nothing",
        reason: `expired on ${date} as configured`,
      });
      expect(plan.warnings).toHaveLength(1);
      expect(calls).toEqual(reads);

      const past = settings(key.arn, { validTo: formatInstant((record.validTo ?? 0) + 86_400 / 2) });
      await expect(applyMaterial(life.run(), past, source, record)).rejects.toMatchObject({
        code: "lifetime_past",
        attribute: "valid_to",
      });
      expect(life.calls()).toEqual(reads);

      const later = settings(key.arn, { validTo: formatInstant((record.validTo ?? 0) + 60 * 86_400) });
      const again = await planAndApply(life, later, source, record);
      expect(again.plan).toMatchObject({ row: "expired", action: "reimport" });
      expect(again.calls).toEqual(reimport);
    });
  });

  it("deleted behind our back: brought back, or reported where that is wished", async () => {
    const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
    await opensAgain(key.arn, async () => {
      await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.arn }));
      const reporting = await planAndApply(life, { ...wanted, onDeletion: "report" }, source, record);
      expect(reporting.plan).toMatchObject({ row: "deletion_reported", action: "nothing" });
      expect(reporting.calls).toEqual(reads);
      expect(reporting.outcome.warnings).toHaveLength(1);

      const { plan, calls } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({ row: "deleted", reason: expect.stringMatching(/^was deleted before its time/) });
      expect(calls).toEqual(reimport);
    });
  });

  it("different bytes: refused before any call, whatever the state of the key", async () => {
    const { wanted, record } = await importedKey(life, { validFor: "90d" });
    const other = bytesSource(newBytes(), "key_material_wo");
    for (const advance of ["1s", "91d"]) {
      life.kms.clock.advance(advance);
      const plan = await planned(life.run(), wanted, other, record);
      expect(plan.assessment).toMatchObject({ row: "different_material", action: "refuse" });
      life.calls();
      await expect(applyMaterial(life.run(), wanted, other, record)).rejects.toMatchObject({
        code: "different_material",
        attribute: "key_material_wo",
        message: expect.stringContaining("To rotate"),
      });
      expect(life.calls()).toEqual([]);
    }
  });

  it("a configured fingerprint that the bytes do not match: refused before any call", async () => {
    const { arn } = await newKey(life);
    const wanted = { ...settings(arn), fingerprint: `cmac:${"0".repeat(32)}` as const };
    life.calls();
    await expect(applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "different_material",
    });
    expect(life.calls()).toEqual([]);
  });

  it("taken over: not verified, until an import proves the bytes, or the KMS refuses them", async () => {
    const { key, source } = await importedKey(life, { validFor: "90d" });
    const wanted = settings(key.arn, { validFor: "30d" });
    const without = await planAndApply(life, wanted, emptySource(), undefined);
    expect(without.plan).toMatchObject({ row: "not_verified", action: "nothing" });
    expect(without.outcome.record).toMatchObject({ verified: false });
    expect(without.calls).toEqual(reads);

    const { record: _, ...wrong } = { record: 0, source: bytesSource(newBytes()) };
    await expect(applyMaterial(life.run(), wanted, wrong.source, undefined)).rejects.toMatchObject({
      code: "different_material",
    });

    const { plan, calls, outcome } = await planAndApply(life, wanted, source, without.outcome.record);
    expect(plan).toMatchObject({ row: "not_verified", action: "reimport" });
    expect(calls).toEqual(expect.arrayContaining(reimport));
    expect(outcome.record).toMatchObject({ verified: true });
    expectLifetime(outcome.record, 30);
  });

  it("lifetime or description changed in the configuration: reimported; without bytes nothing is touched", async () => {
    const { key, source, record } = await importedKey(life, { validFor: "90d" });
    await opensAgain(key.arn, async () => {
      const longer = settings(key.arn, { validFor: "180d" });
      life.calls();
      await expect(applyMaterial(life.run(), longer, emptySource(), record)).rejects.toMatchObject({
        code: "material_missing",
      });
      expect(life.calls()).toEqual(reads);
      const changed = await planAndApply(life, longer, source, record);
      expect(changed.plan).toMatchObject({ row: "lifetime_configured", action: "reimport" });
      expect(changed.calls).toEqual(reimport);

      const described = { ...longer, description: "safe 7" };
      const again = await planAndApply(life, described, source, changed.outcome.record);
      expect(again.plan).toMatchObject({ row: "description_configured", action: "reimport" });
      expect(again.outcome.record.description).toBe("safe 7");
    });
  });

  it("lifetime changed by someone else: as wanted again; without bytes a warning", async () => {
    const { key, bytes, wanted, source, record } = await importedKey(life, { validFor: "90d" });
    await applyMaterial(life.run(), settings(key.arn, { validFor: "5d" }), bytesSource(bytes), undefined);
    const without = await planAndApply(life, wanted, emptySource(), record);
    expect(without.plan).toMatchObject({ row: "lifetime_drift", action: "nothing" });
    expect(without.plan.warnings).toHaveLength(1);

    const { plan, outcome } = await planAndApply(life, wanted, source, record);
    expect(plan).toMatchObject({ row: "lifetime_drift", action: "reimport" });
    const next = await planned(life.run(), wanted, source, outcome.record);
    expect(next.assessment).toMatchObject({ row: "healthy" });
  });

  it("renewal due: a new expiry; without bytes a warning with the date", async () => {
    const { key, wanted, source, record } = await importedKey(life, { validFor: "90d", renewBefore: "30d" });
    await opensAgain(key.arn, async () => {
      life.kms.clock.advance("59d");
      const early = await planAndApply(life, wanted, source, record);
      expect(early.plan).toMatchObject({ row: "healthy", action: "nothing" });
      life.kms.clock.advance("1d");
      const without = await planAndApply(life, wanted, emptySource(), record);
      expect(without.plan.warnings).toEqual([expect.stringContaining(formatInstant(record.validTo ?? 0))]);
      expect(without.calls).toEqual(reads);

      const { plan, calls, outcome } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({
        row: "renewal_due",
        action: "reimport",
        reason: expect.stringMatching(/^renewal due since/),
      });
      expect(calls).toEqual(reimport);
      expect(outcome.record.validTo).toBeGreaterThan(record.validTo ?? 0);
    });
  });

  it("as wanted: one read in the plan, one in the apply, and not one write", async () => {
    const { wanted, source, record } = await importedKey(life, { validFor: "90d" });
    for (const offered of [source, emptySource(), undefined]) {
      const { plan, planCalls, calls } = await planAndApply(life, wanted, offered, record);
      expect(plan).toMatchObject({ row: "healthy", action: "nothing", warnings: [] });
      expect([planCalls, calls]).toEqual([reads, reads]);
    }
  });

  it("key pending deletion or gone: no plan for the material; an apply names the key", async () => {
    const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: key.arn, PendingWindowInDays: 7 }));
    for (const [advance, row, code] of [
      ["1d", "key_pending_deletion", "key_pending_deletion"],
      ["8d", "key_gone", "key_not_found"],
    ] as const) {
      life.kms.clock.advance(advance);
      const { assessment } = await planned(life.run(), wanted, source, record);
      expect(assessment).toMatchObject({ row, action: "nothing" });
      expect(assessment.warnings).toHaveLength(1);
      life.calls();
      await expect(applyMaterial(life.run(), wanted, source, record)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(key.arn),
      });
      expect(life.calls()).toEqual(reads);
    }
  });

  it("does what was planned or less: what came up after the plan is left for the next", async () => {
    const { wanted, source, record } = await importedKey(life, { validFor: "90d" });
    life.kms.clock.advance("91d");
    life.calls();
    const { warnings, assessment } = await applyMaterial(life.run(), wanted, source, record, {}, "record");
    expect(assessment.row).toBe("expired");
    expect(warnings).toEqual([expect.stringContaining("left for the next one")]);
    expect(life.calls()).toEqual(reads);
  });
});
