import { type Call, checkCall } from "./call";
import { enabledTag } from "./enabled-wish";
import { ByokError } from "./errors";
import type { KeyDescription, Tags } from "./key";
import { type KeyRecord, keyRecord, userTags } from "./key-record";
import type { KeyService } from "./key-service";
import type { Run } from "./run";
import { madeAt, policySettled, settled } from "./settling";
import type { WantedKey } from "./wanted-key";

export interface Synced {
  readonly record: KeyRecord;
  /** The first failure. What comes after it in the order of the aspects was not tried. */
  readonly error?: ByokError;
}

/**
 * Makes the mutable aspects of a key be as configured: compares what is managed with what the KMS says, and repairs
 * the difference only. The policy comes first, so that it is in place before any bytes are.
 */
export async function syncAspects(
  run: Run,
  service: KeyService,
  key: KeyDescription,
  wanted: WantedKey,
  earlier: KeyRecord | undefined,
  call: Call,
): Promise<Synced> {
  let record = keyRecord(wanted.kms, wanted.region, key, earlier);
  try {
    for (const sync of [syncPolicy, syncTags, syncDescription, syncDeletionProtection, syncEnabled]) {
      checkCall(call);
      const changed = await settled(run, service, madeAt(run, key.arn), call, () =>
        sync(run, service, record, wanted, call),
      );
      record = { ...record, ...changed };
    }
    return { record };
  } catch (thrown) {
    return { record, error: ByokError.from(thrown) };
  }
}

type Sync = (
  run: Run,
  service: KeyService,
  record: KeyRecord,
  wanted: WantedKey,
  call: Call,
) => Promise<Partial<KeyRecord>>;

const syncPolicy: Sync = async (run, service, { arn }, wanted, call) => {
  const { policy, bypassPolicyLockoutSafetyCheck: bypass = false } = wanted;
  if (policy === undefined) return {};
  const there = await service.policy(arn, call);
  if (!service.profile.samePolicy(there, policy)) {
    await policySettled(run, service, call, () => service.setPolicy(arn, policy, bypass, call));
  }
  return { policy };
};

const syncTags: Sync = async (_run, service, { arn }, wanted, call) => {
  if (wanted.tags === undefined) return {};
  const there = userTags(await service.tags(arn, call));
  const { set, gone } = tagDelta(there, wanted.tags);
  // Gone first: an account that is at the limit of tags per key could not take the new ones otherwise.
  if (gone.length > 0) await service.untag(arn, gone, call);
  if (Object.keys(set).length > 0) await service.tag(arn, set, call);
  return { tags: wanted.tags };
};

const syncDescription: Sync = async (_run, service, { arn, description }, wanted, call) => {
  if (wanted.description === undefined || wanted.description === description) return {};
  await service.setDescription(arn, wanted.description, call);
  return { description: wanted.description };
};

const syncDeletionProtection: Sync = async (_run, service, { arn, deletionProtection }, wanted, call) => {
  if (wanted.deletionProtection === undefined || wanted.deletionProtection === deletionProtection) return {};
  await service.setDeletionProtection?.(arn, wanted.deletionProtection, call);
  return { deletionProtection: wanted.deletionProtection };
};

const syncEnabled: Sync = async (run, service, record, wanted, call) => {
  const { enabled } = wanted;
  if (enabled === undefined) return {};
  if (record.state === "PendingImport" || record.state === "Creating") {
    await rememberWish(run, service, record.arn, enabled, call);
    return {};
  }
  const state = enabled ? "Enabled" : "Disabled";
  if (record.state !== state) await service.setEnabled(record.arn, enabled, call);
  // Whoever imports into the key in this run may still see it as it was.
  run.memory.wishes.set(record.arn, enabled);
  return { state, enabled };
};

/** A key without material can be neither enabled nor disabled: its next import is told what to make of it. */
async function rememberWish(run: Run, service: KeyService, arn: string, enabled: boolean, call: Call): Promise<void> {
  run.memory.wishes.set(arn, enabled);
  const tags = await service.tags(arn, call);
  const tagged = tags[enabledTag] === "false";
  if (!enabled && !tagged) await service.tag(arn, { [enabledTag]: "false" }, call);
  if (enabled && tagged) await service.untag(arn, [enabledTag], call);
}

function tagDelta(there: Tags, wanted: Tags): { readonly set: Tags; readonly gone: readonly string[] } {
  return {
    set: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => there[key] !== value)),
    gone: Object.keys(there).filter((key) => wanted[key] === undefined),
  };
}
