import { type Action, type Assessment, assess, type WantedMaterial } from "./assessment";
import type { Call } from "./call";
import { defined } from "./defined";
import { importDeletingFirst, type ReimportContext, type Replacement } from "./delete-first";
import { interruptionMark } from "./delete-first-tags";
import { forgetDisabling, isToBeDisabled, noteDisabling, readableTags, toldWish } from "./enabled-wish";
import { ByokError } from "./errors";
import type { Fingerprint } from "./fingerprint";
import { ImportProof } from "./import-proof";
import { checkImport, type Imported, type ImportPlan, importMaterial } from "./importing";
import { expirationModelOf, type KeyDescription, type MaterialEntry, type Tags } from "./key";
import type { KeyMaterialSource, OfferedMaterial } from "./key-material-source";
import { type KeyContext, keyContext, ofKey, withCall } from "./key-context";
import type { KeyEnabling, MaterialListing, TagReading, TagWriting } from "./key-service";
import { mayHoldSeveral } from "./kms-profile";
import { checkLifetime, sameLifetime } from "./lifetime";
import {
  expiryOf,
  type Imported as ImportedCondition,
  isToDisable,
  lostMaterials,
  type MaterialCondition,
  materialFacts,
  successionSeen,
  type ToDisable,
} from "./material-condition";
import { materialsOf, type MaterialObservation, observeMaterial } from "./material-observation";
import {
  blankRecord,
  type MaterialRecord,
  provedFingerprint,
  type ProvedRecord,
  type UnprovedRecord,
} from "./material-record";
import { differentBytes } from "./offered-bytes";
import { openSource } from "./opened-source";
import type { Outcome } from "./outcome";
import type { Run } from "./run";
import { settled, startSettling } from "./settling";
import { importSuccessor, type SucceedingContext } from "./succeeding";

/** What the configuration asks for, with what only an import needs. */
export interface MaterialSettings extends WantedMaterial {
  /** How the bytes are wrapped. Default: the strongest that the key spec and the KMS allow. */
  readonly wrappingAlgorithm?: string | undefined;
  /** The KMS's key that they are wrapped with. Default: the strongest that the KMS has. */
  readonly wrappingKeySpec?: string | undefined;
  /** The id of material of the key that is taken over: an import of other bytes is refused. Default: none is. */
  readonly existingMaterialId?: string | undefined;
}

/** What is on record after a look. The last known expiry of material that is gone stays, and how it went. */
export function recordAfter(record: MaterialRecord, condition: MaterialCondition): MaterialRecord {
  const seen: MaterialRecord = {
    ...record,
    rebuilt: undefined,
    keyDisabled: condition.keyDisabled,
    toDisable: isToDisable(condition) ? true : undefined,
    otherMaterials: condition.otherMaterials,
  };
  if (condition.state === "deleted" && condition.validTo !== undefined && condition.settling !== true) {
    return { ...seen, deletedEarly: true };
  }
  if (condition.state !== "imported") return seen;
  return {
    ...seen,
    deletedEarly: undefined,
    // Where the KMS tells no lifetime, nothing else says that there was material.
    ...(condition.expirationModel === undefined ? { seenImported: true } : {}),
    expirationModel: condition.expirationModel,
    validTo: condition.validTo,
  };
}

/** An outcome that also says which row of the table was followed, and how the material is now. */
export interface MaterialOutcome extends Outcome<MaterialRecord> {
  /** What was decided, and why. */
  readonly assessment: Assessment;
  /** What the KMS said last. */
  readonly condition: MaterialCondition;
  /** That the key holds these bytes, as the answer to an import of this call proved. Absent: there was none. */
  readonly proof?: ImportProof | undefined;
}

/**
 * Makes the material in a key be as configured, for the first time or again: looks, assesses, and does what was planned
 * or less.
 *
 * @param source Undefined where no bytes are configured.
 * @param record What earlier runs left on record of this key. Undefined: nothing.
 * @param planned What the plan announced. An import is made only where that was one. `move`: the material comes from
 * another key, so that it is an error if nothing is imported. Default: whatever the assessment says.
 * @throws ByokError Before the import, whatever is wrong; nothing has changed then.
 */
export async function applyMaterial(
  run: Run,
  wanted: MaterialSettings,
  source: KeyMaterialSource | undefined,
  record: MaterialRecord | undefined,
  call: Call = {},
  planned: Action | "move" = "create",
): Promise<MaterialOutcome> {
  const context = keyContext(run, wanted.keyArn, "key_arn", call);
  return run.locks.hold(wanted.keyArn, async () => {
    const { offer, material } = await openSource(source, call, { keyArn: wanted.keyArn });
    try {
      const contradiction = differentBytes(offer, wanted.fingerprint, provedFingerprint(record));
      if (contradiction !== undefined) throw contradiction;
      const seen = await observeMaterial(run, wanted.keyArn, record, wanted, call, true);
      const assessment = assess({ wanted, condition: seen.condition, record, offer, now: seen.at });
      if (assessment.problem !== undefined) {
        // The state of the key does not wait for the bytes. Whether that failed is what the next look tells.
        if (isSeenToDisable(seen) && allows(planned, "disable")) await disable(ofKey(context, seen.key.arn));
        throw assessment.problem;
      }
      const known = withRenewal(recordAfter(record ?? blankRecord(wanted.keyArn), seen.condition), wanted);
      const warnings = [...(material?.warnings ?? []), ...assessment.warnings];
      const asSeen = { record: known, warnings, assessment, condition: seen.condition };
      const { action } = assessment;
      if (action === "disable" && isSeenToDisable(seen)) {
        if (planned === "move") throw nothingImported(wanted, assessment);
        return allows(planned, action) ? await disabled(context, seen, asSeen) : late(asSeen);
      }
      if (!isImport(action) || material === undefined || source === undefined || seen.key === null) {
        if (planned === "move") throw nothingImported(wanted, assessment);
        return { ...asSeen, record: { ...known, noteLeft: await noteStillLeft(context, known) } };
      }
      const here = { ...seen, key: seen.key };
      if (!allows(planned, action)) {
        const left = late(asSeen);
        return isSeenToDisable(here) && allows(planned, "disable") ? await disabled(context, here, left) : left;
      }
      const told = material.warnings.length;
      const done = await bringIn(context, wanted, here, record, { material, attribute: source.attribute });
      // An error would make a new resource be thrown away and made again, though its bytes are in.
      const isNew = record === undefined;
      return {
        record: done.record,
        warnings: [
          ...warnings,
          ...material.warnings.slice(told),
          ...done.warnings,
          ...(isNew && done.error !== undefined ? [done.error.rawMessage] : []),
        ],
        ...defined({ error: isNew ? undefined : done.error }),
        assessment,
        condition: conditionAfterImport(seen, done),
        proof: done.proof,
      };
    } finally {
      material?.destroy();
    }
  });
}

function isSeenToDisable(seen: MaterialObservation): seen is SeenToDisable {
  return seen.key !== null && isToDisable(seen.condition);
}

type SeenToDisable = MaterialObservation & { readonly key: KeyDescription; readonly condition: ToDisable };

/** What each plan allows its apply to do: what was planned, or less. */
function allows(planned: Action | "move", action: Action): boolean {
  if (planned === "move" || isImport(planned)) return true;
  return planned === "disable" && action === "disable";
}

function isImport(action: Action): boolean {
  return action === "create" || action === "reimport";
}

function late(outcome: MaterialOutcome): MaterialOutcome {
  const said = `This came up after the plan and is left for the next one: ${outcome.assessment.reason}.`;
  return { ...outcome, warnings: [...outcome.warnings, said] };
}

function nothingImported({ keyArn }: MaterialSettings, { row, reason }: Assessment): ByokError {
  const remedy =
    row === "deletion_reported"
      ? "To have these bytes in this key again, set `on_deletion` to reimport; otherwise choose another key"
      : "Choose a key into which these bytes can be imported";
  return new ByokError(
    "import_refused",
    `Nothing was imported into ${keyArn}: ${reason}. The material of the former key was left as it is and stays on record. ${remedy}, or set \`key_arn\` back.`,
    { attribute: "key_arn" },
  );
}

/** Fulfils what an earlier run could not: the material is in, and the key is to be Disabled. */
async function disabled(
  context: KeyContext<KeyEnabling & TagWriting>,
  { key, condition }: SeenToDisable,
  outcome: MaterialOutcome,
): Promise<MaterialOutcome> {
  const { error, noteLeft } = await disable(ofKey(context, key.arn), key.state === "Disabled");
  if (error !== undefined) return { ...outcome, error };
  const { record } = outcome;
  return {
    ...outcome,
    record: { ...record, toDisable: undefined, noteLeft, keyDisabled: true },
    condition: { ...condition, toDisable: false, keyState: "Disabled", keyDisabled: true },
  };
}

/** When to renew is byok's own affair, and a change of it needs no import. */
function withRenewal(record: MaterialRecord, { lifetime }: WantedMaterial): MaterialRecord {
  const same = record.lifetime !== undefined && sameLifetime(record.lifetime, lifetime);
  return same ? { ...record, lifetime } : record;
}

/** What is on record after an import. */
type MadeRecord = (ProvedRecord | UnprovedRecord) & {
  readonly keyDisabled: boolean;
  readonly otherMaterials: readonly string[];
};

/** What is to be imported, and the argument that gave it. */
interface GivenMaterial {
  readonly material: OfferedMaterial;
  readonly attribute: string;
}

/** What came of an import: the bytes are in, whatever the error says. */
interface BroughtIn {
  readonly record: MadeRecord;
  /** Undefined: the answer was lost, and nothing proves which bytes the key holds. */
  readonly proof: ImportProof | undefined;
  /** Ids of other materials that the key still lacks. */
  readonly missing: readonly string[];
  /** Where the material stands among those of its key. Undefined: the key takes one only, or it shows with the next look. */
  readonly rotation: MaterialEntry["state"] | undefined;
  readonly warnings: readonly string[];
  readonly error?: ByokError | undefined;
}

async function bringIn(
  within: ReimportContext & KeyContext<KeyEnabling & MaterialListing & TagReading>,
  wanted: MaterialSettings,
  seen: MaterialObservation & { readonly key: KeyDescription },
  record: MaterialRecord | undefined,
  { material, attribute }: GivenMaterial,
): Promise<BroughtIn> {
  const { key, at, condition } = seen;
  const context = ofKey(within, key.arn);
  const { run, service, call } = context;
  const succession = successionSeen(condition);
  const closed = run.memory.closed.get(key.arn);
  if (closed !== undefined) throw closed;
  checkLifetime(wanted.lifetime, service.profile, at);
  const onRecord = record === undefined ? undefined : ImportProof.onRecord(record);
  if (succession !== undefined && onRecord === undefined && wanted.existingMaterialId !== undefined) {
    throw noSuchMaterial(key.arn, wanted.existingMaterialId);
  }
  const plan: ImportPlan = {
    key,
    material,
    attribute,
    wrappingAlgorithm: wanted.wrappingAlgorithm,
    wrappingKeySpec: wanted.wrappingKeySpec,
    lifetime: wanted.lifetime,
    again: condition.state !== "never_imported",
    succession,
    // An id that was named is sent too: the KMS compares the bytes with that material.
    materialId: onRecord?.materialId ?? namedMaterial(record) ?? wanted.existingMaterialId,
    description: wanted.description,
    knownDescription: record?.description,
  };
  checkImport(service, plan);
  const materials = seen.materials ?? (await listBefore(context, key, record));
  const tags = seen.tags === undefined ? readableTags(context) : async () => seen.tags;
  // Beside material that is there, new material changes nothing of what the key is.
  const isBeside = succession !== undefined && key.state !== "PendingImport";
  const toDisable = !isBeside && (await isDisablingWished(context, seen, record, tags));
  const dead = condition.state !== "imported" && !isBeside;
  const urgently = withCall(context, { ...call, urgent: dead });
  // Before the effect that makes it necessary, so that a crash does not forget it.
  const isNotedNow = toDisable && !isToBeDisabled(await tags());
  if (isNotedNow) await noteDisabling(context);
  const replacement = {
    full: !dead,
    proof: onRecord,
    interruption: wanted.allowInterruption ?? true,
    // Where a deletion is only reported, the next run must know that this one was ours.
    mark: wanted.onDeletion === "report" ? interruptionMark(record) : undefined,
    tags,
  };
  let imported: Imported;
  try {
    imported = await sentAs(urgently, plan, wanted, replacement);
  } catch (thrown) {
    const error = ByokError.from(thrown);
    // What was noted for an import that is known to have failed is withdrawn, so that it cannot outlive this attempt. A
    // key that holds its material and is Disabled shows that itself, so there nothing of earlier attempts need stay either.
    const isShown = toDisable && condition.state === "imported" && key.state === "Disabled";
    const isOurs = isNotedNow && condition.state !== "never_imported";
    if ((isShown || isOurs) && !error.effectUnknown) {
      await forgetDisabling(withCall(context, {})).catch(() => undefined);
    }
    throw error;
  }
  rememberImport(run, key.arn, material.fingerprint);
  if (dead) startSettling(run, key.arn);
  const { error, noteLeft } = toDisable ? await disable(context) : {};
  // A KMS takes only the same bytes again: what was proved of this key before is so still.
  const { validTo } = imported;
  const proof = imported.proof ?? (onRecord?.fingerprint === material.fingerprint ? onRecord : undefined);
  const materialId = imported.proof === undefined ? onRecord?.materialId : imported.proof.materialId;
  const ids = (materials ?? []).map((entry) => entry.materialId).filter((id) => id !== materialId);
  const missing = lostMaterials(materials).filter((id) => id !== materialId);
  const sent = {
    keyArn: key.arn,
    fingerprint: material.fingerprint,
    materialId,
    lifetime: wanted.lifetime,
    description: wanted.description,
    expirationModel: expirationModelOf(validTo),
    validTo,
    importedValidTo: validTo,
    keyDisabled: isBeside ? condition.keyDisabled : toDisable,
    toDisable: error === undefined ? undefined : true,
    noteLeft: toDisable ? noteLeft : await noteStillLeft(context, record),
    otherMaterials: materials === undefined ? condition.otherMaterials : ids,
  };
  const made: MadeRecord =
    proof === undefined ? { ...sent, verified: false } : { ...sent, verified: true, importedAt: imported.at };
  const rotation = mayHoldSeveral(service.profile, key.spec)
    ? rotationAfter(seen, materialId, materials ?? [])
    : undefined;
  return { record: made, proof: imported.proof, missing, rotation, warnings: afterwards(key, missing, proof), error };
}

/** What is to be taken over is never made: it may have been dropped since it was named. */
function noSuchMaterial(keyArn: string, materialId: string): ByokError {
  return new ByokError(
    "invalid_argument",
    `${keyArn} has no key material ${materialId}. Nothing was imported. \`byok status\` lists the materials of a key; to import these bytes as new material, remove \`existing_key_material_id\`.`,
    { attribute: "existing_key_material_id" },
  );
}

/** The id by which material was taken over. Of an import of ours that nothing proved, an id may be one that was merely seen. */
function namedMaterial(record: MaterialRecord | undefined): string | undefined {
  return record?.lifetime === undefined ? record?.materialId : undefined;
}

/** The answer to an import does not tell it, and of what waits in other Regions only a look does. */
function rotationAfter(
  { key, condition }: MaterialObservation & { readonly key: KeyDescription },
  materialId: string | undefined,
  materials: readonly MaterialEntry[],
): MaterialEntry["state"] | undefined {
  const succession = successionSeen(condition);
  const known = materials.find((entry) => entry.materialId === materialId)?.state;
  if (known !== undefined) return known;
  if (succession?.kind === "new") {
    const isReplicated = (key.multiRegion?.replicaArns ?? []).length > 0;
    return isReplicated ? "PENDING_MULTI_REGION_IMPORT_AND_ROTATION" : "PENDING_ROTATION";
  }
  return succession === undefined && materialId !== undefined
    ? (materialFacts(condition).rotation ?? "CURRENT")
    : undefined;
}

/** Each KMS takes an import in its own way, and material that succeeds another comes in a way of its own. */
function sentAs(
  context: ReimportContext & SucceedingContext,
  plan: ImportPlan,
  { succeeds }: WantedMaterial,
  replacement: Replacement,
): Promise<Imported> {
  const { succession } = plan;
  if (succession !== undefined && succeeds !== undefined) {
    return importSuccessor(context, { ...plan, succession }, succeeds);
  }
  return context.service.profile.reimport === "delete_first"
    ? importDeletingFirst(context, plan, replacement)
    : importMaterial(context, plan);
}

/** What a person has to know of an import that succeeded and does not make all well. */
function afterwards(
  { arn }: KeyDescription,
  missing: readonly string[],
  proof: ImportProof | undefined,
): readonly string[] {
  return [
    ...(missing.length === 0
      ? []
      : [
          `The key material was imported, and ${arn} cannot be used before its other key material is imported again too (${missing.join(", ")}).`,
        ]),
    ...(proof === undefined
      ? [
          `The answer to the import was lost. ${arn} holds key material now, and nothing proves that it is these bytes (not verified). It is neither replaced nor deleted; the next import into the empty key proves it.`,
        ]
      : []),
  ];
}

/**
 * The materials of a key before byok's first import into it, as far as it had any: a key that has lost others of them
 * cannot be used, and a new replica of a key that was rotated needs all of them.
 */
async function listBefore(
  context: KeyContext<MaterialListing>,
  key: KeyDescription,
  record: MaterialRecord | undefined,
): ReturnType<typeof materialsOf> {
  const isFirst = record?.importedAt === undefined;
  const hasHistory = key.materialId !== undefined || key.multiRegion?.type === "REPLICA";
  return isFirst && hasHistory && mayHoldSeveral(context.service.profile, key.spec) ? materialsOf(context) : undefined;
}

/** Whether a key is to be Disabled once its material is in, as far as anybody said; an import makes every key Enabled. */
async function isDisablingWished(
  { run, service }: KeyContext<unknown>,
  { key, condition }: MaterialObservation & { readonly key: KeyDescription },
  record: MaterialRecord | undefined,
  tags: () => Promise<Tags | undefined>,
): Promise<boolean> {
  const told = toldWish(run, service, key);
  if (told !== undefined) return !told;
  if (condition.keyDisabled || isToDisable(condition)) return true;
  // An earlier run may have ended between its import and DisableKey, and left word on the key.
  const mayBeUnfinished = record?.importedAt === undefined || key.state === "Enabled";
  return mayBeUnfinished && record?.noteLeft !== true && isToBeDisabled(await tags());
}

/** Its failure is reported and does not undo the import. The intention stays on the key until it is fulfilled. */
async function disable(
  context: KeyContext<KeyEnabling & TagWriting>,
  isDisabled = false,
): Promise<{ readonly error?: ByokError; readonly noteLeft?: true | undefined }> {
  const { service, keyArn, call } = context;
  try {
    if (!isDisabled) await settled(context, () => service.setEnabled(keyArn, false, call));
  } catch (thrown) {
    const error = ByokError.from(thrown);
    const message = `The key material was imported, and ${keyArn} is now Enabled although it is to be Disabled. The next apply disables it. ${error.rawMessage}`;
    return { error: error.with({ message }) };
  }
  return { noteLeft: await isNoteLeft(context) };
}

/** Removes the note that is fulfilled. True where it stays on the key. */
async function isNoteLeft(context: KeyContext<TagWriting>): Promise<true | undefined> {
  const { run, keyArn } = context;
  const isGone = await forgetDisabling(context).catch((thrown: unknown) => {
    const { rawMessage } = ByokError.from(thrown);
    run.log.warn(`What was noted in the tags of the key could not be removed. ${rawMessage}`, { key: keyArn });
    return false;
  });
  return isGone ? undefined : true;
}

/** Tries once more to remove a note that an earlier run had to leave: anyone who looks after the key itself takes it for one. */
async function noteStillLeft(
  context: KeyContext<TagWriting>,
  record: MaterialRecord | undefined,
): Promise<true | undefined> {
  return record?.noteLeft === true ? isNoteLeft(ofKey(context, record.keyArn)) : undefined;
}

/** How the material is once it has been imported, without looking again: the import's answer is the proof. */
function conditionAfterImport(
  { condition: before, at }: MaterialObservation,
  { record: made, missing, rotation }: BroughtIn,
): ImportedCondition {
  const { expirationModel, validTo, materialId, lifetime, keyDisabled, toDisable, otherMaterials } = made;
  return {
    state: "imported",
    ...defined({ rotation }),
    keyState: missing.length > 0 ? "PendingImport" : keyDisabled && toDisable !== true ? "Disabled" : "Enabled",
    expirationModel,
    ...expiryOf(validTo, lifetime, at),
    materialId: materialId ?? materialFacts(before).materialId,
    lifetimeDrift: false,
    lifetimePast: false,
    missingMaterials: missing,
    otherMaterials,
    keyDisabled,
    ...(toDisable === true ? { toDisable } : {}),
    ...(before.state === "imported" && before.mayInterrupt === true ? { mayInterrupt: true } : {}),
  };
}

function rememberImport(run: Run, keyArn: string, fingerprint: Fingerprint): void {
  const known = run.memory.imports.get(keyArn) ?? new Set();
  run.memory.imports.set(keyArn, known.add(fingerprint));
}
