import { fingerprintTag, importingTag, interruptionMark, interruptionTag } from "./delete-first-tags";
import { defined } from "./defined";
import { isToBeDisabled } from "./enabled-wish";
import { type Fingerprint, isFingerprint } from "./fingerprint";
import type { EpochSeconds } from "./instant";
import {
  type ExpirationModel,
  type KeyDescription,
  type KeyState,
  type MaterialEntry,
  showsMaterials,
  type Tags,
  waitsForDeletion,
} from "./key";
import type { KmsProfile } from "./kms-profile";
import { type Lifetime, renewalTime } from "./lifetime";
import type { MaterialRecord } from "./material-record";
import { currentIn, type Succession, successionIn } from "./succession";

/** What the facts about a key mean for our material in it, at one moment. */
export type MaterialCondition = KeyGone | KeyPendingDeletion | NeverImported | Imported | Expired | Deleted;

/** In which state our material is, in one stable word. */
export type MaterialState = MaterialCondition["state"];

/** What is known of a key whatever became of it: as seen, or as it was last seen. */
interface Known {
  /** Ids of all other materials in the key. */
  readonly otherMaterials: readonly string[];
  /** The key is Disabled, or was when it last held material. */
  readonly keyDisabled: boolean;
}

/** The KMS does not know the key: there is nothing to import into. */
export interface KeyGone extends Known {
  /** The KMS does not know the key. */
  readonly state: "key_gone";
}

/** The key waits for its deletion: it takes no import, and shows nothing of its material. */
export interface KeyPendingDeletion extends Known {
  /** The key waits for its deletion. */
  readonly state: "key_pending_deletion";
  /** As the KMS says it: the key, or its replicas, are to go. */
  readonly keyState: KeyState;
}

/** A key that can take an import, now or in a moment. */
interface Living extends Known {
  /** As the KMS says it. */
  readonly keyState: KeyState;
  /** Ids of materials that the key once held and has lost, ours left out: it stays unusable until they are back. */
  readonly missingMaterials: readonly string[];
  /** The key is a replica: its material has the description of its primary's, and no other. Absent: it is none. */
  readonly isReplica?: boolean;
  /**
   * The key is to be Disabled: an import of ours enabled it, and DisableKey is still to come, or others have come before
   * it, and what was noted on the key has still to go. Absent: no.
   */
  readonly toDisable?: boolean;
}

/** A key without our material. */
interface Empty extends Living {
  /** Our material succeeds another, and is not in the key. Absent: it succeeds none. */
  readonly succession?: Succession;
  /** The key may hold several materials, and which of them are gone cannot be told: they may not be listed. Absent: no. */
  readonly unlisted?: boolean;
}

/** The key waits for its first material, or has not had ours yet. */
export interface NeverImported extends Empty {
  /** No import has ever been seen. */
  readonly state: "never_imported";
}

/** When material expires, or was to expire, and when it is to be renewed before that. */
export type Expiry =
  /** Never, or nobody can tell. */
  { readonly validTo?: undefined; readonly renewalTime?: undefined; readonly renewalDue: false } | Dated;

/** On a date that is known. */
export type Dated =
  /** Nothing renews it. */
  | { readonly validTo: EpochSeconds; readonly renewalTime?: undefined; readonly renewalDue: false }
  | { readonly validTo: EpochSeconds; readonly renewalTime: EpochSeconds; readonly renewalDue: boolean };

/** What is known of material that is in the key, or was. */
interface Material {
  /** Of our material where an import of ours was answered with it; else of the key's current material, merely seen. */
  readonly materialId?: string | undefined;
  /** The configured lifetime is a fixed date, and that is past. */
  readonly lifetimePast: boolean;
  /** Where it stands among the materials of its key. Absent: the key holds no others, or they may not be listed. */
  readonly rotation?: MaterialEntry["state"] | undefined;
}

/** Our material is in the key. */
export type Imported = Living &
  Material &
  Expiry & {
    readonly state: "imported";
    /** Absent: the KMS does not tell, and no record does. */
    readonly expirationModel?: ExpirationModel | undefined;
    /** Someone else gave the material another lifetime than our last import did, and not that of a renewal. */
    readonly lifetimeDrift: boolean;
    /** An import may have to delete the material first, so that the key cannot be used for a moment. Absent: no. */
    readonly mayInterrupt?: boolean;
    /** What the key's tag proves, where no record does: it is set after an import's answer. */
    readonly provedByTag?: Fingerprint | undefined;
    /** An import of these bytes was begun and its answer never came. It proves nothing. */
    readonly begun?: Fingerprint | undefined;
  };

/** Our material was in the key, and is gone since its time came. */
export type Expired = Empty & Material & Dated & { readonly state: "expired" };

/** Our material was in the key and is gone before its time; or nobody can tell why it is. */
export type Deleted = Empty &
  Material &
  Expiry & {
    readonly state: "deleted";
    /** Ids of materials that the key has lost, where nothing tells which of them is ours. Absent: none, or it is reported. */
    readonly goneMaterials?: readonly string[];
    /** It was deleted by byok, to be imported again, and that import failed. Absent: no. */
    readonly interrupted?: boolean;
    /** The last import of ours is so recent that the KMS may not show it yet. Absent: no. */
    readonly settling?: boolean;
  };

/** A condition of a key that is to be Disabled and is not, or whose note of that has still to go. */
export type ToDisable = (NeverImported | Imported | Expired | Deleted) & { readonly toDisable: true };

/** Whether the key is to be Disabled and is not, or what was noted on it for that has still to go. */
export function isToDisable(condition: MaterialCondition): condition is ToDisable {
  return "toDisable" in condition && condition.toDisable;
}

/** Ids of other materials that the key has lost, as far as that shows in its state. */
export function missingBesides(condition: MaterialCondition): readonly string[] {
  return "missingMaterials" in condition ? condition.missingMaterials : [];
}

/** How material that succeeds another, and is not in its key, would come into it. Undefined: it succeeds none, or is there. */
export function successionSeen(condition: MaterialCondition): Succession | undefined {
  return "succession" in condition ? condition.succession : undefined;
}

/** What there is to show of a condition, whichever it is. */
export interface MaterialFacts {
  /** State of the key. Undefined: there is none. */
  readonly keyState?: KeyState | undefined;
  /** The KMS's own id of the material, where it is known. */
  readonly materialId?: string | undefined;
  /** Whether the material expires, where that is known. */
  readonly expirationModel?: ExpirationModel | undefined;
  /** When it expires, or was to expire. Undefined: never, or nobody can tell. */
  readonly validTo?: EpochSeconds | undefined;
  /** When it is to be renewed. Undefined: nothing renews it. */
  readonly renewalTime?: EpochSeconds | undefined;
  /** Whether that time has come. */
  readonly renewalDue: boolean;
  /** Where it stands among the materials of its key. Absent: the key holds no others, or they may not be listed. */
  readonly rotation?: MaterialEntry["state"] | undefined;
}

/** The facts of a condition for somebody who only shows them. What its state does not have is absent. */
export function materialFacts(condition: MaterialCondition): MaterialFacts {
  switch (condition.state) {
    case "key_gone":
      return { renewalDue: false };
    case "key_pending_deletion":
    case "never_imported":
      return { keyState: condition.keyState, renewalDue: false };
    case "expired":
    case "deleted":
    case "imported":
      return condition;
  }
}

/** What the requests about a key were answered. */
export interface KeyFacts {
  /** Null: the KMS does not know the key. */
  readonly key: KeyDescription | null;
  /** All materials of the key, where they were asked for and may be listed. */
  readonly materials?: readonly MaterialEntry[] | undefined;
  /** The list was needed, and the caller may not have it. Default false. */
  readonly unlisted?: boolean;
  /** The tags of the key, where they were asked for and may be read. */
  readonly tags?: Tags | undefined;
  /** Whether the key may hold several materials. Default false. */
  readonly severalMaterials?: boolean;
  /** Of the KMS's profile. Default `in_place`. */
  readonly reimport?: KmsProfile["reimport"];
  /** The id of the material that ours is to succeed, where it is to. */
  readonly succeeds?: string | undefined;
  /** Of the KMS's profile, in seconds: for how long PendingImport after an import of ours is late news. Default 0. */
  readonly settling?: number;
}

/**
 * Whether a description leaves open what became of our material, so that the list of materials is needed: the key has
 * moved on to another current material, the expiry of the whole key is no longer the one of ours, the key has lost
 * material and may hold several, or ours is known by an id alone that no import has proved.
 *
 * @param several Whether a key of this spec may hold several materials.
 * @param succeeds The id of the material that ours is to succeed, where it is to.
 */
export function needsMaterialList(
  key: KeyDescription,
  record: MaterialRecord | undefined,
  several: boolean,
  succeeds?: string,
): boolean {
  if (!several || !showsMaterials(key)) return false;
  if (succeeds !== undefined && record?.materialId === undefined) return true;
  if ((record?.otherMaterials ?? []).length > 0) return true;
  const imported = record?.importedAt !== undefined;
  // Of an id that was named and not proved yet only the list tells whether it is the current one's, and how it is.
  if (record?.materialId !== undefined && !imported) return true;
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
  { state, otherMaterials }: Pick<MaterialCondition, "state" | "otherMaterials">,
  reimport: KmsProfile["reimport"],
): boolean {
  // Of a key that lost its material only its tags may still say so, where the record was lost too.
  if (record?.rebuilt === true && (key.state === "Enabled" || key.state === "PendingImport")) return true;
  if (key.state === "Enabled" && (record?.keyDisabled === true || looksUnfinished(key, record, otherMaterials)))
    return true;
  if (reimport !== "delete_first" || key.state === "Creating") return false;
  return state === "imported" ? record?.verified !== true : state === "deleted" && record !== undefined;
}

/** Another lifetime than the one on record: somebody else's import, or one of ours that ended before it could be recorded. */
function looksUnfinished(
  { validTo }: KeyDescription,
  record: MaterialRecord | undefined,
  otherMaterials: readonly string[],
): boolean {
  if (record?.importedAt === undefined || otherMaterials.length > 0) return false;
  return validTo !== record.importedValidTo;
}

/** Reads the facts. Pure: `now` is the moment of the KMS's answer. */
export function materialCondition(
  facts: KeyFacts,
  record: MaterialRecord | undefined,
  lifetime: Lifetime,
  now: EpochSeconds,
): MaterialCondition {
  const { key, tags } = facts;
  // An import that makes a key Enabled that is to be Disabled is noted before: a crash forgets the record, and not that.
  const seenDisabled = record?.keyDisabled ?? (record?.rebuilt === true && isToBeDisabled(tags));
  const known: Known = { otherMaterials: record?.otherMaterials ?? [], keyDisabled: seenDisabled };
  if (key === null) return { state: "key_gone", ...known };
  if (waitsForDeletion(key)) return { state: "key_pending_deletion", keyState: key.state, ...known };
  const ourId = record?.materialId;
  const ours = facts.materials?.find((entry) => entry.materialId === ourId);
  const others = ourId === undefined ? undefined : facts.materials?.filter((entry) => entry.materialId !== ourId);
  const toDisable =
    (holdsMaterial(key) && record?.toDisable === true) ||
    (key.state === "Enabled" && record?.noteLeft !== true && isToBeDisabled(tags));
  const living: Living = {
    keyState: key.state,
    missingMaterials: (others ?? []).filter(isMissing).map((entry) => entry.materialId),
    otherMaterials: others?.map((entry) => entry.materialId) ?? known.otherMaterials,
    keyDisabled: holdsMaterial(key) ? key.state === "Disabled" || toDisable : seenDisabled,
    ...(key.multiRegion?.type === "REPLICA" ? { isReplica: true } : {}),
    ...(toDisable ? { toDisable } : {}),
  };
  const look = { facts, key, record, lifetime, now, living };
  const succession = successionOf(look, ours);
  if (succession !== undefined) return withoutMaterial(look, succession);
  return (ours?.imported ?? holdsMaterial(key)) ? withMaterial(look, ours) : withoutMaterial(look);
}

/** One look at a key that is there. */
interface Look {
  readonly facts: KeyFacts;
  readonly key: KeyDescription;
  readonly record: MaterialRecord | undefined;
  readonly lifetime: Lifetime;
  readonly now: EpochSeconds;
  readonly living: Living;
}

/** @param ours What the list of materials says of ours, where it was asked for. */
function withMaterial(look: Look, ours: MaterialEntry | undefined): Imported {
  const { facts, key, record, lifetime, now, living } = look;
  // Where the list may not be read, the expiry of the whole key may be that of another material.
  const unlisted = ours === undefined && record?.materialId !== undefined && key.materialId !== record.materialId;
  const { validTo, expirationModel } = ours ?? (unlisted ? record : toldLifetime(key, record));
  return {
    state: "imported",
    ...living,
    ...materialOf(look),
    ...defined({ expirationModel }),
    ...expiryOf(validTo, lifetime, now),
    lifetimeDrift: !unlisted && record?.importedAt !== undefined && isForeign(validTo, record, lifetime, now),
    ...(facts.reimport === "delete_first" ? { mayInterrupt: true, ...noted(facts.tags) } : {}),
  };
}

/**
 * Whether material expires as no import of ours would let it. A renewal is none of somebody else's: of two resources with
 * the same bytes in one key, each would otherwise undo what the other has just done, in every run.
 */
function isForeign(
  validTo: EpochSeconds | undefined,
  { importedValidTo: ours }: MaterialRecord,
  lifetime: Lifetime,
  now: EpochSeconds,
): boolean {
  if (validTo === ours) return false;
  if (lifetime.kind !== "renewed" || validTo === undefined || ours === undefined) return true;
  return validTo < ours || validTo > now + lifetime.validFor + clockDifference;
}

/** In seconds: by how much two readings of the KMS's clock may differ, since it tells whole seconds and answers late. */
const clockDifference = 60;

/**
 * How material that succeeds another comes into the key. Undefined where it succeeds none, or is one of the key's for good:
 * what waits for a rotation may be deleted, and is then as if it had never been.
 */
function successionOf(
  { facts: { materials, severalMaterials = false, succeeds, settling = 0 }, key, record, now }: Look,
  ours: MaterialEntry | undefined,
): Succession | undefined {
  if (ours !== undefined) return undefined;
  if (succeeds === undefined) {
    // A key that works has all materials that are its own for good: what it lacks only ever waited for a rotation.
    const isKnown = record?.materialId !== undefined && materials !== undefined && !isRecent(record, now, settling);
    if (!isKnown || !holdsMaterial(key) || key.materialId === record?.materialId) return undefined;
    return { kind: "unnamed", ...defined({ current: currentIn(materials) }) };
  }
  if (!severalMaterials) return { kind: "single", spec: key.spec };
  if (record?.materialId !== undefined && (materials === undefined || isRecent(record, now, settling)))
    return undefined;
  return successionIn(key, materials, succeeds);
}

function withoutMaterial(look: Look, succession?: Succession): NeverImported | Expired | Deleted {
  const { facts, key, record, lifetime, now, living } = look;
  const lost: Empty = {
    ...living,
    ...defined({ succession }),
    ...(facts.unlisted === true ? { unlisted: true } : {}),
  };
  if (succession !== undefined && record?.materialId === undefined) return { state: "never_imported", ...lost };
  const everImported =
    record?.importedAt !== undefined || record?.expirationModel !== undefined || record?.seenImported === true;
  if (!everImported && key.materialId === undefined) return { state: "never_imported", ...lost };
  const validTo = record?.validTo ?? (lifetime.kind === "until" && !everImported ? lifetime.validTo : undefined);
  const material = { ...lost, ...materialOf(look) };
  if (validTo !== undefined && validTo <= now && record?.deletedEarly !== true) {
    return { state: "expired", ...material, ...dated(validTo, lifetime, now) };
  }
  // The only material of a key needs no name.
  const isUntold = record?.materialId === undefined && (facts.materials ?? []).length > 1;
  const gone = isUntold ? lostMaterials(facts.materials) : [];
  return {
    state: "deleted",
    ...material,
    ...expiryOf(validTo, lifetime, now),
    ...(gone.length > 0 ? { goneMaterials: gone } : {}),
    ...(isRecent(record, now, facts.settling ?? 0) ? { settling: true } : {}),
    ...(wasInterrupted(facts.tags, record) ? { interrupted: true } : {}),
  };
}

/** A key of which no list was needed has our material as its current one. */
function rotationIn(
  { materials, severalMaterials = false }: KeyFacts,
  key: KeyDescription,
  record: MaterialRecord | undefined,
): MaterialEntry["state"] | undefined {
  const id = record?.materialId;
  if (!severalMaterials || id === undefined) return undefined;
  return key.materialId === id ? "CURRENT" : materials?.find(({ materialId }) => materialId === id)?.state;
}

function materialOf({ facts, key, record, lifetime, now }: Look): Material {
  const materialId = record?.materialId ?? key.materialId;
  return {
    ...defined({ materialId, rotation: rotationIn(facts, key, record) }),
    lifetimePast: lifetime.kind === "until" && lifetime.validTo <= now,
  };
}

/**
 * When material that expires at `validTo` does so, and is to be renewed.
 *
 * @param validTo Undefined: it never expires, or nobody can tell when.
 */
export function expiryOf(validTo: EpochSeconds | undefined, lifetime: Lifetime, now: EpochSeconds): Expiry {
  return validTo === undefined ? { renewalDue: false } : dated(validTo, lifetime, now);
}

function dated(validTo: EpochSeconds, lifetime: Lifetime, now: EpochSeconds): Dated {
  const renewal = renewalTime(lifetime, validTo);
  return renewal === undefined
    ? { validTo, renewalDue: false }
    : { validTo, renewalTime: renewal, renewalDue: renewal <= now };
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

function noted(tags: Tags | undefined): Pick<Imported, "provedByTag" | "begun"> {
  const fingerprintIn = (tag: string): Fingerprint | undefined => {
    const value = tags?.[tag];
    return value !== undefined && isFingerprint(value) ? value : undefined;
  };
  return defined({ provedByTag: fingerprintIn(fingerprintTag), begun: fingerprintIn(importingTag) });
}

/** Byok itself deleted the material that is on record, to import it again. */
function wasInterrupted(tags: Tags | undefined, record: MaterialRecord | undefined): boolean {
  return record !== undefined && tags?.[interruptionTag] === String(interruptionMark(record));
}

/** What the KMS says of the lifetime of a key's material; what is on record where it says nothing at all. */
function toldLifetime(
  key: KeyDescription,
  record: MaterialRecord | undefined,
): Pick<KeyDescription, "expirationModel" | "validTo"> | MaterialRecord {
  return key.expirationModel === undefined && record !== undefined ? record : key;
}
