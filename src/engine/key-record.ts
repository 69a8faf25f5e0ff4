import { type IgnoredTags, isIgnoredTag, noIgnoredTags } from "./ignored-tags";
import type { EpochSeconds } from "./instant";
import { type KeyDescription, type KeyState, type Tags, waitsForDeletion } from "./key";
import type { Kms } from "./kms-profile";
import { reservedTagPrefix } from "./reserved-tag";

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
