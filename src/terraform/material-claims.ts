import { announceDeletion, announceNeed, isDeletionAnnounced, isNeeded } from "../engine/announcements";
import { type Fingerprint, isFingerprint } from "../engine/fingerprint";
import type { MaterialCondition } from "../engine/material-condition";
import { type MaterialRecord, provedFingerprint } from "../engine/material-record";
import type { OfferedMaterial } from "../engine/key-material-source";
import { isWaiting } from "../engine/pending-material";
import type { Run } from "../engine/run";
import type { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { fault } from "./diagnose";
import { present } from "./known";
import type { Diagnostic } from "./plugin/diagnostics";
import { path } from "./plugin/path";
import type { Config } from "./plugin/schema/schema";
import { warnings } from "./warning";

type Schema = typeof importedKeyMaterialSchema;

/**
 * Says in this plan that a resource needs its bytes in its key, and refuses where another resource of the same plan
 * deletes them: a renamed resource is one that is destroyed and another one that is created.
 */
export function claimMaterial(
  run: Run,
  config: Config<Schema>,
  material: OfferedMaterial | undefined,
  record: MaterialRecord | undefined,
): Diagnostic[] {
  const keyArn = present(config.key_arn);
  if (keyArn === undefined) return [];
  const recorded = record?.keyArn === keyArn ? provedFingerprint(record) : undefined;
  const fingerprint = configured(config) ?? material?.fingerprint ?? recorded;
  announceNeed(run, keyArn, fingerprint);
  if (!isDeletionAnnounced(run, keyArn, fingerprint)) return [];
  return [
    fault(
      "Key Material Planned for Deletion",
      "contradicting_resources",
      `Another resource of this plan deletes the key material of ${keyArn}, since its \`deletion_policy\` is delete, and this one needs it there. If the resource was renamed, add a \`moved\` block from its former address to this one. Otherwise set \`deletion_policy\` of the other resource to retain, and apply that first.`,
      path("key_arn"),
    ),
  ];
}

/**
 * Announces that material leaves a key with `deletion_policy = "delete"` for another key. Where another resource of the
 * same plan needs the bytes it is refused: an apply makes the plan of an update again, in a process of its own, which does
 * not know of resources that do not change.
 */
export function planMoveAway(run: Run, { keyArn, fingerprint }: MaterialRecord): Diagnostic[] {
  if (!isNeeded(run, keyArn, fingerprint)) {
    announceDeletion(run, keyArn, fingerprint);
    return [];
  }
  return [
    fault(
      "Key Material Needed by Another Resource",
      "contradicting_resources",
      `Moving this material to another key would delete it from ${keyArn}, since \`deletion_policy\` is delete, and another resource of this plan needs it there. Set \`deletion_policy\` to retain.`,
      path("deletion_policy"),
    ),
  ];
}

/** What a plan that lets go of material with `deletion_policy = "delete"` announces. */
export interface Deletion {
  /** Another resource of this plan needs the bytes in the key, so they stay. */
  readonly spare: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export function planDeletion(
  run: Run,
  record: MaterialRecord,
  { condition, keyLeaves }: { readonly condition: MaterialCondition | undefined; readonly keyLeaves: boolean },
): Deletion {
  const { keyArn, fingerprint } = record;
  if (!isNeeded(run, keyArn, fingerprint)) {
    announceDeletion(run, keyArn, fingerprint);
    return { spare: false, diagnostics: keyLeaves ? [] : lostToKey(record, condition) };
  }
  const why = `The key material of ${keyArn} is not deleted although \`deletion_policy\` is delete: another resource of this plan needs it there. If the resource was renamed, a \`moved\` block from its former address to the new one keeps its state.`;
  return { spare: true, diagnostics: warnings("material_left", keyArn, [why]) };
}

/** A key that holds several materials looks alive without one of them, and is not. */
function lostToKey(
  { keyArn, materialId, otherMaterials = [] }: MaterialRecord,
  condition: MaterialCondition | undefined,
): Diagnostic[] {
  const isOfKey = condition?.state === "imported" && condition.rotation !== undefined && !isWaiting(condition);
  if (!isOfKey || otherMaterials.length === 0) return [];
  return warnings("material", keyArn, [
    `The key material ${materialId} is deleted from ${keyArn}, since \`deletion_policy\` is delete. The key needs each of its materials that ever was the current one: it cannot be used then until the same bytes are imported again.`,
  ]);
}

function configured({ fingerprint }: Config<Schema>): Fingerprint | undefined {
  return typeof fingerprint === "string" && isFingerprint(fingerprint) ? fingerprint : undefined;
}
