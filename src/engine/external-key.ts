import { announceTaking, concludeTaking, isTaken } from "./announcements";
import type { Call } from "./call";
import { releaseToken } from "./creation-token";
import { cancelDeletion, putEnabled, type ReturnedKey } from "./deletion-cancellation";
import { isToBeDisabled, noteDisabling, tellWish } from "./enabled-wish";
import { ByokError, isByokError } from "./errors";
import type { EpochSeconds } from "./instant";
import { type KeyDescription, type Tags, waitsForDeletion } from "./key";
import { syncAspects } from "./key-aspects";
import { displacements, type FixedDifference, fixedDifferences } from "./key-assessment";
import { checkKeyOptions, createKey, type CreatedKey } from "./key-creation";
import { lookAt, lookOnceCreated } from "./key-look";
import { isNoteOutstanding, type KeyRecord, keyRecord, userTags, wasEnabled } from "./key-record";
import type { KeyService } from "./key-service";
import { checkAllowed, type KeyLocation, reach } from "./key-services";
import type { Outcome } from "./outcome";
import { createReplica } from "./replica-creation";
import type { Run } from "./run";
import type { WantedKey } from "./wanted-key";

/** No KMS removes a key sooner after its creation: it waits at least a week for its deletion. */
const soonestRemovalSeconds = 7 * 86_400;

/** What of a key only further requests tell; each costs one. */
export interface ReadAspects {
  readonly policy: Reading;
  readonly tags: Reading;
}

/** `if_possible`: nothing says whether somebody manages it, so that a refusal only leaves it unread. */
export type Reading = boolean | "if_possible";

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
  const { service, location } = reach(run, arn, "arn");
  const { region, accountId, kms } = location;
  const { value: key, at } = await lookAt(run, service, arn, call);
  if (key === null) {
    await confirmGone(service, { arn, accountId, creationDate: earlier?.creationDate }, at, call);
    return undefined;
  }
  checkOrigin(key);
  const record = keyRecord(kms, region, key, earlier);
  const policy = await aspectOf(aspects.policy, () => service.policy(arn, call), record.policy);
  let asked: Promise<Tags> | undefined;
  const allTags = (): Promise<Tags> => (asked ??= service.tags(arn, call));
  const tags = await aspectOf(aspects.tags, async () => userTags(await allTags()), record.tags);
  // An import that fulfils the note removes it.
  const isNoted = isNoteOutstanding(record)
    ? await aspectOf("if_possible", async () => isToBeDisabled(await allTags()), false)
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
  const created = await makeKey(run, service, wanted, call);
  return created.made
    ? finishMadeKey(run, service, wanted, created, call)
    : finishFoundKey(run, service, wanted, created, call);
}

async function finishMadeKey(
  run: Run,
  service: KeyService,
  wanted: WantedKey,
  { key, error: unseen }: CreatedKey,
  call: Call,
): Promise<Outcome<KeyRecord>> {
  const soFar =
    unseen === undefined ? [] : [`${key.arn} was made, and could not be looked at since. ${unseen.rawMessage}`];
  // Policy, tags and description went into the creating call, and so did the wish to have it disabled.
  if (wanted.enabled !== undefined) tellWish(run, key.arn, wanted.enabled);
  const { kms, region, multiRegion, policy, tags, deletionProtection } = wanted;
  const disablingNoted = wanted.enabled === false ? true : undefined;
  const asMade = { ...keyRecord(kms, region, key), policy, tags, disablingNoted };
  if (deletionProtection === undefined) return { record: asMade, warnings: soFar };
  // No creating call takes this, so it is what is left to be done.
  const rest = { kms, region, multiRegion, deletionProtection };
  const { record, error } = await syncAspects(run, service, key, rest, { earlier: asMade }, call);
  return { record, warnings: unfinished(key.arn, error) };
}

async function finishFoundKey(
  run: Run,
  service: KeyService,
  wanted: WantedKey,
  found: CreatedKey,
  call: Call,
): Promise<Outcome<KeyRecord>> {
  const { arn } = found.key;
  announceTaking(run, arn);
  // It stands in the place of a new key, which would not be Disabled.
  const tried = found.toEnable !== undefined;
  const back = tried ? found : await putEnabled(run, service, found.key, wanted.enabled ?? true, call);
  const enabledNow = found.key.state === "Disabled" && back.key.state === "Enabled" && wanted.enabled === undefined;
  const known = { earlier: { toEnable: back.toEnable }, tags: found.tags, found: true };
  const { record, error } = await syncAspects(run, service, back.key, wanted, known, call);
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

function makeKey(run: Run, service: KeyService, wanted: WantedKey, call: Call): Promise<CreatedKey> {
  const { primaryKeyArn } = wanted;
  return primaryKeyArn === undefined
    ? createKey(run, service, wanted, call)
    : createReplica(run, service, { ...wanted, primaryKeyArn }, call);
}

async function ensureKnownKey(
  run: Run,
  wanted: WantedKey,
  record: KeyRecord,
  call: Call,
  found: boolean,
): Promise<Outcome<KeyRecord>> {
  refuseChange(record.arn, displacements(wanted, record));
  const { service } = reach(run, record.arn, "arn");
  if (wanted.policy !== undefined) service.profile.checkPolicy(wanted.policy);
  checkKeyOptions(service.profile, wanted);
  return run.locks.hold(record.arn, async () => {
    if (found) announceTaking(run, record.arn);
    else concludeTaking(run, record.arn);
    const seen = await describeKnown(run, service, record.arn, call);
    const now = keyRecord(record.kms, record.region, seen, record);
    refuseChange(record.arn, fixedDifferences(wanted, now));
    const back = await bringBack(run, service, seen, now, wanted, call);
    const known = { earlier: { ...now, toEnable: back.toEnable }, found };
    const synced = await syncAspects(run, service, back.key, wanted, known, call);
    const [error, another] = [leftUndone(back, synced.record), synced.error].filter((one) => one !== undefined);
    const isNews = another !== undefined && another.rawMessage !== error?.rawMessage;
    return {
      record: synced.record,
      warnings: isNews ? [...back.warnings, another.rawMessage] : back.warnings,
      ...(error === undefined ? {} : { error }),
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
  const { service, location } = reach(run, record.arn, "arn");
  checkDeletionWindow(service, windowDays);
  return run.locks.hold(record.arn, async () => {
    if (isTaken(run, record.arn)) return { warnings: [spared(record.arn)] };
    // From now on it waits for its deletion, and nobody is to wait until that has passed.
    run.memory.made.delete(record.arn);
    try {
      await service.scheduleDeletion(record.arn, windowDays, call);
    } catch (error) {
      await confirmLeaving(run, service, record, location, error, call);
    }
    releaseToken(run, service, record.arn);
    return { warnings: [] };
  });
}

function spared(arn: string): string {
  return `The deletion of ${arn} was not scheduled: another resource took the key over in this run. To have it deleted, destroy that one.`;
}

/** @throws unknown The error, where the key neither waits for its deletion nor is gone. */
async function confirmLeaving(
  run: Run,
  service: KeyService,
  { arn, creationDate }: KeyRecord,
  { accountId }: KeyLocation,
  error: unknown,
  call: Call,
): Promise<void> {
  if (isByokError(error, "key_pending_deletion")) return;
  if (!isByokError(error, "key_not_found", "key_unusable")) throw error;
  const { value: key, at } = await lookAt(run, service, arn, call);
  // Not every KMS says why the state of the key does not allow it.
  if (key !== null && waitsForDeletion(key)) return;
  if (key !== null) throw error;
  await confirmGone(service, { arn, accountId, creationDate }, at, call);
}

/** @throws ByokError `invalid_argument` where the KMS does not offer such a window. */
export function checkDeletionWindow({ profile }: Pick<KeyService, "profile">, windowDays: number): void {
  const { least, most } = profile.deletionWindowDays;
  if (Number.isInteger(windowDays) && windowDays >= least && windowDays <= most) return;
  throw new ByokError(
    "invalid_argument",
    `\`deletion_window_in_days\` must be a whole number from ${least} to ${most} on ${profile.title}.`,
    { attribute: "deletion_window_in_days" },
  );
}

async function describeKnown(run: Run, service: KeyService, arn: string, call: Call): Promise<KeyDescription> {
  const { value: key } = await lookOnceCreated(run, call, () => lookAt(run, service, arn, call));
  if (key === null) {
    throw new ByokError("key_not_found", `${arn} does not exist. Refresh the state, and run again.`, {
      attribute: "arn",
    });
  }
  checkOrigin(key);
  return key;
}

/** A key that is no longer pending deletion, and is Enabled or Disabled as it was before that. */
async function bringBack(
  run: Run,
  service: KeyService,
  seen: KeyDescription,
  known: KeyRecord,
  { enabled }: WantedKey,
  call: Call,
): Promise<ReturnedKey & { readonly warnings: readonly string[] }> {
  const isPending = waitsForDeletion(seen);
  if (!isPending && known.toEnable === undefined) return { key: seen, warnings: [] };
  const wasOrIs = enabled ?? wasEnabled(known);
  const back = isPending
    ? await cancelDeletion(run, service, seen, wasOrIs, call)
    : await putEnabled(run, service, seen, wasOrIs, call);
  const warnings = isPending ? [`${seen.arn} was waiting for its deletion, which was canceled.`] : [];
  if (back.key.state !== "PendingImport" || enabled !== undefined) return { ...back, warnings };
  const error = await tellImport(run, service, known, call);
  const { toEnable } = known;
  return { ...back, toEnable, ...(error === undefined ? {} : { error }), warnings };
}

/** The import that brings its material back makes the key Enabled, and is told whether that is how it was. */
async function tellImport(run: Run, service: KeyService, known: KeyRecord, call: Call): Promise<ByokError | undefined> {
  if (known.enabled === undefined && known.toEnable === undefined) return undefined;
  const enabled = wasEnabled(known);
  tellWish(run, known.arn, enabled);
  if (enabled) return undefined;
  try {
    await noteDisabling(run, service, known.arn, call);
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
  service: KeyService,
  {
    arn,
    accountId,
    creationDate,
  }: { arn: string; accountId: string | undefined; creationDate?: EpochSeconds | undefined },
  at: EpochSeconds,
  call: Call,
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
