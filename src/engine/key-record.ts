import { type IgnoredTags, isIgnoredTag, noIgnoredTags } from "./ignored-tags";
import type { EpochSeconds } from "./instant";
import { type KeyDescription, type KeyState, type Tags, waitsForDeletion } from "./key";
import type { Kms } from "./kms-profile";
import { reservedTagPrefix } from "./reserved-tag";

/** What earlier runs left on record of a key: what the KMS last said, and what byok set. No secret is in it. */
export interface KeyRecord {
  /** ARN of the key. */
  readonly arn: string;
  /** The part of the ARN that names the key alone. */
  readonly keyId: string;
  /** The KMS that has the key. */
  readonly kms: Kms;
  /** The Region that the key is in. Empty where the KMS has none. */
  readonly region: string;
  /** As the KMS last said it. The import of material changes it. */
  readonly state: KeyState;
  /** Kind of the key. */
  readonly spec: string;
  /** What the key is for. */
  readonly usage: string;
  /** What the user wrote. Empty where there is none. */
  readonly description: string;
  /** When the key was made. */
  readonly creationDate: EpochSeconds;
  /** Whether the key is a primary or a replica of a multi-Region key. */
  readonly multiRegion: boolean;
  /** Which of the two it is. Undefined on a single-Region key. */
  readonly multiRegionKeyType?: "PRIMARY" | "REPLICA" | undefined;
  /** Of a replica: ARN of its primary. */
  readonly primaryKeyArn?: string | undefined;
  /** The earliest moment at which material of the key expires. */
  readonly validTo?: EpochSeconds | undefined;
  /** When the key goes, while it waits for its deletion. */
  readonly deletionDate?: EpochSeconds | undefined;
  /**
   * Whether the key was Enabled or Disabled when it was last in one of these states, or what was asked for since; other
   * states hide it. Undefined: it was never seen in either.
   */
  readonly enabled?: boolean | undefined;
  /**
   * The key's deletion was canceled, and it has not returned to what it was before: EnableKey (true), on some KMSs
   * DisableKey (false), is still to be done. Stays until the key is seen in that state, or `enabled` is managed.
   */
  readonly toEnable?: boolean | undefined;
  /** The key had no material and is to be Disabled, which was noted on it, and the note was not seen to be gone since. */
  readonly disablingNoted?: boolean | undefined;
  /** Whether the KMS refuses to schedule the key's deletion. Undefined where it has no such protection. */
  readonly deletionProtection?: boolean | undefined;
  /** The KMS instance that the key is in, where it is in one. */
  readonly dkmsInstanceId?: string | undefined;
  /** `SOFTWARE` or `HSM`, where the KMS says so. */
  readonly protectionLevel?: string | undefined;
  /** As the KMS spells it, where it was read or set. */
  readonly policy?: string | undefined;
  /** All tags but those of byok and of the KMS itself, where they were read or set. */
  readonly tags?: Tags | undefined;
}

/** The record of a key as described, with what only other requests tell carried over from an earlier one. */
export function keyRecord(kms: Kms, region: string, key: KeyDescription, earlier?: Partial<KeyRecord>): KeyRecord {
  const usable = isUsable(key);
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
    toEnable: stillToEnable(key, earlier),
    disablingNoted: earlier?.disablingNoted,
    policy: earlier?.policy,
    tags: earlier?.tags,
  };
}

/** Whether a key was Enabled before its deletion was scheduled. What is not on record was not seen to be Disabled. */
export function wasEnabled({ toEnable, enabled }: Partial<KeyRecord>): boolean {
  return toEnable ?? enabled ?? true;
}

/**
 * Whether a key hides that it is to be Disabled, and nothing says so on the key yet: a material that is new in it has
 * nothing on record, and its import makes the key Enabled.
 */
export function hidesDisabling(
  { state, enabled, toEnable, disablingNoted }: Pick<KeyRecord, "state" | "enabled" | "toEnable" | "disablingNoted">,
  configured: boolean | undefined,
): boolean {
  return state === "PendingImport" && !(configured ?? toEnable ?? enabled ?? true) && disablingNoted !== true;
}

/** Whether a note that a key is to be Disabled is on it although the key holds material: somebody else imported it. */
export function isNoteOutstanding({ state, disablingNoted }: Pick<KeyRecord, "state" | "disablingNoted">): boolean {
  return disablingNoted === true && isUsable({ state });
}

/** States in which a key is Enabled or Disabled; all others hide it. */
export function isUsable({ state }: { readonly state: KeyState }): boolean {
  return state === "Enabled" || state === "Disabled";
}

/** A canceled deletion leaves a key Disabled, and anyone who canceled it may have come no further. */
function stillToEnable(key: KeyDescription, earlier: Partial<KeyRecord> = {}): boolean | undefined {
  const { state, toEnable } = earlier;
  if (toEnable !== undefined) return isUsable(key) && (key.state === "Enabled") === toEnable ? undefined : toEnable;
  const justBack = state !== undefined && waitsForDeletion({ state }) && key.state === "Disabled";
  return justBack && wasEnabled(earlier) ? true : undefined;
}

/** Tags that belong to the user: neither ours nor the vendor's, nor those that others keep on keys. */
export function userTags(tags: Tags, ignored: IgnoredTags = noIgnoredTags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => reservedTagPrefix(key) === undefined && !isIgnoredTag(key, ignored)),
  );
}
