import { keySpecs } from "../engine/key-spec";
import { defaultOperationTimeout } from "../engine/operation-timeout";
import { keysOf } from "../engine/table";
import { defaultKms, kmsNames, kmsNamesInWords } from "../kms/clouds";
import { choice, flag, group, map, number, text } from "./field";
import type { ResourceFields } from "./resource-field";

/** What keys are for, by all KMSs' words for it. */
export const keyUsages = [
  "ENCRYPT_DECRYPT",
  "SIGN_VERIFY",
  "GENERATE_VERIFY_MAC",
  "KEY_AGREEMENT",
  "ENCRYPT/DECRYPT",
] as const;

/** A Region as any of the vendors writes it; whether there is one of the name is found when a service is asked for. */
export const regionForm = {
  pattern: /^[a-z]{2,12}(-[a-z0-9]{1,20}){1,5}$/,
  words: "a Region name, such as eu-central-1",
} as const;

export const externalKeySummary =
  "A KMS key with origin EXTERNAL: it takes imported key material. A multi-Region replica is one with `primary_key_arn`. Destroying it schedules its deletion.";

const { duration: defaultTimeout } = defaultOperationTimeout;

/** How long the operations on a resource may take. Terraform has a block of its own for it, with a read. */
export const operationTimeouts = {
  is: group({
    create: { is: text, description: `How long a creation may take. Default: \`${defaultTimeout}\`.` },
    update: { is: text, description: `How long an update may take. Default: \`${defaultTimeout}\`.` },
    delete: { is: text, description: `How long a deletion may take. Default: \`${defaultTimeout}\`.` },
  }),
  optional: true,
  concerns: "own_record",
  only: ["pulumi", "cdktf"],
  description: `How long each operation may take, such as \`30m\`; waiting for a quota does not count. Default: \`${defaultTimeout}\` each.`,
} as const;

/** How the KMS is reached, where that is no configuration of a provider. */
export const connectionArgument = {
  is: group({}),
  optional: true,
  concerns: "own_record",
  only: ["pulumi"],
  description: "How the KMS is reached. Default: the stack's configuration, `byok:…`.",
} as const;

/** Which of several providers, in a construct. */
export const providerArgument = {
  is: group({}),
  optional: true,
  only: ["cdktf"],
  description: "The provider, where a stack has several. Default: the stack's provider without an alias.",
} as const;

/** The arguments and results of an external key. */
export const externalKeyFields = {
  kms: {
    is: choice(...kmsNames),
    optional: true,
    computed: true,
    replaces: "another_value",
    lasting: true,
    always: true,
    description: `The KMS: ${kmsNamesInWords}. Another one replaces the key. Default: \`${defaultKms}\`.`,
  },
  region: {
    is: text,
    optional: true,
    computed: true,
    form: regionForm,
    replaces: "another_value",
    lasting: true,
    always: true,
    example: '"eu-central-1"',
    description: "The Region. Another one replaces the key. Default: the provider's.",
    pulumi: {
      description:
        "The Region. Another one replaces the key. Default: `byok:region`, `aws:region`, `AWS_REGION`, in this order.",
    },
  },
  description: {
    is: text,
    optional: true,
    computed: true,
    length: { least: 0, most: 8192 },
    lasting: true,
    always: true,
    description: "What the key is for. Unset: not managed.",
  },
  key_spec: {
    is: text,
    optional: true,
    computed: true,
    oneOf: keysOf(keySpecs),
    replaces: "another_value",
    lasting: true,
    ofPrimary: true,
    always: true,
    description: `The kind of key: ${listed(keysOf(keySpecs))}. Another one replaces the key. Default: \`SYMMETRIC_DEFAULT\`; of a replica, its primary's.`,
  },
  key_usage: {
    is: text,
    optional: true,
    computed: true,
    oneOf: keyUsages,
    replaces: "another_value",
    lasting: true,
    ofPrimary: true,
    always: true,
    description: "What the key does. Another one replaces the key. Default: the first that the spec allows.",
  },
  multi_region: {
    is: flag,
    optional: true,
    computed: true,
    replaces: "another_value",
    lasting: true,
    always: true,
    description:
      "Whether the key can be replicated to other Regions. Another value replaces the key. Default: `false`; of a replica, `true`.",
  },
  primary_key_arn: {
    is: text,
    optional: true,
    computed: true,
    replaces: "another_key",
    lasting: true,
    description:
      "Makes the key a replica of this multi-Region primary. Take it from the primary's imported key material (its `key_arn`), since a key can be replicated only once it has material.",
    pulumi: { result: "The primary of a replica." },
  },
  policy: {
    is: text,
    optional: true,
    computed: true,
    equality: "policy",
    lasting: true,
    description: "The key policy in JSON, compared by meaning. Unset: not managed.",
    pulumi: { result: "The key policy, where it is managed." },
  },
  bypass_policy_lockout_safety_check: {
    is: flag,
    optional: true,
    concerns: "own_record",
    description: "Allows a policy that keeps the caller from changing it again. Default: `false`.",
  },
  enabled: {
    is: flag,
    optional: true,
    description:
      "Whether the key can be used. A key without material can be neither enabled nor disabled; its import then does what is set here. Unset: not managed, and not shown.",
    pulumi: {
      shown: true,
      result: "Where it is managed. Its material reports whether the key works: `key_state`.",
    },
  },
  deletion_window_in_days: {
    is: number,
    optional: true,
    computed: true,
    default: 30,
    bounds: { least: 7, most: 366 },
    narrowed: true,
    whole: true,
    concerns: "own_record",
    description:
      "How long the key waits for its deletion once it is destroyed, from 7 to 30 (to 366 on Alibaba Cloud). Default: `30`.",
    pulumi: { shown: true },
  },
  tags: {
    is: map(text),
    optional: true,
    computed: true,
    lasting: true,
    example: '{ team: "payments" }',
    description: "Tags of the key. Unset, and without default tags: not managed.",
    pulumi: { description: "Tags of the key. Unset: not managed.", result: "Tags of the key, where they are managed." },
  },
  dkms_instance_id: {
    is: text,
    optional: true,
    computed: true,
    replaces: "another_value",
    lasting: true,
    option: "dkms_instance_id",
    description: "Alibaba Cloud: the KMS instance that holds the key. Another one replaces the key. Default: none.",
  },
  protection_level: {
    is: choice("SOFTWARE", "HSM"),
    optional: true,
    computed: true,
    replaces: "another_value",
    lasting: true,
    option: "protection_level",
    pulumi: { open: true },
    description:
      "Alibaba Cloud: `SOFTWARE` or `HSM`. Another one replaces the key, but not in a KMS instance, which decides it by itself. Default: the service's.",
  },
  deletion_protection: {
    is: flag,
    optional: true,
    computed: true,
    lasting: true,
    option: "deletion_protection",
    description: "Alibaba Cloud: whether the key is protected from deletion. Unset: not managed.",
  },
  creation_token: {
    is: text,
    optional: true,
    length: { least: 1, most: 256 },
    description:
      "Makes the creation safe to repeat: a key that an interrupted run made with the same token is continued with. The same in every run and different for every key. Only used when the key is created. Default: none.",
    pulumi: {
      description:
        "Makes the creation safe to repeat: a key that an interrupted run made with the same token is continued with. The same in every run and different for every key. Only used when the key is created. Default: made of project, stack and name.",
    },
    cdktf: {
      description:
        "Makes the creation safe to repeat: a key that an interrupted run made with the same token is continued with. The same in every run and different for every key. Only used when the key is created. Default: made of the namespace, the stack and the construct's path.",
    },
  },
  creation_token_namespace: {
    is: text,
    optional: true,
    only: ["cdktf"],
    length: { least: 1, most: 70 },
    example: '"team-payments"',
    description:
      "Tells apps apart that deploy stacks of one name into one account, such as the branches of a team. Default: the app's context `byok:namespace`, otherwise none.",
  },
  existing_key_arn: {
    is: text,
    optional: true,
    only: ["pulumi"],
    description:
      "The ARN of a key that is there, to be taken over in place of creating one. Its material is not touched. Default: none.",
  },
  timeouts: operationTimeouts,
  connection: connectionArgument,
  provider: providerArgument,
  id: { is: text, computed: true, lasting: true, only: ["terraform"], description: "The key's ARN." },
  arn: {
    is: text,
    computed: true,
    lasting: true,
    always: true,
    description: "The key's ARN.",
    // Pulumi's class makes it of the id, and the next one of that, so that both stay known in an update.
    pulumi: { shown: false },
  },
  key_id: {
    is: text,
    computed: true,
    lasting: true,
    always: true,
    description: "The key's id.",
    pulumi: { shown: false },
  },
  pending_deletion: {
    is: flag,
    computed: true,
    lasting: true,
    always: true,
    description:
      "Whether the key was pending deletion at the last refresh; the next apply then cancels that. The state of the key is a result of `byok_imported_key_material`, which changes it, and of the data source.",
    pulumi: {
      description:
        "Whether the key is pending deletion, as the last look has seen it. The next `up` cancels the deletion.",
    },
  },
  tags_all: {
    is: map(text),
    computed: true,
    lasting: true,
    only: ["terraform"],
    description: "All tags, the provider's default tags included.",
  },
  multi_region_key_type: {
    is: choice("PRIMARY", "REPLICA"),
    computed: true,
    lasting: true,
    description: "`PRIMARY` or `REPLICA`; null for a single-Region key.",
    pulumi: { description: "`PRIMARY` or `REPLICA`; absent on a single-Region key." },
  },
  creation_date: {
    is: text,
    computed: true,
    lasting: true,
    always: true,
    description: "When the key was created, RFC 3339.",
  },
} as const satisfies ResourceFields;

/** Words between backticks, for a description. */
export function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
