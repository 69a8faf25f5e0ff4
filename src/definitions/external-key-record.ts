import { formatInstant, parseInstant } from "../engine/instant";
import { waitsForDeletion } from "../engine/key";
import type { WantedOfKnownKey } from "../engine/key-assessment";
import type { KeyRecord } from "../engine/key-record";
import { isKeySpec } from "../engine/key-spec";
import { defaultKms } from "../kms/clouds";
import type { ExternalKeyValues } from "./external-key-rules";

/** What the arguments ask of a key, in the engine's words. What a KMS does not know has been refused. */
export function wantedKeyOf(values: Partial<ExternalKeyValues>): WantedOfKnownKey {
  const { keySpec } = values;
  return {
    kms: values.kms ?? defaultKms,
    region: values.region,
    spec: keySpec !== undefined && isKeySpec(keySpec) ? keySpec : undefined,
    usage: values.keyUsage,
    multiRegion: values.multiRegion ?? false,
    primaryKeyArn: values.primaryKeyArn,
    description: values.description,
    policy: values.policy,
    bypassPolicyLockoutSafetyCheck: values.bypassPolicyLockoutSafetyCheck,
    enabled: values.enabled,
    tags: values.tags,
    dkmsInstanceId: values.dkmsInstanceId,
    protectionLevel: values.protectionLevel,
    deletionProtection: values.deletionProtection,
    creationToken: values.creationToken,
  };
}

/** A key's arguments and results as its record has them. Whether it is Enabled is for each face to say. */
export type RecordedKeyValues = {
  readonly [N in keyof ReturnType<typeof recordedKeyValues>]?: ReturnType<typeof recordedKeyValues>[N] | undefined;
};

export function recordedKeyValues(record: KeyRecord) {
  return {
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
    dkmsInstanceId: record.dkmsInstanceId,
    protectionLevel: record.protectionLevel,
    deletionProtection: record.deletionProtection,
    policy: record.policy,
    tags: record.tags,
  };
}

/** What of a record its values tell: the reverse of `recordedKeyValues`. The state of the key is kept elsewhere. */
export function keyRecordOf(arn: string, values: RecordedKeyValues): Omit<KeyRecord, "state"> {
  const { creationDate } = values;
  return {
    arn,
    keyId: values.keyId ?? arn,
    kms: values.kms ?? defaultKms,
    region: values.region ?? "",
    spec: values.keySpec ?? "",
    usage: values.keyUsage ?? "",
    description: values.description ?? "",
    // A key of unknown age may be young, and a young key that is not found is not gone.
    creationDate: creationDate === undefined ? Number.POSITIVE_INFINITY : parseInstant(creationDate, "creation_date"),
    multiRegion: values.multiRegion ?? false,
    multiRegionKeyType: values.multiRegionKeyType,
    primaryKeyArn: values.primaryKeyArn,
    dkmsInstanceId: values.dkmsInstanceId,
    protectionLevel: values.protectionLevel,
    deletionProtection: values.deletionProtection,
    policy: values.policy,
    tags: values.tags,
  };
}
