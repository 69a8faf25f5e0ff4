import { ByokError } from "../engine/errors";
import { isKeySpec } from "../engine/key-spec";
import { type KeyOption, keyOptions, type Kms, type KmsProfile } from "../engine/kms-profile";
import { cloudNamed, defaultKms } from "../kms/clouds";
import type { ByokClient } from "./client";
import type { externalKeySchema } from "./external-key-schema";
import type { Config, Plan } from "./plugin/schema/schema";
import { UNKNOWN, type Unknown } from "./plugin/value";
import { managedTagsAtPlan, tagMap } from "./tags";

type Schema = typeof externalKeySchema;

/**
 * The plan for a key that is not there yet: what is configured, and what byok chooses where nothing is, so that a check of
 * the plan can decide about it. What only the KMS says stays unknown, and so does what follows from an unknown argument.
 */
export function newKeyPlan(config: Config<Schema>, planned: Plan<Schema>, client: ByokClient): Plan<Schema> {
  const kms = config.kms ?? defaultKms;
  const tags = managedTagsAtPlan(client.defaultTags, config.tags);
  const common: Plan<Schema> = {
    ...planned,
    kms,
    // Unset, neither is managed.
    policy: config.policy,
    tags: config.tags,
    tags_all: tags === undefined || tags === UNKNOWN ? UNKNOWN : tagMap(tags),
  };
  const cloud = kms === UNKNOWN ? undefined : cloudNamed(kms, client.clouds);
  if (cloud === undefined) return common;
  return {
    ...common,
    ...optionsOf(config, planned, cloud.profile),
    ...kindOf(config, planned, cloud.profile),
    region: config.region ?? defaultRegion(client, cloud.name),
  };
}

/** What only other KMSs have stays as it is configured: not at all. */
function optionsOf(config: Config<Schema>, planned: Plan<Schema>, profile: KmsProfile): Pick<Plan<Schema>, KeyOption>;
function optionsOf(config: object, planned: object, { keyOptions: offered = [] }: KmsProfile): object {
  return Object.fromEntries(
    keyOptions.map((option) => [option, Reflect.get(offered.includes(option) ? planned : config, option)]),
  );
}

/** The profile's or the environment's, unless the provider's configuration is not known yet or names none. */
function defaultRegion({ services }: ByokClient, kms: Kms): string | Unknown {
  try {
    return services.defaultRegion(kms) ?? UNKNOWN;
  } catch (error) {
    // The apply reports it.
    if (error instanceof ByokError) return UNKNOWN;
    throw error;
  }
}

type Kind = Pick<Plan<Schema>, "key_spec" | "key_usage" | "multi_region" | "multi_region_key_type" | "primary_key_arn">;

/** A replica is as its primary, which nobody has asked yet; whether a key is one need not be known either. */
function kindOf(config: Config<Schema>, planned: Plan<Schema>, profile: KmsProfile): Kind {
  const { key_spec, key_usage, multi_region, primary_key_arn } = config;
  if (primary_key_arn !== null) {
    const multiRegion = multi_region ?? (primary_key_arn === UNKNOWN ? UNKNOWN : true);
    return { ...planned, multi_region: multiRegion };
  }
  const spec = key_spec ?? profile.defaultKeySpec;
  const [usage = UNKNOWN] = spec !== UNKNOWN && isKeySpec(spec) ? (profile.keySpecs[spec] ?? []) : [];
  const multiRegion = multi_region ?? false;
  const single = multiRegion === false ? null : UNKNOWN;
  return {
    key_spec: spec,
    key_usage: key_usage ?? usage,
    multi_region: multiRegion,
    multi_region_key_type: single,
    primary_key_arn: single,
  };
}
