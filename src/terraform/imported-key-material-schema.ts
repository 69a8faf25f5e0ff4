import { parseInstant } from "../engine/instant";
import { wrappingAlgorithms } from "../engine/wrapping-algorithm";
import { wrappingKeySpecs } from "../engine/wrapping-key";
import { keysOf } from "../engine/table";
import { bool, string } from "./plugin/schema/attribute";
import { timeouts } from "./plugin/schema/block";
import { resourceSchema } from "./plugin/schema/schema";
import { lengthBetween, oneOf } from "./plugin/schema/validators";

/** Whether two spellings are the same moment. */
export function sameInstant(one: string, other: string): boolean {
  try {
    return parseInstant(one, "valid_to") === parseInstant(other, "valid_to");
  } catch {
    return one === other;
  }
}

export const importedKeyMaterialSchema = resourceSchema({
  version: 0,
  description:
    "One set of bytes in one external key, with its lifetime. Lapsed or deleted material is planned as an update in place, and the apply brings the same bytes back. Other bytes are refused. No byte is stored.",
  attributes: {
    key_arn: string({
      required: true,
      description:
        "ARN of the key. Another one imports into that key, in place, and lets go of the former one once that import has proved the same bytes. Planning that needs the bytes.",
    }),
    key_material_wo: string({
      optional: true,
      writeOnly: true,
      sensitive: true,
      description:
        "The bytes in padded standard base64: 16, 24, 28, 32, 48 or 64 raw bytes, or a private key in DER PKCS#8. Never stored. Give it from an ephemeral value: a literal would stand in the configuration and in saved plans.",
    }),
    key_material_source: string({
      optional: true,
      writeOnly: true,
      description:
        "Where the bytes are: `file:keys/payments.bin`, `env:NAME`, or `exec:/usr/bin/get-key payments` (no shell; split on blanks, each word percent-decoded). Raw, hex, base64, PEM or DER; where a content can be read in several ways, `?encoding=raw|hex|base64|pem|der` says which is meant.",
    }),
    fingerprint: string({
      optional: true,
      computed: true,
      description:
        "Names the bytes without giving them away; `byok fingerprint` prints it. What is set here is what will be imported, or nothing. Default: that of the bytes which were imported.",
    }),
    valid_to: string({
      optional: true,
      computed: true,
      equal: sameInstant,
      description:
        "When the material expires, RFC 3339 with a time zone; at most 365 days ahead on AWS. Default: never, or as `valid_for` says.",
    }),
    valid_for: string({
      optional: true,
      description:
        "How long each import is valid, such as `90d` or `2160h`; the material is renewed in time. Default: not set.",
    }),
    renew_before: string({
      optional: true,
      description:
        "How long before its expiry the material is imported again, with `valid_for`. Default: a third of `valid_for`.",
    }),
    wrapping_algorithm: string({
      optional: true,
      validate: [oneOf(...keysOf(wrappingAlgorithms))],
      description: `How the bytes are wrapped: ${keysOf(wrappingAlgorithms)
        .map((name) => `\`${name}\``)
        .join(", ")}. Default: the strongest that the key and the KMS allow.`,
    }),
    wrapping_key_spec: string({
      optional: true,
      validate: [oneOf(...keysOf(wrappingKeySpecs))],
      description: `The KMS's wrapping key: ${keysOf(wrappingKeySpecs)
        .map((name) => `\`${name}\``)
        .join(", ")}. Default: the strongest that the key and the KMS allow.`,
    }),
    material_description: string({
      optional: true,
      validate: [lengthBetween(1, 256)],
      description:
        "A description that the KMS keeps with the material; for symmetric keys on AWS, not for replicas. Default: none.",
    }),
    on_deletion: string({
      optional: true,
      computed: true,
      default: "reimport",
      validate: [oneOf("reimport", "report")],
      description:
        "What to do about material that was deleted before its time: `reimport`, or `report` for those who delete as incident response. Default: `reimport`.",
    }),
    deletion_policy: string({
      optional: true,
      computed: true,
      default: "retain",
      validate: [oneOf("retain", "delete")],
      description:
        "What destroying this, or moving it to another key, does to the bytes in the key: `retain` leaves them, `delete` deletes them at once, if an import has proved them and no other resource of the same plan needs them there. Default: `retain`.",
    }),
    allow_interruption: bool({
      optional: true,
      computed: true,
      default: true,
      description:
        "Whether a KMS that imports only into an empty key (QKMS) may be without the material for a moment when it is renewed. Default: `true`.",
    }),
    id: string({ computed: true, description: "The key's ARN." }),
    key_material_id: string({ computed: true, description: "The KMS's own id of the material, where it has one." }),
    verified: bool({
      computed: true,
      description: "Whether an import has proved that the key holds the bytes of `fingerprint`.",
    }),
    material_state: string({
      computed: true,
      description: "`imported`, `never_imported`, `expired`, `deleted`, `key_pending_deletion` or `key_gone`.",
    }),
    key_state: string({
      computed: true,
      description: "The key's state at the last refresh or apply: `Enabled`, `Disabled`, `PendingImport`, …",
    }),
    expiration_model: string({
      computed: true,
      description: "`KEY_MATERIAL_EXPIRES` or `KEY_MATERIAL_DOES_NOT_EXPIRE`.",
    }),
    imported_at: string({ computed: true, description: "When byok imported it last, RFC 3339, by the KMS's clock." }),
    renewal_time: string({ computed: true, description: "From when on it is due for renewal, RFC 3339." }),
    ready_for_renewal: bool({ computed: true, description: "Whether renewal was due at the last refresh." }),
    reason: string({ computed: true, description: "Why the next apply will act, in words; null where it need not." }),
  },
  blocks: { timeouts: timeouts({ create: "20m", read: "5m", update: "20m", delete: "10m" }) },
});
