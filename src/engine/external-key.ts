import type { Call } from "./call";
import { cancelDeletion } from "./deletion-cancellation";
import { ByokError, isByokError } from "./errors";
import type { EpochSeconds } from "./instant";
import { type KeyDescription, waitsForDeletion } from "./key";
import { syncAspects } from "./key-aspects";
import { isRelated } from "./key-assessment";
import { checkKeyOptions, createKey, createReplica, type CreatedKey } from "./key-creation";
import { type KeyRecord, keyRecord, userTags } from "./key-record";
import type { KeyService } from "./key-service";
import { checkAllowed } from "./key-services";
import type { Outcome } from "./outcome";
import type { Run } from "./run";
import { madeAt, settledAnswer } from "./settling";
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
  const { service, region, accountId, kms } = reach(run, arn);
  const { value: key, at } = await service.describe(arn, call);
  if (key === null) {
    await confirmGone(service, { arn, accountId, creationDate: earlier?.creationDate }, at, call);
    return undefined;
  }
  checkOrigin(key);
  const record = keyRecord(kms, region, key, earlier);
  const policy = await aspectOf(aspects.policy, () => service.policy(arn, call), record.policy);
  const tags = await aspectOf(aspects.tags, async () => userTags(await service.tags(arn, call)), record.tags);
  return { ...record, policy, tags };
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
 * @throws ByokError Only while there is no key to lose: once there is one, failures come with its record.
 */
export async function ensureKey(
  run: Run,
  wanted: WantedKey,
  record: KeyRecord | undefined,
  call: Call = {},
): Promise<Outcome<KeyRecord>> {
  return record === undefined ? ensureNewKey(run, wanted, call) : ensureKnownKey(run, wanted, record, call);
}

async function ensureNewKey(run: Run, wanted: WantedKey, call: Call): Promise<Outcome<KeyRecord>> {
  checkAllowed({ kms: wanted.kms, region: wanted.region, accountId: undefined, keyId: "" }, run.allowed, "region");
  const service = run.services.service(wanted.kms, wanted.region);
  if (wanted.policy !== undefined) service.profile.checkPolicy(wanted.policy);
  const { key, made, broughtBack, warning } = await makeKey(run, service, wanted, call);
  const soFar = warning === undefined ? [] : [`${key.arn} was made, and could not be looked at since. ${warning}`];
  if (made) {
    // Policy, tags and description went into the creating call, and so did the wish to have it disabled.
    if (wanted.enabled !== undefined) run.memory.wishes.set(key.arn, wanted.enabled);
    const { policy, tags } = wanted;
    const asMade = { ...keyRecord(wanted.kms, wanted.region, key), policy, tags };
    // No creating call takes this, so it is what is left to be done.
    const rest = { kms: wanted.kms, region: wanted.region, multiRegion: wanted.multiRegion };
    const { deletionProtection } = wanted;
    if (deletionProtection === undefined) return { record: asMade, warnings: soFar };
    const { record, error } = await syncAspects(run, service, key, { ...rest, deletionProtection }, asMade, call);
    return { record, warnings: error === undefined ? [] : [unfinished(key.arn, error)] };
  }
  // A key whose deletion was canceled is Disabled, which a new one, in whose place it stands, would not be.
  const revived = broughtBack === true && key.state === "Disabled";
  const enabled = wanted.enabled ?? (revived ? true : undefined);
  const { record, error } = await syncAspects(run, service, key, { ...wanted, enabled }, undefined, call);
  return { record, warnings: error === undefined ? [] : [unfinished(key.arn, error)] };
}

function unfinished(arn: string, { rawMessage }: ByokError): string {
  return `${arn} is there, but not yet as configured; the next apply repairs it. ${rawMessage}`;
}

function makeKey(run: Run, service: KeyService, wanted: WantedKey, call: Call): Promise<CreatedKey> {
  const { primaryKeyArn } = wanted;
  return primaryKeyArn === undefined
    ? createKey(run, service, wanted, call)
    : createReplica(run, service, { ...wanted, primaryKeyArn }, call);
}

async function ensureKnownKey(run: Run, wanted: WantedKey, record: KeyRecord, call: Call): Promise<Outcome<KeyRecord>> {
  const { service } = reach(run, record.arn);
  if (wanted.policy !== undefined) service.profile.checkPolicy(wanted.policy);
  checkKeyOptions(service.profile, wanted);
  return run.locks.hold(record.arn, async () => {
    const seen = await describeKnown(service, record.arn, call);
    checkUnchangeable(seen, wanted);
    const { key, warnings } = await bringBack(run, service, seen, call);
    // A key whose deletion was canceled is Disabled, whatever it was before.
    const enabled = wanted.enabled ?? (key === seen ? undefined : record.enabled);
    const synced = await syncAspects(run, service, key, { ...wanted, enabled }, record, call);
    return { ...synced, warnings };
  });
}

/**
 * Schedules a key's deletion. A key that is gone or waits for its deletion already is left as it is.
 *
 * @param windowDays How long the key is to wait, in days.
 */
export async function scheduleKeyDeletion(
  run: Run,
  record: KeyRecord,
  windowDays: number,
  call: Call = {},
): Promise<{ readonly warnings: readonly string[] }> {
  const { service, accountId } = reach(run, record.arn);
  checkDeletionWindow(service, windowDays);
  return run.locks.hold(record.arn, async () => {
    // From now on it waits for its deletion, and nobody is to wait until that has passed.
    run.memory.made.delete(record.arn);
    try {
      await service.scheduleDeletion(record.arn, windowDays, call);
    } catch (error) {
      if (isByokError(error, "key_pending_deletion")) return { warnings: [] };
      if (!isByokError(error, "key_not_found", "key_unusable")) throw error;
      const { value: key, at } = await service.describe(record.arn, call);
      // Not every KMS says why the state of the key does not allow it.
      if (key !== null && waitsForDeletion(key)) return { warnings: [] };
      if (key !== null) throw error;
      await confirmGone(service, { arn: record.arn, accountId, creationDate: record.creationDate }, at, call);
    }
    return { warnings: [] };
  });
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

interface Reached {
  readonly service: KeyService;
  readonly kms: KeyRecord["kms"];
  readonly region: string;
  readonly accountId: string | undefined;
}

function reach(run: Run, arn: string): Reached {
  const location = run.services.locate(arn, "arn");
  checkAllowed(location, run.allowed, "arn");
  return { ...location, service: run.services.service(location.kms, location.region) };
}

async function describeKnown(service: KeyService, arn: string, call: Call): Promise<KeyDescription> {
  const { value: key } = await service.describe(arn, call);
  if (key === null) {
    throw new ByokError("key_not_found", `${arn} does not exist. Refresh the state, and run again.`, {
      attribute: "arn",
    });
  }
  checkOrigin(key);
  return key;
}

async function bringBack(
  run: Run,
  service: KeyService,
  key: KeyDescription,
  call: Call,
): Promise<{ readonly key: KeyDescription; readonly warnings: readonly string[] }> {
  if (!waitsForDeletion(key)) return { key, warnings: [] };
  await cancelDeletion(run, service, key.arn, call);
  run.log.info("The deletion of a key was canceled.", { key: key.arn });
  const back = await settledAnswer(
    run,
    service,
    madeAt(run, key.arn),
    call,
    () => describeKnown(service, key.arn, call),
    (seen) => !waitsForDeletion(seen),
  );
  return { key: back, warnings: [`${key.arn} was waiting for its deletion, which was canceled.`] };
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

/** What is fixed at the creation of a key, and that it is as configured. A primary that became a replica is the same key. */
function checkUnchangeable(key: KeyDescription, wanted: WantedKey): void {
  const fixed = [
    ["key_spec", key.spec, wanted.spec],
    ["key_usage", key.usage, wanted.usage],
    [
      "multi_region",
      String(key.multiRegion !== undefined),
      String(wanted.multiRegion || wanted.primaryKeyArn !== undefined),
    ],
  ] as const;
  for (const [attribute, is, shouldBe] of fixed) {
    if (shouldBe === undefined || is === shouldBe) continue;
    throw new ByokError(
      "immutable_argument",
      `\`${attribute}\` of ${key.arn} is ${is} and cannot be changed to ${shouldBe}. Plan again to have the key replaced, or set it back.`,
      { attribute },
    );
  }
  if (!isRelated(key.keyId, wanted.primaryKeyArn)) {
    throw new ByokError(
      "immutable_argument",
      `\`primary_key_arn\` is ${wanted.primaryKeyArn}, and ${key.arn} is no replica of that key and cannot become one. Plan again to have the key replaced, or set it back.`,
      { attribute: "primary_key_arn" },
    );
  }
  checkPlace(key, wanted);
}

/** Where a key is kept is fixed too, and worth no replacement. In an instance, the KMS ignores the level that is asked for. */
function checkPlace(key: KeyDescription, { dkmsInstanceId, protectionLevel }: WantedKey): void {
  const places = [
    ["dkms_instance_id", key.dkmsInstanceId, dkmsInstanceId],
    ["protection_level", key.protectionLevel, key.dkmsInstanceId === undefined ? protectionLevel : undefined],
  ] as const;
  for (const [attribute, is = "not set", shouldBe] of places) {
    if (shouldBe === undefined || is === shouldBe) continue;
    throw new ByokError(
      "immutable_argument",
      `\`${attribute}\` of ${key.arn} is ${is} and cannot be changed to ${shouldBe}. Set it back, or create another key.`,
      { attribute },
    );
  }
}
