// Made by `npm run generate:faces` from src/definitions.
import type { Input, Output } from "@pulumi/pulumi";
import type { ConnectionArgs, TimeoutsArgs } from "./connection-args";

/** Arguments of ImportedKeyMaterial. Of the bytes none is ever stored. */
export interface ImportedKeyMaterialArgs {
  /**
   * The ARN of the key, usually the `id` of an ExternalKey. Another key replaces the resource, not the key: the bytes
   * are imported into the new key first, and only then is the old one treated as by a destroy.
   */
  keyArn: Input<string>;
  /**
   * The bytes in padded standard base64, in one line or several: 16, 24, 28, 32, 48 or 64 raw bytes, or a private key
   * in DER (PKCS#8, PKCS#1 or SEC1). An empty text counts as not set. Not beside `keyMaterialSource`. They pass through
   * the memory of Pulumi's processes and into none of its files, save its own debug logs; a source avoids that.
   * Default: none.
   */
  keyMaterial?: Input<string>;
  /**
   * Where the bytes are: `file:keys/payments.bin`, `env:NAME`, or `exec:/usr/bin/get-key payments` (no shell; split on
   * blanks, each word percent-decoded). Raw, hex, base64, PEM or DER; where a content can be read in several ways,
   * `?encoding=raw|hex|base64|pem|der` says which is meant. Or a store of secrets, read with the credentials of the
   * provider: `secretsmanager:NAME-OR-ARN?version-id=V`, `ssm:NAME?version=N`, `alibaba-secrets:NAME?version-id=V`,
   * each with `region=` where it is in another Region and `field=` for a member of a JSON secret, parted by `&`. Or
   * what holds key material and wraps it itself, so that no byte comes to this machine's memory:
   * `pkcs11:token=hsm;object=payments?module-path=/usr/lib/vendor.so&pin-source=file:/run/pin`, a key in a PKCS#11
   * token (RFC 7512); `wrap:/usr/bin/vendor-wrap payments`, a command that speaks the wrapping protocol;
   * `vault-transit:transit/payments?version=1`, a private key in the Transit engine of Vault or OpenBao (`&export=true`
   * reads a symmetric one); or `wrapped:payments.wrapped.json`, which `byok wrap` made for this key where there is no
   * network. Read on this machine while the program runs. Default: none.
   */
  keyMaterialSource?: Input<string>;
  /**
   * Names the bytes without giving them away; `byok fingerprint` prints it. What is set here is what will be imported,
   * or nothing. Unset: that of the bytes which were imported.
   */
  fingerprint?: Input<string>;
  /**
   * When the material expires, RFC 3339 with a time zone; at most 365 days ahead on AWS. Default: never, or as
   * `validFor` says.
   */
  validTo?: Input<string>;
  /** How long each import is valid, such as `90d` or `2160h`; the material is renewed in time. Default: not set. */
  validFor?: Input<string>;
  /** How long before its expiry the material is imported again, with `validFor`. Default: a third of `validFor`. */
  renewBefore?: Input<string>;
  /**
   * The `keyMaterialId` of the material that these bytes come after: they are imported as new material beside it, to be
   * rotated to by a key rotation. It must be the current one then. Symmetric keys on AWS only. Default: the key's first
   * material.
   */
  succeeds?: Input<string>;
  /**
   * The `keyMaterialId` of material that the key has already, to be taken over, whichever it succeeds: an import as
   * that very material proves the bytes. Default: none; a key's current material, and with its bytes any other that
   * succeeds none, is taken over without it.
   */
  existingKeyMaterialId?: Input<string>;
  /**
   * How the bytes are wrapped: `RSAES_OAEP_SHA_1`, `RSAES_OAEP_SHA_256`, `RSA_AES_KEY_WRAP_SHA_1`,
   * `RSA_AES_KEY_WRAP_SHA_256`, `RSAES_PKCS1_V1_5`. Default: the strongest that the key and the KMS allow.
   */
  wrappingAlgorithm?: Input<string>;
  /**
   * The KMS's wrapping key: `RSA_2048`, `RSA_3072`, `RSA_4096`. Default: the strongest that the key and the KMS allow.
   */
  wrappingKeySpec?: Input<string>;
  /**
   * A description that the KMS keeps with the material; for symmetric keys on AWS, not for replicas. From 1 to 256
   * characters. Default: none.
   */
  materialDescription?: Input<string>;
  /**
   * What to do about material that was deleted before its time: `reimport`, or `report` for those who delete as
   * incident response. Default: `reimport`.
   */
  onDeletion?: Input<"reimport" | "report">;
  /**
   * What destroying this, or moving it to another key, does to the bytes in the key: `retain` leaves them, `delete`
   * deletes them at once, if an import has proved them and no other resource of the same plan needs them there.
   * Default: `retain`.
   */
  deletionPolicy?: Input<"retain" | "delete">;
  /**
   * Whether a KMS that imports only into an empty key (QKMS) may be without the material for a moment when it is
   * renewed. Default: `true`.
   */
  allowInterruption?: Input<boolean>;
  /** How long each operation may take, such as `30m`; waiting for a quota does not count. Default: `20m` each. */
  timeouts?: Input<TimeoutsArgs>;
  /** How the KMS is reached. Default: the stack's configuration, `byok:…`. */
  connection?: Input<ConnectionArgs>;
}

/** What is known of an ImportedKeyMaterial once it is there. */
export interface ImportedKeyMaterialOutputs {
  /** The key's ARN. */
  readonly keyArn: Output<string>;
  /** Names the bytes that were imported. */
  readonly fingerprint: Output<string | undefined>;
  /** When the material expires, RFC 3339; absent if it never does. */
  readonly validTo: Output<string | undefined>;
  /** The KMS's own id of the material, where it has one. */
  readonly keyMaterialId: Output<string | undefined>;
  /**
   * Where the material stands among those of its key at the last refresh or apply: `current` encrypts, `former` only
   * decrypts, the others wait for a rotation. Null where the key takes one material only.
   */
  readonly rotationState: Output<
    "current" | "former" | "pending_rotation" | "pending_multi_region_import_and_rotation" | undefined
  >;
  /** Whether an import has proved that the key holds the bytes of `fingerprint`. */
  readonly verified: Output<boolean>;
  /** `imported`, `never_imported`, `expired`, `deleted`, `key_pending_deletion` or `key_gone`. */
  readonly materialState: Output<string>;
  /** The key's state at the last refresh or apply: `Enabled`, `Disabled`, `PendingImport`, … */
  readonly keyState: Output<string | undefined>;
  /** `KEY_MATERIAL_EXPIRES` or `KEY_MATERIAL_DOES_NOT_EXPIRE`. */
  readonly expirationModel: Output<string | undefined>;
  /** When byok imported it last, RFC 3339, by the KMS's clock. */
  readonly importedAt: Output<string | undefined>;
  /** From when on it is due for renewal, RFC 3339. */
  readonly renewalTime: Output<string | undefined>;
  /** Whether renewal was due at the last refresh. */
  readonly readyForRenewal: Output<boolean>;
  /** What the state of the material means for the next update, in words. */
  readonly reason: Output<string>;
}
