import type { RotationDone, WantedRotation } from "../../src/engine/rotation-assessment";
import type { RotationCondition } from "../../src/engine/rotation-condition";
import { type rotationFields, rotationResultFields, storedRotationArguments } from "./fields";
import { instantOut } from "./key-state";
import { plainProps, type Props } from "./props";
import { keyIdOf } from "./resource-name";
import { schemaVersion } from "./schema-version";
import { type ArgumentsOf, readArguments, text } from "./shape";

export type RotationArguments = ArgumentsOf<typeof rotationFields>;

const outputFields = { ...rotationResultFields, keyArn: text, keyMaterialId: text } as const;

/** Undefined while an argument is not known. */
export function wantedRotation({ keyArn, keyMaterialId }: RotationArguments): WantedRotation | undefined {
  return keyArn === undefined || keyMaterialId === undefined ? undefined : { keyArn, materialId: keyMaterialId };
}

/**
 * The outputs of a rotation: its arguments, how the key was last seen, and the version of the two. What may not be listed, or
 * cannot be while the key waits for its deletion, stays as it was.
 *
 * @param before The outputs so far, where they are of the same rotation.
 */
export function rotationOuts(
  args: object,
  { keyArn, materialId }: WantedRotation,
  condition: RotationCondition,
  before: Props = {},
): Record<string, unknown> {
  const known = readArguments(outputFields, before).args;
  const { rotatedAt, currentMaterialId, rotations, rotationsLeft } = condition;
  return plainProps({
    ...storedRotationArguments(args),
    schemaVersion,
    keyArn,
    keyMaterialId: materialId,
    rotatedAt: instantOut(rotatedAt) ?? known.rotatedAt,
    currentKeyMaterialId: currentMaterialId ?? known.currentKeyMaterialId,
    rotations: rotations ?? known.rotations,
    rotationsLeft: rotationsLeft ?? known.rotationsLeft,
  });
}

/** A multi-Region key is the same one in each Region, whichever of them is its primary. */
export function isSameKey(one: unknown, other: unknown): boolean {
  return typeof one === "string" && typeof other === "string" && keyIdOf(one) === keyIdOf(other);
}

/** The rotation that outputs are of. */
export function rotationIn(outs: Props): WantedRotation | undefined {
  return wantedRotation(readArguments({ keyArn: text, keyMaterialId: text }, outs).args);
}

/** What the state says of this very rotation. Undefined: it is now to another material, or was never seen to be done. */
export function rotationDone(outs: Props, wanted: WantedRotation): RotationDone | undefined {
  const { keyArn, keyMaterialId, currentKeyMaterialId } = readArguments(outputFields, outs).args;
  if (!isSameKey(keyArn, wanted.keyArn) || keyMaterialId !== wanted.materialId) return undefined;
  return currentKeyMaterialId === undefined ? undefined : { currentMaterialId: currentKeyMaterialId };
}
