import { type ByokError, isByokError } from "./errors";
import type { KeyContext } from "./key-context";
import type { TagWriting } from "./key-service";

/** What the tag of an intention says that is over and cannot be removed. It means nothing. */
const over = "over";

/**
 * Removes the tags of intentions that are fulfilled or withdrawn: one that outlived its end would be acted on by a later
 * run. Anyone who could set a tag can make it say nothing, also without the permission to remove it.
 *
 * @returns Why they stay on the key, where they do and say nothing.
 * @throws ByokError Where they stay on the key and can be acted on still.
 */
export async function removeIntentions(
  { service, keyArn, call }: KeyContext<TagWriting>,
  tags: readonly string[],
): Promise<ByokError | undefined> {
  try {
    await service.untag(keyArn, tags, call);
    return undefined;
  } catch (error) {
    if (!isByokError(error, "access_denied")) throw error;
    const nothing = Object.fromEntries(tags.map((tag) => [tag, over]));
    await service.tag(keyArn, nothing, call).catch(() => {
      throw error;
    });
    return error;
  }
}
