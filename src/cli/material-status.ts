import { rotationStateOf } from "../definitions/rotation-state";
import { isByokError } from "../engine/errors";
import { formatInstant } from "../engine/instant";
import { type KeyDescription, type MaterialEntry, waitsForDeletion } from "../engine/key";
import { keyContext } from "../engine/key-context";
import { mayHoldSeveral } from "../engine/kms-profile";
import type { Run } from "../engine/run";

/**
 * All materials of a key that may hold several, the first one first. Undefined where it takes one only, is pending deletion,
 * or its materials may not be listed, which is logged as a warning.
 *
 * @param known What a look at the key has listed already.
 */
export async function materialsIn(
  run: Run,
  key: KeyDescription | null,
  known: readonly MaterialEntry[] | undefined,
): Promise<readonly MaterialEntry[] | undefined> {
  if (key === null || waitsForDeletion(key) || key.state === "Creating") return undefined;
  const { service } = keyContext(run, key.arn, "key_arn", {});
  if (known !== undefined || !mayHoldSeveral(service.profile, key.spec)) return known;
  try {
    return await service.materials(key.arn, {});
  } catch (error) {
    // What may be described need not be listed, and the rest of the status is known.
    if (!isByokError(error, "access_denied", "service_refused")) throw error;
    run.log.warn(`The materials of ${key.arn} cannot be listed. ${error.rawMessage}`);
    return undefined;
  }
}

/** What `byok status --json` shows of one material. */
export interface MaterialForScripts {
  readonly keyMaterialId: string;
  readonly rotationState: ReturnType<typeof rotationStateOf> | null;
  /** Whether its bytes are in the key now. */
  readonly imported: boolean;
  /** When it expires. Null: never, or it is not in the key. */
  readonly validTo: string | null;
  /** When a rotation made it the current one. Null: none has. */
  readonly rotatedAt: string | null;
}

export function materialForScripts({ materialId, state, imported, ...moments }: MaterialEntry): MaterialForScripts {
  const { validTo, rotatedAt } = moments;
  return {
    keyMaterialId: materialId,
    rotationState: rotationStateOf(state) ?? null,
    imported,
    validTo: validTo === undefined ? null : formatInstant(validTo),
    rotatedAt: rotatedAt === undefined ? null : formatInstant(rotatedAt),
  };
}
