import { flag, group, list, map, text } from "./field";
import { providerArgument, regionForm } from "./external-key";
import { importedKeyMaterialFields } from "./imported-key-material";
import type { ResourceFields } from "./resource-field";

export const externalKeyLookupSummary = "Reads an existing key. Read-only.";

/** One of the materials of a key that is looked up. */
const keyMaterial = group({
  key_material_id: { is: text, description: "The KMS's own id of the material." },
  rotation_state: {
    is: importedKeyMaterialFields.rotation_state.is,
    description:
      "Where the material stands among those of the key: `current` encrypts, `former` only decrypts, `pending_rotation` and `pending_multi_region_import_and_rotation` wait for a rotation.",
  },
  imported: { is: flag, description: "Whether its bytes are in the key now." },
  expiration_model: { is: text, description: "Whether it expires; null while it is not in the key." },
  valid_to: { is: text, description: "When it expires, RFC 3339; null if never, or while it is not in the key." },
  description: { is: text, description: "What was noted at its import; null if nothing was." },
  rotated_at: { is: text, description: "When a rotation made it the current one, RFC 3339; null if none has." },
});

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
  key_materials: {
    is: list(keyMaterial),
    computed: true,
    description:
      "All materials of a key that may hold several, in the order in which the KMS lists them. Empty for a key that takes one material only, and for one that has none yet. Null if they may not be listed (`kms:ListKeyRotations`), or the key is pending deletion.",
  },
  tags: { is: map(text), computed: true, description: "Tags of the key." },
} as const satisfies ResourceFields;
