import { type Action, type Assessment, assess, type WantedMaterial } from "./assessment";
import type { Call } from "./call";
import { importDeletingFirst, interruptionMark, withInterruption } from "./delete-first";
import { ByokError, isByokError } from "./errors";
import type { Fingerprint } from "./fingerprint";
import { checkImport, type ImportPlan, importMaterial } from "./importing";
import type { EpochSeconds } from "./instant";
import { type KeyDescription, waitsForDeletion } from "./key";
import type { KeyMaterialSource, OfferedMaterial } from "./key-material-source";
import type { KeyService } from "./key-service";
import { checkAllowed, type KeyLocation } from "./key-services";
import { checkLifetime, type Lifetime, renewalTime, sameLifetime, validToAt } from "./lifetime";
import { type MaterialCondition, materialCondition, needsMaterialList } from "./material-condition";
import { type MaterialRecord, provedFingerprint } from "./material-record";
import { openSource } from "./opened-source";
import { differentBytes } from "./offered-bytes";
import type { Outcome } from "./outcome";
import type { Run } from "./run";
import { madeAt, settled, settledAnswer, startSettling } from "./settling";
import { wishedEnabled, withWish } from "./enabled-wish";

/** What the configuration asks for, with what only an import needs. */
export interface MaterialSettings extends WantedMaterial {
  readonly wrappingAlgorithm?: string | undefined;
  readonly wrappingKeySpec?: string | undefined;
}

/** What was seen at one moment. */
export interface MaterialObservation {
  readonly at: EpochSeconds;
  readonly condition: MaterialCondition;
  /** Null: the KMS does not know the key. */
  readonly key: KeyDescription | null;
}

/**
 * Looks at the material in a key: one DescribeKey, and the list of its materials only where that leaves open what
 * became of ours.
 *
 * @param lifetime As configured; says when renewal is due.
 */
export async function observeMaterial(
  run: Run,
  keyArn: string,
  record: MaterialRecord | undefined,
  lifetime: Lifetime,
  call: Call = {},
): Promise<MaterialObservation> {
  const { service } = reach(run, keyArn);
  const { value: key, at } = await settledAnswer(
    run,
    service,
    madeAt(run, keyArn),
    call,
    () => service.describe(keyArn, call),
    ({ value }) => value !== null && value.state !== "Creating" && !waitsForDeletion(value),
  );
  const { reimport } = service.profile;
  if (key === null || !needsMaterialList(key, record)) {
    const condition = withWish(run, key, materialCondition({ key, reimport }, record, lifetime, at));
    return { at, key, condition: await withInterruption(run, service, condition, record, call) };
  }
  const materials = await service.materials(keyArn, call);
  return {
    at,
    key,
    condition: withWish(run, key, materialCondition({ key, materials, reimport }, record, lifetime, at)),
  };
}

/** What is on record after a look. The last known expiry of material that is gone stays, and how it went. */
export function recordAfter(record: MaterialRecord, condition: MaterialCondition): MaterialRecord {
  const seen = { ...record, keyDisabled: condition.keyDisabled, otherMaterials: condition.otherMaterials };
  if (condition.state === "deleted" && condition.validTo !== undefined) return { ...seen, deletedEarly: true };
  if (condition.state !== "imported") return seen;
  return {
    ...seen,
    deletedEarly: undefined,
    // Where the KMS tells no lifetime, nothing else says that there was material.
    ...(condition.expirationModel === undefined ? { seenImported: true } : {}),
    materialId: condition.materialId,
    expirationModel: condition.expirationModel,
    validTo: condition.validTo,
  };
}

/** An outcome that also says which row of the table was followed, and how the material is now. */
export interface MaterialOutcome extends Outcome<MaterialRecord> {
  readonly assessment: Assessment;
  readonly condition: MaterialCondition;
}

/**
 * Makes the material in a key be as configured, for the first time or again: looks, assesses, and does what was planned
 * or less.
 *
 * @param source Undefined where no bytes are configured.
 * @param record What earlier runs left on record of this key. Undefined: nothing.
 * @param planned What the plan announced. An import is made only where that was one. Default: whatever the assessment says.
 * @throws ByokError Before the import, whatever is wrong; nothing has changed then.
 */
export async function applyMaterial(
  run: Run,
  wanted: MaterialSettings,
  source: KeyMaterialSource | undefined,
  record: MaterialRecord | undefined,
  call: Call = {},
  planned: Action = "create",
): Promise<MaterialOutcome> {
  const { service } = reach(run, wanted.keyArn);
  return run.locks.hold(wanted.keyArn, async () => {
    const { offer, material } = await openSource(source, call);
    try {
      const contradiction = differentBytes(offer, wanted.fingerprint, provedFingerprint(record));
      if (contradiction !== undefined) throw contradiction;
      const seen = await observeMaterial(run, wanted.keyArn, record, wanted.lifetime, call);
      const assessment = assess({ wanted, condition: seen.condition, record, offer, now: seen.at });
      if (assessment.problem !== undefined) throw assessment.problem;
      const known = withRenewal(
        recordAfter(record ?? { keyArn: wanted.keyArn, verified: false }, seen.condition),
        wanted,
      );
      const warnings = [...(material?.warnings ?? []), ...assessment.warnings];
      if (!isImport(assessment.action) || material === undefined || source === undefined || seen.key === null) {
        return { record: known, warnings, assessment, condition: seen.condition };
      }
      if (!isImport(planned)) {
        const late = `This came up after the plan and is left for the next one: ${assessment.reason}.`;
        return { record: known, warnings: [...warnings, late], assessment, condition: seen.condition };
      }
      const here = { ...seen, key: seen.key };
      const done = await bringIn(run, service, wanted, here, record, material, source.attribute, call);
      // An error would make a new resource be thrown away and made again, though its bytes are in.
      const lateError = record === undefined ? undefined : done.error;
      return {
        record: done.record,
        warnings: [...warnings, ...(record === undefined && done.error !== undefined ? [done.error.rawMessage] : [])],
        ...(lateError === undefined ? {} : { error: lateError }),
        assessment,
        condition: conditionAfterImport(done.before, done.record),
      };
    } finally {
      material?.destroy();
    }
  });
}

/**
 * What destroying the material does.
 *
 * @param policy `retain` leaves the bytes in the key and calls nothing. `delete` deletes them at once, except for bytes
 * that this same run imported: then another resource stands for them now.
 */
export async function releaseMaterial(
  run: Run,
  record: MaterialRecord,
  policy: "retain" | "delete",
  call: Call = {},
): Promise<{ readonly warnings: readonly string[] }> {
  if (policy === "retain") {
    return {
      warnings: [
        `The key material stays in ${record.keyArn}, since \`deletion_policy\` is retain: the key still works, and byok no longer looks after it.`,
      ],
    };
  }
  const { service } = reach(run, record.keyArn);
  return run.locks.hold(record.keyArn, async () => {
    const { fingerprint } = record;
    if (fingerprint !== undefined && run.memory.imports.get(record.keyArn)?.has(fingerprint) === true) {
      return { warnings: [`The same bytes were imported into ${record.keyArn} in this run, so they are not deleted.`] };
    }
    const several = record.materialId !== undefined && service.profile.severalMaterials.length > 0;
    try {
      await service.deleteMaterial(record.keyArn, several ? record.materialId : undefined, call);
      return { warnings: [] };
    } catch (error) {
      // Not every KMS takes a deletion from an empty key, and an attempt whose reply was lost empties it.
      if (isByokError(error, "key_unusable") && (await isEmpty(service, record.keyArn, call))) return { warnings: [] };
      // Whoever removed the key has done with its material what can be done.
      if (!isByokError(error, "key_not_found", "key_pending_deletion")) throw error;
      return { warnings: [`The key material was not deleted from ${record.keyArn}: ${error.rawMessage}`] };
    }
  });
}

async function isEmpty(service: KeyService, keyArn: string, call: Call): Promise<boolean> {
  const { value: key } = await service.describe(keyArn, call);
  return key?.state === "PendingImport";
}

function reach(run: Run, keyArn: string): { readonly location: KeyLocation; readonly service: KeyService } {
  const location = run.services.locate(keyArn, "key_arn");
  checkAllowed(location, run.allowed, "key_arn");
  return { location, service: run.services.service(location.kms, location.region) };
}

/**
 * What else a key holds that had its material before byok's first import. Where it has lost any of that, no import of
 * ours makes it usable, and later looks must know to ask.
 */
async function withOtherMaterials(
  run: Run,
  service: KeyService,
  { key, condition, at }: MaterialObservation & { readonly key: KeyDescription },
  record: MaterialRecord | undefined,
  lifetime: Lifetime,
  call: Call,
): Promise<MaterialCondition> {
  if (key.materialId === undefined || record?.importedAt !== undefined || needsMaterialList(key, record)) {
    return condition;
  }
  try {
    const materials = await service.materials(key.arn, call);
    const { missingMaterials, otherMaterials } = materialCondition({ key, materials }, record, lifetime, at);
    return { ...condition, missingMaterials, otherMaterials };
  } catch (error) {
    if (!isByokError(error, "access_denied", "service_refused")) throw error;
    run.log.warn("The materials of the key cannot be listed, so it is not known whether it holds others.", {
      key: key.arn,
    });
    return condition;
  }
}

/** How the material is once it has been imported, without looking again: the import's answer is the proof. */
function conditionAfterImport(before: MaterialCondition, made: MadeRecord): MaterialCondition {
  const { expirationModel, validTo, materialId, lifetime, keyDisabled } = made;
  const { missingMaterials, otherMaterials } = before;
  const asWanted = { lifetimeDrift: false, renewalDue: false, lifetimePast: false };
  const renewal = renewalTime(lifetime, validTo);
  return {
    state: "imported",
    expirationModel,
    validTo,
    materialId,
    renewalTime: renewal,
    ...asWanted,
    missingMaterials,
    otherMaterials,
    keyDisabled,
  };
}

/** When to renew is byok's own affair, and a change of it needs no import. */
function withRenewal(record: MaterialRecord, { lifetime }: WantedMaterial): MaterialRecord {
  const same = record.lifetime !== undefined && sameLifetime(record.lifetime, lifetime);
  return same ? { ...record, lifetime } : record;
}

function isImport(action: Action): boolean {
  return action === "create" || action === "reimport";
}

/** What is on record after an import. */
type MadeRecord = MaterialRecord & { readonly lifetime: Lifetime; readonly keyDisabled: boolean };

/** What came of an import: the bytes are in, whatever the error says. */
interface BroughtIn {
  readonly record: MadeRecord;
  /** How the material was before, with all that was asked for the import. */
  readonly before: MaterialCondition;
  readonly error?: ByokError | undefined;
}

async function bringIn(
  run: Run,
  service: KeyService,
  wanted: MaterialSettings,
  seen: MaterialObservation & { readonly key: KeyDescription },
  record: MaterialRecord | undefined,
  material: OfferedMaterial,
  attribute: string,
  call: Call,
): Promise<BroughtIn> {
  const { key, at } = seen;
  checkLifetime(wanted.lifetime, service.profile, at);
  const validTo = validToAt(wanted.lifetime, at);
  const plan: ImportPlan = {
    key,
    material,
    attribute,
    wrappingAlgorithm: wanted.wrappingAlgorithm,
    wrappingKeySpec: wanted.wrappingKeySpec,
    validTo,
    again: seen.condition.state !== "never_imported",
    materialId: seen.condition.materialId,
    description: wanted.description,
  };
  checkImport(service, plan);
  const condition = await withOtherMaterials(run, service, seen, record, wanted.lifetime, call);
  const tags = once(() => service.tags(key.arn, call));
  const wish = await wishedEnabled(run, key, condition, tags);
  const dead = condition.state !== "imported";
  const urgent = { ...call, urgent: dead };
  const interruption = wanted.allowInterruption ?? true;
  // Where a deletion is only reported, the next run must know that this one was ours.
  const mark = wanted.onDeletion === "report" ? interruptionMark(record) : undefined;
  const replacement = { full: !dead, proved: provedFingerprint(record), interruption, mark, tags };
  const imported =
    service.profile.reimport === "delete_first"
      ? await importDeletingFirst(run, service, plan, replacement, urgent)
      : await importMaterial(run, service, plan, urgent);
  rememberImport(run, key.arn, material.fingerprint);
  if (dead) startSettling(run, key.arn);
  const made: MadeRecord = {
    keyArn: key.arn,
    fingerprint: material.fingerprint,
    verified: true,
    materialId: imported.materialId ?? condition.materialId,
    importedAt: imported.at,
    lifetime: wanted.lifetime,
    description: wanted.description,
    expirationModel: validTo === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES",
    validTo,
    importedValidTo: validTo,
    keyDisabled: wish === false,
    otherMaterials: condition.otherMaterials,
  };
  return { record: made, before: condition, error: await afterImport(run, service, key, condition, wish, call) };
}

/** What remains to be done once the bytes are in. Its failure is told and does not undo them. */
async function afterImport(
  run: Run,
  service: KeyService,
  key: KeyDescription,
  condition: MaterialCondition,
  wish: boolean | undefined,
  call: Call,
): Promise<ByokError | undefined> {
  if (condition.missingMaterials.length > 0) {
    return new ByokError(
      "materials_missing",
      `The key material was imported, but ${key.arn} held other material too, which is missing (${condition.missingMaterials.join(", ")}). The key cannot be used before that is imported again.`,
      { attribute: "key_arn" },
    );
  }
  if (wish !== false) return undefined;
  try {
    await settled(run, service, madeAt(run, key.arn), call, () => service.setEnabled(key.arn, false, call));
    return undefined;
  } catch (thrown) {
    const error = ByokError.from(thrown);
    return error.with({
      message: `The key material was imported, and ${key.arn} is now Enabled although it is to be Disabled: ${error.rawMessage}`,
    });
  }
}

function rememberImport(run: Run, keyArn: string, fingerprint: Fingerprint): void {
  const known = run.memory.imports.get(keyArn) ?? new Set();
  run.memory.imports.set(keyArn, known.add(fingerprint));
}

/** Asks once and gives everybody the same answer. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
