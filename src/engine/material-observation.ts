import { type Call, checkCall, sharedLook } from "./call";
import type { Milliseconds } from "./clock";
import { readableTags, toldWish } from "./enabled-wish";
import { isByokError } from "./errors";
import type { EpochSeconds } from "./instant";
import { type KeyDescription, type MaterialEntry, type Tags, waitsForDeletion } from "./key";
import { type KeyContext, keyContext, withCall } from "./key-context";
import type { KeyReading, MaterialListing, Observed, TagReading } from "./key-service";
import { noteKmsTime } from "./kms-time";
import { mayHoldSeveral } from "./kms-profile";
import type { Lifetime } from "./lifetime";
import {
  isRecent,
  isToDisable,
  type MaterialCondition,
  materialCondition,
  needsMaterialList,
  needsTags,
} from "./material-condition";
import type { MaterialRecord } from "./material-record";
import type { Run } from "./run";
import { settledAnswer, whileCreating } from "./settling";

/** What a look may do: nothing that writes. */
type LookContext = KeyContext<KeyReading & MaterialListing & TagReading>;

/** What of a configuration decides what a look means. */
export interface WantedLook {
  /** Says when renewal is due. */
  readonly lifetime: Lifetime;
  /** The id of the material that this is to succeed. Undefined: none. */
  readonly succeeds?: string | undefined;
}

/** What was seen at one moment. */
export interface MaterialObservation {
  /** The moment of the answer that tells it. */
  readonly at: EpochSeconds;
  /** What the answers mean for our material. */
  readonly condition: MaterialCondition;
  /** Null: the KMS does not know the key. */
  readonly key: KeyDescription | null;
  /** Undefined: they were not needed, or may not be listed. */
  readonly materials: readonly MaterialEntry[] | undefined;
  /** Tags of the key, where they were needed and may be read. */
  readonly tags: Tags | undefined;
}

/**
 * For how long a look asks again whether a recent import of ours shows. Usually it takes a second or two; a deletion by
 * somebody else in the very same moments is then seen a little later.
 */
const patienceForNews: Milliseconds = 5_000;
const [firstPause, longestPause]: readonly [Milliseconds, Milliseconds] = [250, 2_000];

/**
 * Looks at the material in a key: one DescribeKey; the list of its materials only where that leaves open what became of
 * ours, and the key's tags only where something that byok noted there may decide.
 *
 * @param wanted As configured: the lifetime says when renewal is due.
 * @param waiting `true`: a key that is Creating is waited for, up to the call's deadline. Default false.
 */
export async function observeMaterial(
  run: Run,
  keyArn: string,
  record: MaterialRecord | undefined,
  { lifetime, succeeds }: WantedLook,
  call: Call = {},
  waiting = false,
): Promise<MaterialObservation> {
  const context: LookContext = keyContext(run, keyArn, "key_arn", call);
  const { service } = context;
  const isShared = !waiting && maySeeOthers(record, succeeds) && !run.memory.made.has(keyArn);
  // A first look may be given the answer that another resource of the key had a moment ago.
  let own = !isShared;
  const look = () => {
    const now = own ? context : withCall(context, { ...call, recent: sharedLook });
    own = true;
    return lookAtKey(now);
  };
  const { value: key, at } = await withRecentImport(
    context,
    record,
    waiting ? () => whileCreating(context, look, ({ value }) => value?.state === "Creating") : look,
  );
  noteKmsTime(run, service, at);
  const { profile } = service;
  const severalMaterials = key !== null && mayHoldSeveral(profile, key.spec);
  const facts = { key, succeeds, severalMaterials, reimport: profile.reimport, settling: profile.settling };
  if (key === null) {
    return {
      at,
      key,
      materials: undefined,
      tags: undefined,
      condition: materialCondition(facts, record, lifetime, at),
    };
  }
  const listed = needsMaterialList(key, record, severalMaterials, succeeds);
  const listing = isShared ? withCall(context, { ...call, recent: sharedLook }) : context;
  // What this run has just given the key may show in the list of its materials later than in the key.
  const isShown = (all: readonly MaterialEntry[] | undefined): boolean =>
    !waiting || succeeds === undefined || all?.some(({ materialId }) => materialId === succeeds) !== false;
  const materials = listed ? await settledAnswer(context, () => materialsOf(listing), isShown) : undefined;
  const list = { materials, unlisted: listed && materials === undefined };
  const untagged = materialCondition({ ...facts, ...list }, record, lifetime, at);
  const tags = needsTags(key, record, untagged, profile.reimport) ? await readableTags(context)() : undefined;
  const condition =
    tags === undefined ? untagged : materialCondition({ ...facts, ...list, tags }, record, lifetime, at);
  return { at, key, materials, tags, condition: asTold(context, key, condition) };
}

/** Whether the key holds more materials than one, as far as that is known before a look. */
function maySeeOthers(record: MaterialRecord | undefined, succeeds: string | undefined): boolean {
  return succeeds !== undefined || (record?.otherMaterials ?? []).length > 0;
}

/** The materials of a key. Undefined where they may not be listed: what the key's state tells has to do then. */
export async function materialsOf({
  run,
  service,
  keyArn,
  call,
}: KeyContext<MaterialListing>): Promise<readonly MaterialEntry[] | undefined> {
  try {
    return await service.materials(keyArn, call);
  } catch (error) {
    if (!isByokError(error, "access_denied", "service_refused")) throw error;
    run.log.warn(
      `The materials of ${keyArn} cannot be listed. It is not known whether the key holds others. ${error.rawMessage}`,
    );
    return undefined;
  }
}

function lookAtKey(context: KeyContext<KeyReading>): Promise<Observed<KeyDescription | null>> {
  const { service, keyArn, call } = context;
  return settledAnswer(
    context,
    () => service.describe(keyArn, call),
    ({ value }) => value !== null && value.state !== "Creating" && !waitsForDeletion(value),
  );
}

/** Asks again for a while where a key shows nothing of an import of ours that was a moment ago. */
async function withRecentImport(
  { run, service: { profile }, call }: KeyContext<unknown>,
  record: MaterialRecord | undefined,
  look: () => Promise<Observed<KeyDescription | null>>,
): Promise<Observed<KeyDescription | null>> {
  const until = run.clock.monotonic() + patienceForNews;
  for (let pause = firstPause; ; pause = Math.min(longestPause, 2 * pause)) {
    const seen = await look();
    if (
      !isRecent(record, seen.at, profile.settling) ||
      seen.value?.state !== "PendingImport" ||
      run.clock.monotonic() >= until
    )
      return seen;
    checkCall(call);
    await run.clock.sleep(pause, call.signal);
  }
}

/**
 * What the key's own resource said in this run goes before what a look tells of a key without material, or of one that the
 * KMS may still show as it was. It goes on record with the look, since the import may be made by another run.
 */
function asTold(
  { run, service }: KeyContext<unknown>,
  key: KeyDescription,
  condition: MaterialCondition,
): MaterialCondition {
  const told = toldWish(run, service, key);
  if (told === undefined) return condition;
  if (key.state === "PendingImport") return { ...condition, keyDisabled: !told };
  if (!told) return condition;
  const keyDisabled = false;
  return isToDisable(condition) ? { ...condition, toDisable: false, keyDisabled } : { ...condition, keyDisabled };
}
