import { tellWish } from "./enabled-wish";
import { ByokError, isByokError } from "./errors";
import { type KeyDescription, waitsForDeletion } from "./key";
import { lookAt } from "./key-look";
import type { KeyContext } from "./key-context";
import type { DeletionCanceling, KeyEnabling, KeyReading } from "./key-service";
import { settled, settledAnswer, startSettling } from "./settling";

/** A key that is back in the state that it was to return to, or what is left to do for that. */
export interface ReturnedKey {
  readonly key: KeyDescription;
  /** EnableKey (true) or DisableKey (false) is still to be done. Absent: nothing is. */
  readonly toEnable?: boolean | undefined;
  /** What went wrong since the deletion was canceled. */
  readonly error?: ByokError;
}

/**
 * Cancels a key's deletion, and at once puts right whether it is Enabled: AWS leaves such a key Disabled, Alibaba Cloud
 * Enabled, whatever it was before. Nothing comes between that may fail, since only this run knows how it is to be.
 *
 * @throws ByokError Only where the deletion was not canceled.
 */
export async function cancelDeletion(
  context: KeyContext<DeletionCanceling & KeyEnabling & KeyReading>,
  key: KeyDescription,
  enabled: boolean,
): Promise<ReturnedKey> {
  const { run, service, keyArn, call } = context;
  try {
    await service.cancelDeletion(keyArn, call);
  } catch (error) {
    // An attempt whose reply was lost may have done it, so that the next finds nothing to cancel.
    if (!isByokError(error, "key_unusable") || !error.effectUnknown) throw error;
  }
  startSettling(run, keyArn);
  run.log.info("The deletion of a key was canceled.", { key: keyArn });
  const holdsMaterial = key.expirationModel !== undefined;
  const early = enabled && holdsMaterial ? await putEnabled(context, asCanceled(key), true) : undefined;
  const { key: seen, error: unseen } = await keyThatIsBack(context, key);
  if (early !== undefined && early.error === undefined) return returned({ ...seen, state: "Enabled" }, unseen);
  // Where its state did not allow it, it is another now: the KMS had not heard of the cancellation, or there is no
  // material left.
  const mayTry = early === undefined || isByokError(early.error, "key_unusable");
  if (!mayTry && seen.state === "Disabled") return { ...early, key: seen };
  const late = await putEnabled(context, seen, enabled);
  return late.error === undefined ? returned(late.key, unseen) : late;
}

/** Enables or disables a key that is in the other of the two states. A failure comes back with what is left to do. */
export async function putEnabled(
  context: KeyContext<KeyEnabling>,
  key: KeyDescription,
  enabled: boolean,
): Promise<ReturnedKey> {
  if (key.state !== (enabled ? "Disabled" : "Enabled")) return { key };
  const { run, service, keyArn, call } = context;
  try {
    await settled(context, () => service.setEnabled(keyArn, enabled, call), isLate);
  } catch (error) {
    return { key, toEnable: enabled, error: ByokError.from(error) };
  }
  // Anyone who imports into the key in this run may still see it as it was.
  tellWish(run, keyArn, enabled);
  return { key: { ...key, state: enabled ? "Enabled" : "Disabled" } };
}

/** The KMS may still take the key for one that is pending deletion; its other states are no late consistency. */
function isLate({ code, retry }: ByokError): boolean {
  return code === "key_pending_deletion" || (code !== "key_unusable" && retry === "settling");
}

/** How the key is now. Where that cannot be had: how a cancellation is documented to leave it. */
async function keyThatIsBack(
  context: KeyContext<KeyReading>,
  key: KeyDescription,
): Promise<{ readonly key: KeyDescription; readonly error?: ByokError }> {
  try {
    const { value } = await settledAnswer(
      context,
      () => lookAt(context),
      (seen) => seen.value !== null && !waitsForDeletion(seen.value),
    );
    if (value !== null) return { key: value };
    throw new ByokError("key_not_found", `The deletion of ${key.arn} was canceled, and the KMS does not show the key.`);
  } catch (error) {
    return { key: asCanceled(key), error: ByokError.from(error) };
  }
}

function asCanceled({ deletionDate: _canceled, ...key }: KeyDescription): KeyDescription {
  return { ...key, state: "Disabled" };
}

function returned(key: KeyDescription, error: ByokError | undefined): ReturnedKey {
  return error === undefined ? { key } : { key, error };
}
