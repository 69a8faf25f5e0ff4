import type { EpochSeconds } from "./instant";
import type { MaterialRecord } from "./material-record";

/** What byok notes in the tags of a key where the KMS imports into empty keys only and keeps no ids of its material. */

/** A proof: the fingerprint of the key's material, set after an import's answer and only then. */
export const fingerprintTag = "byok:fingerprint";

/** An intention: an import of these bytes was begun. It proves nothing, and is removed once the answer is there. */
export const importingTag = "byok:importing";

/**
 * An intention: byok deletes the material to import it again. By the moment of the import that brought it in, in epoch
 * seconds; 0 where none is on record. Removed once the material is back.
 */
export const interruptionTag = "byok:interrupted-import";

export function interruptionMark(record: MaterialRecord | undefined): EpochSeconds {
  return record?.importedAt ?? 0;
}
