import { isKeySpec } from "../src/engine/key-spec";
import { type KeyOption, keyOptions, type KmsProfile } from "../src/engine/kms-profile";
import { reservedTagPrefix } from "../src/engine/reserved-tag";
import { Token } from "./core";
import { type Faults, faultIf, faultsOf } from "./faults";
import { defaultKms, isKms, keyOfArn, kmsNames, kmsProfiles } from "../src/kms/clouds";
import { known } from "./known";
import type { ExternalKeyProps } from "./external-key-props";

/** What can be seen to be wrong with a key while the app runs; what only Terraform will know is left to the provider. */
export function externalKeyFaults(props: ExternalKeyProps): Faults {
  const kms = known(props.kms) ?? defaultKms;
  if (!isKms(kms)) return [`\`kms\` is ${JSON.stringify(kms)}. Use one of ${kmsNames.join(", ")}.`];
  // Which KMS it will be decides on nearly everything.
  if (props.kms !== undefined && known(props.kms) === undefined) return regionFaults(known(props.region));
  const profile = kmsProfiles[kms];
  return [
    ...regionFaults(known(props.region)),
    ...specFaults(props, profile),
    ...multiRegionFaults(props, profile),
    ...optionFaults(props, profile),
    ...windowFaults(known(props.deletionWindowInDays), profile),
    ...lengthFaults("description", known(props.description), 0, 8192),
    ...lengthFaults("creationToken", known(props.creationToken), 1, 256),
    ...lengthFaults("creationTokenNamespace", props.creationTokenNamespace, 1, 70),
    ...policyFaults(known(props.policy), profile),
    ...namespaceFaults(props.creationTokenNamespace),
    ...(Token.isUnresolved(props.tags) ? [] : Object.entries(props.tags ?? {})).flatMap(([key, value]) =>
      tagFaults(key, known(value)),
    ),
  ];
}

export function regionFaults(region: string | undefined): Faults {
  const isName = region === undefined || /^[a-z]{2,12}(-[a-z0-9]{1,20}){1,5}$/.test(region);
  return faultIf(!isName, `\`region\` is ${JSON.stringify(region)}. Give the name of a Region, such as eu-central-1.`);
}

function specFaults(props: ExternalKeyProps, profile: KmsProfile): Faults {
  const [spec, usage] = [known(props.keySpec) ?? profile.defaultKeySpec, known(props.keyUsage)];
  const usages = isKeySpec(spec) ? profile.keySpecs[spec] : undefined;
  if (usages === undefined) {
    const specs = Object.keys(profile.keySpecs).join(", ");
    return [
      `\`keySpec\` is ${JSON.stringify(spec)}, and ${profile.title} imports material into keys of these specs: ${specs}.`,
    ];
  }
  const isUnknownSpec = props.keySpec !== undefined && known(props.keySpec) === undefined;
  return faultIf(
    usage !== undefined && !isUnknownSpec && !usages.includes(usage),
    `\`keyUsage\` is ${JSON.stringify(usage)}, and a key of the spec ${spec} can be used for ${usages.join(" or ")}.`,
  );
}

function multiRegionFaults(props: ExternalKeyProps, profile: KmsProfile): Faults {
  const isMultiRegion = known(props.multiRegion) === true || props.primaryKeyArn !== undefined;
  const regional = faultIf(
    isMultiRegion && !profile.multiRegion,
    `\`${props.primaryKeyArn === undefined ? "multiRegion" : "primaryKeyArn"}\` is set, and ${profile.title} has no multi-Region keys. Remove it, or use another \`kms\`.`,
  );
  if (props.primaryKeyArn === undefined) return regional;
  const primary = known(props.primaryKeyArn);
  return [
    ...regional,
    ...faultIf(
      known(props.multiRegion) === false,
      "`multiRegion` is false, and a key with a `primaryKeyArn` is a multi-Region key. Remove one of them.",
    ),
    ...(["keySpec", "keyUsage"] as const).flatMap((name) =>
      faultIf(
        props[name] !== undefined,
        `\`${name}\` stands beside \`primaryKeyArn\`: a replica has its primary's. Remove it.`,
      ),
    ),
    ...(primary === undefined ? [] : primaryFaults(primary, known(props.region))),
  ];
}

function primaryFaults(primaryKeyArn: string, region: string | undefined): Faults {
  const malformed = faultsOf(() => keyOfArn(primaryKeyArn)).map((sentence) =>
    sentence.replaceAll("`keyArn`", "`primaryKeyArn`"),
  );
  if (malformed.length > 0) return malformed;
  const primary = keyOfArn(primaryKeyArn);
  return [
    ...faultIf(
      primary.multiRegion === false,
      `\`primaryKeyArn\` is ${primaryKeyArn}, which is no multi-Region key: the id of one begins with mrk-.`,
    ),
    ...faultIf(
      region !== undefined && primary.region === region,
      `\`region\` is ${region}, where the primary is. Put the replica into another Region.`,
    ),
  ];
}

/** What only some KMSs have. */
function optionFaults(props: ExternalKeyProps, profile: KmsProfile): Faults {
  const level = known(props.protectionLevel);
  return [
    ...keyOptions.flatMap((option) =>
      faultIf(
        props[optionProps[option]] !== undefined && !(profile.keyOptions ?? []).includes(option),
        `\`${optionProps[option]}\` is set, and ${profile.title} has no such thing. Remove it, or use another \`kms\`.`,
      ),
    ),
    ...faultIf(
      level !== undefined && level !== "SOFTWARE" && level !== "HSM",
      `\`protectionLevel\` is ${JSON.stringify(level)}. Use SOFTWARE or HSM.`,
    ),
  ];
}

const optionProps = {
  dkms_instance_id: "dkmsInstanceId",
  protection_level: "protectionLevel",
  deletion_protection: "deletionProtection",
} as const satisfies Record<KeyOption, keyof ExternalKeyProps>;

function windowFaults(days: number | undefined, { title, deletionWindowDays }: KmsProfile): Faults {
  const { least, most } = deletionWindowDays;
  const fits = days === undefined || (Number.isInteger(days) && days >= least && days <= most);
  return faultIf(!fits, `\`deletionWindowInDays\` is ${days}. ${title} takes whole numbers from ${least} to ${most}.`);
}

function lengthFaults(name: string, text: string | undefined, least: number, most: number): Faults {
  const fits = text === undefined || (text.length >= least && text.length <= most);
  return faultIf(!fits, `\`${name}\` has ${text?.length} characters. It may have from ${least} to ${most}.`);
}

function namespaceFaults(namespace: string | undefined): Faults {
  return faultIf(
    namespace !== undefined && known(namespace) === undefined,
    "`creationTokenNamespace` is only known to Terraform, and it is needed to tell keys apart while the app runs. Write it in the app.",
  );
}

function policyFaults(policy: string | undefined, profile: KmsProfile): Faults {
  return policy === undefined ? [] : faultsOf(() => profile.checkPolicy(policy));
}

function tagFaults(key: string, value: string | undefined): Faults {
  const prefix = reservedTagPrefix(key);
  return [
    ...faultIf(
      prefix !== undefined,
      `\`tags\` has the key ${JSON.stringify(key)}, and tags that begin with ${prefix}: are set by others. Rename it.`,
    ),
    ...faultIf(
      key.length < 1 || key.length > 128 || (value?.length ?? 0) > 256,
      `\`tags\` has the key ${JSON.stringify(key.slice(0, 40))}. A key may have from 1 to 128 characters and its value up to 256.`,
    ),
  ];
}
