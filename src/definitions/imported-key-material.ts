import { keysOf } from "../engine/table";
import { wrappingAlgorithms } from "../engine/wrapping-algorithm";
import { wrappingKeySpecs } from "../engine/wrapping-key";
import { connectionArgument, listed, operationTimeouts, providerArgument } from "./external-key";
import { choice, flag, group, text } from "./field";
import type { ResourceFields } from "./resource-field";

export const importedKeyMaterialSummary =
  "One set of bytes in one external key, with its lifetime. Lapsed or deleted material is planned as an update in place, and the apply brings the same bytes back. Other bytes are refused. No byte is stored.";

const sources =
  "`file:keys/payments.bin`, `env:NAME`, or `exec:/usr/bin/get-key payments` (no shell; split on blanks, each word percent-decoded). Raw, hex, base64, PEM or DER; where a content can be read in several ways, `?encoding=raw|hex|base64|pem|der` says which is meant. Or a store of secrets, read with the credentials of the provider: `secretsmanager:NAME-OR-ARN?version-id=V`, `ssm:NAME?version=N`, `alibaba-secrets:NAME?version-id=V`, each with `region=` where it is in another Region and `field=` for a member of a JSON secret, parted by `&`. Or what holds key material and wraps it itself, so that no byte comes to this machine's memory: `pkcs11:token=hsm;object=payments?module-path=/usr/lib/vendor.so&pin-source=file:/run/pin`, a key in a PKCS#11 token (RFC 7512); `wrap:/usr/bin/vendor-wrap payments`, a command that speaks the wrapping protocol; `vault-transit:transit/payments?version=1`, a private key in the Transit engine of Vault or OpenBao (`&export=true` reads a symmetric one); or `wrapped:payments.wrapped.json`, which `byok wrap` made for this key where there is no network.";

/** What a KMS names key material by. */
export const materialIdForm = {
  pattern: /^[0-9a-f]{64}$/,
  words: "the id of key material, 64 lower-case hexadecimal digits",
} as const;

/** The arguments and results of imported key material. */
export const importedKeyMaterialFields = {
  key: {
    is: group({}),
    required: true,
    only: ["cdktf"],
    description:
      "The key: an ExternalKey of this app, or `ExternalKey.fromKeyArn` and `ExternalKey.fromLookup` for another one.",
  },
  key_arn: {
    is: text,
    required: true,
    only: ["terraform", "pulumi"],
    always: true,
    description:
      "ARN of the key. Another one imports into that key, in place, and lets go of the former one once that import has proved the same bytes. Planning that needs the bytes.",
    pulumi: {
      description:
        "The ARN of the key, usually the `id` of an ExternalKey. Another key replaces the resource, not the key: the bytes are imported into the new key first, and only then is the old one treated as by a destroy.",
      shown: true,
      result: "The key's ARN.",
    },
  },
  key_material_wo: {
    is: text,
    optional: true,
    secret: true,
    writeOnly: true,
    typescript: "keyMaterial",
    description:
      "The bytes in padded standard base64, in one line or several: 16, 24, 28, 32, 48 or 64 raw bytes, or a private key in DER (PKCS#8, PKCS#1 or SEC1). An empty text counts as not set. Never stored. Give it from an ephemeral value: a literal would stand in the configuration and in saved plans.",
    pulumi: {
      description:
        "The bytes in padded standard base64, in one line or several: 16, 24, 28, 32, 48 or 64 raw bytes, or a private key in DER (PKCS#8, PKCS#1 or SEC1). An empty text counts as not set. Not beside `key_material_source`. They pass through the memory of Pulumi's processes and into none of its files, save its own debug logs; a source avoids that. Default: none.",
    },
    cdktf: {
      description:
        "The bytes in padded standard base64, from an ephemeral value: 16, 24, 28, 32, 48 or 64 raw bytes, or a private key in DER (PKCS#8, PKCS#1 or SEC1). A literal text is refused, since it would be written to cdk.tf.json. Not beside `key_material_source`. Default: none; a plan works without the bytes, and an apply that needs them says so.",
    },
    example: 'new KeyMaterialVariable(this, "payments_key").stringValue',
  },
  key_material_source: {
    is: text,
    optional: true,
    writeOnly: true,
    example: '"file:keys/payments.bin"',
    description: `Where the bytes are: ${sources}`,
    pulumi: {
      description: `Where the bytes are: ${sources} Read on this machine while the program runs. Default: none.`,
    },
    cdktf: {
      description: `Where the bytes are: ${sources} Read by the provider on the machine on which Terraform runs. A relative path is resolved against the folder in which the app is synthesised. Default: none.`,
    },
  },
  fingerprint: {
    is: text,
    optional: true,
    computed: true,
    description:
      "Names the bytes without giving them away; `byok fingerprint` prints it. What is set here is what will be imported, or nothing. Unset: a plan that reads the bytes shows their fingerprint, and applying that plan imports those bytes or nothing. Default: that of the imported bytes.",
    pulumi: {
      description:
        "Names the bytes without giving them away; `byok fingerprint` prints it. What is set here is what will be imported, or nothing. Default: that of the bytes which were imported.",
      result: "Names the bytes that were imported.",
    },
  },
  valid_to: {
    is: text,
    optional: true,
    computed: true,
    equality: "instant",
    example: '"2027-01-31T12:00:00Z"',
    description:
      "When the material expires, RFC 3339 with a time zone; at most 365 days ahead on AWS. Default: never, or as `valid_for` says.",
    pulumi: { result: "When the material expires, RFC 3339; absent if it never does." },
  },
  valid_for: {
    is: text,
    optional: true,
    concerns: "renewal",
    example: '"90d"',
    description:
      "How long each import is valid, such as `90d` or `2160h`; the material is renewed in time. Default: not set.",
  },
  renew_before: {
    is: text,
    optional: true,
    concerns: "renewal",
    example: '"30d"',
    description:
      "How long before its expiry the material is imported again, with `valid_for`. Default: a third of `valid_for`.",
  },
  succeeds: {
    is: text,
    optional: true,
    form: materialIdForm,
    concerns: "own_record",
    description:
      "The `key_material_id` of the material that these bytes come after: they are imported as new material beside it, to be rotated to by a key rotation. It must be the current one then. Symmetric keys on AWS only. Default: the key's first material.",
  },
  existing_key_material_id: {
    is: text,
    optional: true,
    only: ["pulumi"],
    form: materialIdForm,
    concerns: "own_record",
    description:
      "The `key_material_id` of material that the key has already, to be taken over, whichever it succeeds: an import as that very material proves the bytes. Default: none; a key's current material, and with its bytes any other that succeeds none, is taken over without it.",
  },
  wrapping_algorithm: {
    is: text,
    optional: true,
    oneOf: keysOf(wrappingAlgorithms),
    concerns: "own_record",
    description: `How the bytes are wrapped: ${listed(keysOf(wrappingAlgorithms))}. Default: the strongest that the key and the KMS allow.`,
  },
  wrapping_key_spec: {
    is: text,
    optional: true,
    oneOf: keysOf(wrappingKeySpecs),
    concerns: "own_record",
    description: `The KMS's wrapping key: ${listed(keysOf(wrappingKeySpecs))}. Default: the strongest that the key and the KMS allow.`,
  },
  material_description: {
    is: text,
    optional: true,
    length: { least: 1, most: 256 },
    ofPrimary: true,
    description:
      "A description that the KMS keeps with the material; for symmetric keys on AWS, not for replicas. Default: none.",
  },
  on_deletion: {
    is: choice("reimport", "report"),
    optional: true,
    computed: true,
    default: "reimport",
    concerns: "own_record",
    description:
      "What to do about material that was deleted before its time: `reimport`, or `report` for those who delete as incident response. Default: `reimport`.",
  },
  deletion_policy: {
    is: choice("retain", "delete"),
    optional: true,
    computed: true,
    default: "retain",
    concerns: "own_record",
    description:
      "What destroying this, or moving it to another key, does to the bytes in the key: `retain` leaves them, `delete` deletes them at once, if an import has proved them and no other resource of the same plan needs them there. Default: `retain`.",
  },
  allow_interruption: {
    is: flag,
    optional: true,
    computed: true,
    default: true,
    concerns: "own_record",
    description:
      "Whether a KMS that imports only into an empty key (QKMS) may be without the material for a moment when it is renewed. Default: `true`.",
  },
  timeouts: operationTimeouts,
  connection: connectionArgument,
  provider: providerArgument,
  id: { is: text, computed: true, only: ["terraform"], description: "The key's ARN." },
  key_material_id: {
    is: text,
    computed: true,
    description: "The KMS's own id of the material, where it has one.",
  },
  rotation_state: {
    is: choice("current", "former", "pending_rotation", "pending_multi_region_import_and_rotation"),
    computed: true,
    description:
      "Where the material stands among those of its key at the last refresh or apply: `current` encrypts, `former` only decrypts, the others wait for a rotation. Null where the key takes one material only.",
  },
  verified: {
    is: flag,
    computed: true,
    always: true,
    description: "Whether an import has proved that the key holds the bytes of `fingerprint`.",
  },
  material_state: {
    is: text,
    computed: true,
    always: true,
    description: "`imported`, `never_imported`, `expired`, `deleted`, `key_pending_deletion` or `key_gone`.",
  },
  key_state: {
    is: text,
    computed: true,
    description: "The key's state at the last refresh or apply: `Enabled`, `Disabled`, `PendingImport`, …",
  },
  expiration_model: {
    is: text,
    computed: true,
    description: "`KEY_MATERIAL_EXPIRES` or `KEY_MATERIAL_DOES_NOT_EXPIRE`.",
  },
  imported_at: {
    is: text,
    computed: true,
    description: "When byok imported it last, RFC 3339, by the KMS's clock.",
  },
  renewal_time: { is: text, computed: true, description: "From when on it is due for renewal, RFC 3339." },
  ready_for_renewal: {
    is: flag,
    computed: true,
    always: true,
    description: "Whether renewal was due at the last refresh.",
  },
  reason: {
    is: text,
    computed: true,
    description: "Why the next apply will act, in words; null where it need not.",
    pulumi: {
      always: true,
      description: "What the state of the material means for the next update, in words.",
    },
  },
} as const satisfies ResourceFields;
