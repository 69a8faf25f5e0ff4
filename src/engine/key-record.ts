import type { EpochSeconds } from "./instant";
import type { KeyDescription, KeyState, Tags } from "./key";
import type { Kms } from "./kms-profile";

/** What earlier runs left on record of a key: what the KMS last said, and what byok set. No secret is in it. */
export interface KeyRecord {
  readonly arn: string;
  readonly keyId: string;
  readonly kms: Kms;
  readonly region: string;
  readonly state: KeyState;
  readonly spec: string;
  readonly usage: string;
  readonly description: string;
  readonly creationDate: EpochSeconds;
  readonly multiRegion: boolean;
  readonly multiRegionKeyType?: "PRIMARY" | "REPLICA" | undefined;
  readonly primaryKeyArn?: string | undefined;
  /** The earliest moment at which material of the key expires. */
  readonly validTo?: EpochSeconds | undefined;
  readonly deletionDate?: EpochSeconds | undefined;
  /**
   * Whether the key was Enabled or Disabled when it was last in one of these states; other states hide it. Undefined:
   * it was never seen in either.
   */
  readonly enabled?: boolean | undefined;
  readonly deletionProtection?: boolean | undefined;
  readonly dkmsInstanceId?: string | undefined;
  readonly protectionLevel?: string | undefined;
  /** As the KMS spells it, where it was read or set. */
  readonly policy?: string | undefined;
  /** All tags but those of byok and of the KMS itself, where they were read or set. */
  readonly tags?: Tags | undefined;
}

/** The record of a key as described, with what only other requests tell carried over from an earlier one. */
export function keyRecord(kms: Kms, region: string, key: KeyDescription, earlier?: Partial<KeyRecord>): KeyRecord {
  const usable = key.state === "Enabled" || key.state === "Disabled";
  return {
    arn: key.arn,
    keyId: key.keyId,
    kms,
    region,
    state: key.state,
    spec: key.spec,
    usage: key.usage,
    description: key.description,
    creationDate: key.creationDate,
    multiRegion: key.multiRegion !== undefined,
    multiRegionKeyType: key.multiRegion?.type,
    primaryKeyArn: key.multiRegion?.type === "REPLICA" ? key.multiRegion.primaryArn : undefined,
    validTo: key.validTo,
    deletionDate: key.deletionDate,
    deletionProtection: key.deletionProtection,
    dkmsInstanceId: key.dkmsInstanceId,
    protectionLevel: key.protectionLevel,
    enabled: usable ? key.state === "Enabled" : earlier?.enabled,
    policy: earlier?.policy,
    tags: earlier?.tags,
  };
}

/** Tags that belong to the user: neither ours (`byok:`) nor the vendor's (`aws:`, `acs:`). */
export function userTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !/^(byok|aws|acs):/i.test(key)));
}
