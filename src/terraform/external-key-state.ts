import { formatInstant, parseInstant } from "../engine/instant";
import { type Tags, waitsForDeletion } from "../engine/key";
import { isUsable, type KeyRecord } from "../engine/key-record";
import type { Kms } from "../engine/kms-profile";
import { cloudOfArn, clouds, defaultKms, isKms } from "../kms/clouds";
import type { ByokClient } from "./client";
import type { KeyMemory, SeenKey } from "./external-key-memory";
import type { externalKeySchema } from "./external-key-schema";
import { pairs, present } from "./known";
import type { JsonObject } from "./plugin/private-state";
import type { ApplyPlan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { managedTags, ownTags, tagMap } from "./tags";

type Schema = typeof externalKeySchema;

export function kmsNamed(name: string | null | undefined): Kms {
  return typeof name === "string" && isKms(name) ? name : defaultKms;
}

/** What is on record of a key: its attributes, and what was kept beside them. Undefined before the first look. */
export function recordOf(state: State<Schema>, { seen }: KeyMemory): KeyRecord | undefined {
  const { arn, key_id: keyId, region, kms } = state;
  if (arn === null || keyId === null || region === null) return undefined;
  return {
    arn,
    keyId,
    kms: kmsNamed(kms),
    region,
    // Where what was seen is lost, the attributes still say of a key whether its deletion is pending.
    state: seen?.state ?? (state.pending_deletion === true ? "PendingDeletion" : "Unavailable"),
    spec: state.key_spec ?? "",
    usage: state.key_usage ?? "",
    description: state.description ?? "",
    // A key whose age is unknown is never old enough to be believed gone.
    creationDate:
      state.creation_date === null ? Number.POSITIVE_INFINITY : parseInstant(state.creation_date, "creation_date"),
    multiRegion: state.multi_region ?? false,
    enabled: seen?.enabled ?? present(state.enabled),
    toEnable: seen?.toEnable,
    disablingNoted: seen?.disablingNoted,
    deletionProtection: present(state.deletion_protection),
    dkmsInstanceId: present(state.dkms_instance_id),
    protectionLevel: present(state.protection_level),
    policy: present(state.policy),
    tags: pairs(state.tags_all),
  };
}

export function seenOf({ arn, state, enabled, toEnable, disablingNoted }: KeyRecord): SeenKey {
  return { arn, state, enabled, toEnable, disablingNoted };
}

/** A key in another state than Enabled and Disabled shows neither: what was last applied stays. */
function enabledNow(record: KeyRecord, { enabled }: State<Schema>): boolean | null {
  return isUsable(record) ? (record.enabled ?? enabled) : (enabled ?? record.enabled ?? null);
}

/** Whether `enabled` is managed. Where nothing says so, a value in the state was configured once. */
export function managesEnabled(state: State<Schema>, { managed }: KeyMemory): boolean {
  return managed.enabled ?? state.enabled !== null;
}

/** What the KMS said, beside what the state has that no KMS says. */
export function readState(
  record: KeyRecord,
  state: State<Schema>,
  memory: KeyMemory,
  client: ByokClient,
): State<Schema> {
  const stored = pairs(state.tags);
  const defaults = { seen: pairs(state.tags_all) ?? {}, now: present(client.defaultTags) ?? {} };
  const own = record.tags === undefined ? stored : ownTags(record.tags, defaults, stored);
  const inInstance = record.dkmsInstanceId !== undefined;
  const noneOfOwn = own === undefined || (stored === undefined && Object.keys(own).length === 0);
  return {
    ...state,
    ...described(record),
    // What was asked for is ignored in a KMS instance, and is no difference there.
    protection_level: (inInstance ? state.protection_level : null) ?? record.protectionLevel ?? null,
    enabled: managesEnabled(state, memory) ? enabledNow(record, state) : null,
    policy: record.policy ?? state.policy,
    // Once set it stays: a replica that became the primary is still this key.
    primary_key_arn: state.primary_key_arn ?? record.primaryKeyArn ?? null,
    tags: noneOfOwn ? null : tagMap(own),
    tags_all: record.tags === undefined ? state.tags_all : tagMap(record.tags),
  };
}

/** After an apply: what was planned as known stays as planned, the rest is what the KMS said. */
export function stateOf(record: KeyRecord, plan: ApplyPlan<Schema>, client: ByokClient): State<Schema> {
  const seen = described(record);
  const own = pairs(plan.tags);
  const tags: Tags = record.tags ?? managedTags(present(client.defaultTags) ?? {}, own) ?? {};
  const or = <T>(planned: T | typeof UNKNOWN, otherwise: T): T => (planned === UNKNOWN ? otherwise : planned);
  return {
    ...plan,
    id: or(plan.id, seen.id),
    arn: or(plan.arn, seen.arn),
    key_id: or(plan.key_id, seen.key_id),
    kms: or(plan.kms, seen.kms),
    region: or(plan.region, seen.region),
    description: or(plan.description, seen.description),
    key_spec: or(plan.key_spec, seen.key_spec),
    key_usage: or(plan.key_usage, seen.key_usage),
    multi_region: or(plan.multi_region, seen.multi_region),
    policy: or(plan.policy, record.policy ?? null),
    primary_key_arn: or(plan.primary_key_arn, record.primaryKeyArn ?? null),
    tags: own === undefined ? null : tagMap(own),
    dkms_instance_id: or(plan.dkms_instance_id, seen.dkms_instance_id),
    protection_level: or(plan.protection_level, seen.protection_level),
    deletion_protection: or(plan.deletion_protection, seen.deletion_protection),
    deletion_window_in_days: or(plan.deletion_window_in_days, 30),
    pending_deletion: or(plan.pending_deletion, seen.pending_deletion),
    tags_all: plan.tags_all === UNKNOWN ? tagMap(tags) : tagMap(pairs(plan.tags_all) ?? {}),
    multi_region_key_type: or(plan.multi_region_key_type, seen.multi_region_key_type),
    creation_date: or(plan.creation_date, seen.creation_date),
  };
}

function described(record: KeyRecord) {
  return {
    id: record.arn,
    arn: record.arn,
    key_id: record.keyId,
    kms: record.kms,
    region: record.region,
    description: record.description,
    key_spec: record.spec,
    key_usage: record.usage,
    multi_region: record.multiRegion,
    multi_region_key_type: record.multiRegionKeyType ?? null,
    creation_date: formatInstant(record.creationDate),
    pending_deletion: waitsForDeletion(record),
    dkms_instance_id: record.dkmsInstanceId ?? null,
    protection_level: record.protectionLevel ?? null,
    deletion_protection: record.deletionProtection ?? null,
  };
}

/** What of the AWS provider's key can be taken over: everything but the bytes and what the next read tells better. */
export function movedState(state: JsonObject): Partial<State<Schema>> {
  const arn = textOf(state["arn"]);
  const window = state["deletion_window_in_days"];
  const primary = textOf(state["primary_key_arn"]);
  return {
    id: arn,
    arn,
    kms: cloudOfArn(arn ?? "", clouds).name,
    region: arn?.split(":")[3] ?? null,
    key_id: textOf(state["key_id"]),
    primary_key_arn: primary === "" ? null : primary,
    deletion_window_in_days: typeof window === "number" ? window : 30,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
