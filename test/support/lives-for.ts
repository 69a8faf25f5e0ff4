import type { MaterialRecord } from "../../src/engine/material-record";

/**
 * For how many days material lives from its import on. Its lifetime counts from the look before the import, so a second
 * may be missing, and never is one too many.
 */
export function livesForDays({ importedAt = Number.NaN, validTo = Number.NaN }: MaterialRecord): number {
  return Math.ceil((validTo - importedAt) / 86_400);
}
