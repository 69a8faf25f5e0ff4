import type { Assessment, RowName } from "../engine/assessment";
import { type Diagnostic, warningDiagnostic } from "./plugin/diagnostics";
import type { Path } from "./plugin/path";

/**
 * The titles of all warnings. They are part of the interface, since filters of logs and pipelines match on them: none is
 * changed, and none is used for two things.
 */
export const warningTitles = {
  material_needed: {
    title: "Key Material Needed",
    says: "The plan imports key material, and none can be read now. The apply needs it.",
  },
  reimport: {
    title: "Key Material Will Be Imported Again",
    says: "The apply imports the same bytes again, with the reason: expired, deleted, renewal due, not verified.",
  },
  renewal_due: {
    title: "Key Material Renewal Due",
    says: "Renewal is due, and none of the bytes can be read now, so that the plan does nothing.",
  },
  expired: { title: "Key Material Expired", says: "It expired on the configured `valid_to`, and stays so." },
  deleted: {
    title: "Key Material Deleted",
    says: "It was deleted before its time, and is not brought back (`on_deletion`, or a `valid_to` in the past).",
  },
  not_verified: {
    title: "Key Material Not Verified",
    says: "No import of byok's has proved which bytes the key holds, and the plan does not import any.",
  },
  lifetime_changed: {
    title: "Key Material Lifetime Changed",
    says: "Somebody else changed the lifetime, and the plan cannot change it back.",
  },
  lifetime_unchecked: {
    title: "Lifetime Not Checked",
    says: "A lifetime looks wrong by the local clock; the KMS's own time was not known.",
  },
  source: { title: "Key Material Source", says: "Something is doubtful about where the bytes come from." },
  material_left: {
    title: "Key Material Not Deleted",
    says: "A destroyed or moved resource leaves the bytes in the key.",
  },
  import_unfinished: {
    title: "Import Not Finished",
    says: "The bytes were imported, and something that follows from it failed. The next apply goes on.",
  },
  material: { title: "Imported Key Material", says: "Anything else about the material in a key." },
  rotation: {
    title: "Key Rotation",
    says: "A key was rotated on, can hardly be rotated any more, or cannot be now.",
  },
  key_pending_deletion: {
    title: "Key Pending Deletion",
    says: "The key is pending deletion. Its own resource cancels that in place; its material is left alone.",
  },
  key_not_found: { title: "Key Not Found", says: "The key of the material does not exist any more." },
  key_not_deleted: {
    title: "Key Not Deleted",
    says: "A destroyed resource leaves its key, since another resource has it.",
  },
  key_left_disabled: {
    title: "Key Left Disabled",
    says: "A canceled deletion left the key Disabled; it becomes Enabled again, as it was.",
  },
  key_left_enabled: {
    title: "Key Left Enabled",
    says: "A canceled deletion left the key Enabled; it becomes Disabled again, as it was.",
  },
  key_to_stay_disabled: {
    title: "Key to Stay Disabled",
    says: "A key without material is to be Disabled after its import, which is noted on it.",
  },
  note_left: {
    title: "Note Left on Key",
    says: "Somebody else imported into a key that is to be Disabled; the note about it is removed.",
  },
  fixed_argument: {
    title: "Fixed Argument Changed",
    says: "An argument that cannot change in place differs, and the key was not refreshed. The apply refuses it.",
  },
  key: { title: "External Key", says: "Anything else about a key, such as a part of it that could not be put right." },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly says: string }>>;

export type WarningName = keyof typeof warningTitles;

/**
 * Warnings of one kind. The host prints only the first of several warnings with one summary, and which key is in trouble
 * must be seen of each: so the key follows the title.
 *
 * @param keyArn Undefined where the key is not known yet.
 */
export function warnings(
  name: WarningName,
  keyArn: string | undefined,
  sentences: readonly string[],
  at?: Path,
): Diagnostic[] {
  const { title } = warningTitles[name];
  const summary = keyArn === undefined ? title : `${title}: ${keyArn.slice(keyArn.lastIndexOf(":") + 1)}`;
  return sentences.map((sentence) => warningDiagnostic(summary, sentence, at));
}

/** Announcements share a summary: the plan shows the reason of each of them anyway. */
export function announcements(sentences: readonly string[]): Diagnostic[] {
  return warnings("reimport", undefined, sentences);
}

/** The kind of the warnings of an assessment. */
export function kindOf({ row, action, problem }: Assessment): WarningName {
  if (row === "wrong_predecessor") return "material";
  const needs = problem !== undefined && (action === "create" || action === "reimport");
  return needs ? "material_needed" : (kindOfRow[row] ?? "material");
}

const kindOfRow: Partial<Readonly<Record<RowName, WarningName>>> = {
  key_pending_deletion: "key_pending_deletion",
  key_gone: "key_not_found",
  expired_as_configured: "expired",
  deletion_reported: "deleted",
  deleted: "deleted",
  not_verified: "not_verified",
  fixed_date_past: "lifetime_changed",
  lifetime_drift: "lifetime_changed",
  renewal_due: "renewal_due",
};
