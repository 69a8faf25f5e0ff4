import type { Lifetime } from "./lifetime";
import { type MaterialRecord, type ProvedRecord, type UnimportedRecord, type UnprovedRecord } from "./material-record";

/**
 * The form in which faces store a record: flat, with whatever earlier versions wrote. It holds more than can be true, so
 * it is read once, by `recordFrom`, and nothing else looks into it.
 */
export interface StoredRecord extends Omit<UnprovedRecord, "verified" | "lifetime"> {
  readonly verified: boolean;
  readonly lifetime?: Lifetime | undefined;
}

/** To be stored. The reverse of `recordFrom`. */
export function storedRecord(record: MaterialRecord): StoredRecord {
  return record;
}

/**
 * The record that was stored. What is said to be proved without all that an import's answer leaves on record is taken for
 * not proved.
 */
export function recordFrom(stored: StoredRecord): ProvedRecord | UnprovedRecord | UnimportedRecord {
  const { verified, fingerprint, importedAt, lifetime, importedValidTo, description, ...seen } = stored;
  if (lifetime === undefined) return { ...seen, fingerprint, verified: false };
  const sent = { ...seen, lifetime, importedValidTo, description };
  return verified && fingerprint !== undefined && importedAt !== undefined
    ? { ...sent, verified, fingerprint, importedAt }
    : { ...sent, verified: false, fingerprint, importedAt };
}

/** What may have been stored of a lifetime. */
interface StoredLifetime {
  readonly kind?: unknown;
  readonly validTo?: unknown;
  readonly validFor?: unknown;
  readonly renewBefore?: unknown;
}

/** The lifetime that was stored. Undefined where it lacks what one of its kind has. */
export function lifetimeIn({ kind, validTo, validFor, renewBefore }: StoredLifetime): Lifetime | undefined {
  if (kind === "forever") return { kind };
  if (kind === "until" && typeof validTo === "number") return { kind, validTo };
  if (kind !== "renewed" || typeof validFor !== "number" || typeof renewBefore !== "number") return undefined;
  return { kind, validFor, renewBefore };
}
