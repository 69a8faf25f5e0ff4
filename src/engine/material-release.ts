import { isNeeded } from "./announcements";
import type { Call } from "./call";
import { ByokError, isByokError } from "./errors";
import { ImportProof } from "./import-proof";
import { applyMaterial, type MaterialOutcome, type MaterialSettings } from "./imported-key-material";
import { waitsForDeletion } from "./key";
import type { KeyMaterialSource } from "./key-material-source";
import { type KeyContext, keyContext } from "./key-context";
import type { KeyReading, KeyRotating, MaterialDeleting, MaterialListing } from "./key-service";
import { type DeletionReason, deleteMaterial } from "./material-deletion";
import type { MaterialRecord } from "./material-record";
import { leftWaiting, noLongerWaiting } from "./pending-material";
import type { Run } from "./run";
import { isPending } from "./succession";

/** `retain` leaves the bytes in the key, `delete` deletes them at once. */
export type DeletionPolicy = "retain" | "delete";

/** What is left to be told of material that byok no longer manages. */
export interface Released {
  /** What the user should know, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * What destroying the material does. `retain` calls nothing. `delete` deletes the bytes at once, except where this same
 * run imported them or another of its resources needs them: then that one stands for them now.
 *
 * @param wasPending The material waited for a rotation when its release was decided: it is deleted only if it still does, and
 * where it stays, that is said. Default false.
 * @throws ByokError `material_not_proved` where the key holds material that no import of byok's has proved; `key_unusable`
 * where material that was to be pending has become one of those that the key needs. Nothing was deleted then.
 */
export async function releaseMaterial(
  run: Run,
  record: MaterialRecord,
  policy: DeletionPolicy,
  call: Call = {},
  { wasPending = false }: { readonly wasPending?: boolean } = {},
): Promise<Released> {
  if (policy === "retain") return { warnings: [retained(record), ...(wasPending ? [leftWaiting(record)] : [])] };
  const context = keyContext(run, record.keyArn, "key_arn", call);
  return run.locks.hold(record.keyArn, async () => {
    const spared = sparing(run, record);
    if (spared !== undefined) return { warnings: [spared] };
    const proof = ImportProof.onRecord(record);
    if (proof !== undefined) {
      if (wasPending && (await whereIn(context, proof)) === "for_good") throw noLongerWaiting(record);
      return deleteProved(context, proof, { kind: "destroyed" });
    }
    const { value: key } = await context.service.describe(record.keyArn, call);
    if (key?.state === "PendingImport") return { warnings: [] };
    // Anyone who removed the key has done with its material what can be done.
    if (key === null || waitsForDeletion(key)) {
      return {
        warnings: [`The key material was not deleted from ${record.keyArn}: the key is gone or pending deletion.`],
      };
    }
    throw new ByokError(
      "material_not_proved",
      `The key material of ${record.keyArn} was not deleted: no import of byok's has proved which bytes the key holds. Apply once with the bytes at hand, which proves them, or set \`deletion_policy\` to retain and delete the material by hand.`,
      { attribute: "deletion_policy" },
    );
  });
}

/**
 * Deletes material that still waits for a rotation, so that other bytes may take its place: nothing was ever encrypted under
 * it. On a primary it goes from all Regions. What has become the current one since, or is about to, is left as it is, and so is
 * what this same run imported.
 *
 * @returns Whether it may be taken for gone. False: it has become one of those that the key needs.
 */
export async function dropPendingMaterial(run: Run, record: MaterialRecord, call: Call = {}): Promise<boolean> {
  const proof = ImportProof.onRecord(record);
  if (proof?.materialId === undefined) return false;
  const context = keyContext(run, record.keyArn, "key_arn", call);
  return run.locks.hold(record.keyArn, async () => {
    if (wasImported(run, record)) return true;
    const where = await listedPlace(context, proof);
    if (where === "pending") await deleteProved(context, proof, { kind: "destroyed" });
    return where !== "for_good";
  });
}

/** Where the material stands. Undefined: the key is gone or going, and shows nothing of its materials. */
async function whereIn(context: KeyContext<MaterialListing & KeyRotating>, proof: ImportProof) {
  try {
    return await listedPlace(context, proof);
  } catch (error) {
    if (!isByokError(error, "key_not_found", "key_pending_deletion")) throw error;
    return undefined;
  }
}

/** Whether the material waits for a rotation, is one of the key's for good or about to be, or is not in the key. */
async function listedPlace(
  { service, keyArn, call }: KeyContext<MaterialListing & KeyRotating>,
  { materialId }: ImportProof,
): Promise<"pending" | "for_good" | "absent"> {
  // Asked first: a rotation that has begun and ended by the time of the list shows there.
  const isRotating = (await service.isRotating?.(keyArn, call)) === true;
  const materials = await service.materials(keyArn, call);
  const entry = materials.find((one) => one.materialId === materialId);
  if (entry === undefined) return "absent";
  return isPending(entry) && !isRotating ? "pending" : "for_good";
}

/**
 * Moves material to another key: imports it there, and only then treats the former key as destroying would. The bytes
 * of the former key are deleted only where the new import has proved the same ones; everything else leaves them.
 *
 * @param old What is on record of the former key.
 * @throws ByokError Where nothing was imported into the new key. The former key is as it was then.
 */
export async function moveMaterial(
  run: Run,
  wanted: MaterialSettings,
  source: KeyMaterialSource | undefined,
  old: { readonly record: MaterialRecord; readonly policy: DeletionPolicy },
  call: Call = {},
): Promise<MaterialOutcome> {
  const outcome = await applyMaterial(run, wanted, source, undefined, call, "move");
  const released = await leaveFormerKey(run, old.record, old.policy, outcome, call);
  return { ...outcome, warnings: [...outcome.warnings, ...released.warnings] };
}

/**
 * Lets go of the key that material has moved away from.
 *
 * @param moved What came of the import into the new key.
 */
export async function leaveFormerKey(
  run: Run,
  record: MaterialRecord,
  policy: DeletionPolicy,
  moved: Pick<MaterialOutcome, "proof" | "condition">,
  call: Call = {},
): Promise<Released> {
  if (policy === "retain") return { warnings: [retained(record)] };
  const context = keyContext(run, record.keyArn, "key_arn", call);
  return run.locks.hold(record.keyArn, async () => {
    const spared = sparing(run, record);
    if (spared !== undefined) return { warnings: [spared] };
    const proof = ImportProof.onRecord(record);
    if (proof === undefined) return left(record, "No import of byok's has proved which bytes it holds.");
    const to = moved.proof;
    if (to === undefined) return left(record, "No import has proved that the new key holds the same bytes.");
    if (to.fingerprint !== proof.fingerprint) {
      return left(record, `The new key holds other bytes (${to.fingerprint}) than this one (${proof.fingerprint}).`);
    }
    if (moved.condition.state !== "imported") return left(record, "The new key does not hold them now.");
    if (moved.condition.missingMaterials.length > 0) return left(record, "The new key cannot be used yet.");
    try {
      return await deleteProved(context, proof, { kind: "moved", to });
    } catch (thrown) {
      return left(record, ByokError.from(thrown).rawMessage);
    }
  });
}

function left({ keyArn }: MaterialRecord, why: string): Released {
  return { warnings: [`The key material of ${keyArn} was left as it is. ${why}`] };
}

function retained({ keyArn, otherMaterials = [] }: MaterialRecord): string {
  const among =
    otherMaterials.length === 0
      ? ""
      : " The key needs each of its materials that ever was the current one: once this one lapses, it cannot be used until the same bytes are imported again.";
  return `The key material stays in ${keyArn}, since \`deletion_policy\` is retain. Unless the key itself is deleted, it still works, and byok no longer looks after it.${among}`;
}

function wasImported(run: Run, { keyArn, fingerprint }: Pick<MaterialRecord, "keyArn" | "fingerprint">): boolean {
  return fingerprint !== undefined && run.memory.imports.get(keyArn)?.has(fingerprint) === true;
}

/** Why bytes that were to be deleted are needed all the same. */
function sparing(run: Run, { keyArn, fingerprint }: MaterialRecord): string | undefined {
  if (wasImported(run, { keyArn, fingerprint })) {
    return `The same bytes were imported into ${keyArn} in this run, so they are not deleted.`;
  }
  return isNeeded(run, keyArn, fingerprint)
    ? `The key material of ${keyArn} is not deleted: another resource of this run needs it there.`
    : undefined;
}

async function deleteProved(
  context: KeyContext<KeyReading & MaterialListing & MaterialDeleting>,
  proof: ImportProof,
  reason: DeletionReason,
): Promise<Released> {
  const { service, call } = context;
  try {
    await deleteMaterial(service, proof, reason, call);
    return { warnings: [] };
  } catch (error) {
    // Not every KMS takes a deletion from an empty key, and an attempt whose reply was lost empties it.
    if (isByokError(error, "key_unusable") && (await isEmpty(context))) return { warnings: [] };
    // It waited for its rotation, and was dropped since.
    if (isByokError(error, "key_not_found") && (await isDropped(context, proof))) return { warnings: [] };
    // Anyone who removed the key has done with its material what can be done.
    if (!isByokError(error, "key_not_found", "key_pending_deletion")) throw error;
    return { warnings: [`The key material was not deleted from ${proof.keyArn}: ${error.rawMessage}`] };
  }
}

async function isEmpty({ service, keyArn, call }: KeyContext<KeyReading>): Promise<boolean> {
  const { value: key } = await service.describe(keyArn, call);
  return key?.state === "PendingImport";
}

/** Whether the list of the key's materials, where it may be had, is without this one. */
async function isDropped(
  { service, keyArn, call }: KeyContext<MaterialListing>,
  { materialId }: ImportProof,
): Promise<boolean> {
  if (materialId === undefined) return false;
  const materials = await service.materials(keyArn, call).catch(() => undefined);
  return materials?.every((entry) => entry.materialId !== materialId) === true;
}
