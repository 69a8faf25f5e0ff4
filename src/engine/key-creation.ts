import { checkCall } from "./call";
import { claimingToken, creationTokenTag, keysWithToken } from "./creation-token";
import type { ReturnedKey } from "./deletion-cancellation";
import { defined } from "./defined";
import { enabledTag } from "./enabled-wish";
import { ByokError, isByokError } from "./errors";
import { type KeyDescription, type Tags, waitsForDeletion } from "./key";
import { lookAt, lookOnceCreated } from "./key-look";
import { type KmsContext, ofKey } from "./key-context";
import type { CallerIdentity, KeyCreating, KeyListing, KeyReading, NewKey, TagReading } from "./key-service";
import { allowedOn, checkAccount } from "./key-services";
import { kindOfNewKey } from "./key-offer";
import { noteKmsTime } from "./kms-time";
import { policySettled, startSettling } from "./settling";
import type { WantedKey } from "./wanted-key";

/** A key that is there now, and whether this run made it with everything that the configuration asks for. */
export interface CreatedKey extends ReturnedKey {
  readonly made: boolean;
  /** Its tags, where they were asked for. */
  readonly tags?: Tags;
}

/** What the creation of a key may do: look for one that is there, and make one. */
export type CreationContext = KmsContext<CallerIdentity & KeyCreating & KeyListing & KeyReading & TagReading>;

/**
 * Creates a key, or continues with the empty one that an interrupted run made with the same creation token.
 *
 * @throws ByokError `key_conflict` where a key bears the token and must not be taken; `creation_unconfirmed` where the
 * reply to the creation was lost and no key can be found.
 */
export async function createKey(context: CreationContext, wanted: WantedKey): Promise<CreatedKey> {
  await checkCallerAccount(context);
  return claimingToken(context, wanted, () => findOrCreate(context, wanted));
}

async function findOrCreate(context: CreationContext, wanted: WantedKey): Promise<CreatedKey> {
  const { run, service, call } = context;
  const request: NewKey = {
    ...kindOfNewKey(service, wanted),
    multiRegion: wanted.multiRegion,
    tags: creatingTags(wanted),
    ...creatingAspects(wanted),
    ...defined({ dkmsInstanceId: wanted.dkmsInstanceId, protectionLevel: wanted.protectionLevel }),
  };
  const found = await keyWithToken(context, wanted, request);
  if (found !== undefined) return { ...(await onceCreated(context, found)), made: false };
  checkCall(call);
  try {
    const { value: key, at } = await policySettled(context, () => service.create(request, call));
    noteKmsTime(run, service, at);
    startSettling(run, key.arn);
    return { key, made: true };
  } catch (error) {
    if (!isByokError(error) || !error.effectUnknown) throw error;
    const late = await keyWithToken(context, wanted, request, true);
    if (late === undefined) throw unconfirmed(wanted, error);
    startSettling(run, late.arn);
    // It may be of an earlier run that the first look had missed, with other settings than these.
    return { ...(await onceCreated(context, late)), made: false };
  }
}

/**
 * A key that is there, once it is no longer in the making. It is there whatever happens while it is waited for, so that
 * this never fails.
 */
export async function onceCreated(
  context: KmsContext<KeyReading>,
  key: KeyDescription,
): Promise<{ readonly key: KeyDescription; readonly error?: ByokError }> {
  if (key.state !== "Creating") return { key };
  try {
    const { value } = await lookOnceCreated(context, () => lookAt(ofKey(context, key.arn)));
    return { key: value ?? key };
  } catch (error) {
    return { key, error: ByokError.from(error) };
  }
}

/** Where accounts are restricted, a key is created only with credentials of one of them. */
export async function checkCallerAccount({ run, service, call }: KmsContext<CallerIdentity>): Promise<void> {
  const allowed = allowedOn(service.profile.kms, run.allowed);
  if (allowed.accountIds === undefined) return;
  const caller = await service.callerAccount(call);
  if (caller === undefined) {
    throw new ByokError(
      "account_not_allowed",
      `${service.profile.title} does not tell the account of the credentials, so it is not known whether \`allowed_account_ids\` names it. Create the account's first key without \`allowed_account_ids\`.`,
      { attribute: "allowed_account_ids" },
    );
  }
  checkAccount(caller, allowed, "allowed_account_ids");
}

async function keyWithToken(
  context: KmsContext<KeyListing & KeyReading & TagReading>,
  { creationToken }: WantedKey,
  request: NewKey,
  afresh = false,
): Promise<KeyDescription | undefined> {
  if (creationToken === undefined) return undefined;
  const arns = await keysWithToken(context, creationToken, afresh);
  const described = await Promise.all(arns.map((arn) => lookAt(ofKey(context, arn))));
  // Anyone who schedules the deletion of a key has given it up.
  const living = described.flatMap(({ value }) => (value === null || waitsForDeletion(value) ? [] : [value]));
  const [key, another] = living;
  if (key === undefined) return undefined;
  if (another === undefined && isUntouched(key) && fits(key, request)) return key;
  const ways = `import it into the state to take it over, or give this key another \`creation_token\``;
  const which =
    another === undefined
      ? `A key with the \`creation_token\` ${creationToken} is there already and ${isUntouched(key) ? "is of another kind" : "has had key material"}: ${key.arn}. To keep that key, ${ways}.`
      : `Several keys have the \`creation_token\` ${creationToken}: ${living.map(({ arn }) => arn).join(", ")}. Schedule the deletion of those that are not needed, ${ways}.`;
  throw new ByokError("key_conflict", which, { attribute: "creation_token" });
}

/** Never imported into. Where the KMS cannot tell: empty now. */
function isUntouched({ state, materialId }: KeyDescription): boolean {
  return (state === "PendingImport" || state === "Creating") && materialId === undefined;
}

function fits(key: KeyDescription, { spec, usage, multiRegion, dkmsInstanceId }: NewKey): boolean {
  const same = key.spec === spec && key.usage === usage && key.origin === "EXTERNAL";
  if (dkmsInstanceId !== undefined && key.dkmsInstanceId !== dkmsInstanceId) return false;
  return same && (key.multiRegion !== undefined) === multiRegion && key.multiRegion?.type !== "REPLICA";
}

export function creatingTags({ tags, creationToken, enabled }: WantedKey): Tags {
  return {
    ...tags,
    ...defined({ [creationTokenTag]: creationToken }),
    ...(enabled === false ? { [enabledTag]: "false" } : {}),
  };
}

export function creatingAspects(wanted: WantedKey): {
  description?: string;
  policy?: string;
  bypassPolicyLockoutSafetyCheck?: boolean;
} {
  const { description, policy, bypassPolicyLockoutSafetyCheck: bypass } = wanted;
  return {
    ...defined({ description, policy }),
    ...(bypass === true ? { bypassPolicyLockoutSafetyCheck: true } : {}),
  };
}

function unconfirmed({ creationToken, region }: WantedKey, cause: ByokError): ByokError {
  const remedy =
    creationToken === undefined
      ? "Look for a new key without material there, and import it into the state if there is one. A `creation_token` makes byok find it by itself."
      : "Run again: the next run looks for the key by its `creation_token` before it creates one.";
  return new ByokError(
    "creation_unconfirmed",
    `The reply to CreateKey was lost (${cause.rawMessage}), so a key may have been created in ${region}. ${remedy}`,
    { effectUnknown: true },
  );
}
