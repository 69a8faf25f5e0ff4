import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial, type MaterialSettings } from "../../src/engine/imported-key-material";
import { formatInstant } from "../../src/engine/instant";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import type { KeyRecord } from "../../src/engine/key-record";
import type { LifetimeArguments } from "../../src/engine/lifetime";
import type { MaterialRecord } from "../../src/engine/material-record";
import type { Run } from "../../src/engine/run";
import type { WantedKey } from "../../src/engine/wanted-key";
import { planAndApply, planned, settings } from "../support/imported-key";
import { bytesSource, emptySource, newBytes, plaintext } from "../support/life";
import { livesForDays } from "../support/lives-for";

/** One KMS while a row runs against it: the engine's runs, and what a user of the KMS does beside them. */
export interface ContractLife {
  /** A new run: its memory is empty, as in a new process. */
  run(): Run;
  /** Names of the requests that the engine made since the last call. */
  calls(): string[];
  encrypt(keyArn: string): Promise<string>;
  /** The text that `encrypt` took, or the name of the error. */
  decrypt(ciphertext: string): Promise<string>;
  deleteMaterial(keyArn: string): Promise<void>;
  disable(keyArn: string): Promise<void>;
  /** With the shortest window. */
  scheduleDeletion(keyArn: string): Promise<void>;
  /** Absent where the clock cannot be turned. */
  readonly clock?: { advance(duration: string): void };
  close(): Promise<void>;
}

/** What the rows must know of a KMS. */
export interface ContractDriver {
  readonly title: string;
  /** A key as this KMS has it. */
  readonly wantedKey: WantedKey;
  /** Requests by their names in this KMS, in the order in which they are to be made. */
  readonly requests: {
    readonly look: readonly string[];
    readonly firstImport: readonly string[];
    /** An import into a key that holds no material. */
    readonly bringBack: readonly string[];
    /** An import into a key that holds it. */
    readonly renew: readonly string[];
    /** A look at a key whose material is gone. Default: as any other. */
    readonly lookAtLapsed?: readonly string[];
    /** A look at a key whose material was deleted before its time. Default: as at any that is gone. */
    readonly lookAtDeleted?: readonly string[];
    /** A look at material that no import of byok's is on record for. Default: as any other. */
    readonly lookAtUnproved?: readonly string[];
  };
  /** What the KMS says to somebody who uses a key without material. */
  readonly unusable: string;
  /** The code for bytes that the KMS refuses and that nothing on record could have told apart. */
  readonly strangeBytes: "different_material" | "import_refused";
  /** Whether material can have a description. */
  readonly descriptions: boolean;
  start(): Promise<ContractLife>;
}

interface Imported {
  readonly key: KeyRecord;
  readonly bytes: Buffer;
  readonly source: KeyMaterialSource;
  readonly wanted: MaterialSettings;
  readonly record: MaterialRecord;
}

/**
 * Every row of what happens when, on one KMS. Without a clock to turn, the rows that wait for one are left out: they
 * are those below in `turningRows`.
 *
 * @param real Whether this is a real service, whose clock nobody turns and which takes its time.
 */
export function materialContract(driver: ContractDriver, real?: { readonly timeoutMs: number }): void {
  describe(`the material of a key on ${driver.title}`, () => {
    let life: ContractLife;
    beforeEach(async () => {
      life = await driver.start();
    });
    afterEach(() => life.close(), real?.timeoutMs);

    const rows = { ...stillRows, ...(real === undefined ? turningRows : {}) };
    it.each(Object.entries(rows))(
      "%s",
      async (_title, row) => {
        await row(contractRow(driver, life));
      },
      real?.timeoutMs,
    );
  });
}

type ContractRow = (row: Row) => Promise<void>;

/** What a row works with. */
interface Row {
  readonly driver: ContractDriver;
  readonly life: ContractLife;
  readonly requests: ContractDriver["requests"];
  readonly newKey: (changes?: Partial<WantedKey>) => Promise<KeyRecord>;
  readonly imported: (lifetime?: LifetimeArguments, changes?: Partial<WantedKey>) => Promise<Imported>;
  /** The key is dead meanwhile; what the row promises is that the same bytes bring it back. */
  readonly opensAgain: (keyArn: string, act: (ciphertext: string) => Promise<void>) => Promise<void>;
  readonly advance: (duration: string) => void;
  /** The same key as the next run sees it. */
  readonly describe: (keyArn: string) => Promise<{ readonly state: string } | null>;
}

function contractRow(driver: ContractDriver, life: ContractLife): Row {
  const newKey = async (changes: Partial<WantedKey> = {}, run = life.run()): Promise<KeyRecord> =>
    (await ensureKey(run, { ...driver.wantedKey, ...changes }, undefined)).record;
  return {
    driver,
    life,
    requests: driver.requests,
    newKey,
    async imported(lifetime = {}, changes = {}) {
      const run = life.run();
      const key = await newKey(changes, run);
      const bytes = newBytes();
      const [source, wanted] = [bytesSource(bytes), settings(key.arn, lifetime)];
      const { record } = await applyMaterial(run, wanted, source, undefined);
      return { key, bytes, source, wanted, record };
    },
    async opensAgain(keyArn, act) {
      const ciphertext = await life.encrypt(keyArn);
      await act(ciphertext);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    },
    advance(duration) {
      if (life.clock === undefined) throw new Error("This row is for KMSs whose clock can be turned.");
      life.clock.advance(duration);
    },
    async describe(keyArn) {
      const { kms, region } = driver.wantedKey;
      return (await life.run().services.service(kms, region).describe(keyArn)).value;
    },
  };
}

/** Rows that need no more time than they take. */
const stillRows: Readonly<Record<string, ContractRow>> = {
  "never had material: imports; without bytes nothing is touched": async ({ life, requests, newKey }) => {
    const { arn } = await newKey();
    life.calls();
    await expect(applyMaterial(life.run(), settings(arn), emptySource(), undefined)).rejects.toMatchObject({
      code: "material_missing",
      attribute: "key_material_source",
      message: expect.stringContaining("file:absent.bin does not exist."),
    });
    expect(life.calls()).toEqual(requests.look);

    const { plan, calls, outcome } = await planAndApply(life, settings(arn), bytesSource(newBytes()), undefined);
    expect(plan).toMatchObject({ row: "never_imported", action: "create" });
    expect(calls).toEqual(requests.firstImport);
    expect(outcome.record).toMatchObject({
      verified: true,
      keyArn: arn,
      expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  },

  "deleted behind our back: brought back, or reported where that is wished": async (row) => {
    const { life, requests } = row;
    const { key, wanted, source, record } = await row.imported({ validFor: "90d" });
    await row.opensAgain(key.arn, async (ciphertext) => {
      await life.deleteMaterial(key.arn);
      expect(await life.decrypt(ciphertext)).toBe(row.driver.unusable);
      const { look, bringBack, lookAtLapsed = look, lookAtDeleted = lookAtLapsed } = requests;
      const reporting = { ...wanted, onDeletion: "report" } as const;
      // So soon after an import of ours the KMS may be late with its news, and nothing is reported yet.
      const early = await planAndApply(life, reporting, source, record);
      expect(early.plan).toMatchObject({ row: "not_shown_yet", action: "nothing" });
      expect(early.outcome.record.deletedEarly).toBeUndefined();
      if (life.clock !== undefined) {
        life.clock.advance("5m");
        const reported = await planAndApply(life, reporting, source, record);
        expect(reported.plan).toMatchObject({ row: "deletion_reported", action: "nothing" });
        expect(reported.calls).toEqual(lookAtDeleted);
        expect(reported.outcome.warnings).toHaveLength(1);
      }

      const { plan, calls } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({ row: "deleted", reason: expect.stringMatching(/^was deleted before its time/) });
      if (life.clock !== undefined) expect(calls).toEqual([...lookAtDeleted, ...bringBack.slice(lookAtDeleted.length)]);
    });
  },

  "different bytes: refused before any call": async ({ life, imported }) => {
    const { wanted, record } = await imported({ validFor: "90d" });
    const other = bytesSource(newBytes(), "key_material_wo");
    const plan = await planned(life.run(), wanted, other, record);
    expect(plan.assessment).toMatchObject({ row: "different_material", action: "refuse" });
    life.calls();
    await expect(applyMaterial(life.run(), wanted, other, record)).rejects.toMatchObject({
      code: "different_material",
      attribute: "key_material_wo",
      message: expect.stringContaining("To rotate"),
    });
    expect(life.calls()).toEqual([]);
  },

  "a configured fingerprint that the bytes do not match: refused before any call": async ({ life, newKey }) => {
    const { arn } = await newKey();
    const wanted = { ...settings(arn), fingerprint: `cmac:${"0".repeat(32)}` as const };
    life.calls();
    await expect(applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "different_material",
    });
    expect(life.calls()).toEqual([]);
  },

  "taken over: not verified, until an import proves the bytes, or the KMS refuses them": async (row) => {
    const { life, requests } = row;
    const { key, source } = await row.imported({ validFor: "90d" });
    const wanted = settings(key.arn, { validFor: "30d" });
    const without = await planAndApply(life, wanted, emptySource(), undefined);
    expect(without.plan).toMatchObject({ row: "not_verified", action: "nothing" });
    expect(without.outcome.record).toMatchObject({ verified: false });
    expect(without.calls).toEqual(requests.lookAtUnproved ?? requests.look);

    await row.opensAgain(key.arn, async () => {
      const strange = applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined);
      await expect(strange).rejects.toMatchObject({ code: row.driver.strangeBytes });

      const { plan, calls, outcome } = await planAndApply(life, wanted, source, without.outcome.record);
      expect(plan).toMatchObject({ row: "not_verified", action: "reimport" });
      expect(calls).toEqual(expect.arrayContaining([...requests.renew]));
      expect(outcome.record).toMatchObject({ verified: true });
      expect(livesForDays(outcome.record)).toBe(30);
    });
  },

  "lifetime changed in the configuration: reimported; without bytes nothing is touched": async (row) => {
    const { life, requests } = row;
    const { key, source, record } = await row.imported({ validFor: "90d" });
    await row.opensAgain(key.arn, async () => {
      const longer = settings(key.arn, { validFor: "180d" });
      life.calls();
      await expect(applyMaterial(life.run(), longer, emptySource(), record)).rejects.toMatchObject({
        code: "material_missing",
      });
      expect(life.calls()).toEqual(requests.look);
      const changed = await planAndApply(life, longer, source, record);
      expect(changed.plan).toMatchObject({ row: "lifetime_configured", action: "reimport" });
      expect(changed.calls).toEqual(requests.renew);
      expect(livesForDays(changed.outcome.record)).toBe(180);
      const never = await planAndApply(life, settings(key.arn), source, changed.outcome.record);
      expect(never.outcome.record).toMatchObject({ expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" });
    });
  },

  "description changed in the configuration: reimported, or refused where material has none": async (row) => {
    const { life } = row;
    const { key, source, record } = await row.imported({ validFor: "90d" });
    const described = { ...settings(key.arn, { validFor: "90d" }), description: "safe 7" };
    const applied = planAndApply(life, described, source, record);
    if (!row.driver.descriptions) {
      await expect(applied).rejects.toMatchObject({ code: "invalid_argument", attribute: "material_description" });
      return;
    }
    const { plan, outcome } = await applied;
    expect(plan).toMatchObject({ row: "description_configured", action: "reimport" });
    expect(outcome.record.description).toBe("safe 7");
  },

  "lifetime changed by someone else: as wanted again; without bytes a warning": async (row) => {
    const { life } = row;
    const { key, bytes, wanted, source, record } = await row.imported({ validFor: "90d" });
    await applyMaterial(life.run(), settings(key.arn, { validFor: "5d" }), bytesSource(bytes), undefined);
    const without = await planAndApply(life, wanted, emptySource(), record);
    expect(without.plan).toMatchObject({ row: "lifetime_drift", action: "nothing" });
    expect(without.plan.warnings).toHaveLength(1);

    const { plan, outcome } = await planAndApply(life, wanted, source, record);
    expect(plan).toMatchObject({ row: "lifetime_drift", action: "reimport" });
    const next = await planned(life.run(), wanted, source, outcome.record);
    expect(next.assessment).toMatchObject({ row: "healthy" });
  },

  "the same bytes declared twice, both renewed: each leaves alone what the other has done": async (row) => {
    const { life } = row;
    const { wanted, source, record: first } = await row.imported({ validFor: "90d" });
    row.advance("10d");
    const { outcome } = await planAndApply(life, wanted, source, undefined);
    const { record: second } = outcome;
    expect(second).toMatchObject({ verified: true, validTo: (first.validTo ?? 0) + 10 * 86_400 });
    for (const record of [first, second, first]) {
      expect((await planned(life.run(), wanted, source, record)).assessment).toMatchObject({ row: "healthy" });
    }
  },

  "as wanted: one read in the plan, one in the apply, and not one write": async ({ life, requests, imported }) => {
    const { wanted, source, record } = await imported({ validFor: "90d" });
    for (const offered of [source, emptySource(), undefined]) {
      const { plan, planCalls, calls } = await planAndApply(life, wanted, offered, record);
      expect(plan).toMatchObject({ row: "healthy", action: "nothing", warnings: [] });
      expect([planCalls, calls]).toEqual([requests.look, requests.look]);
    }
  },

  "Disabled stays Disabled when its material comes back": async (row) => {
    const { life } = row;
    const { key, wanted, source, record } = await row.imported({ validFor: "90d" });
    await life.disable(key.arn);
    const seen = await planAndApply(life, wanted, source, record);
    await life.deleteMaterial(key.arn);
    await planAndApply(life, wanted, source, seen.outcome.record);
    expect(await row.describe(key.arn)).toMatchObject({ state: "Disabled" });
  },

  "a key that was wished Disabled before it had material is Disabled after its first import": async (row) => {
    const { key } = await row.imported({}, { enabled: false });
    expect(await row.describe(key.arn)).toMatchObject({ state: "Disabled" });
  },

  "key pending deletion: no plan for the material, an apply names the key, and the key is brought back": async (
    row,
  ) => {
    const { life, requests } = row;
    const { key, wanted, source, record } = await row.imported({ validFor: "90d" });
    await row.opensAgain(key.arn, async () => {
      await life.scheduleDeletion(key.arn);
      const { assessment } = await planned(life.run(), wanted, source, record);
      expect(assessment).toMatchObject({ row: "key_pending_deletion", action: "nothing" });
      expect(assessment.warnings).toHaveLength(1);
      life.calls();
      await expect(applyMaterial(life.run(), wanted, source, record)).rejects.toMatchObject({
        code: "key_pending_deletion",
        message: expect.stringContaining(key.arn),
      });
      expect(life.calls()).toEqual(requests.look);
      const back = await ensureKey(life.run(), { ...row.driver.wantedKey, enabled: true }, key);
      expect(back).toMatchObject({ record: { arn: key.arn }, warnings: [expect.stringContaining("was canceled")] });
      expect(await row.describe(key.arn)).toMatchObject({ state: "Enabled" });
    });
  },

  "a creation that is repeated continues with the empty key of the same token, and with no other": async (row) => {
    const creationToken = `contract-${newBytes().toString("hex")}`;
    const first = await row.newKey({ creationToken });
    const again = await row.newKey({ creationToken });
    expect(again.arn).toBe(first.arn);
    const { wanted, source } = { wanted: settings(first.arn), source: bytesSource(newBytes()) };
    await applyMaterial(row.life.run(), wanted, source, undefined);
    await expect(row.newKey({ creationToken })).rejects.toMatchObject({
      code: "key_conflict",
      message: expect.stringContaining(first.arn),
    });
  },
};

/** Rows that wait for an expiry, a renewal or the end of a deletion. */
const turningRows: Readonly<Record<string, ContractRow>> = {
  "expired: in-place update that says when, and the old ciphertext opens again": async (row) => {
    const { life, requests } = row;
    const { key, wanted, source, record } = await row.imported({ validFor: "90d" });
    await row.opensAgain(key.arn, async (ciphertext) => {
      row.advance("91d");
      expect(await life.decrypt(ciphertext)).toBe(row.driver.unusable);
      await expect(applyMaterial(life.run(), wanted, emptySource(), record)).rejects.toMatchObject({
        code: "material_missing",
      });
      const { plan, planCalls, calls, outcome } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({
        row: "expired",
        action: "reimport",
        reason: `expired on ${formatInstant(record.validTo ?? 0)}`,
      });
      expect([planCalls, calls]).toEqual([requests.lookAtLapsed ?? requests.look, requests.bringBack]);
      expect(livesForDays(outcome.record)).toBe(90);
    });
  },

  "expired as configured: nothing, until a later date brings the same bytes back": async (row) => {
    const { life, requests } = row;
    const first = await row.imported({ validFor: "30d" });
    const date = formatInstant(first.record.validTo ?? 0);
    const { key, source } = first;
    const wanted = settings(key.arn, { validTo: date });
    const { record } = (await planAndApply(life, wanted, source, first.record)).outcome;
    await row.opensAgain(key.arn, async () => {
      row.advance("31d");
      const { plan, calls } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({
        row: "expired_as_configured",
        action: "nothing",
        reason: `expired on ${date} as configured`,
      });
      expect(plan.warnings).toHaveLength(1);
      const { look, lookAtLapsed = look } = requests;
      expect(calls).toEqual(lookAtLapsed);

      const past = settings(key.arn, { validTo: formatInstant((record.validTo ?? 0) + 86_400 / 2) });
      await expect(applyMaterial(life.run(), past, source, record)).rejects.toMatchObject({
        code: "lifetime_past",
        attribute: "valid_to",
      });
      expect(life.calls()).toEqual(lookAtLapsed);

      const later = settings(key.arn, { validTo: formatInstant((record.validTo ?? 0) + 60 * 86_400) });
      const again = await planAndApply(life, later, source, record);
      expect(again.plan).toMatchObject({ row: "expired", action: "reimport" });
      expect(again.calls).toEqual(requests.bringBack);
    });
  },

  "different bytes after expiry: refused before any call": async ({ life, imported, advance }) => {
    const { wanted, record } = await imported({ validFor: "90d" });
    advance("91d");
    life.calls();
    await expect(applyMaterial(life.run(), wanted, bytesSource(newBytes()), record)).rejects.toMatchObject({
      code: "different_material",
    });
    expect(life.calls()).toEqual([]);
  },

  "renewal due: a new expiry; without bytes a warning with the date": async (row) => {
    const { life, requests } = row;
    const { key, wanted, source, record } = await row.imported({ validFor: "90d", renewBefore: "30d" });
    await row.opensAgain(key.arn, async () => {
      row.advance("59d");
      const early = await planAndApply(life, wanted, source, record);
      expect(early.plan).toMatchObject({ row: "healthy", action: "nothing" });
      row.advance("1d");
      const without = await planAndApply(life, wanted, emptySource(), record);
      expect(without.plan.warnings).toEqual([expect.stringContaining(formatInstant(record.validTo ?? 0))]);
      expect(without.calls).toEqual(requests.look);

      const { plan, calls, outcome } = await planAndApply(life, wanted, source, record);
      expect(plan).toMatchObject({
        row: "renewal_due",
        action: "reimport",
        reason: expect.stringMatching(/^renewal due since/),
      });
      expect(calls).toEqual(requests.renew);
      expect(outcome.record.validTo).toBeGreaterThan(record.validTo ?? 0);
    });
  },

  "key gone: no plan for the material; an apply names the key": async ({ life, requests, imported, advance }) => {
    const { key, wanted, source, record } = await imported({ validFor: "90d" });
    await life.scheduleDeletion(key.arn);
    advance("9d");
    const { assessment } = await planned(life.run(), wanted, source, record);
    expect(assessment).toMatchObject({ row: "key_gone", action: "nothing" });
    expect(assessment.warnings).toHaveLength(1);
    life.calls();
    await expect(applyMaterial(life.run(), wanted, source, record)).rejects.toMatchObject({
      code: "key_not_found",
      message: expect.stringContaining(key.arn),
    });
    expect(life.calls()).toEqual(requests.look);
  },

  "does what was planned or less: what came up after the plan is left for the next": async (row) => {
    const { life, requests } = row;
    const { wanted, source, record } = await row.imported({ validFor: "90d" });
    row.advance("91d");
    life.calls();
    const { warnings, assessment } = await applyMaterial(life.run(), wanted, source, record, {}, "record");
    expect(assessment.row).toBe("expired");
    expect(warnings).toEqual([expect.stringContaining("left for the next one")]);
    expect(life.calls()).toEqual(requests.lookAtLapsed ?? requests.look);
  },
};
