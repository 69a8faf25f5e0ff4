import { fingerprintTag, importingTag, interruptionMark, interruptionTag } from "./delete-first-tags";
import { isToBeDisabled } from "./enabled-wish";
import { type Fingerprint, isFingerprint } from "./fingerprint";
import type { EpochSeconds } from "./instant";
import {
  type ExpirationModel,
  type KeyDescription,
  type KeyState,
  type MaterialEntry,
  type Tags,
  waitsForDeletion,
} from "./key";
import type { KmsProfile } from "./kms-profile";
import { type Lifetime, renewalTime } from "./lifetime";
import type { MaterialRecord } from "./material-record";

/**
 * - `never_imported`: the key waits for its first material.
 * - `imported`: our material is in the key.
 * - `expired`, `deleted`: it was, and is gone; `deleted` also where nobody can tell which.
 * - `key_pending_deletion`, `key_gone`: there is nothing to import into.
 */
export type MaterialState = "never_imported" | "imported" | "expired" | "deleted" | "key_pending_deletion" | "key_gone";

/** What the facts about a key mean for our material in it, at one moment. */
export interface MaterialCondition {
  readonly state: MaterialState;
  /** As the KMS says it. Absent: the KMS does not know the key. */
  readonly keyState?: KeyState | undefined;
  /** Of our material, while it is in the key. */
  readonly expirationModel?: ExpirationModel | undefined;
  /** When our material expires; of lapsed material, when it was to expire. Absent: never, or unknown. */
  readonly validTo?: EpochSeconds | undefined;
  /** Of our material where an import of ours was answered with it; else of the key's current material, merely seen. */
  readonly materialId?: string | undefined;
  /** Someone else gave the material another lifetime than our last import did. */
  readonly lifetimeDrift: boolean;
  readonly renewalTime?: EpochSeconds | undefined;
  readonly renewalDue: boolean;
  /** The lifetime is a fixed date, and that is past. */
  readonly lifetimePast: boolean;
  /** Ids of materials that the key once held and has lost, ours left out: it stays unusable until they are back. */
  readonly missingMaterials: readonly string[];
  /** Ids of all other materials in the key. */
  readonly otherMaterials: readonly string[];
  /** The key is Disabled, or was when it last held material. */
  readonly keyDisabled: boolean;
  /**
   * The key is to be Disabled: an import of ours enabled it, and DisableKey is still to come, or others have come before
   * it, and what was noted on the key has still to go. Absent: no.
   */
  readonly toDisable?: boolean;
  /** An import may have to delete the material first, so that the key cannot be used for a moment. Absent: no. */
  readonly mayInterrupt?: boolean;
  /** The material was deleted by byok, to be imported again, and that import failed. Absent: no. */
  readonly interrupted?: boolean;
  /** What the key's tag proves, where no record does: it is set after an import's answer. */
  readonly provedByTag?: Fingerprint | undefined;
  /** An import of these bytes was begun and its answer never came. It proves nothing. */
  readonly begun?: Fingerprint | undefined;
  /** The key may hold several materials, and which of them are gone cannot be told: they may not be listed. Absent: no. */
  readonly unlisted?: boolean;
  /** The last import of ours is so recent that the KMS may not show it yet. Absent: no. */
  readonly settling?: boolean;
}

export interface KeyFacts {
  /** Null: the KMS does not know the key. */
  readonly key: KeyDescription | null;
  /** All materials of the key, where they were asked for and may be listed. */
  readonly materials?: readonly MaterialEntry[] | undefined;
  /** The list was needed, and the caller may not have it. Default false. */
  readonly unlisted?: boolean;
  /** The tags of the key, where they were asked for and may be read. */
  readonly tags?: Tags | undefined;
  /** Of the KMS's profile. Default `in_place`. */
  readonly reimport?: KmsProfile["reimport"];
  /** Of the KMS's profile, in seconds: for how long PendingImport after an import of ours is late news. Default 0. */
  readonly settling?: number;
}

/**
 * Whether a description leaves open what became of our material, so that the list of materials is needed: the key has
 * moved on to another current material, the expiry of the whole key is no longer the one of ours, or the key has lost
 * material and may hold several.
 *
 * @param several Whether a key of this spec may hold several materials.
 */
export function needsMaterialList(key: KeyDescription, record: MaterialRecord | undefined, several: boolean): boolean {
  if (!several || waitsForDeletion(key) || key.state === "Creating") return false;
  if ((record?.otherMaterials ?? []).length > 0) return true;
  const imported = record?.importedAt !== undefined;
  if (key.state === "PendingImport") return imported || key.materialId !== undefined;
  if (record?.materialId === undefined) return false;
  return key.materialId !== record.materialId || (imported && key.validTo !== record.importedValidTo);
}

/**
 * Whether a description leaves open what byok noted in the tags of the key: that it is to be Disabled, which bytes it was
 * proved to hold, whether its material was deleted by byok itself. A healthy key costs no such request.
 */
export function needsTags(
  key: KeyDescription,
  record: MaterialRecord | undefined,
  { state }: Pick<MaterialCondition, "state">,
  reimport: KmsProfile["reimport"],
): boolean {
  // Of a key that lost its material only its tags may still say so, where the record was lost too.
  if (record?.rebuilt === true && (key.state === "Enabled" || key.state === "PendingImport")) return true;
  if (key.state === "Enabled" && (record?.keyDisabled === true || looksUnfinished(key, record))) return true;
  if (reimport !== "delete_first" || key.state === "Creating") return false;
  return state === "imported" ? record?.verified !== true : state === "deleted" && record !== undefined;
}

/** Another lifetime than the one on record: somebody else's import, or one of ours that ended before it could be recorded. */
function looksUnfinished({ validTo }: KeyDescription, record: MaterialRecord | undefined): boolean {
  if (record?.importedAt === undefined || (record.otherMaterials ?? []).length > 0) return false;
  return validTo !== record.importedValidTo;
}

/** Reads the facts. Pure: `now` is the moment of the KMS's answer. */
export function materialCondition(
  { key, materials, unlisted: notListed = false, tags, reimport, settling = 0 }: KeyFacts,
  record: MaterialRecord | undefined,
  lifetime: Lifetime,
  now: EpochSeconds,
): MaterialCondition {
  // An import that makes a key Enabled that is to be Disabled is noted before: a crash forgets the record, and not that.
  const seenDisabled = record?.keyDisabled ?? (record?.rebuilt === true && isToBeDisabled(tags));
  const nothing = {
    keyState: key?.state,
    lifetimeDrift: false,
    renewalDue: false,
    lifetimePast: lifetime.kind === "until" && lifetime.validTo <= now,
    missingMaterials: [],
    otherMaterials: record?.otherMaterials ?? [],
    keyDisabled: seenDisabled,
  };
  if (key === null) return { state: "key_gone", ...nothing };
  if (waitsForDeletion(key)) return { state: "key_pending_deletion", ...nothing };
  const ourId = record?.materialId;
  const ours = materials?.find((entry) => entry.materialId === ourId);
  const others = ourId === undefined ? undefined : materials?.filter((entry) => entry.materialId !== ourId);
  const materialId = ourId ?? key.materialId;
  const toDisable =
    (holdsMaterial(key) && record?.toDisable === true) ||
    (key.state === "Enabled" && record?.noteLeft !== true && isToBeDisabled(tags));
  const shared = {
    ...(materialId === undefined ? {} : { materialId }),
    missingMaterials: (others ?? []).filter(isMissing).map((entry) => entry.materialId),
    otherMaterials: others?.map((entry) => entry.materialId) ?? nothing.otherMaterials,
    keyDisabled: holdsMaterial(key) ? key.state === "Disabled" || toDisable : seenDisabled,
    ...(toDisable ? { toDisable } : {}),
  };
  const present = ours?.imported ?? holdsMaterial(key);
  if (!present) {
    const late = isRecent(record, now, settling);
    return {
      ...nothing,
      ...shared,
      ...lapse(key, record, lifetime, now),
      ...(late ? { settling: true } : {}),
      ...(notListed ? { unlisted: true } : {}),
      ...(wasInterrupted(tags, record) ? { interrupted: true } : {}),
    };
  }

  // Where the list may not be read, the expiry of the whole key may be that of another material.
  const unlisted = ours === undefined && record?.materialId !== undefined && key.materialId !== record.materialId;
  const { validTo, expirationModel } = ours ?? (unlisted ? record : toldLifetime(key, record));
  const renewal = renewalTime(lifetime, validTo);
  return {
    ...nothing,
    state: "imported",
    ...shared,
    ...(expirationModel === undefined ? {} : { expirationModel }),
    ...(validTo === undefined ? {} : { validTo }),
    lifetimeDrift: !unlisted && record?.importedAt !== undefined && validTo !== record.importedValidTo,
    ...(renewal === undefined ? {} : { renewalTime: renewal }),
    renewalDue: renewal !== undefined && renewal <= now,
    ...(reimport === "delete_first" ? { mayInterrupt: true, ...noted(tags) } : {}),
  };
}

/** Whether the last import of ours is a moment ago. One that lies far ahead was made by another clock, and tells nothing. */
export function isRecent(record: MaterialRecord | undefined, now: EpochSeconds, settling: number): boolean {
  return record?.importedAt !== undefined && Math.abs(now - record.importedAt) < settling;
}

function holdsMaterial({ state }: KeyDescription): boolean {
  return state !== "PendingImport" && state !== "Creating";
}

/** Material that only waits for a rotation may be missing: the key works without it. */
function isMissing({ imported, state }: MaterialEntry): boolean {
  return !imported && (state === "CURRENT" || state === "NON_CURRENT");
}

/** Ids of the materials that a key needs and has lost, whichever of them is ours. */
export function lostMaterials(materials: readonly MaterialEntry[] | undefined): readonly string[] {
  return (materials ?? []).filter(isMissing).map(({ materialId }) => materialId);
}

function noted(tags: Tags | undefined): Pick<MaterialCondition, "provedByTag" | "begun"> {
  const [proved, begun] = [tags?.[fingerprintTag], tags?.[importingTag]];
  return {
    ...(proved !== undefined && isFingerprint(proved) ? { provedByTag: proved } : {}),
    ...(begun !== undefined && isFingerprint(begun) ? { begun } : {}),
  };
}

/** Byok itself deleted the material that is on record, to import it again. */
function wasInterrupted(tags: Tags | undefined, record: MaterialRecord | undefined): boolean {
  return record !== undefined && tags?.[interruptionTag] === String(interruptionMark(record));
}

/** What the KMS says of the lifetime of a key's material; what is on record where it says nothing at all. */
function toldLifetime(
  key: KeyDescription,
  record: MaterialRecord | undefined,
): Pick<MaterialRecord, "expirationModel" | "validTo"> {
  return key.expirationModel === undefined && record !== undefined ? record : key;
}

function lapse(
  key: KeyDescription,
  record: MaterialRecord | undefined,
  lifetime: Lifetime,
  now: EpochSeconds,
): Pick<MaterialCondition, "state" | "validTo" | "renewalTime" | "renewalDue"> {
  const everImported =
    record?.importedAt !== undefined || record?.expirationModel !== undefined || record?.seenImported === true;
  if (!everImported && key.materialId === undefined) return { state: "never_imported", renewalDue: false };
  const validTo = record?.validTo ?? (lifetime.kind === "until" && !everImported ? lifetime.validTo : undefined);
  if (validTo === undefined) return { state: "deleted", renewalDue: false };
  const early = validTo > now || record?.deletedEarly === true;
  const renewal = renewalTime(lifetime, validTo);
  return {
    state: early ? "deleted" : "expired",
    validTo,
    ...(renewal === undefined ? {} : { renewalTime: renewal }),
    renewalDue: renewal !== undefined && renewal <= now,
  };
}
