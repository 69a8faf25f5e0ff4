import { type Call, checkCall } from "./call";
import { creationTokenTag, keysWithToken } from "./creation-token";
import { cancelDeletion } from "./deletion-cancellation";
import { enabledTag } from "./enabled-wish";
import { ByokError, isByokError } from "./errors";
import { type KeyDescription, type Tags, waitsForDeletion } from "./key";
import type { KeyService, NewKey, Observed } from "./key-service";
import { allowedOn, checkAccount, checkAllowed } from "./key-services";
import type { KeySpec } from "./key-spec";
import { type KeyOption, keyOptions, type KmsProfile } from "./kms-profile";
import type { Run } from "./run";
import { madeAt, policySettled, settled, settledAnswer, startSettling } from "./settling";
import type { WantedKey } from "./wanted-key";

/** A key that is there now, and whether this run made it with everything that the configuration asks for. */
export interface CreatedKey {
  readonly key: KeyDescription;
  readonly made: boolean;
  /** It waited for its deletion. Absent: no. */
  readonly broughtBack?: boolean;
  /** What went wrong once the key was there. */
  readonly warning?: string;
}

export interface KindOfKey {
  readonly spec: KeySpec;
  readonly usage: string;
}

/**
 * Creates a key, or continues with the empty one that an interrupted run made with the same creation token.
 *
 * @throws ByokError `key_conflict` where a key bears the token and must not be taken; `creation_unconfirmed` where the
 * reply to the creation was lost and no key can be found.
 */
export async function createKey(run: Run, service: KeyService, wanted: WantedKey, call: Call): Promise<CreatedKey> {
  await checkCallerAccount(run, service, call);
  claimToken(run, wanted);
  const request: NewKey = {
    ...kindOfNewKey(service, wanted),
    multiRegion: wanted.multiRegion,
    tags: creatingTags(wanted),
    ...creatingAspects(wanted),
    ...(wanted.dkmsInstanceId === undefined ? {} : { dkmsInstanceId: wanted.dkmsInstanceId }),
    ...(wanted.protectionLevel === undefined ? {} : { protectionLevel: wanted.protectionLevel }),
  };
  const found = await keyWithToken(run, service, wanted, request, call);
  if (found !== undefined) return { key: found, made: false };
  checkCall(call);
  try {
    const { value: key } = await policySettled(run, service, call, () => service.create(request, call));
    startSettling(run, key.arn);
    return { key, made: true };
  } catch (error) {
    if (!isByokError(error) || !error.effectUnknown) throw error;
    const late = await keyWithToken(run, service, wanted, request, call, true);
    if (late === undefined) throw unconfirmed(wanted, error);
    startSettling(run, late.arn);
    return { key: late, made: true };
  }
}

/**
 * Replicates a multi-Region primary key, or continues with the replica that is there: one that waits for its deletion
 * is brought back, and one with our creation token is ours.
 *
 * @throws ByokError `primary_not_ready`, `key_conflict`.
 */
export async function createReplica(
  run: Run,
  service: KeyService,
  wanted: WantedKey & { readonly primaryKeyArn: string },
  call: Call,
): Promise<CreatedKey> {
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
  await checkCallerAccount(run, service, call);
  claimToken(run, wanted);
  const primaryService = run.services.service(primary.kms, primary.region);
  const request = {
    primaryArn: wanted.primaryKeyArn,
    replicaRegion: wanted.region,
    tags: creatingTags(wanted),
    ...creatingAspects(wanted),
  };
  const replicate = () => policySettled(run, primaryService, call, () => primaryService.replicate(request, call));
  let answer: Observed<KeyDescription>;
  try {
    // Only a primary that this run has imported into may turn out ready in a moment.
    const imported = run.memory.imports.has(wanted.primaryKeyArn);
    const since = madeAt(run, wanted.primaryKeyArn);
    answer = await (imported ? settled(run, primaryService, since, call, replicate) : replicate());
  } catch (thrown) {
    return await replicaAfter(run, primaryService, service, wanted, replicaArn, ByokError.from(thrown), call);
  }
  startSettling(run, replicaArn);
  try {
    return { key: await describeNew(run, service, replicaArn, call), made: true };
  } catch (thrown) {
    // The replica is there, and a run that forgot it would find one that it does not know.
    return { key: answer.value, made: true, warning: ByokError.from(thrown).rawMessage };
  }
}

/** Looks at a key that was just made or brought back until what is seen of it is no older than that. */
async function describeNew(
  run: Run,
  service: KeyService,
  arn: string,
  call: Call,
  broughtBack = false,
): Promise<KeyDescription> {
  const { value } = await settledAnswer(
    run,
    service,
    madeAt(run, arn),
    call,
    () => service.describe(arn, call),
    ({ value: seen }) => seen !== null && seen.state !== "Creating" && !(broughtBack && waitsForDeletion(seen)),
  );
  if (value !== null) return value;
  throw new ByokError("key_not_found", `${arn} was created and the KMS does not show it yet. Run again.`);
}

/** What to do when the replication was refused, or its reply was lost. */
async function replicaAfter(
  run: Run,
  primaryService: KeyService,
  service: KeyService,
  wanted: WantedKey & { readonly primaryKeyArn: string },
  replicaArn: string,
  error: ByokError,
  call: Call,
): Promise<CreatedKey> {
  if (error.retry === "settling") {
    const { value: primary } = await primaryService.describe(wanted.primaryKeyArn, call);
    if (primary?.state === "PendingImport") throw primaryNotReady(wanted.primaryKeyArn);
    throw error;
  }
  if (error.code !== "key_conflict" && !error.effectUnknown) throw error;
  if (error.effectUnknown) startSettling(run, replicaArn);
  const key = await describeNew(run, service, replicaArn, call);
  if (key.state === "PendingDeletion") {
    await cancelDeletion(run, service, replicaArn, call);
    return { key: await describeNew(run, service, replicaArn, call, true), made: false, broughtBack: true };
  }
  if (error.effectUnknown) return { key, made: false };
  const tags = await service.tags(replicaArn, call);
  const { creationToken } = wanted;
  if (creationToken !== undefined && tags[creationTokenTag] === creationToken) return { key, made: false };
  throw new ByokError(
    "key_conflict",
    `${wanted.primaryKeyArn} already has a replica in ${wanted.region}, which is not known to be this one: ${replicaArn}. Import that key into the state to take it over, or choose another Region.`,
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

/** Where accounts are restricted, a key is created only with credentials of one of them. */
async function checkCallerAccount(run: Run, service: KeyService, call: Call): Promise<void> {
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

function claimToken(run: Run, { kms, region, creationToken }: WantedKey): void {
  if (creationToken === undefined) return;
  const claim = `${kms}/${region}/${creationToken}`;
  if (run.memory.tokens.has(claim)) {
    throw new ByokError(
      "key_conflict",
      `Two keys of this run have the \`creation_token\` ${creationToken}. Give each key a token of its own.`,
      { attribute: "creation_token" },
    );
  }
  run.memory.tokens.add(claim);
}

async function keyWithToken(
  run: Run,
  service: KeyService,
  { creationToken }: WantedKey,
  request: NewKey,
  call: Call,
  afresh = false,
): Promise<KeyDescription | undefined> {
  if (creationToken === undefined) return undefined;
  const arns = await keysWithToken(run, service, creationToken, call, afresh);
  const described = await Promise.all(arns.map((arn) => service.describe(arn, call)));
  // Whoever schedules the deletion of a key has given it up.
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

/**
 * The spec and usage of a key that is to be created, with the KMS's defaults. Calls nothing.
 *
 * @throws ByokError `unsupported_key_spec`, `invalid_argument` for what the KMS does not offer.
 */
export function kindOfNewKey({ profile }: Pick<KeyService, "profile">, wanted: WantedKey): KindOfKey {
  checkKeyOptions(profile, wanted);
  const spec = wanted.spec ?? profile.defaultKeySpec;
  const usages = profile.keySpecs[spec];
  if (usages === undefined) {
    throw new ByokError(
      "unsupported_key_spec",
      `${profile.title} takes no imported material for keys of the spec ${spec}. Use one of ${Object.keys(profile.keySpecs).join(", ")}.`,
      { attribute: "key_spec" },
    );
  }
  const usage = wanted.usage ?? usages[0];
  if (!usages.includes(usage)) {
    throw new ByokError(
      "invalid_argument",
      `A key of the spec ${spec} cannot have the \`key_usage\` ${usage}. Use ${usages.join(" or ")}.`,
      { attribute: "key_usage" },
    );
  }
  if (wanted.multiRegion && !profile.multiRegion) {
    throw new ByokError(
      "invalid_argument",
      `${profile.title} has no multi-Region keys with imported material. Set \`multi_region\` to false.`,
      {
        attribute: "multi_region",
      },
    );
  }
  return { spec, usage };
}

/** @throws ByokError `invalid_argument` for an argument that the KMS does not have. */
export function checkKeyOptions(profile: KmsProfile, wanted: Partial<WantedKey>): void {
  const given = {
    dkms_instance_id: wanted.dkmsInstanceId,
    protection_level: wanted.protectionLevel,
    deletion_protection: wanted.deletionProtection,
  } as const satisfies Record<KeyOption, unknown>;
  for (const attribute of keyOptions) {
    if (given[attribute] === undefined || profile.keyOptions?.includes(attribute) === true) continue;
    throw new ByokError("invalid_argument", `\`${attribute}\`: ${profile.title} has no such thing. Remove it.`, {
      attribute,
    });
  }
}

function creatingTags({ tags, creationToken, enabled }: WantedKey): Tags {
  return {
    ...tags,
    ...(creationToken === undefined ? {} : { [creationTokenTag]: creationToken }),
    ...(enabled === false ? { [enabledTag]: "false" } : {}),
  };
}

function creatingAspects(wanted: WantedKey): {
  description?: string;
  policy?: string;
  bypassPolicyLockoutSafetyCheck?: boolean;
} {
  const { description, policy, bypassPolicyLockoutSafetyCheck: bypass } = wanted;
  return {
    ...(description === undefined ? {} : { description }),
    ...(policy === undefined ? {} : { policy }),
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
