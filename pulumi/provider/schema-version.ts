import { ByokError } from "../../src/engine/errors";
import type { Props } from "./props";

/** The version of what these resources keep in the state, in `schemaVersion`. */
export const schemaVersion = 1;

/**
 * Outputs as some version of byok wrote them, as this version reads them. Each version that changes what the state
 * holds adds a step from the one before it.
 *
 * @throws ByokError `invalid_argument` for outputs of a later version.
 */
export function migrated(outs: Props): Props {
  const version = outs["schemaVersion"] ?? schemaVersion;
  if (typeof version === "number" && version <= schemaVersion) return outs;
  throw new ByokError(
    "invalid_argument",
    `The state was written by a later version of byok (its schema has the version ${JSON.stringify(version)}, this byok knows ${schemaVersion}). Install that version of the package byok.`,
  );
}

/** Whether these are outputs of a resource that is in the state, and not the arguments of a mere lookup. */
export function isRecorded(props: Props): boolean {
  return props["schemaVersion"] !== undefined;
}
