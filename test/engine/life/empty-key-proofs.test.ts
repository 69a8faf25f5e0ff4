import { deadlineAfter } from "../../../src/engine/deadline";
import { fingerprintTag } from "../../../src/engine/delete-first-tags";
import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial, type MaterialSettings } from "../../../src/engine/imported-key-material";
import type { KeyService } from "../../../src/engine/key-service";
import { hurriedClock } from "../../support/hurried-clock";
import { planAndApply, planned, settings } from "../../support/imported-key";
import { bytesSource, newBytes, plaintext } from "../../support/life";
import { type QkmsLife, startQkmsLife } from "../../support/qkms";

const [parameters, put, remove] = ["GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"];
const wantedKey = { kms: "qkms", region: "", multiRegion: false } as const;

describe("where imports go into empty keys only, and material may be deleted for them", () => {
  let life: QkmsLife;
  beforeEach(async () => {
    life = await startQkmsLife();
  });
  afterEach(() => life.close());

  const emptyKey = async (): Promise<string> => (await ensureKey(life.run(), wantedKey, undefined)).record.arn;
  const longer = (arn: string) => settings(arn, { validFor: "120d" });
  const tagsOf = (arn: string) => life.service().tags(arn);

  async function imported() {
    const arn = await emptyKey();
    const [wanted, source] = [settings(arn, { validFor: "90d" }), bytesSource(newBytes())];
    const { record } = await applyMaterial(life.run(), wanted, source, undefined);
    const ciphertext = await life.encrypt(arn);
    life.calls();
    return { arn, wanted, source, record, ciphertext };
  }

  /** Somebody else brings bytes in with the vendor's tools: byok notes nothing. */
  async function importedByOthers(arn: string): Promise<string> {
    await applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined);
    await life.ask("UntagResource", { KeyId: arn, TagKeys: [fingerprintTag, "byok:importing"] });
    const ciphertext = await life.encrypt(arn);
    life.calls();
    return ciphertext;
  }

  it("a key that is refused for being disabled loses nothing", async () => {
    const { arn, source, record, ciphertext } = await imported();
    for (const operation of [parameters, put]) {
      life.kms.faults.clear();
      life.kms.faults.add({ operation, kind: "error", code: "DisabledException" });
      await expect(applyMaterial(life.run(), longer(arn), source, record)).rejects.toMatchObject({
        code: "key_disabled",
      });
      expect(life.calls()).not.toContain(remove);
    }
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it.each([
    ["a storm of failures", { operation: "*", kind: "error", code: "KMSInternalException", status: 500 }],
    ["a denial", { operation: put, kind: "error", code: "AccessDeniedException" }],
    ["throttling", { operation: parameters, kind: "error", code: "ThrottlingException" }],
  ] as const)("%s after the deletion is waited out for as long as the operation may take", async (_title, fault) => {
    const { arn, source, record, ciphertext } = await imported();
    const clock = hurriedClock();
    const started = clock.monotonic();
    const watch = (service: KeyService): KeyService => ({
      ...service,
      async deleteMaterial(...request) {
        await service.deleteMaterial(...request);
        const id = life.kms.faults.add({ ...fault, times: Number.POSITIVE_INFINITY });
        storm = id;
      },
    });
    let storm: number | undefined;
    const sleep = async (pause: number): Promise<void> => {
      await clock.sleep(pause);
      // Half a minute later it is over.
      if (storm !== undefined && clock.monotonic() - started > 30_000) life.kms.faults.remove(storm);
    };
    const run = life.run({ clock: { ...clock, sleep }, watch });
    const deadline = deadlineAfter(5 * 60_000, clock);
    const done = await applyMaterial(run, longer(arn), source, record, { deadline });
    expect(done.record.verified).toBe(true);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("an import that was denied leaves nothing that proves what others import by hand later", async () => {
    const arn = await emptyKey();
    const [wanted, source] = [settings(arn), bytesSource(newBytes())];
    life.kms.faults.add({ operation: put, kind: "error", code: "AccessDeniedException" });
    await expect(applyMaterial(life.run(), wanted, source, undefined)).rejects.toMatchObject({ code: "access_denied" });
    expect(await tagsOf(arn)).toEqual({});
    const ciphertext = await importedByOthers(arn);
    for (const changed of [wanted, longer(arn)]) {
      const { plan, outcome } = await planAndApply(life, changed, source, undefined);
      expect(plan).toMatchObject({ row: "not_verified", action: "nothing" });
      expect(outcome.record.verified).toBe(false);
    }
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("an import that was begun proves nothing of what others imported meanwhile", async () => {
    const arn = await emptyKey();
    const source = bytesSource(newBytes());
    life.kms.faults.add({ operation: put, kind: "drop", times: Number.POSITIVE_INFINITY });
    await expect(applyMaterial(life.run(), settings(arn), source, undefined)).rejects.toMatchObject({
      effectUnknown: true,
    });
    life.kms.faults.clear();
    const begun = await tagsOf(arn);
    expect(Object.keys(begun)).toEqual(["byok:importing"]);
    const ciphertext = await importedByOthers(arn);
    const Tags = Object.entries(begun).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
    await life.ask("TagResource", { KeyId: arn, Tags });
    const { plan } = await planAndApply(life, longer(arn), source, undefined);
    expect(plan.warnings).toEqual([expect.stringContaining("was begun, and its answer never came")]);
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  describe("and deletions are only reported", () => {
    const reporting = (wanted: MaterialSettings): MaterialSettings => ({ ...wanted, onDeletion: "report" });

    it("a deletion that was refused leaves no note that makes others' deletions look like byok's", async () => {
      const { arn, source, record } = await imported();
      life.kms.faults.add({ operation: remove, kind: "error", code: "AccessDeniedException" });
      await expect(applyMaterial(life.run(), reporting(longer(arn)), source, record)).rejects.toMatchObject({
        code: "access_denied",
      });
      expect(life.calls()).toEqual(expect.arrayContaining(["TagResource", remove, "UntagResource"]));
      expect(await tagsOf(arn)).toEqual({ [fingerprintTag]: record.fingerprint });
      await life.ask(remove, { KeyId: arn });
      life.kms.clock.advance("2m");
      const { assessment } = await planned(life.run(), reporting(settings(arn, { validFor: "90d" })), source, record);
      expect(assessment.row).toBe("deletion_reported");
    });

    it("a renewal leaves none either, also where it was canceled in the middle", async () => {
      const { arn, source, record } = await imported();
      const controller = new AbortController();
      const watch = (service: KeyService): KeyService => ({
        ...service,
        async deleteMaterial(...request) {
          await service.deleteMaterial(...request);
          controller.abort();
        },
      });
      await applyMaterial(life.run({ watch }), reporting(longer(arn)), source, record, { signal: controller.signal });
      expect(await tagsOf(arn)).toEqual({ [fingerprintTag]: record.fingerprint });
    });

    it("a key that byok emptied is repaired at once, also a moment after its import", async () => {
      const { arn, source, record, ciphertext } = await imported();
      life.kms.faults.add({ operation: put, kind: "error", code: "InvalidArnException", skip: 1, times: 99 });
      const clock = hurriedClock();
      const deadline = deadlineAfter(60_000, clock);
      const wanted = reporting(longer(arn));
      await expect(applyMaterial(life.run({ clock }), wanted, source, record, { deadline })).rejects.toMatchObject({
        message: expect.stringContaining("cannot be used now"),
      });
      life.kms.faults.clear();
      const quick = { ...life, run: () => life.run({ clock: hurriedClock() }) };
      const { plan } = await planAndApply(quick, wanted, source, record);
      expect(plan).toMatchObject({ row: "deleted", action: "reimport" });
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });
  });
});
