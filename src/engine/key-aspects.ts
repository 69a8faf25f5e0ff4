import { checkCall } from "./call";
import { enabledTag, forgetDisabling, isToBeDisabled, noteDisabling, tellWish } from "./enabled-wish";
import { ByokError, isByokError } from "./errors";
import type { KeyDescription, Tags } from "./key";
import { hidesDisabling, isNoteOutstanding, isUsable, type KeyRecord, keyRecord, userTags } from "./key-record";
import type { KeyContext } from "./key-context";
import type { KeyEnabling, KeySettings, PolicyReading, PolicyWriting, TagReading, TagWriting } from "./key-service";
import { policySettled, settled } from "./settling";
import type { WantedKey } from "./wanted-key";

export interface Synced {
  readonly record: KeyRecord;
  readonly warnings: readonly string[];
  /** The first failure. What comes after it in the order of the aspects was not tried. */
  readonly error?: ByokError;
}

/** What is known of a key beside its description. */
export interface KnownOfKey {
  /** What earlier runs, or earlier steps of this one, left on record. */
  readonly earlier?: Partial<KeyRecord> | undefined;
  /** Its tags, where they have been read already. */
  readonly tags?: Tags | undefined;
  /**
   * The key is there already and becomes the one of this resource now, so that what an earlier attempt left on it is
   * withdrawn. Default false.
   */
  readonly found?: boolean;
}

/** What may be done to a key to make it as configured: nothing of it concerns its material or its deletion. */
export type AspectsContext = KeyContext<
  KeyEnabling & KeySettings & PolicyReading & PolicyWriting & TagReading & TagWriting
>;

/**
 * Makes the mutable aspects of a key be as configured: compares what is managed with what the KMS says, and repairs
 * the difference only. The policy comes first, so that it is in place before any bytes are; where it could not be put
 * in place, the key gets no bytes in this run.
 */
export async function syncAspects(
  context: AspectsContext,
  key: KeyDescription,
  wanted: WantedKey,
  { earlier, tags: given, found = false }: KnownOfKey,
): Promise<Synced> {
  const { run, service, keyArn: arn, call } = context;
  let record = keyRecord(wanted.kms, wanted.region, key, earlier);
  if (wanted.enabled !== undefined) record = { ...record, toEnable: undefined };
  let tags = given;
  const warnings: string[] = [];
  const aspects: Aspects = {
    context,
    wanted,
    found,
    record: () => record,
    note: (changes) => {
      record = { ...record, ...changes };
    },
    warn: (warning) => warnings.push(warning),
    // Once for all that looks at them.
    tags: async () => (tags ??= await service.tags(arn, call)),
  };
  let policyIsDue = wanted.policy !== undefined;
  if (!policyIsDue) run.memory.closed.delete(arn);
  try {
    for (const sync of [syncPolicy, syncTags, syncDescription, syncDeletionProtection, syncEnabled]) {
      checkCall(call);
      await settled(context, () => sync(aspects));
      if (sync === syncPolicy && policyIsDue) {
        policyIsDue = false;
        run.memory.closed.delete(arn);
      }
    }
    return { record, warnings };
  } catch (thrown) {
    const error = ByokError.from(thrown);
    if (policyIsDue) run.memory.closed.set(arn, policyMissing(arn, error));
    return { record, warnings, error };
  }
}

function policyMissing(arn: string, { code, rawMessage }: ByokError): ByokError {
  return new ByokError(
    code,
    `The configured \`policy\` of ${arn} could not be put in place, so no key material is imported into the key: ${rawMessage} Repair that, and run again.`,
    { attribute: "policy" },
  );
}

/** What the aspects of one key are synced with. */
interface Aspects {
  readonly context: AspectsContext;
  readonly wanted: WantedKey;
  readonly found: boolean;
  readonly record: () => KeyRecord;
  /** Puts on record what is true now, whatever happens after it. */
  readonly note: (changes: Partial<KeyRecord>) => void;
  readonly warn: (warning: string) => void;
  readonly tags: () => Promise<Tags>;
}

type Sync = (aspects: Aspects) => Promise<void>;

const syncPolicy: Sync = async ({ context, wanted, note }) => {
  const { service, keyArn: arn, call } = context;
  const { policy, bypassPolicyLockoutSafetyCheck: bypass = false } = wanted;
  if (policy === undefined) return;
  const there = await service.policy(arn, call);
  if (!service.profile.samePolicy(there, policy)) {
    note({ policy: there });
    await policySettled(context, () => service.setPolicy(arn, policy, bypass, call));
  }
  note({ policy });
};

const syncTags: Sync = async ({ context: { run, service, keyArn: arn, call }, wanted, note, tags }) => {
  if (wanted.tags === undefined) return;
  const { set, gone } = tagDelta(userTags(await tags(), run.ignoredTags), wanted.tags);
  // Gone first: an account that is at the limit of tags per key could not take the new ones otherwise.
  if (gone.length > 0) await service.untag(arn, gone, call);
  if (Object.keys(set).length > 0) await service.tag(arn, set, call);
  note({ tags: wanted.tags });
};

const syncDescription: Sync = async ({ context: { service, keyArn: arn, call }, wanted, record, note }) => {
  const { description } = record();
  if (wanted.description === undefined || wanted.description === description) return;
  await service.setDescription(arn, wanted.description, call);
  note({ description: wanted.description });
};

const syncDeletionProtection: Sync = async ({ context: { service, keyArn: arn, call }, wanted, record, note }) => {
  const { deletionProtection } = record();
  if (wanted.deletionProtection === undefined || wanted.deletionProtection === deletionProtection) return;
  await service.setDeletionProtection?.(arn, wanted.deletionProtection, call);
  note({ deletionProtection: wanted.deletionProtection });
};

const syncEnabled: Sync = async (aspects) => {
  const { context, wanted, found, record, note, warn } = aspects;
  const { run, service, keyArn: arn, call } = context;
  const { state, toEnable } = record();
  const waits = waitsForMaterial(record());
  // The import that fulfils the note removes it, and nobody tells the key's own record. So the note itself decides.
  const isOutstanding = isNoteOutstanding(record()) && isToBeDisabled(await tagsThatMatter(aspects));
  // An EnableKey that failed before may succeed now that the policy is in place. And what was noted is still to be done
  // where somebody else imported.
  const asBefore = isUsable({ state }) ? (toEnable ?? (isOutstanding ? false : undefined)) : undefined;
  const enabled = wanted.enabled ?? asBefore;
  if (enabled !== undefined && !waits) {
    const wantedState = enabled ? "Enabled" : "Disabled";
    if (state !== wantedState) await service.setEnabled(arn, enabled, call);
    note({ state: wantedState, enabled, toEnable: undefined });
  }
  // Anyone who imports into the key in this run may still see it as it was.
  if (enabled !== undefined) tellWish(run, arn, enabled);
  if (wanted.enabled === undefined && !found && hidesDisabling(record(), undefined)) {
    // An import of this run needs no note for it.
    tellWish(run, arn, false);
    const isNoted = await noteDisabling(context);
    note({ disablingNoted: isNoted ? true : undefined });
    if (!isNoted) warn(notNoted(arn));
  }
  const isWithdrawn = wanted.enabled ?? found;
  if (wanted.enabled !== false && !isWithdrawn && !isOutstanding) {
    if (!waits) note({ disablingNoted: undefined });
    return;
  }
  const isTagged = isToBeDisabled(await tagsThatMatter(aspects));
  if (isTagged && isWithdrawn) {
    // A later import would leave the key Disabled, so that a failure counts.
    await service.untag(arn, [enabledTag], call);
    tellWish(run, arn, true);
  } else if (isTagged && !waits) {
    await forgetDisabling(context);
  } else if (!isTagged && !isWithdrawn && waits) {
    await service.tag(arn, { [enabledTag]: "false" }, call);
  }
  note({ disablingNoted: wanted.enabled === false && waits ? true : undefined });
  // What is asked for now goes before how the key was when it last held material.
  if (wanted.enabled !== undefined && waits) note({ enabled: wanted.enabled });
};

function notNoted(arn: string): string {
  return `That ${arn} is to be Disabled could not be noted on it: the caller may not set its tags. So an import of new key material may leave it Enabled. Allow that, or set \`enabled\`.`;
}

/** Such a key can be neither enabled nor disabled: its next import learns what to make of it. */
function waitsForMaterial({ state }: KeyRecord): boolean {
  return state === "PendingImport" || state === "Creating";
}

/** Tags decide what the next import does. Of a key that holds material, they are worth no error to who may not look. */
async function tagsThatMatter({ context: { run, keyArn }, record, tags }: Aspects): Promise<Tags | undefined> {
  try {
    return await tags();
  } catch (error) {
    if (!isByokError(error, "access_denied") || waitsForMaterial(record())) throw error;
    run.log.warn(`The tags of the key cannot be read, so it is not known whether it has the tag ${enabledTag}.`, {
      key: keyArn,
    });
    return undefined;
  }
}

function tagDelta(there: Tags, wanted: Tags): { readonly set: Tags; readonly gone: readonly string[] } {
  return {
    set: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => there[key] !== value)),
    gone: Object.keys(there).filter((key) => !Object.hasOwn(wanted, key)),
  };
}
