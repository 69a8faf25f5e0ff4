import { flag, map, text } from "./field";
import { providerArgument, regionForm } from "./external-key";
import type { ResourceFields } from "./resource-field";

export const externalKeyLookupSummary = "Reads an existing key. Read-only.";

/** The arguments and results of a key that is looked up. */
export const externalKeyLookupFields = {
  key_id: {
    is: text,
    required: true,
    description: "The key's ARN, of any KMS; on AWS also its id, the name of an alias (`alias/…`) or an alias's ARN.",
  },
  region: {
    is: text,
    optional: true,
    computed: true,
    form: regionForm,
    description: "The Region. Default: the ARN's, or the provider's.",
  },
  provider: providerArgument,
  arn: { is: text, computed: true, description: "The key's ARN." },
  id: { is: text, computed: true, description: "The key's ARN." },
  key_state: { is: text, computed: true, description: "The state that the KMS says." },
  origin: { is: text, computed: true, description: "`EXTERNAL` for keys that take imported key material." },
  description: { is: text, computed: true, description: "What the key is for." },
  key_spec: { is: text, computed: true, description: "The kind of key." },
  key_usage: { is: text, computed: true, description: "What the key does." },
  multi_region: { is: flag, computed: true, description: "Whether the key can be replicated to other Regions." },
  multi_region_key_type: {
    is: text,
    computed: true,
    description: "`PRIMARY` or `REPLICA`; null for a single-Region key.",
  },
  primary_key_arn: { is: text, computed: true, description: "The primary of a replica." },
  creation_date: { is: text, computed: true, description: "RFC 3339." },
  valid_to: {
    is: text,
    computed: true,
    description: "The earliest expiry of the key's material, RFC 3339; null if none expires.",
  },
  expiration_model: { is: text, computed: true, description: "Of the key's material, while it has some." },
  tags: { is: map(text), computed: true, description: "Tags of the key." },
} as const satisfies ResourceFields;
