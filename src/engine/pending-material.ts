import { ByokError } from "./errors";
import { type MaterialCondition, materialFacts, successionSeen } from "./material-condition";
import type { MaterialRecord } from "./material-record";
import { isPending } from "./succession";

/** Whether material waits for a rotation, as far as a look knows: nothing was ever encrypted under it. */
export function isWaiting(condition: MaterialCondition | undefined): boolean {
  const rotation = condition === undefined ? undefined : materialFacts(condition).rotation;
  return rotation !== undefined && isPending({ state: rotation });
}

/**
 * Whether nothing was ever encrypted under material that was imported: it waits for a rotation, or is gone from its key, which
 * keeps all that it was ever rotated to. Other bytes in its place are no loss.
 */
export function isUnused(condition: MaterialCondition | undefined): boolean {
  if (condition === undefined) return false;
  if (materialFacts(condition).rotation !== undefined) return isWaiting(condition);
  const succession = successionSeen(condition);
  return succession?.kind === "new" || succession?.kind === "waiting" || succession?.kind === "awaited";
}

/** The refusal of other bytes for such material, with what can be done where nothing is lost by it. */
export function replaceable(problem: ByokError): ByokError {
  return problem.with({
    message: `${problem.rawMessage} The key material of this resource only waits for its rotation, or has gone while it did, and nothing is encrypted under it: to have these bytes imported in its place, set \`deletion_policy\` to delete.`,
  });
}

/** The error where it was to be replaced by other bytes and has become one of those that the key needs. It stays. */
export function noLongerReplaceable({ keyArn, materialId }: MaterialRecord): ByokError {
  return new ByokError(
    "different_material",
    `The key material ${materialId} of ${keyArn} no longer waits for a rotation, so it is not replaced by other bytes: what has been the current one is kept. Nothing was deleted or imported. Give its bytes again, and import the others as material of their own that \`succeeds\` the current one.`,
  );
}

/** The error where it was to be deleted while it waits and has become one of those that the key needs. It stays. */
export function noLongerWaiting({ keyArn, materialId }: MaterialRecord): ByokError {
  return new ByokError(
    "key_unusable",
    `The key material ${materialId} of ${keyArn} waited for a rotation when it was last looked at, and now the key has been rotated to it, or is about to be, so that the key cannot be used without it. Nothing was deleted. Plan again: the plan shows it as it is.`,
    { attribute: "deletion_policy" },
  );
}

/** What its owner has to know where it is left in its key. */
export function leftWaiting({ keyArn, materialId }: MaterialRecord): string {
  return `It still waits for a rotation, so ${keyArn} takes no other new material. To abort the rotation, delete it: \`aws kms delete-imported-key-material --key-id ${keyArn} --key-material-id ${materialId}\`.`;
}
