import { keySpecs } from "../engine/key-spec";
import { defaultKms, kmsNames, kmsNamesInWords } from "../kms/clouds";
import { samePolicy } from "../kms/policy-document";
import { bool, map, number, string } from "./plugin/schema/attribute";
import { timeouts } from "./plugin/schema/block";
import type { PlanModifier } from "./plugin/schema/definition";
import { useStateForUnknown } from "./plugin/schema/plan-modifiers";
import { UNKNOWN } from "./plugin/value";
import { resourceSchema } from "./plugin/schema/schema";
import { between, lengthBetween, oneOf, wholeNumber } from "./plugin/schema/validators";
import { regionName } from "./provider-schema";

export const keyUsages = ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"] as const;

/** Set for good with the key: the state's where nothing is configured, and another known value replaces the key. */
const fixed = <Planned>(): PlanModifier<Planned>[] => [useStateForUnknown(), requiresReplaceIfKnownToDiffer()];

/** A state that was taken over from elsewhere and not refreshed yet does not say what the key is like. */
function requiresReplaceIfKnownToDiffer<Planned>(): PlanModifier<Planned> {
  return ({ config, planned, prior, changed, creating }) =>
    !creating && config !== null && prior !== null && planned !== UNKNOWN && changed
      ? { requiresReplace: true }
      : undefined;
}

/** Another primary is another key; the same primary in another Region is not. */
function requiresReplaceForOtherKey<Planned>(): PlanModifier<Planned> {
  return ({ planned, prior, creating }) => {
    const [one, other] = [idOf(planned), idOf(prior)];
    return !creating && one !== undefined && other !== undefined && one !== other
      ? { requiresReplace: true }
      : undefined;
  };
}

function idOf(arn: unknown): string | undefined {
  return typeof arn === "string" ? arn.slice(arn.lastIndexOf("/") + 1) : undefined;
}

export const externalKeySchema = resourceSchema({
  version: 0,
  description:
    "A KMS key with origin EXTERNAL: it takes imported key material. A multi-Region replica is one with `primary_key_arn`. Destroying it schedules its deletion.",
  attributes: {
    kms: string({
      optional: true,
      computed: true,
      validate: [oneOf(...kmsNames)],
      plan: fixed(),
      description: `The KMS: ${kmsNamesInWords}. Another one replaces the key. Default: \`${defaultKms}\`.`,
    }),
    region: string({
      optional: true,
      computed: true,
      validate: [regionName],
      plan: fixed(),
      description: "The Region. Another one replaces the key. Default: the provider's.",
    }),
    description: string({
      optional: true,
      computed: true,
      validate: [lengthBetween(0, 8192)],
      plan: [useStateForUnknown()],
      description: "What the key is for. Unset: not managed.",
    }),
    key_spec: string({
      optional: true,
      computed: true,
      validate: [oneOf(...Object.keys(keySpecs))],
      plan: fixed(),
      description: `The kind of key: ${Object.keys(keySpecs)
        .map((spec) => `\`${spec}\``)
        .join(", ")}. Another one replaces the key. Default: \`SYMMETRIC_DEFAULT\`; of a replica, its primary's.`,
    }),
    key_usage: string({
      optional: true,
      computed: true,
      validate: [oneOf(...keyUsages)],
      plan: fixed(),
      description: "What the key does. Another one replaces the key. Default: the first that the spec allows.",
    }),
    multi_region: bool({
      optional: true,
      computed: true,
      plan: fixed(),
      description:
        "Whether the key can be replicated to other Regions. Another value replaces the key. Default: `false`; of a replica, `true`.",
    }),
    primary_key_arn: string({
      optional: true,
      computed: true,
      plan: [useStateForUnknown(), requiresReplaceForOtherKey()],
      description:
        "Makes the key a replica of this multi-Region primary. Take it from the primary's imported key material (its `key_arn`), since a key can be replicated only once it has material.",
    }),
    policy: string({
      optional: true,
      computed: true,
      equal: samePolicy,
      plan: [useStateForUnknown()],
      description: "The key policy in JSON, compared by meaning. Unset: not managed.",
    }),
    bypass_policy_lockout_safety_check: bool({
      optional: true,
      description: "Allows a policy that keeps the caller from changing it again. Default: `false`.",
    }),
    enabled: bool({
      optional: true,
      description:
        "Whether the key can be used. A key without material can be neither enabled nor disabled; its import then does what is set here. Unset: not managed, and not shown.",
    }),
    deletion_window_in_days: number({
      optional: true,
      computed: true,
      default: 30,
      validate: [wholeNumber(), between(7, 366)],
      description:
        "How long the key waits for its deletion once it is destroyed, from 7 to 30 (to 366 on Alibaba Cloud). Default: `30`.",
    }),
    tags: map(string, {
      optional: true,
      computed: true,
      plan: [useStateForUnknown()],
      description: "Tags of the key. Unset, and without default tags: not managed.",
    }),
    dkms_instance_id: string({
      optional: true,
      computed: true,
      plan: fixed(),
      description: "Alibaba Cloud: the KMS instance that holds the key. Another one replaces the key. Default: none.",
    }),
    protection_level: string({
      optional: true,
      computed: true,
      validate: [oneOf("SOFTWARE", "HSM")],
      plan: fixed(),
      description:
        "Alibaba Cloud: `SOFTWARE` or `HSM`. Another one replaces the key, but not in a KMS instance, which decides it by itself. Default: the service's.",
    }),
    deletion_protection: bool({
      optional: true,
      computed: true,
      plan: [useStateForUnknown()],
      description: "Alibaba Cloud: whether the key is protected from deletion. Unset: not managed.",
    }),
    creation_token: string({
      optional: true,
      validate: [lengthBetween(1, 256)],
      description:
        "Makes the creation safe to repeat: a key that an interrupted run made with the same token is continued with. The same in every run and different for every key. Only used when the key is created. Default: none.",
    }),
    id: string({ computed: true, plan: [useStateForUnknown()], description: "The key's ARN." }),
    arn: string({ computed: true, plan: [useStateForUnknown()], description: "The key's ARN." }),
    key_id: string({ computed: true, plan: [useStateForUnknown()], description: "The key's id." }),
    pending_deletion: bool({
      computed: true,
      plan: [useStateForUnknown()],
      description:
        "Whether the key was pending deletion at the last refresh; the next apply then cancels that. The state of the key is a result of `byok_imported_key_material`, which changes it, and of the data source.",
    }),
    tags_all: map(string, {
      computed: true,
      plan: [useStateForUnknown()],
      description: "All tags, the provider's default tags included.",
    }),
    multi_region_key_type: string({
      computed: true,
      plan: [useStateForUnknown()],
      description: "`PRIMARY` or `REPLICA`; null for a single-Region key.",
    }),
    creation_date: string({
      computed: true,
      plan: [useStateForUnknown()],
      description: "When the key was created, RFC 3339.",
    }),
  },
  blocks: { timeouts: timeouts({ create: "20m", read: "5m", update: "20m", delete: "10m" }) },
});
