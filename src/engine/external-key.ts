import { announceTaking, concludeTaking, isTaken } from "./announcements";
import type { Call } from "./call";
import { releaseToken } from "./creation-token";
import { cancelDeletion, putEnabled, type ReturnedKey } from "./deletion-cancellation";
import { isToBeDisabled, noteDisabling, tellWish } from "./enabled-wish";
import { defined } from "./defined";
import { ByokError, isByokError } from "./errors";
import type { EpochSeconds } from "./instant";
import { type KeyDescription, type Tags, waitsForDeletion } from "./key";
import { type AspectsContext, syncAspects } from "./key-aspects";
import { displacements, type FixedDifference, fixedDifferences } from "./key-assessment";
import { createKey, type CreatedKey, type CreationContext } from "./key-creation";
import { lookAt, lookOnceCreated } from "./key-look";
import { checkDeletionWindow, checkKeyOptions } from "./key-offer";
import { isUsable, type KeyRecord, keyRecord, userTags, wasEnabled } from "./key-record";
import { type KeyContext, keyContext, type KmsContext, type LocatedKeyContext, ofKey } from "./key-context";
import type {
  CallerIdentity,
  DeletionCanceling,
  DeletionScheduling,
  KeyEnabling,
  KeyReading,
  PolicyReading,
  TagReading,
  TagWriting,
} from "./key-service";
import { checkAllowed } from "./key-services";
import type { Outcome } from "./outcome";
import { createReplica, type ReplicaContext } from "./replica-creation";
import type { Run } from "./run";
import type { WantedKey } from "./wanted-key";

/** No KMS removes a key sooner after its creation: it waits at least a week for its deletion. */
const soonestRemovalSeconds = 7 * 86_400;

/** What of a key only further requests tell; each costs one. */
export interface ReadAspects {
  /** Whether the key policy is read. */
  readonly policy: Reading;
  /** Whether the tags are read. */
  readonly tags: Reading;
}

/** `if_possible`: nothing says whether somebody manages it, so that a refusal only leaves it unread. */
export type Reading = boolean | "if_possible";

/** What a reading of a key may do: nothing that writes. */
type ReadingContext = LocatedKeyContext<CallerIdentity & KeyReading & PolicyReading & TagReading>;

/**
 * What the KMS says of a key that is on record. Undefined: the key is gone for good.
 *
 * @throws ByokError `key_not_found` where the KMS does not know the key and that cannot be the truth: other
 * credentials, another endpoint, a key too young to be gone.
 */
export async function readKey(
  run: Run,
  arn: string,
  earlier: KeyRecord | undefined,
  aspects: ReadAspects,
  call: Call = {},
): Promise<KeyRecord | undefined> {
  const context: ReadingContext = keyContext(run, arn, "arn", call);
  const { service, location } = context;
  const { value: key, at } = await lookAt(context);
  if (key === null) {
    await confirmGone(context, earlier?.creationDate, at);
    return undefined;
  }
  checkOrigin(key);
  const record = keyRecord(location.kms, location.region, key, earlier);
  const policy = await aspectOf(aspects.policy, () => service.policy(arn, call), record.policy);
  let asked: Promise<Tags> | undefined;
  const allTags = (): Promise<Tags> => (asked ??= service.tags(arn, call));
  const tags = await aspectOf(aspects.tags, async () => userTags(await allTags(), run.ignoredTags), record.tags);
  // An import that fulfils the note removes it, and the material may be gone again by now.
  const isNoted =
    record.disablingNoted === true && (isUsable(record) || record.state === "PendingImport")
      ? await aspectOf("if_possible", async () => isToBeDisabled(await allTags()), !isUsable(record))
      : record.disablingNoted === true;
  return { ...record, policy, tags, disablingNoted: isNoted ? true : undefined };
}

/** An aspect as the KMS says it; as it is on record where it is not read. */
async function aspectOf<T>(reading: Reading, ask: () => Promise<T>, onRecord: T | undefined): Promise<T | undefined> {
  if (reading === false) return onRecord;
  try {
    return await ask();
  } catch (error) {
    if (reading === true || !isByokError(error, "access_denied", "service_refused")) throw error;
    return onRecord;
  }
}

/**
 * Makes a key be as configured: finds or creates it, brings it back where its deletion was scheduled, and repairs what
 * is managed and differs. The same for a new key and for one on record.
 *
 * @param record Undefined for a new key.
 * @param standing `taken_over`: the key becomes the one of this resource now, so that what an earlier attempt left on
 * it is withdrawn. Default `on_record`.
 * @throws ByokError Only while there is no key to lose: once there is one, failures come with its record.
 */
export async function ensureKey(
  run: Run,
  wanted: WantedKey,
  record: KeyRecord | undefined,
  call: Call = {},
  standing: "on_record" | "taken_over" = "on_record",
): Promise<Outcome<KeyRecord>> {
  return record === undefined
    ? ensureNewKey(run, wanted, call)
    : ensureKnownKey(run, wanted, record, call, standing === "taken_over");
}

async function ensureNewKey(run: Run, wanted: WantedKey, call: Call): Promise<Outcome<KeyRecord>> {
  checkAllowed({ kms: wanted.kms, region: wanted.region, accountId: undefined, keyId: "" }, run.allowed, "region");
  const service = run.services.service(wanted.kms, wanted.region);
  if (wanted.policy !== undefined) service.profile.checkPolicy(wanted.policy);
  const context: KmsContext = { run, service, call };
  const created = await makeKey(context, wanted);
  const made = ofKey(context, created.key.arn);
  return created.made ? finishMadeKey(made, wanted, created) : finishFoundKey(made, wanted, created);
}

async function finishMadeKey(
  context: AspectsContext,
  wanted: WantedKey,
  { key, error: unseen }: CreatedKey,
): Promise<Outcome<KeyRecord>> {
  const soFar =
    unseen === undefined ? [] : [`${key.arn} was made, and could not be looked at since. ${unseen.rawMessage}`];
  // Policy, tags and description went into the creating call, and so did the wish to have it disabled.
  if (wanted.enabled !== undefined) tellWish(context.run, key.arn, wanted.enabled);
  const { kms, region, multiRegion, policy, tags, deletionProtection } = wanted;
  const disablingNoted = wanted.enabled === false ? true : undefined;
  const asMade = { ...keyRecord(kms, region, key), policy, tags, disablingNoted };
  if (deletionProtection === undefined) return { record: asMade, warnings: soFar };
  // No creating call takes this, so it is what is left to be done.
  const rest = { kms, region, multiRegion, deletionProtection };
  const { record, error } = await syncAspects(context, key, rest, { earlier: asMade });
  return { record, warnings: unfinished(key.arn, error) };
}

async function finishFoundKey(
  context: AspectsContext,
  wanted: WantedKey,
  found: CreatedKey,
): Promise<Outcome<KeyRecord>> {
  const { arn } = found.key;
  announceTaking(context.run, arn);
  // It stands in the place of a new key, which would not be Disabled.
  const tried = found.toEnable !== undefined;
  const back = tried ? found : await putEnabled(context, found.key, wanted.enabled ?? true);
  const enabledNow = found.key.state === "Disabled" && back.key.state === "Enabled" && wanted.enabled === undefined;
  const known = { earlier: { toEnable: back.toEnable }, tags: found.tags, found: true };
  const { record, error } = await syncAspects(context, back.key, wanted, known);
  const said = enabledNow
    ? [
        `${arn} was Disabled and was enabled: nothing on record says otherwise. To have it Disabled, set \`enabled\` to false.`,
      ]
    : [];
  const failures = [found.error, leftUndone(back, record), error].flatMap((one) => unfinished(arn, one));
  return { record, warnings: [...said, ...new Set(failures)] };
}

/** What went wrong with the key's return, unless it was made up for since. */
function leftUndone({ error, toEnable }: ReturnedKey, { state }: KeyRecord): ByokError | undefined {
  const isDone = toEnable !== undefined && state === (toEnable ? "Enabled" : "Disabled");
  return isDone ? undefined : error;
}

function unfinished(arn: string, error: ByokError | undefined): string[] {
  return error === undefined
    ? []
    : [`${arn} is there, but not yet as configured; the next apply repairs it. ${error.rawMessage}`];
}

function makeKey(context: CreationContext & ReplicaContext, wanted: WantedKey): Promise<CreatedKey> {
  const { primaryKeyArn } = wanted;
  return primaryKeyArn === undefined
    ? createKey(context, wanted)
    : createReplica(context, { ...wanted, primaryKeyArn });
}

async function ensureKnownKey(
  run: Run,
  wanted: WantedKey,
  record: KeyRecord,
  call: Call,
  found: boolean,
): Promise<Outcome<KeyRecord>> {
  refuseChange(record.arn, displacements(wanted, record));
  const context = keyContext(run, record.arn, "arn", call);
  const { service } = context;
  if (wanted.policy !== undefined) service.profile.checkPolicy(wanted.policy);
  checkKeyOptions(service.profile, wanted);
  return run.locks.hold(record.arn, async () => {
    if (found) announceTaking(run, record.arn);
    else concludeTaking(run, record.arn);
    const seen = await describeKnown(context);
    const now = keyRecord(record.kms, record.region, seen, record);
    refuseChange(record.arn, fixedDifferences(wanted, now));
    const back = await bringBack(ofKey(context, seen.arn), seen, now, wanted);
    const known = { earlier: { ...now, toEnable: back.toEnable }, found };
    const synced = await syncAspects(ofKey(context, back.key.arn), back.key, wanted, known);
    const [error, another] = [leftUndone(back, synced.record), synced.error].filter((one) => one !== undefined);
    const isNews = another !== undefined && another.rawMessage !== error?.rawMessage;
    return {
      record: synced.record,
      warnings: [...back.warnings, ...synced.warnings, ...(isNews ? [another.rawMessage] : [])],
      ...defined({ error }),
    };
  });
}

/** @throws ByokError `immutable_argument` for the first argument that is fixed and differs. */
function refuseChange(arn: string, [difference]: readonly FixedDifference[]): void {
  if (difference === undefined) return;
  const { attribute, is, shouldBe } = difference;
  throw new ByokError(
    "immutable_argument",
    `\`${attribute}\` of ${arn} is ${is} and cannot be changed to ${shouldBe}. Plan again to have the key replaced, or set it back.`,
    { attribute },
  );
}

/**
 * Schedules a key's deletion. A key that is gone or waits for its deletion already is left as it is, and so is one that
 * another resource took over in this run: a resource that was renamed is one that is destroyed and another one that is
 * created, and the tool may create first.
 *
 * @param windowDays How long the key is to wait, in days.
 */
export async function scheduleKeyDeletion(
  run: Run,
  record: KeyRecord,
  windowDays: number,
  call: Call = {},
): Promise<{ readonly warnings: readonly string[] }> {
  const context: LeavingContext = keyContext(run, record.arn, "arn", call);
  const { service } = context;
  checkDeletionWindow(service, windowDays);
  return run.locks.hold(record.arn, async () => {
    if (isTaken(run, record.arn)) return { warnings: [spared(record.arn)] };
    // From now on it waits for its deletion, and nobody is to wait until that has passed.
    run.memory.made.delete(record.arn);
    try {
      await service.scheduleDeletion(record.arn, windowDays, call);
    } catch (error) {
      await confirmLeaving(context, record, error);
    }
    releaseToken(context);
    return { warnings: [] };
  });
}

function spared(arn: string): string {
  return `The deletion of ${arn} was not scheduled: another resource took the key over in this run. To have it deleted, destroy that one.`;
}

/** What the deletion of a key may do to it. Nothing else schedules one. */
type LeavingContext = LocatedKeyContext<CallerIdentity & DeletionScheduling & KeyReading>;

/** @throws unknown The error, where the key neither waits for its deletion nor is gone. */
async function confirmLeaving(context: LeavingContext, { creationDate }: KeyRecord, error: unknown): Promise<void> {
  if (isByokError(error, "key_pending_deletion")) return;
  if (!isByokError(error, "key_not_found", "key_unusable")) throw error;
  const { value: key, at } = await lookAt(context);
  // Not every KMS says why the state of the key does not allow it.
  if (key !== null && waitsForDeletion(key)) return;
  if (key !== null) throw error;
  await confirmGone(context, creationDate, at);
}

async function describeKnown(context: KeyContext<KeyReading>): Promise<KeyDescription> {
  const { value: key } = await lookOnceCreated(context, () => lookAt(context));
  if (key === null) {
    throw new ByokError("key_not_found", `${context.keyArn} does not exist. Refresh the state, and run again.`, {
      attribute: "arn",
    });
  }
  checkOrigin(key);
  return key;
}

/** A key that is no longer pending deletion, and is Enabled or Disabled as it was before that. */
async function bringBack(
  context: KeyContext<DeletionCanceling & KeyEnabling & KeyReading & TagWriting>,
  seen: KeyDescription,
  known: KeyRecord,
  { enabled }: WantedKey,
): Promise<ReturnedKey & { readonly warnings: readonly string[] }> {
  const isPending = waitsForDeletion(seen);
  if (!isPending && known.toEnable === undefined) return { key: seen, warnings: [] };
  const wasOrIs = enabled ?? wasEnabled(known);
  const back = isPending ? await cancelDeletion(context, seen, wasOrIs) : await putEnabled(context, seen, wasOrIs);
  const warnings = isPending ? [`${seen.arn} was waiting for its deletion, which was canceled.`] : [];
  if (back.key.state !== "PendingImport" || enabled !== undefined) return { ...back, warnings };
  const error = await tellImport(ofKey(context, known.arn), known);
  const { toEnable } = known;
  return { ...back, toEnable, ...defined({ error }), warnings };
}

/** The import that brings its material back makes the key Enabled, and learns whether that is how it was. */
async function tellImport(context: KeyContext<TagWriting>, known: KeyRecord): Promise<ByokError | undefined> {
  if (known.enabled === undefined && known.toEnable === undefined) return undefined;
  const enabled = wasEnabled(known);
  tellWish(context.run, known.arn, enabled);
  if (enabled) return undefined;
  try {
    await noteDisabling(context);
    return undefined;
  } catch (error) {
    return ByokError.from(error);
  }
}

/**
 * Not found is believed only where nothing else explains it: the credentials must be of the key's account, and the key
 * old enough, since no key vanishes within a week of its creation.
 */
async function confirmGone(
  { service, keyArn: arn, location: { accountId }, call }: LocatedKeyContext<CallerIdentity>,
  creationDate: EpochSeconds | undefined,
  at: EpochSeconds,
): Promise<void> {
  const caller = accountId === undefined ? undefined : await service.callerAccount(call);
  if (accountId !== undefined && caller === undefined) {
    throw notFound(
      arn,
      `${service.profile.title} does not tell the account of the credentials, so they may be of another one than ${accountId}. Check the credentials; where the key is really gone, remove it from the state.`,
    );
  }
  if (caller !== accountId) {
    throw notFound(
      arn,
      `The credentials are of the account ${caller}, and the key is in ${accountId}. Use credentials of that account.`,
    );
  }
  if (creationDate === undefined || at - creationDate < soonestRemovalSeconds) {
    throw notFound(
      arn,
      "A key cannot vanish within a week of its creation, so this is another endpoint or Region, or the KMS has not heard of the key yet. Check the endpoint, and run again.",
    );
  }
}

function notFound(arn: string, why: string): ByokError {
  return new ByokError("key_not_found", `The KMS does not know ${arn}. ${why}`, { attribute: "arn" });
}

function checkOrigin({ arn, origin }: KeyDescription): void {
  if (origin === "EXTERNAL") return;
  throw new ByokError(
    "wrong_origin",
    `${arn} has the origin ${origin}, and byok looks after keys with the origin EXTERNAL only. Use the cloud's own resource for this key.`,
    { attribute: "arn" },
  );
}
