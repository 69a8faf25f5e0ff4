import type { Call } from "./call";
import { isByokError } from "./errors";
import type { KeyService } from "./key-service";
import type { Run } from "./run";
import { startSettling } from "./settling";

/**
 * Cancels a key's deletion. An attempt whose reply was lost may have done it, so that the next finds nothing to cancel.
 * What is seen of the key may be out of date for a while.
 */
export async function cancelDeletion(run: Run, service: KeyService, key: string, call: Call): Promise<void> {
  try {
    await service.cancelDeletion(key, call);
  } catch (error) {
    if (!isByokError(error, "key_unusable") || !error.effectUnknown) throw error;
  }
  startSettling(run, key);
}
