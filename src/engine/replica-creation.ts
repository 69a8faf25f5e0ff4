import type { Call } from "./call";
import { bearsToken, claimingToken, creationTokenTag } from "./creation-token";
import { cancelDeletion } from "./deletion-cancellation";
import { ByokError, isByokError } from "./errors";
import { type KeyDescription, type Tags, waitsForDeletion } from "./key";
import { checkCallerAccount, type CreatedKey, creatingAspects, creatingTags, onceCreated } from "./key-creation";
import { lookAt, lookOnceCreated } from "./key-look";
import { type KeyContext, type KmsContext, ofKey } from "./key-context";
import type {
  CallerIdentity,
  DeletionCanceling,
  KeyEnabling,
  KeyReading,
  KeyReplicating,
  Observed,
  TagReading,
} from "./key-service";
import { checkAllowed } from "./key-services";
import { noteKmsTime } from "./kms-time";
import type { Run } from "./run";
import { madeAt, policySettled, settled, settledAnswer, settledSince, startSettling } from "./settling";
import type { WantedKey } from "./wanted-key";

export type WantedReplica = WantedKey & { readonly primaryKeyArn: string };

/** What may be done in the Region of a replica: look for it, and bring it back. */
export type ReplicaContext = KmsContext<CallerIdentity & DeletionCanceling & KeyEnabling & KeyReading & TagReading>;

/**
 * Replicates a multi-Region primary key, or continues with the replica that is there if that bears our creation token:
 * one that waits for its deletion is then brought back. Nothing of any other is changed.
 *
 * @throws ByokError `primary_not_ready`; `key_conflict` where the replica is not known to be ours; `creation_unconfirmed`
 * where the reply was lost and none that is known to be ours can be found.
 */
export async function createReplica(context: ReplicaContext, wanted: WantedReplica): Promise<CreatedKey> {
  const { run } = context;
  const primary = run.services.locate(wanted.primaryKeyArn, "primary_key_arn");
  checkAllowed(primary, run.allowed, "primary_key_arn");
  // Where no key has replicas this says so, and another Region would not help.
  const replicaArn = run.services.arnInRegion(wanted.primaryKeyArn, wanted.region);
  if (primary.region === wanted.region) {
    throw new ByokError(
      "invalid_argument",
      `\`region\` is ${wanted.region}, where ${wanted.primaryKeyArn} itself is. A replica is in another Region than its primary: set that.`,
      { attribute: "region" },
    );
  }
  await checkCallerAccount(context);
  return claimingToken(context, wanted, async () => {
    const answer = await replicated(context, wanted);
    const replica = ofKey(context, replicaArn);
    if (answer instanceof ByokError) return replicaThatIsThere(replica, wanted, answer);
    startSettling(run, replicaArn);
    try {
      const { value } = await lookOnceCreated(replica, () => firstSight(replica));
      if (value === null) throw unseen(replicaArn);
      return { key: value, made: true };
    } catch (error) {
      // The replica is there, and a run that forgot it would find one that it does not know.
      return { key: answer.value, made: true, error: ByokError.from(error) };
    }
  });
}

/**
 * Replicates from the primary as configured, or from the one that took its place: UpdatePrimaryRegion makes a replica of
 * a primary, and the configuration may still name that. Where the key is now is asked for only after a refusal.
 *
 * @returns The error where a replica may be there all the same.
 */
async function replicated(
  { run, call }: KmsContext<unknown>,
  wanted: WantedReplica,
): Promise<Observed<KeyDescription> | ByokError> {
  const named = primaryContext(run, wanted.primaryKeyArn, call);
  const answer = await replicatedFrom(named, wanted);
  if (!(answer instanceof ByokError) || mayBeThere(answer)) return answer;
  const isOfPrimary = answer.attribute === "primary_key_arn" || answer.retry === "settling";
  const actual = isOfPrimary ? await actualPrimary(named, wanted, answer) : undefined;
  if (actual === undefined) throw answer;
  const again = await replicatedFrom(primaryContext(run, actual, call), wanted);
  if (again instanceof ByokError && !mayBeThere(again)) throw again;
  return again;
}

function mayBeThere({ code, effectUnknown }: ByokError): boolean {
  return code === "key_conflict" || effectUnknown;
}

/** Keys are replicated by the KMS of their primary, which has been allowed before. */
function primaryContext(run: Run, keyArn: string, call: Call): KeyContext<KeyReading & KeyReplicating> {
  const { kms, region } = run.services.locate(keyArn, "primary_key_arn");
  return { run, service: run.services.service(kms, region), keyArn, call };
}

async function replicatedFrom(
  context: KeyContext<KeyReplicating>,
  wanted: WantedReplica,
): Promise<Observed<KeyDescription> | ByokError> {
  const { run, service, keyArn: primaryArn, call } = context;
  const request = {
    primaryArn,
    replicaRegion: wanted.region,
    tags: creatingTags(wanted),
    ...creatingAspects(wanted),
  };
  const replicate = () => policySettled(context, () => service.replicate(request, call));
  try {
    // Only a primary that this run has imported into may turn out ready in a moment.
    const since = run.memory.imports.has(primaryArn) ? madeAt(run, primaryArn) : undefined;
    const answer = await settledSince(context, since, replicate);
    noteKmsTime(run, service, answer.at);
    return answer;
  } catch (error) {
    return ByokError.from(error);
  }
}

/** The primary of a key that turns out to be a replica. Undefined where it is none. */
async function actualPrimary(
  named: KeyContext<KeyReading>,
  { primaryKeyArn, region }: WantedReplica,
  refusal: ByokError,
): Promise<string | undefined> {
  const { run } = named;
  const { value: key } = await lookAt(named).catch(() => {
    throw refusal;
  });
  if (key?.multiRegion?.type !== "REPLICA") {
    if (key?.state === "PendingImport") throw primaryNotReady(primaryKeyArn);
    return undefined;
  }
  const { primaryArn } = key.multiRegion;
  const actual = run.services.locate(primaryArn, "primary_key_arn");
  checkAllowed(actual, run.allowed, "primary_key_arn");
  if (actual.region !== region) return primaryArn;
  throw new ByokError(
    "key_conflict",
    `${primaryKeyArn} is a replica now, and its primary key is in ${region}, where this replica is to be: ${primaryArn}. Import that key into the state to manage it here, or choose another Region.`,
    { attribute: "region" },
  );
}

function primaryNotReady(primaryArn: string): ByokError {
  return new ByokError(
    "primary_not_ready",
    `${primaryArn} has no key material yet, and a key must be Enabled before it can be replicated. Take \`primary_key_arn\` from the primary's imported key material (its \`key_arn\`), so that the replica waits for the import.`,
    { attribute: "primary_key_arn" },
  );
}

/** Looks at a replica until the KMS shows it, for as long as it may not have heard of it. */
function firstSight(replica: KeyContext<KeyReading>): Promise<Observed<KeyDescription | null>> {
  return settledAnswer(
    replica,
    () => lookAt(replica),
    ({ value }) => value !== null,
  );
}

function unseen(arn: string): ByokError {
  return new ByokError("key_not_found", `${arn} was created and the KMS does not show it yet. Run again.`);
}

/** What to do with the replica that is there after a conflict, or after a reply that was lost. */
async function replicaThatIsThere(
  replica: ReplicaContext & KeyContext<unknown>,
  wanted: WantedReplica,
  error: ByokError,
): Promise<CreatedKey> {
  const { run, keyArn: replicaArn } = replica;
  if (error.effectUnknown) startSettling(run, replicaArn);
  const { value: key } = await firstSight(replica);
  if (key === null) throw error.effectUnknown ? unconfirmed(wanted, error) : unseen(replicaArn);
  // Without a token, no tag can show that it is ours.
  const tags = wanted.creationToken === undefined ? {} : await tagsOfReplica(replica);
  if (tags instanceof ByokError) throw notOurs(wanted, replicaArn, error, tags);
  if (!bearsToken(tags, wanted)) throw notOurs(wanted, replicaArn, error, undefined);
  const there = waitsForDeletion(key)
    ? await cancelDeletion(ofKey(replica, key.arn), key, wanted.enabled ?? true)
    : await onceCreated(replica, key);
  return { ...there, made: false, tags };
}

/** AWS tells the tags of a key in every state. Where they are refused, nothing shows that the replica is ours. */
async function tagsOfReplica(replica: KeyContext<TagReading>): Promise<Tags | ByokError> {
  const { service, keyArn, call } = replica;
  try {
    return await settled(replica, () => service.tags(keyArn, call));
  } catch (error) {
    if (!isByokError(error, "access_denied", "service_refused", "key_pending_deletion", "key_unusable")) throw error;
    return error;
  }
}

function notOurs(
  { creationToken, primaryKeyArn, region }: WantedReplica,
  arn: string,
  error: ByokError,
  unread: ByokError | undefined,
): ByokError {
  const why = whyNotOurs(creationToken, unread);
  const remedy = "Nothing of it was changed. Import that key into the state to take it over, or choose another Region.";
  const { effectUnknown } = error;
  const what = effectUnknown
    ? `The reply to ReplicateKey was lost (${error.rawMessage}), and ${primaryKeyArn} has a replica in ${region}: ${arn}.`
    : `${primaryKeyArn} already has a replica in ${region}: ${arn}.`;
  const outcome = effectUnknown ? "creation_unconfirmed" : "key_conflict";
  // A permission that is missing can be granted, and then the token decides.
  const code = unread?.code === "access_denied" ? unread.code : outcome;
  return new ByokError(code, `${what} ${why} ${remedy}`, { attribute: "region", effectUnknown });
}

function whyNotOurs(creationToken: string | undefined, unread: ByokError | undefined): string {
  if (creationToken === undefined) {
    return "Without a `creation_token`, nothing shows that it is the one of this resource.";
  }
  return unread === undefined
    ? `It does not have the \`creation_token\` of this resource in its tag ${creationTokenTag}.`
    : `Its tags, which would show that it is the one of this resource, cannot be read: ${unread.rawMessage}`;
}

function unconfirmed({ creationToken, region }: WantedReplica, cause: ByokError): ByokError {
  const remedy =
    creationToken === undefined
      ? "Run again. If there is a replica by then, import it into the state, or set a `creation_token`, by which byok recognizes its own."
      : "Run again: the next run recognizes the replica by its `creation_token`.";
  return new ByokError(
    "creation_unconfirmed",
    `The reply to ReplicateKey was lost (${cause.rawMessage}), and the KMS shows no replica in ${region} yet. ${remedy}`,
    { attribute: "region", effectUnknown: true },
  );
}
