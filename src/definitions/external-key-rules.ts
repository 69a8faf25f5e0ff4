import { ByokError } from "../engine/errors";
import { checkDeletionWindow, checkKeyOptions, kindOfNewKey } from "../engine/key-offer";
import { type IgnoredTags, isIgnoredTag } from "../engine/ignored-tags";
import { isKeySpec } from "../engine/key-spec";
import { isNoRegionName, type KmsProfile } from "../engine/kms-profile";
import { reservedTagPrefix } from "../engine/reserved-tag";
import { defaultKms } from "../kms/clouds";
import { externalKeyFields } from "./external-key";
import { type Fault, faultIf, faultsOf, type Written } from "./fault";
import type { ValuesOf } from "./field";
import { fieldFaults } from "./field-faults";
import type { KnownClouds } from "./known-clouds";

export type ExternalKeyValues = ValuesOf<typeof externalKeyFields>;

export type WrittenKey = Written<ExternalKeyValues>;

/** What is wrong with the configuration of a key, beside single values that do not fit their fields. */
export function externalKeyFaults(written: WrittenKey, clouds: KnownClouds): readonly Fault[] {
  return [...standingKeyFaults(written, clouds), ...replicaKindFaults(written)];
}

/**
 * What is wrong with it whether the key is there already or not. A configuration that was made of a replica that is there
 * says its spec and usage, which are its primary's.
 */
export function standingKeyFaults(written: WrittenKey, clouds: KnownClouds): readonly Fault[] {
  const profile = profileOf(written, clouds);
  return [
    ...replicaFaults(written, clouds),
    ...(profile === undefined
      ? []
      : [...regionFaults(written, profile), ...offerFaults(written, profile), ...policyFaults(written, profile)]),
    ...windowFaults(written, profile),
    ...tagFaults(written),
  ];
}

/**
 * What beside that keeps a new replica from being made. A key that is there may have changed places with its primary
 * since, and is then as it should be.
 */
export function newReplicaFaults({ args }: WrittenKey, { keyOfArn }: KnownClouds): readonly Fault[] {
  const { primaryKeyArn, region } = args;
  if (primaryKeyArn === undefined) return [];
  if (faultsOf("primary_key_arn", () => keyOfArn(primaryKeyArn, "primary_key_arn")).length > 0) return [];
  const primary = keyOfArn(primaryKeyArn, "primary_key_arn");
  return [
    ...faultIf(
      primary.multiRegion === false,
      "primary_key_arn",
      `\`primary_key_arn\` is ${primaryKeyArn}, which is no multi-Region key: the id of one begins with mrk-.`,
    ),
    ...faultIf(
      region !== undefined && primary.region === region,
      "region",
      `\`region\` is ${region}, where the primary is. Put the replica into another Region.`,
    ),
  ];
}

/** What the key's KMS can do. Undefined: the KMS is not known yet. */
export function profileOf({ args, unknown }: WrittenKey, { profiles }: KnownClouds): KmsProfile | undefined {
  return unknown.has("kms") ? undefined : profiles[args.kms ?? defaultKms];
}

function isReplica({ set, unknown }: WrittenKey): boolean {
  return set.has("primaryKeyArn") || unknown.has("primaryKeyArn");
}

/** A replica is a multi-Region key, whatever it turns out to be. */
function replicaFaults(written: WrittenKey, clouds: KnownClouds): readonly Fault[] {
  if (!isReplica(written)) return [];
  const { args } = written;
  const { primaryKeyArn } = args;
  return [
    ...(primaryKeyArn === undefined ? [] : primaryFaults(primaryKeyArn, clouds)),
    ...faultIf(
      args.multiRegion === false,
      "multi_region",
      "A replica is a multi-Region key. Remove `multi_region`, or `primary_key_arn`.",
      setByPrimary,
    ),
  ];
}

const setByPrimary = "Set by the Primary";

/** A replica that is to be made takes its spec and usage from its primary, whatever is configured. */
export function replicaKindFaults(written: WrittenKey): readonly Fault[] {
  if (!isReplica(written)) return [];
  const { set } = written;
  return [
    ...faultIf(set.has("keySpec"), "key_spec", ofPrimary("key_spec"), setByPrimary),
    ...faultIf(set.has("keyUsage"), "key_usage", ofPrimary("key_usage"), setByPrimary),
  ];
}

function primaryFaults(primaryKeyArn: string, { keyOfArn, profiles }: KnownClouds): readonly Fault[] {
  const attribute = "primary_key_arn";
  return faultsOf(attribute, () => {
    const profile = profiles[keyOfArn(primaryKeyArn, attribute).kms];
    if (profile === undefined || profile.multiRegion) return;
    throw new ByokError(
      "invalid_key_arn",
      `\`${attribute}\` is the ARN of a key of ${profile.title}, which has no multi-Region keys. Give that of a multi-Region primary.`,
      { attribute },
    );
  });
}

function ofPrimary(name: string): string {
  return `A replica has the \`${name}\` of its primary key. Remove it here.`;
}

function regionFaults({ args: { region } }: WrittenKey, profile: KmsProfile): readonly Fault[] {
  const isNone = region !== undefined && isNoRegionName(profile, region);
  const example = profile.regionNames?.example ?? "";
  return faultIf(isNone, "region", `\`region\` must be a Region name, such as ${example}. Correct it.`);
}

/** What the KMS does not offer: a spec, a usage of it, multi-Region keys, options of other KMSs. */
function offerFaults(written: WrittenKey, profile: KmsProfile): readonly Fault[] {
  return [
    ...faultsOf("kms", () => checkKeyOptions(profile, written.args)),
    ...(isReplica(written) ? replicationFaults(profile) : kindFaults(written, profile)),
  ];
}

function replicationFaults({ multiRegion, title }: KmsProfile): readonly Fault[] {
  return faultIf(
    !multiRegion,
    "primary_key_arn",
    `${title} has no multi-Region keys with imported material. Remove \`primary_key_arn\`, or use another \`kms\`.`,
  );
}

/** Of a spec that is not known yet nothing is said but what holds for every spec. */
function kindFaults({ args, unknown }: WrittenKey, profile: KmsProfile): readonly Fault[] {
  const { keySpec, keyUsage, multiRegion } = args;
  const named = unknown.has("keySpec") ? {} : { spec: keySpec, usage: keyUsage };
  const { spec = profile.defaultKeySpec, usage } = named;
  if (!isKeySpec(spec)) return [];
  const wanted = { kms: profile.kms, region: "", multiRegion: multiRegion === true, spec, usage };
  return faultsOf("key_spec", () => kindOfNewKey({ profile }, wanted));
}

function windowFaults({ args }: WrittenKey, profile: KmsProfile | undefined): readonly Fault[] {
  const { deletionWindowInDays: days } = args;
  if (days === undefined) return [];
  const attribute = "deletion_window_in_days";
  return profile === undefined
    ? fieldFaults(attribute, externalKeyFields[attribute], days)
    : faultsOf(attribute, () => checkDeletionWindow({ profile }, days));
}

function policyFaults({ args: { policy } }: WrittenKey, profile: KmsProfile): readonly Fault[] {
  return policy === undefined ? [] : faultsOf("policy", () => profile.checkPolicy(policy));
}

/** What is wrong with tags that are set although they are to be left to others. */
export function ignoredTagFaults({ args: { tags = {} } }: WrittenKey, ignored: IgnoredTags): readonly Fault[] {
  return Object.keys(tags)
    .filter((key) => isIgnoredTag(key, ignored))
    .map((key) => ({
      attribute: "tags",
      key,
      code: "invalid_argument",
      title: "Ignored Tag",
      message: `\`tags\` has the key ${JSON.stringify(key.slice(0, 40))}, which \`ignore_tags\` leaves to others. Remove it from one of them.`,
    }));
}

/** What a tag may hold, in UTF-16 units. */
const [longestTagKey, longestTagValue] = [128, 256];

function tagFaults({ args: { tags = {} } }: WrittenKey): readonly Fault[] {
  const title = "Reserved Tag";
  return Object.entries(tags).flatMap(([key, value]) => {
    const prefix = reservedTagPrefix(key);
    const isTooLong = key.length < 1 || key.length > longestTagKey || value.length > longestTagValue;
    const sentence = `\`tags\` has the key ${JSON.stringify(key.slice(0, 40))}`;
    return [
      ...faultIf(
        prefix !== undefined,
        "tags",
        `${sentence}, and tags that begin with ${prefix}: are set by others. Rename it.`,
        title,
      ),
      ...faultIf(
        isTooLong,
        "tags",
        `${sentence}. A key may have from 1 to ${longestTagKey} characters and its value up to ${longestTagValue}.`,
      ),
    ].map((fault) => ({ ...fault, key }));
  });
}
