import { isByokError } from "./errors";
import type { KeyDescription, Tags } from "./key";
import type { MaterialCondition } from "./material-condition";
import type { Run } from "./run";

/**
 * Tag under which `enabled = false` travels with a key that has no material yet: such a key cannot be disabled, and its
 * first import enables it.
 */
export const enabledTag = "byok:enabled";

/**
 * What a key without material is to be once it has some, as its own resource said in this run. It goes on record with a
 * look, since the import may be made by another run, which hears nothing of the key.
 */
export function withWish(run: Run, key: KeyDescription | null, condition: MaterialCondition): MaterialCondition {
  const said = key?.state === "PendingImport" ? run.memory.wishes.get(key.arn) : undefined;
  return said === undefined ? condition : { ...condition, keyDisabled: !said };
}

/**
 * Whether a key is to be Enabled or Disabled once its material is in, as far as anybody said; an import makes every key
 * Enabled. Undefined: leave it as the import makes it.
 */
export async function wishedEnabled(
  run: Run,
  key: KeyDescription,
  condition: MaterialCondition,
  readTags: () => Promise<Tags>,
): Promise<boolean | undefined> {
  const said = run.memory.wishes.get(key.arn);
  if (said !== undefined) return said;
  if (condition.keyDisabled) return false;
  if (condition.state !== "never_imported") return undefined;
  try {
    const tags = await readTags();
    return tags[enabledTag] === "false" ? false : undefined;
  } catch (error) {
    // Whoever only imports may not read tags. The key's own resource disables it with its next apply then.
    if (!isByokError(error, "access_denied")) throw error;
    run.log.warn("The tags of the key cannot be read, so a wish to have it disabled is not known here.", {
      key: key.arn,
    });
    return undefined;
  }
}
