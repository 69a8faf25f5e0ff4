import { fingerprintTag } from "../../../src/engine/delete-first-tags";
import { deadlineAfter } from "../../../src/engine/deadline";
import { tellWish } from "../../../src/engine/enabled-wish";
import { ByokError } from "../../../src/engine/errors";
import { ensureKey, readKey } from "../../../src/engine/external-key";
import { applyMaterial, type MaterialSettings } from "../../../src/engine/imported-key-material";
import { KeyMaterial } from "../../../src/engine/key-material";
import type { KeyMaterialSource } from "../../../src/engine/key-material-source";
import type { KeyService } from "../../../src/engine/key-service";
import type { KeyRecord } from "../../../src/engine/key-record";
import type { LifetimeArguments } from "../../../src/engine/lifetime";
import { type Log, silentLog } from "../../../src/engine/log";
import type { MaterialRecord } from "../../../src/engine/material-record";
import type { WantedKey } from "../../../src/engine/wanted-key";
import type { RequestWatch } from "../../../src/emulator/index";
import { hurriedClock } from "../../support/hurried-clock";
import { planAndApply, planned, settings } from "../../support/imported-key";
import { bytesSource, emptySource, newBytes, plaintext } from "../../support/life";
import { type QkmsLife, startQkmsLife } from "../../support/qkms";
import { livesForDays } from "../../support/lives-for";

const wantedKey: WantedKey = { kms: "qkms", region: "", multiRegion: false };
const [look, parameters, put, remove] = [
  "DescribeKey",
  "GetParametersForImport",
  "ImportKeyMaterial",
  "DeleteImportedKeyMaterial",
];
const [tags, tag, untag] = ["ListResourceTags", "TagResource", "UntagResource"];
// In place is refused since the key is full; then is tried whether the requests of the next import are allowed.
const tried = [look, tags, parameters, look, parameters, put];
const renewal = [...tried, remove, parameters, put];
const never = { times: Number.POSITIVE_INFINITY };

describe("on a KMS that takes imports into empty keys only", () => {
  let life: QkmsLife;
  let delay: RequestWatch | undefined;
  beforeEach(async () => {
    delay = undefined;
    life = await startQkmsLife({ onRequest: async (...request) => delay?.(...request) });
  });
  afterEach(() => life.close());

  interface Imported {
    readonly key: KeyRecord;
    readonly source: KeyMaterialSource;
    readonly wanted: MaterialSettings;
    readonly record: MaterialRecord;
    readonly ciphertext: string;
  }

  const newKey = async (changes: Partial<WantedKey> = {}): Promise<KeyRecord> =>
    (await ensureKey(life.run(), { ...wantedKey, ...changes }, undefined)).record;

  async function imported(lifetime: LifetimeArguments = { validFor: "90d" }, bytes = newBytes()): Promise<Imported> {
    const key = await newKey();
    const [source, wanted] = [bytesSource(bytes), settings(key.arn, lifetime)];
    const { record } = await applyMaterial(life.run(), wanted, source, undefined);
    const ciphertext = await life.encrypt(key.arn);
    life.calls();
    return { key, source, wanted, record, ciphertext };
  }

  /** As somebody does who brings bytes in without byok: there is no tag. */
  async function untagged(): Promise<Imported> {
    const done = await imported();
    await life.ask("UntagResource", { KeyId: done.key.arn, TagKeys: [fingerprintTag] });
    return done;
  }

  const tagOf = async (arn: string): Promise<string | undefined> => (await life.service().tags(arn))[fingerprintTag];
  const fingerprintOf = (bytes: Buffer) => KeyMaterial.take(Buffer.from(bytes)).fingerprint;
  const longer = (arn: string) => settings(arn, { validFor: "120d" });

  /** With little time, which passes at once. */
  function inAMinute(
    wanted: MaterialSettings,
    source: KeyMaterialSource,
    record: MaterialRecord,
    log: Log = silentLog,
  ): Promise<unknown> {
    const clock = hurriedClock();
    const deadline = deadlineAfter(60_000, clock);
    return applyMaterial(life.run({ clock, log }), wanted, source, record, { deadline });
  }

  function collectingLog(): { readonly log: Log; readonly warnings: string[] } {
    const warnings: string[] = [];
    return { warnings, log: { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message) } };
  }

  it("names the bytes on the key after its first import, and then goes by its record", async () => {
    const { arn } = await newKey();
    const bytes = newBytes();
    const { plan, calls, outcome } = await planAndApply(life, settings(arn), bytesSource(bytes), undefined);
    expect(plan).toMatchObject({ row: "never_imported", warnings: [] });
    expect(calls).toEqual([look, tags, tag, parameters, put, tag, untag]);
    expect(await life.service().tags(arn)).toEqual({ [fingerprintTag]: fingerprintOf(bytes) });
    life.calls();
    const again = await planAndApply(life, settings(arn), bytesSource(bytes), outcome.record);
    expect(again.plan).toMatchObject({ row: "healthy", action: "nothing", warnings: [] });
    expect(again.calls).toEqual([look]);
  });

  it("deletes living material first to change its lifetime, and says so in the plan", async () => {
    const { key, source, record, ciphertext } = await imported();
    const { plan, planCalls, calls, outcome } = await planAndApply(life, longer(key.arn), source, record);
    expect(plan).toMatchObject({ row: "lifetime_configured", action: "reimport" });
    expect(plan.warnings).toEqual([expect.stringContaining("cannot be used for a moment")]);
    expect(planCalls).toEqual([look]);
    expect(calls).toEqual(renewal);
    expect(livesForDays(outcome.record)).toBe(120);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    const next = await planned(life.run(), longer(key.arn), source, outcome.record);
    expect(next.assessment).toMatchObject({ row: "healthy", warnings: [] });
  });

  it("does not wait for a key that this run made to take an import in place", async () => {
    const run = life.run();
    const { record: key } = await ensureKey(run, wantedKey, undefined);
    const source = bytesSource(newBytes());
    const { record } = await applyMaterial(run, settings(key.arn, { validFor: "90d" }), source, undefined);
    life.calls();
    await applyMaterial(run, longer(key.arn), source, record);
    expect(life.calls()).toEqual(renewal);
  });

  it("counts the lifetime from the attempt that succeeds, however long those before took", async () => {
    const { key, source, record } = await imported();
    let puts = 0;
    delay = async ({ operation }, moment) => {
      if (operation !== put || moment !== "before" || ++puts !== 2) return undefined;
      life.kms.clock.advance("2h");
      return "drop";
    };
    const hourly = settings(key.arn, { validFor: "1h" });
    const done = await applyMaterial(life.run(), hourly, source, record);
    expect(done.error).toBeUndefined();
    expect(done.record).toMatchObject({ verified: true });
    const { value: after, at } = await life.service().describe(key.arn);
    expect(after).toMatchObject({ state: "Enabled", validTo: done.record.validTo });
    expect(done.record.validTo).toBeGreaterThan(at);
  });

  it("asks once where the KMS refuses an argument while there is time left, and twice where nothing tells", async () => {
    const importing = (arn: string) =>
      applyMaterial(life.run(), settings(arn, { validFor: "1h" }), bytesSource(newBytes()), undefined);
    life.kms.faults.add({ operation: put, kind: "error", code: "ValidationException", message: "Not so.", times: 9 });
    const [one, two] = [await newKey(), await newKey()];
    life.calls();
    await expect(importing(one.arn)).rejects.toThrow(/^\[invalid_argument\] .*Not so/);
    expect(life.calls()).toEqual([look, tags, tag, parameters, put, look, untag]);
    life.kms.faults.add({ operation: look, kind: "error", code: "AccessDeniedException", nth: 2 });
    await expect(importing(two.arn)).rejects.toThrow(/^\[invalid_argument\] .*Not so/);
    expect(life.calls()).toEqual([look, tags, tag, parameters, put, look, parameters, put, look, untag]);
  });

  it("goes before all that waits for the quota once the key is dead", async () => {
    const { key, source, record } = await imported();
    const urgent: [string, boolean | undefined][] = [];
    const run = life.run({
      watch: (service) => ({
        ...service,
        deleteMaterial(arn, id, call) {
          urgent.push([remove, call?.urgent]);
          return service.deleteMaterial(arn, id, call);
        },
        importMaterial(request, call) {
          urgent.push([put, call?.urgent]);
          return service.importMaterial(request, call);
        },
      }),
    });
    await applyMaterial(run, longer(key.arn), source, record);
    expect(urgent).toEqual([
      [put, false],
      [remove, true],
      [put, true],
    ]);
  });

  it("renews so, and leaves a Disabled key Disabled", async () => {
    const { key, source, wanted, record, ciphertext } = await imported();
    await life.ask("DisableKey", { KeyId: key.arn });
    life.kms.clock.advance("61d");
    const { plan, calls } = await planAndApply(life, wanted, source, record);
    expect(plan).toMatchObject({ row: "renewal_due", warnings: [expect.stringContaining("deleted first")] });
    expect(calls).toEqual([look, tags, tag, ...renewal.slice(2), "DisableKey", untag]);
    expect(await life.service().tags(key.arn)).toEqual({ [fingerprintTag]: record.fingerprint });
    await life.ask("EnableKey", { KeyId: key.arn });
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("deletes nothing where the key is empty already", async () => {
    const { source, wanted, record, ciphertext } = await imported();
    life.kms.clock.advance("91d");
    const { plan, calls } = await planAndApply(life, wanted, source, record);
    expect(plan).toMatchObject({ row: "expired", warnings: [] });
    expect(calls).toEqual([look, tags, parameters, put]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("waits until the KMS shows the deletion", async () => {
    const { key, source, record } = await imported();
    life.kms.faults.add({ operation: remove, kind: "eventual", forRequests: 2 });
    await applyMaterial(life.run({ clock: hurriedClock() }), longer(key.arn), source, record);
    expect(life.calls()).toEqual([...tried, remove, parameters, parameters, parameters, put]);
  });

  describe("which takes them in place all the same", () => {
    beforeEach(async () => {
      await life.close();
      life = await startQkmsLife({ qkms: { reimportInPlace: true } });
    });

    it("deletes nothing", async () => {
      const { key, source, record, ciphertext } = await imported();
      const { calls } = await planAndApply(life, { ...longer(key.arn), allowInterruption: false }, source, record);
      expect(calls).toEqual([look, tags, parameters, put]);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("imports nothing over what nothing proves: nobody knows beforehand that it would be taken", async () => {
      const { key, wanted, source } = await untagged();
      const { plan, calls, outcome } = await planAndApply(life, wanted, source, undefined);
      expect(plan).toMatchObject({ row: "not_verified", action: "nothing" });
      expect(calls).toEqual([look, tags]);
      expect(outcome.record.verified).toBe(false);
      expect(await tagOf(key.arn)).toBeUndefined();
    });

    it("proves what the tag of a key tells, where there is no record", async () => {
      const { key, wanted, source, record } = await imported();
      const { calls, outcome } = await planAndApply(life, wanted, source, undefined);
      expect(calls).toEqual([look, tags, parameters, put]);
      expect(outcome.record).toMatchObject({ verified: true, fingerprint: record.fingerprint });
      expect(await tagOf(key.arn)).toBe(record.fingerprint);
    });

    it("only warns where the tag cannot be set after the import", async () => {
      const { arn } = await newKey();
      const [wanted, source] = [settings(arn), bytesSource(newBytes())];
      const { log, warnings } = collectingLog();
      life.kms.faults.add({ operation: tag, kind: "error", code: "AccessDeniedException" });
      life.kms.faults.add({ operation: "TagResource", kind: "error", code: "TagException", ...never });
      const { record } = await applyMaterial(life.run({ log }), wanted, source, undefined);
      expect(record.verified).toBe(true);
      expect(warnings).toEqual([
        expect.stringContaining("byok:importing cannot be set"),
        expect.stringContaining(`${fingerprintTag} of the key could not be put right`),
      ]);
    });
  });

  describe("a run that ends between the deletion and the import", () => {
    it.each([
      ["has the next one bring the same bytes back", {}],
      ["has the next one do so without its record, by the key's tag", { lost: true }],
    ])("%s", async (_what, { lost = false }: { readonly lost?: boolean }) => {
      const { key, wanted, source, record, ciphertext } = await imported();
      life.kms.clock.advance("61d");
      life.kms.faults.add({ operation: parameters, kind: "error", code: "KMSInternalException", skip: 2, ...never });
      await expect(inAMinute(wanted, source, record)).rejects.toMatchObject({
        code: "service_unavailable",
        message: expect.stringMatching(/was deleted to be imported again.*cannot be used now.*Run again/),
      });
      life.kms.faults.clear();
      expect(await life.decrypt(ciphertext)).toBe("KMSInvalidStateException");

      const { plan, calls } = await planAndApply(life, wanted, source, lost ? undefined : record);
      expect(plan).toMatchObject({ row: lost ? "never_imported" : "deleted", warnings: [] });
      expect(calls).toEqual([look, tags, parameters, put]);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
      expect(await tagOf(key.arn)).toBe(record.fingerprint);
    });

    describe("where a deletion is reported only", () => {
      const cut = { operation: parameters, kind: "error", code: "InvalidArnException", skip: 2, ...never } as const;

      it("is recognized by a deletion by others, and repaired all the same", async () => {
        const { key, wanted, source, record, ciphertext } = await imported();
        const reporting: MaterialSettings = { ...wanted, onDeletion: "report" };
        life.kms.clock.advance("61d");
        life.kms.faults.add(cut);
        await expect(inAMinute(reporting, source, record)).rejects.toMatchObject({
          serviceCode: "InvalidArnException",
        });
        const [before, after] = [[...tried, tag, remove], life.calls()];
        expect(after.slice(0, before.length)).toEqual(before);
        expect(new Set(after.slice(before.length))).toEqual(new Set([parameters]));
        life.kms.faults.clear();
        const { plan, outcome } = await planAndApply(life, reporting, source, record);
        expect(plan).toMatchObject({ row: "deleted", reason: expect.stringContaining("that import failed") });
        expect(await life.decrypt(ciphertext)).toBe(plaintext);
        expect(await life.service().tags(key.arn)).toEqual({ [fingerprintTag]: record.fingerprint });

        // A deletion by somebody else is reported, once our own import is old news.
        await life.ask(remove, { KeyId: key.arn });
        life.kms.clock.advance("2m");
        const others = await planAndApply(life, reporting, source, outcome.record);
        expect(others.plan).toMatchObject({ row: "deletion_reported", action: "nothing" });
        life.kms.permissions.deny("kms:ListResourceTags");
        const blind = await planAndApply(life, reporting, source, outcome.record);
        expect(blind.plan.row).toBe("deletion_reported");
        life.kms.faults.add({ operation: "ListResourceTags", kind: "error", code: "InvalidArnException" });
        await expect(planned(life.run(), reporting, source, outcome.record)).rejects.toMatchObject({
          serviceCode: "InvalidArnException",
        });
      });

      it("is reported with material that was taken over, too", async () => {
        const { key, wanted, source, ciphertext } = await imported();
        const reporting: MaterialSettings = { ...wanted, onDeletion: "report" };
        const { outcome } = await planAndApply(life, reporting, emptySource(), undefined);
        life.calls();
        life.kms.faults.add(cut);
        await expect(inAMinute(reporting, source, outcome.record)).rejects.toMatchObject({
          serviceCode: "InvalidArnException",
        });
        expect(life.calls()).toContain(remove);
        life.kms.faults.clear();
        const { plan, outcome: repaired } = await planAndApply(life, reporting, source, outcome.record);
        expect(plan).toMatchObject({ row: "deleted", reason: expect.stringContaining("that import failed") });
        expect(await life.decrypt(ciphertext)).toBe(plaintext);
        await life.ask(remove, { KeyId: key.arn });
        life.kms.clock.advance("2m");
        expect((await planned(life.run(), reporting, source, repaired.record)).assessment.row).toBe(
          "deletion_reported",
        );
      });

      it("is none where nothing was deleted, and the mark can only be made to say nothing", async () => {
        const { key, wanted, source, record } = await imported();
        const reporting: MaterialSettings = { ...wanted, onDeletion: "report" };
        const prolonged: MaterialSettings = {
          ...reporting,
          lifetime: settings(key.arn, { validFor: "120d" }).lifetime,
        };
        for (const action of ["UntagResource", "DeleteImportedKeyMaterial"]) life.kms.permissions.deny(`kms:${action}`);
        await expect(applyMaterial(life.run(), prolonged, source, record)).rejects.toMatchObject({
          code: "access_denied",
        });
        life.kms.permissions.allow();
        expect((await planAndApply(life, reporting, source, record)).plan.row).toBe("healthy");
        life.kms.clock.advance("10d");
        await life.ask(remove, { KeyId: key.arn });
        expect((await planAndApply(life, reporting, source, record)).plan.row).toBe("deletion_reported");
      });

      it("is none where byok never imported", async () => {
        const { key, wanted } = await imported();
        const { outcome } = await planAndApply(life, wanted, emptySource(), undefined);
        await life.ask(remove, { KeyId: key.arn });
        life.calls();
        const { assessment } = await planned(
          life.run(),
          { ...wanted, onDeletion: "report" },
          undefined,
          outcome.record,
        );
        expect(assessment).toMatchObject({ row: "deletion_reported" });
        expect(life.calls()).toEqual([look, "ListResourceTags"]);
      });

      it("is not told where the key cannot be tagged, and the material is renewed for all that", async () => {
        const { wanted, source, record, ciphertext } = await imported();
        life.kms.clock.advance("61d");
        life.kms.permissions.deny("kms:TagResource");
        const { log, warnings } = collectingLog();
        await applyMaterial(life.run({ log }), { ...wanted, onDeletion: "report" }, source, record);
        expect(warnings).toEqual([expect.stringContaining("byok:interrupted-import cannot be set")]);
        expect(await life.decrypt(ciphertext)).toBe(plaintext);
      });
    });

    it("is reported as what it is where another run has imported meanwhile", async () => {
      const { key, wanted, source, record, ciphertext } = await imported();
      const run = life.run({
        clock: hurriedClock(),
        watch: (service) => ({
          ...service,
          async deleteMaterial(...request) {
            await service.deleteMaterial(...request);
            await applyMaterial(life.run({ clock: hurriedClock() }), wanted, source, record);
          },
        }),
      });
      await expect(applyMaterial(run, longer(key.arn), source, record)).rejects.toMatchObject({
        code: "key_unusable",
        rawMessage: expect.stringContaining("holds material again"),
      });
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("is not what canceling makes of it", async () => {
      const { key, source, record, ciphertext } = await imported();
      const controller = new AbortController();
      const run = life.run({
        watch: (service) => ({
          ...service,
          async deleteMaterial(...request) {
            await service.deleteMaterial(...request);
            controller.abort();
          },
        }),
      });
      await applyMaterial(run, longer(key.arn), source, record, { signal: controller.signal });
      expect(life.calls()).toEqual(renewal);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });
  });

  it("deletes nothing once it is canceled", async () => {
    const { key, source, record } = await imported();
    const controller = new AbortController();
    const run = life.run({
      watch: (service) => ({
        ...service,
        async importParameters(...request) {
          controller.abort();
          return service.importParameters(request[0], request[1], request[2]);
        },
      }),
    });
    await expect(
      applyMaterial(run, longer(key.arn), source, record, { signal: controller.signal }),
    ).rejects.toMatchObject({ code: "canceled" });
    expect(life.calls()).toEqual([look, tags, parameters]);
  });

  it("goes on where a deletion is repeated because its reply was lost", async () => {
    const { key, source, record, ciphertext } = await imported();
    life.kms.faults.add({ operation: remove, kind: "drop", when: "after" });
    life.kms.faults.add({ operation: remove, kind: "error", code: "KMSInvalidStateException", nth: 2 });
    await applyMaterial(life.run(), longer(key.arn), source, record);
    expect(life.calls()).toEqual([...tried, remove, remove, parameters, put]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it.each([
    ["the parameters of the import are denied", "kms:GetParametersForImport", [look, tags, parameters]],
    ["the import itself is denied", "kms:ImportKeyMaterial", tried],
    ["the deletion is denied", "kms:DeleteImportedKeyMaterial", [...tried, remove]],
  ])("leaves the material alone where %s", async (_what, action, calls) => {
    const { key, source, record, ciphertext } = await imported();
    life.kms.permissions.deny(action);
    await expect(applyMaterial(life.run(), longer(key.arn), source, record)).rejects.toMatchObject({
      code: "access_denied",
    });
    expect(life.calls()).toEqual(calls);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("leaves the material alone where the KMS takes an import of nothing", async () => {
    const { key, source, record, ciphertext } = await imported();
    const watch = (service: KeyService): KeyService => ({
      ...service,
      importMaterial: async () => ({ value: {}, at: 0 }),
    });
    await expect(applyMaterial(life.run({ watch }), longer(key.arn), source, record)).rejects.toMatchObject({
      code: "untrusted_answer",
      message: expect.stringContaining("Nothing was deleted."),
    });
    expect(life.calls()).toEqual([look, tags, parameters, look, parameters]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("deletes nothing where no interruption is allowed", async () => {
    const { key, source, record, ciphertext } = await imported();
    const wanted = { ...longer(key.arn), allowInterruption: false };
    const plan = await planned(life.run(), wanted, source, record);
    expect(plan.assessment.warnings).toEqual([expect.stringContaining("nothing will be imported")]);
    life.calls();
    await expect(applyMaterial(life.run(), wanted, source, record)).rejects.toMatchObject({
      code: "import_refused",
      attribute: "allow_interruption",
      message: expect.stringContaining("Nothing was deleted."),
    });
    expect(life.calls()).toEqual([look, tags, parameters, look]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  describe("material that no record proves", () => {
    it("is replaced where the key's tag does", async () => {
      const { wanted, source, record, ciphertext } = await imported();
      const { plan, calls, outcome } = await planAndApply(life, wanted, source, undefined);
      expect(plan).toMatchObject({ row: "not_verified", action: "reimport" });
      expect(plan.warnings).toEqual([expect.stringContaining("once it is proved")]);
      expect(calls).toEqual(renewal);
      expect(outcome.record).toMatchObject({ verified: true, fingerprint: record.fingerprint });
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("stays where the key has no tag, and the warning says what to do", async () => {
      const { key, wanted, source, record, ciphertext } = await untagged();
      const { plan, calls } = await planAndApply(life, longer(key.arn), source, undefined);
      expect(plan).toMatchObject({ row: "not_verified", action: "nothing" });
      expect(plan.warnings).toEqual([expect.stringMatching(/Nothing proves which bytes.*byok:fingerprint/)]);
      expect(calls).toEqual([look, tags]);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);

      const Tags = [{ TagKey: fingerprintTag, TagValue: record.fingerprint }];
      await life.ask("TagResource", { KeyId: key.arn, Tags });
      const proved = await planAndApply(life, wanted, source, undefined);
      expect(proved.outcome.record).toMatchObject({ verified: true });
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("is proved by the next import into the empty key, which the KMS compares", async () => {
      const { key, wanted, source, record, ciphertext } = await untagged();
      const { outcome } = await planAndApply(life, wanted, source, undefined);
      life.kms.clock.advance("91d");
      await expect(planAndApply(life, wanted, bytesSource(newBytes()), outcome.record)).rejects.toMatchObject({
        code: "different_material",
      });
      const proved = await planAndApply(life, wanted, source, outcome.record);
      expect(proved.plan.row).toBe("expired");
      expect(proved.outcome.record).toMatchObject({ verified: true });
      expect(await tagOf(key.arn)).toBe(record.fingerprint);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("stays where the tag says that the bytes are others", async () => {
      const { wanted, ciphertext } = await imported();
      const other = bytesSource(newBytes(), "key_material_wo");
      await expect(applyMaterial(life.run(), wanted, other, undefined)).rejects.toMatchObject({
        code: "different_material",
        attribute: "key_material_wo",
      });
      expect(life.calls()).not.toContain(remove);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("stays where the tags cannot be read", async () => {
      const { wanted, source, ciphertext } = await imported();
      life.kms.permissions.deny("kms:ListResourceTags");
      const { assessment } = await applyMaterial(life.run(), wanted, source, undefined);
      expect(assessment).toMatchObject({ row: "not_verified", action: "nothing" });
      expect(life.calls()).toEqual([look, tags]);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });
  });

  describe("the tag of an empty key", () => {
    it("is taken back where the KMS knows the key by other bytes", async () => {
      const { key, wanted } = await untagged();
      await life.ask(remove, { KeyId: key.arn });
      const attempt = () => applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined);
      await expect(attempt()).rejects.toMatchObject({ code: "different_material" });
      expect(life.calls()).toEqual([look, tags, tag, parameters, put, untag]);
      expect(await life.service().tags(key.arn)).toEqual({});
    });

    it("is reported with where it cannot be taken back", async () => {
      const { key, wanted } = await untagged();
      await life.ask(remove, { KeyId: key.arn });
      life.kms.permissions.deny("kms:UntagResource");
      const { log, warnings } = collectingLog();
      await expect(applyMaterial(life.run({ log }), wanted, bytesSource(newBytes()), undefined)).rejects.toMatchObject({
        code: "different_material",
      });
      expect(warnings).toEqual([expect.stringContaining("kms:UntagResource")]);
    });

    it("stays where it names other bytes, until the KMS has taken these", async () => {
      const { key, wanted, source, record } = await imported();
      await life.ask(remove, { KeyId: key.arn });
      await expect(applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined)).rejects.toMatchObject({
        code: "different_material",
      });
      expect(await tagOf(key.arn)).toBe(record.fingerprint);

      const Tags = [{ TagKey: fingerprintTag, TagValue: "cmac:00000000000000000000000000000000" }];
      await life.ask("TagResource", { KeyId: key.arn, Tags });
      life.calls();
      await applyMaterial(life.run(), wanted, source, undefined);
      expect(life.calls()).toEqual([look, tags, parameters, put, tag]);
      expect(await tagOf(key.arn)).toBe(record.fingerprint);
    });

    it("may be out of the importer's reach", async () => {
      const { arn } = await newKey();
      life.kms.permissions.deny("kms:ListResourceTags");
      life.kms.permissions.deny("kms:TagResource");
      const { log, warnings } = collectingLog();
      const { record } = await applyMaterial(life.run({ log }), settings(arn), bytesSource(newBytes()), undefined);
      expect(record.verified).toBe(true);
      expect(warnings).toEqual([
        expect.stringContaining("cannot be read"),
        expect.stringContaining("byok:importing cannot be set"),
        expect.stringContaining(fingerprintTag),
      ]);
    });

    it.each(["ListResourceTags", "TagResource"])("keeps the import waiting where %s fails", async (operation) => {
      const key = await newKey();
      life.kms.faults.add({ operation, kind: "error", code: "InvalidArnException", ...never });
      const run = life.run();
      // Said by this run, so that the tags are read for the fingerprint alone.
      tellWish(run, key.arn, true);
      await expect(applyMaterial(run, settings(key.arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
        serviceCode: "InvalidArnException",
      });
      expect(life.calls()).not.toContain(put);
    });
  });

  it("tells the bytes nowhere, whatever goes wrong", async () => {
    const bytes = newBytes();
    const told: unknown[] = [];
    const note = (message: string, fields?: unknown) => void told.push([message, fields]);
    const log: Log = { debug: note, info: note, warn: note };
    const { arn } = await newKey();
    const source = bytesSource(bytes);
    const first = await applyMaterial(life.run({ log }), settings(arn), source, undefined);
    const renewed = await applyMaterial(life.run({ log, clock: hurriedClock() }), longer(arn), source, first.record);
    told.push(first, renewed, await life.service().tags(arn));
    for (const code of ["InvalidCiphertextException", "IncorrectKeyMaterialException", "Surprise"]) {
      const message = `${bytes.toString("base64")} ${bytes.toString("hex")}`;
      const id = life.kms.faults.add({ operation: put, kind: "error", code, message, ...never });
      const failed: unknown = await inAMinute(settings(arn), source, renewed.record, log).catch(
        (error: unknown) => error,
      );
      expect(failed).toBeInstanceOf(ByokError);
      told.push(String(failed), failed, failed instanceof Error ? failed.stack : "");
      life.kms.faults.remove(id);
    }
    const all = told.map((what) => (typeof what === "string" ? what : JSON.stringify(what))).join("\n");
    for (const spelling of ["hex", "base64", "base64url"] as const) {
      expect(all).not.toContain(bytes.toString(spelling).replace(/=+$/, ""));
    }
  });

  it("takes a lifetime that the KMS does not tell for the one on record", async () => {
    const { source, wanted, record } = await imported();
    const fields = { KeyMetadata: { ExpirationModel: null, ValidTo: null } };
    life.kms.faults.add({ operation: look, kind: "replace", fields, ...never });
    const { plan, outcome } = await planAndApply(life, wanted, source, record);
    expect(plan.row).toBe("healthy");
    expect(outcome.record).toMatchObject({ validTo: record.validTo, expirationModel: "KEY_MATERIAL_EXPIRES" });
    life.kms.clock.advance("61d");
    expect((await planned(life.run(), wanted, source, outcome.record)).assessment.row).toBe("renewal_due");
    const without = await planned(life.run(), wanted, source, undefined);
    expect(without.assessment.reason).toContain("never expires");
  });

  it("remembers material that was taken over, where the KMS tells no lifetime", async () => {
    const { key, wanted } = await imported();
    const fields = { KeyMetadata: { ExpirationModel: null, ValidTo: null } };
    life.kms.faults.add({ operation: look, kind: "replace", fields, ...never });
    const { outcome } = await planAndApply(life, wanted, emptySource(), undefined);
    expect(outcome.condition.state).toBe("imported");
    await life.ask(remove, { KeyId: key.arn });
    const reporting: MaterialSettings = { ...wanted, onDeletion: "report" };
    expect((await planned(life.run(), reporting, undefined, outcome.record)).assessment.row).toBe("deletion_reported");
  });

  describe("an account that the KMS does not tell", () => {
    const everything = { policy: true, tags: true };

    it("is read off its keys", async () => {
      const [gone] = [await newKey(), await newKey()];
      await life.ask("ScheduleKeyDeletion", { KeyId: gone.arn, PendingWindowInDays: 7 });
      life.kms.clock.advance("8d");
      life.calls();
      expect(await readKey(life.run(), gone.arn, gone, everything)).toBeUndefined();
      expect(life.calls()).toEqual([look, "ListKeys"]);
      const allowed = { accountIds: ["111122223333"] };
      await expect(ensureKey(life.run({ allowed }), wantedKey, undefined)).resolves.toMatchObject({ warnings: [] });
    });

    it("is unknown where it has none: a key is not believed to be gone, and none is created under a restriction", async () => {
      const allowed = { accountIds: ["111122223333"] };
      await expect(ensureKey(life.run({ allowed }), wantedKey, undefined)).rejects.toMatchObject({
        code: "account_not_allowed",
        attribute: "allowed_account_ids",
      });
      const key = await newKey();
      await life.ask("ScheduleKeyDeletion", { KeyId: key.arn, PendingWindowInDays: 7 });
      life.kms.clock.advance("8d");
      await expect(readKey(life.run(), key.arn, key, everything)).rejects.toMatchObject({
        code: "key_not_found",
        message: expect.stringContaining("remove it from the state"),
      });
    });
  });
});
