import { ByokError, isByokError } from "./errors";
import { removeIntentions } from "./intentions";
import type { KeyDescription, Tags } from "./key";
import type { KeyContext } from "./key-context";
import type { KmsIdentity, TagReading, TagWriting } from "./key-service";
import type { Run } from "./run";
import { settled } from "./settling";

/**
 * Tag that says that a key is to be Disabled once its material is in: an import makes every key Enabled, and a key
 * without material can be neither enabled nor disabled. It is an intention: set before the import that makes it
 * necessary, so that it outlives a crash, and removed once it is fulfilled or withdrawn.
 */
export const enabledTag = "byok:enabled";

/** What the key's own resource says in this run; anyone who looks at its material may see the key as it was. */
export function tellWish(run: Run, keyArn: string, enabled: boolean): void {
  run.memory.wishes.set(keyArn, { enabled, since: run.clock.monotonic() });
}

/**
 * What the key's own resource said in this run. It counts while the KMS may still show the key as it was, and while the
 * key has no material: after that, what the KMS shows is true, and others may have changed it.
 */
export function toldWish(run: Run, service: KmsIdentity, key: KeyDescription): boolean | undefined {
  const told = run.memory.wishes.get(key.arn);
  if (told === undefined) return undefined;
  const isHidden = key.state === "PendingImport" || key.state === "Creating";
  if (isHidden || run.clock.monotonic() - told.since < service.profile.settling * 1000) return told.enabled;
  run.memory.wishes.delete(key.arn);
  return undefined;
}

export function isToBeDisabled(tags: Tags | undefined): boolean {
  return tags?.[enabledTag] === "false";
}

/**
 * Leaves the intention on the key. Anyone who may not tag imports all the same; a crash would then forget it.
 *
 * @returns false where the caller may not tag
 */
export async function noteDisabling(context: KeyContext<TagWriting>): Promise<boolean> {
  const { service, keyArn, call } = context;
  const note = () => service.tag(keyArn, { [enabledTag]: "false" }, call);
  return permitted(context, "noted", () => settled(context, note));
}

/** Removes the intention: it is fulfilled, or withdrawn. @returns false where it stays, and could be acted on still */
export async function forgetDisabling(context: KeyContext<TagWriting>): Promise<boolean> {
  const { run, keyArn } = context;
  return permitted(context, "removed", async () => {
    const left = await settled(context, () => removeIntentions(context, [enabledTag]));
    if (left === undefined) return;
    run.log.warn(`The tag ${enabledTag} of the key cannot be removed, and says nothing any more. ${left.rawMessage}`, {
      key: keyArn,
    });
  });
}

async function permitted(
  { run, keyArn }: KeyContext<unknown>,
  done: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isByokError(error, "access_denied")) throw error;
    run.log.warn(`The tag ${enabledTag} of the key cannot be ${done}: the caller lacks the permission.`, {
      key: keyArn,
    });
    return false;
  }
}

/** The tags of a key, each asked for once. Undefined where the caller may not read them. */
export function readableTags({ run, service, keyArn, call }: KeyContext<TagReading>): () => Promise<Tags | undefined> {
  let asked: Promise<Tags | undefined> | undefined;
  const ask = async (): Promise<Tags | undefined> => {
    try {
      return await service.tags(keyArn, call);
    } catch (thrown) {
      const error = ByokError.from(thrown);
      if (error.code !== "access_denied") throw error;
      run.log.warn("The tags of the key cannot be read, so what byok noted in them is not known here.", {
        key: keyArn,
      });
      return undefined;
    }
  };
  return () => (asked ??= ask());
}
