import { externalKeyFields } from "../definitions/external-key";
import { keyRecordOf, type RecordedKeyValues, recordedKeyValues } from "../definitions/external-key-record";
import type { Tags } from "../engine/key";
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
import { attributesFrom, completed, defaultsOf, writtenIn } from "./written";

type Schema = typeof externalKeySchema;

export function kmsNamed(name: string | null | undefined): Kms {
  return typeof name === "string" && isKms(name) ? name : defaultKms;
}

/** What is on record of a key: its attributes, and what was kept beside them. Undefined before the first look. */
export function recordOf(state: State<Schema>, { seen }: KeyMemory): KeyRecord | undefined {
  const { arn, key_id: keyId, region, kms } = state;
  if (arn === null || keyId === null || region === null) return undefined;
  return {
    ...keyRecordOf(arn, writtenIn<RecordedKeyValues>(externalKeyFields, state).args),
    kms: kmsNamed(kms),
    // Where what was seen is lost, the attributes still say of a key whether its deletion is pending.
    state: seen?.state ?? (state.pending_deletion === true ? "PendingDeletion" : "Unavailable"),
    enabled: seen?.enabled ?? present(state.enabled),
    toEnable: seen?.toEnable,
    disablingNoted: seen?.disablingNoted,
    // Which of several keys is the primary may have changed since.
    multiRegionKeyType: undefined,
    primaryKeyArn: undefined,
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
  const own = pairs(plan.tags);
  const tags: Tags = record.tags ?? managedTags(present(client.defaultTags) ?? {}, own) ?? {};
  const found = { ...described(record), ...defaultsOf(externalKeyFields) };
  return {
    ...completed<State<Schema>>(plan, found),
    tags: own === undefined ? null : tagMap(own),
    tags_all: plan.tags_all === UNKNOWN ? tagMap(tags) : tagMap(pairs(plan.tags_all) ?? {}),
  };
}

/** What a record says, by the names of the attributes. */
function described(record: KeyRecord): Partial<State<Schema>> {
  const { tags: _tags, ...values } = recordedKeyValues(record);
  return { id: record.arn, ...attributesFrom<State<Schema>>(externalKeyFields, values) };
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
    deletion_window_in_days: typeof window === "number" ? window : externalKeyFields.deletion_window_in_days.default,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
