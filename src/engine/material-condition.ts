import type { EpochSeconds } from "./instant";
import { type ExpirationModel, type KeyDescription, type MaterialEntry, waitsForDeletion } from "./key";
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
  /** Of our material, while it is in the key. */
  readonly expirationModel?: ExpirationModel | undefined;
  /** When our material expires; of lapsed material, when it was to expire. Absent: never, or unknown. */
  readonly validTo?: EpochSeconds | undefined;
  readonly materialId?: string | undefined;
  /** Someone else gave the material another lifetime than our last import did. */
  readonly lifetimeDrift: boolean;
  readonly renewalTime?: EpochSeconds | undefined;
  readonly renewalDue: boolean;
  /** The lifetime is a fixed date, and that is past. */
  readonly lifetimePast: boolean;
  /** Ids of other materials that the key once held and has lost: it stays unusable until they are back. */
  readonly missingMaterials: readonly string[];
  /** Ids of all other materials in the key. */
  readonly otherMaterials: readonly string[];
  /** The key is Disabled, or was when it last held material. */
  readonly keyDisabled: boolean;
  /** An import may have to delete the material first, so that the key cannot be used for a moment. Absent: no. */
  readonly mayInterrupt?: boolean;
  /** The material was deleted by byok, to be imported anew, and the import did not come about. Absent: no. */
  readonly interrupted?: boolean;
}

export interface KeyFacts {
  /** Null: the KMS does not know the key. */
  readonly key: KeyDescription | null;
  /** All materials of the key, where they were asked for. */
  readonly materials?: readonly MaterialEntry[];
  /** Of the KMS's profile. Default `in_place`. */
  readonly reimport?: KmsProfile["reimport"];
}

/**
 * Whether a description leaves open what became of our material, so that the list of materials is needed: the key has
 * moved on to another current material, or the expiry of the whole key is no longer the one of ours.
 */
export function needsMaterialList(key: KeyDescription, record: MaterialRecord | undefined): boolean {
  if (record?.materialId === undefined || key.materialId === undefined) return false;
  if ((record.otherMaterials ?? []).length > 0) return true;
  if (key.materialId !== record.materialId) return true;
  return key.state !== "PendingImport" && record.importedAt !== undefined && key.validTo !== record.importedValidTo;
}

/** Reads the facts. Pure: `now` is the moment of the KMS's answer. */
export function materialCondition(
  { key, materials, reimport }: KeyFacts,
  record: MaterialRecord | undefined,
  lifetime: Lifetime,
  now: EpochSeconds,
): MaterialCondition {
  const seenDisabled = record?.keyDisabled ?? false;
  const nothing = {
    lifetimeDrift: false,
    renewalDue: false,
    lifetimePast: lifetime.kind === "until" && lifetime.validTo <= now,
    missingMaterials: [],
    otherMaterials: record?.otherMaterials ?? [],
    keyDisabled: seenDisabled,
  };
  if (key === null) return { state: "key_gone", ...nothing };
  if (waitsForDeletion(key)) return { state: "key_pending_deletion", ...nothing };
  const ourId = record?.materialId ?? key.materialId;
  const ours = materials?.find((entry) => entry.materialId === ourId);
  const others = materials?.filter((entry) => entry.materialId !== ourId) ?? [];
  const holdsMaterial = key.state !== "PendingImport" && key.state !== "Creating";
  const shared = {
    ...(ourId === undefined ? {} : { materialId: ourId }),
    missingMaterials: others.filter((entry) => !entry.imported && isLasting(entry)).map((entry) => entry.materialId),
    otherMaterials: materials === undefined ? nothing.otherMaterials : others.map((entry) => entry.materialId),
    keyDisabled: holdsMaterial ? key.state === "Disabled" : seenDisabled,
  };
  const present = ours === undefined ? holdsMaterial : ours.imported;
  if (!present) return { ...nothing, ...shared, ...lapse(key, record, lifetime, now) };

  const { validTo, expirationModel } = ours ?? toldLifetime(key, record);
  const renewal = renewalTime(lifetime, validTo);
  return {
    ...nothing,
    state: "imported",
    ...shared,
    ...(expirationModel === undefined ? {} : { expirationModel }),
    ...(validTo === undefined ? {} : { validTo }),
    lifetimeDrift: record?.importedAt !== undefined && validTo !== record.importedValidTo,
    ...(renewal === undefined ? {} : { renewalTime: renewal }),
    renewalDue: renewal !== undefined && renewal <= now,
    ...(reimport === "delete_first" ? { mayInterrupt: true } : {}),
  };
}

/** Material that only waits for a rotation may be missing: the key works without it. */
function isLasting({ state }: MaterialEntry): boolean {
  return state === "CURRENT" || state === "NON_CURRENT";
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
): Pick<MaterialCondition, "state" | "validTo"> {
  const everImported =
    record?.importedAt !== undefined || record?.expirationModel !== undefined || record?.seenImported === true;
  if (!everImported && key.materialId === undefined) return { state: "never_imported" };
  const validTo = record?.validTo ?? (lifetime.kind === "until" && !everImported ? lifetime.validTo : undefined);
  if (validTo === undefined) return { state: "deleted" };
  const early = validTo > now || record?.deletedEarly === true;
  return { state: early ? "deleted" : "expired", validTo };
}
