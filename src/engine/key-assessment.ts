import { formatInstant } from "./instant";
import { type Tags, waitsForDeletion } from "./key";
import { isNoteOutstanding, isUsable, type KeyRecord } from "./key-record";
import type { Kms, KmsProfile } from "./kms-profile";
import type { WantedKey } from "./wanted-key";

/** What the configuration asks of a key that is there: its Region only where one is written. */
export type WantedOfKnownKey = Omit<WantedKey, "kms" | "region"> & {
  readonly kms: Kms;
  readonly region?: string | undefined;
};

export interface KeyFactsAtPlan {
  readonly wanted: WantedOfKnownKey;
  /** What the KMS says now, with what earlier runs left on record. Undefined: the key is gone for good. */
  readonly seen: KeyRecord | undefined;
  /** The `enabled` that was configured at the last apply; a key without material shows nothing of it. */
  readonly appliedEnabled?: boolean | undefined;
  readonly profile: KmsProfile;
  /** Arguments changed that concern nothing but our own record. */
  readonly otherChanges?: boolean;
}

/** `record` changes what is on record and calls nothing that writes. `replace` never concerns a key that could be kept. */
export type KeyAction = "nothing" | "record" | "update" | "replace";

export interface KeyAssessment {
  readonly action: KeyAction;
  /** The arguments at issue, in Terraform's spelling. */
  readonly attributes: readonly string[];
  /** Why, in words. */
  readonly reason: string;
}

/**
 * What is to be done about a key that is on record. What the configuration leaves out is unmanaged and no reason for
 * anything.
 */
export function assessKey(facts: KeyFactsAtPlan): KeyAssessment {
  const { wanted, seen } = facts;
  if (seen === undefined) return { action: "replace", attributes: ["arn"], reason: "the key does not exist any more" };
  const fixed = fixedDifferences(wanted, seen);
  if (fixed.length > 0) return { action: "replace", ...differences(fixed.map(asDifference)) };
  const mutable = mutableDifferences(facts, seen);
  if (waitsForDeletion(seen)) {
    const when = seen.deletionDate === undefined ? "" : ` on ${formatInstant(seen.deletionDate)}`;
    const reason = `the key waits for its deletion${when}, which is to be canceled`;
    return { action: "update", attributes: ["arn", ...mutable.map(({ attribute }) => attribute)], reason };
  }
  if (mutable.length > 0) return { action: "update", ...differences(mutable) };
  if (facts.otherChanges === true) {
    return { action: "record", attributes: [], reason: "only settings of byok's own change" };
  }
  return { action: "nothing", attributes: [], reason: "as configured" };
}

interface Difference {
  readonly attribute: string;
  readonly what: string;
}

function asDifference({ attribute, is, shouldBe }: FixedDifference): Difference {
  return { attribute, what: `is ${is}, cannot be changed, and is to be ${shouldBe}` };
}

function differences(all: readonly Difference[]): Pick<KeyAssessment, "attributes" | "reason"> {
  return {
    attributes: all.map(({ attribute }) => attribute),
    reason: all.map(({ attribute, what }) => `\`${attribute}\` ${what}`).join(", "),
  };
}

/** An argument that is fixed when a key is created, and is to be another than it is. */
export interface FixedDifference {
  readonly attribute: string;
  readonly is: string;
  readonly shouldBe: string;
}

/**
 * What of a key is fixed and not as configured. A primary that became a replica, or the reverse, is the same key.
 */
export function fixedDifferences(wanted: WantedOfKnownKey, seen: KeyRecord): readonly FixedDifference[] {
  const multiRegion = wanted.multiRegion || wanted.primaryKeyArn !== undefined;
  const { primaryKeyArn } = wanted;
  const isAnothers = seen.multiRegion && primaryKeyArn !== undefined && !isRelated(seen.keyId, primaryKeyArn);
  const pairs = [
    ["key_spec", seen.spec, wanted.spec],
    ["key_usage", seen.usage, wanted.usage],
    ["multi_region", String(seen.multiRegion), String(multiRegion)],
    ["dkms_instance_id", seen.dkmsInstanceId ?? "none", wanted.dkmsInstanceId],
    // In an instance, the KMS ignores the level that is asked for.
    [
      "protection_level",
      seen.protectionLevel ?? "none",
      seen.dkmsInstanceId === undefined ? wanted.protectionLevel : undefined,
    ],
    ["primary_key_arn", `the ARN of a key with the id ${seen.keyId}`, isAnothers ? primaryKeyArn : undefined],
  ] as const;
  return [...displacements(wanted, seen), ...differing(pairs)];
}

/** Where a key is, which its record tells without a look. */
export function displacements(
  wanted: Pick<WantedOfKnownKey, "kms" | "region">,
  seen: Pick<KeyRecord, "kms" | "region">,
): readonly FixedDifference[] {
  return differing([
    ["kms", seen.kms, wanted.kms],
    ["region", seen.region, wanted.region],
  ]);
}

function differing(
  pairs: readonly (readonly [attribute: string, is: string, shouldBe: string | undefined])[],
): readonly FixedDifference[] {
  return pairs.flatMap(([attribute, is, shouldBe]) =>
    shouldBe === undefined || is === shouldBe ? [] : [{ attribute, is, shouldBe }],
  );
}

/** A primary and its replicas have one id, whichever of them is the primary. */
function isRelated(keyId: string, primaryKeyArn: string): boolean {
  return primaryKeyArn.endsWith(`/${keyId}`);
}

function mutableDifferences(facts: KeyFactsAtPlan, seen: KeyRecord): readonly Difference[] {
  const { wanted, profile } = facts;
  const found: Difference[] = [];
  if (wanted.description !== undefined && wanted.description !== seen.description) {
    found.push({ attribute: "description", what: "differs" });
  }
  if (wanted.policy !== undefined && !(seen.policy !== undefined && profile.samePolicy(seen.policy, wanted.policy))) {
    found.push({ attribute: "policy", what: "differs in its meaning" });
  }
  if (wanted.tags !== undefined && !(seen.tags !== undefined && sameTags(seen.tags, wanted.tags))) {
    found.push({ attribute: "tags", what: "differ" });
  }
  if (wanted.deletionProtection !== undefined && wanted.deletionProtection !== seen.deletionProtection) {
    found.push({ attribute: "deletion_protection", what: `is to be ${wanted.deletionProtection}` });
  }
  if (wanted.enabled !== undefined && wanted.enabled !== enabledNow(facts, seen)) {
    found.push({ attribute: "enabled", what: `is to be ${wanted.enabled}` });
  }
  if (wanted.enabled === undefined && seen.toEnable !== undefined && isUsable(seen)) {
    found.push({ attribute: "enabled", what: "returns to what it was before the deletion was scheduled" });
  }
  if (isNoteOutstanding(seen)) found.push({ attribute: "enabled", what: "was noted on the key for its next import" });
  return found;
}

/** A key in another state than these two keeps the wish of the last apply, which its next import fulfils. */
function enabledNow({ appliedEnabled }: KeyFactsAtPlan, seen: KeyRecord): boolean | undefined {
  return isUsable(seen) ? seen.state === "Enabled" : appliedEnabled;
}

function sameTags(one: Tags, other: Tags): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
