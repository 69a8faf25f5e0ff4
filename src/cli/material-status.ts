import { rotationStateOf } from "../definitions/rotation-state";
import { formatInstant } from "../engine/instant";
import { type MaterialEntry, showsMaterials } from "../engine/key";
import { keyContext } from "../engine/key-context";
import { mayHoldSeveral } from "../engine/kms-profile";
import { type MaterialObservation, materialsOf } from "../engine/material-observation";
import type { Run } from "../engine/run";

/**
 * All materials of a key that may hold several, the first one first. Undefined where it takes one only, is pending deletion,
 * or its materials may not be listed, which is logged as a warning.
 */
export async function materialsIn(
  run: Run,
  { key, materials, condition }: MaterialObservation,
): Promise<readonly MaterialEntry[] | undefined> {
  const isKnown = materials !== undefined || ("unlisted" in condition && condition.unlisted);
  if (key === null || isKnown || !showsMaterials(key)) return materials;
  const context = keyContext(run, key.arn, "key_arn", {});
  return mayHoldSeveral(context.service.profile, key.spec) ? materialsOf(context) : undefined;
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
