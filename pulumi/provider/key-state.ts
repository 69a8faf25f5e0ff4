import { formatInstant, parseInstant } from "../../src/engine/instant";
import { keyStates, waitsForDeletion } from "../../src/engine/key";
import type { KeyRecord } from "../../src/engine/key-record";
import { isKeySpec } from "../../src/engine/key-spec";
import type { KmsProfile } from "../../src/engine/kms-profile";
import type { WantedOfKnownKey } from "../../src/engine/key-assessment";
import { defaultKms, kmsNames } from "../../src/kms/clouds";
import type { WantedKey } from "../../src/engine/wanted-key";
import { keyFields } from "./fields";
import { plainProps, type Props } from "./props";
import { schemaVersion } from "./schema-version";
import { type ArgumentsOf, flag, map, object, readArguments, text, word } from "./shape";

export type KeyArguments = ArgumentsOf<typeof keyFields>;

/** What of a key's record stands in its outputs. */
const outputFields = {
  arn: text,
  keyId: text,
  kms: word(...kmsNames),
  region: text,
  keySpec: text,
  keyUsage: text,
  description: text,
  creationDate: text,
  multiRegion: flag,
  multiRegionKeyType: word("PRIMARY", "REPLICA"),
  primaryKeyArn: text,
  deletionDate: text,
  dkmsInstanceId: text,
  protectionLevel: text,
  deletionProtection: flag,
  enabled: flag,
  policy: text,
  tags: map(text),
  record: object({ state: word(...keyStates), enabled: flag, toEnable: flag, disablingNoted: flag }),
} as const;

/**
 * The outputs of a key: its arguments, what is on record of it, and the version of the two. What the key's material
 * changes in the same run, its state and when it expires, is no output: nobody updates the key for it, so that it would
 * stand there out of date. What the next run has to know of the last look goes into `record`.
 */
export function keyOuts(args: KeyArguments, record: KeyRecord): Record<string, unknown> {
  const shown = record.state === "Enabled" || record.state === "Disabled" ? record.enabled : args.enabled;
  return plainProps({
    bypassPolicyLockoutSafetyCheck: args.bypassPolicyLockoutSafetyCheck,
    deletionWindowInDays: args.deletionWindowInDays,
    creationToken: args.creationToken,
    existingKeyArn: args.existingKeyArn,
    timeouts: args.timeouts,
    connection: args.connection,
    schemaVersion,
    arn: record.arn,
    keyId: record.keyId,
    kms: record.kms,
    region: record.region,
    keySpec: record.spec,
    keyUsage: record.usage,
    description: record.description,
    creationDate: formatInstant(record.creationDate),
    multiRegion: record.multiRegion,
    multiRegionKeyType: record.multiRegionKeyType,
    primaryKeyArn: record.primaryKeyArn,
    pendingDeletion: waitsForDeletion(record),
    deletionDate: instantOut(record.deletionDate),
    dkmsInstanceId: record.dkmsInstanceId,
    protectionLevel: record.protectionLevel,
    deletionProtection: record.deletionProtection,
    // Whether it is managed is all that tells of it later.
    enabled: args.enabled === undefined ? undefined : shown,
    policy: record.policy,
    tags: record.tags,
    record: {
      state: record.state,
      enabled: record.enabled,
      toEnable: record.toEnable,
      disablingNoted: record.disablingNoted,
    },
  });
}

/** The record that outputs of this schema version hold. The reverse of `keyOuts`. */
export function keyRecordOf(id: string, outs: Props): KeyRecord {
  const { args } = readArguments(outputFields, outs);
  return {
    arn: id,
    keyId: args.keyId ?? id,
    kms: args.kms ?? defaultKms,
    region: args.region ?? "",
    state: args.record?.state ?? "Unavailable",
    spec: args.keySpec ?? "",
    usage: args.keyUsage ?? "",
    description: args.description ?? "",
    // A key of unknown age may be young, and a young key that is not found is not gone.
    creationDate: instantIn(args.creationDate) ?? Number.POSITIVE_INFINITY,
    multiRegion: args.multiRegion ?? false,
    multiRegionKeyType: args.multiRegionKeyType,
    primaryKeyArn: args.primaryKeyArn,
    deletionDate: instantIn(args.deletionDate),
    dkmsInstanceId: args.dkmsInstanceId,
    protectionLevel: args.protectionLevel,
    deletionProtection: args.deletionProtection,
    // A key that no look on record has shown with material is as it was asked for.
    enabled: args.record?.enabled ?? args.enabled,
    toEnable: args.record?.toEnable,
    disablingNoted: args.record?.disablingNoted,
    policy: args.policy,
    tags: args.tags,
  };
}

/** What the arguments ask of a key. The spec has been checked, as has everything else. */
export function wantedOfKnownKey(args: KeyArguments): WantedOfKnownKey {
  const { keySpec } = args;
  return {
    kms: args.kms ?? defaultKms,
    region: args.region,
    spec: keySpec !== undefined && isKeySpec(keySpec) ? keySpec : undefined,
    usage: args.keyUsage,
    multiRegion: args.multiRegion ?? false,
    primaryKeyArn: args.primaryKeyArn,
    description: args.description,
    policy: args.policy,
    bypassPolicyLockoutSafetyCheck: args.bypassPolicyLockoutSafetyCheck,
    enabled: args.enabled,
    tags: args.tags,
    dkmsInstanceId: args.dkmsInstanceId,
    protectionLevel: args.protectionLevel,
    deletionProtection: args.deletionProtection,
    creationToken: args.creationToken,
  };
}

/** The same, with the Region that is meant where none is written. */
export function wantedKey(args: KeyArguments, region: string): WantedKey {
  return { ...wantedOfKnownKey(args), region };
}

/** A record as seen now, with the policy in the spelling of before where it means the same. */
export function withKnownPolicy(seen: KeyRecord, earlier: KeyRecord, profile: KmsProfile): KeyRecord {
  const { policy } = earlier;
  const same = policy !== undefined && seen.policy !== undefined && profile.samePolicy(policy, seen.policy);
  return same ? { ...seen, policy } : seen;
}

export function instantOut(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : formatInstant(instant);
}

function instantIn(written: string | undefined): number | undefined {
  return written === undefined ? undefined : parseInstant(written, "state");
}
