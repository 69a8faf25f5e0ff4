import { connectionArgument, operationTimeouts, providerArgument } from "./external-key";
import { group, number, text } from "./field";
import { materialIdForm } from "./imported-key-material";
import type { ResourceFields } from "./resource-field";

export const keyRotationSummary =
  "Makes one key material the current one of its key: rotates the key to material that waits for its rotation, and does nothing where it is current already. Symmetric keys on AWS only. Destroying it changes nothing, since no KMS rotates back.";

/** The arguments and results of a rotation. */
export const keyRotationFields = {
  key: {
    is: group({}),
    required: true,
    only: ["cdktf"],
    description:
      "The key: an ExternalKey of this app, or `ExternalKey.fromKeyArn` and `ExternalKey.fromLookup` for another one. Of a multi-Region key the primary.",
  },
  key_arn: {
    is: text,
    required: true,
    only: ["terraform", "pulumi"],
    always: true,
    description: "ARN of the key. Of a multi-Region key the primary's, which rotates it in all its Regions.",
    pulumi: { shown: true, result: "The key's ARN." },
  },
  key_material_id: {
    is: text,
    required: true,
    form: materialIdForm,
    always: true,
    description:
      "The `key_material_id` of the imported key material that is to be the current one. Of a multi-Region key every replica must have it.",
    pulumi: { shown: true, result: "The material that the key was rotated to." },
  },
  timeouts: operationTimeouts,
  connection: connectionArgument,
  provider: providerArgument,
  id: { is: text, computed: true, only: ["terraform"], description: "The key's ARN." },
  rotated_at: {
    is: text,
    computed: true,
    description: "When the material became the current one, RFC 3339; null for the key's first material.",
  },
  current_key_material_id: {
    is: text,
    computed: true,
    description:
      "The current material at the last refresh or apply: another one than `key_material_id` once the key was rotated on.",
  },
  rotations: { is: number, computed: true, description: "How often the key was rotated on demand in its life." },
  rotations_left: { is: number, computed: true, description: "How often it still can be." },
} as const satisfies ResourceFields;
