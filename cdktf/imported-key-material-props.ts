import type { ImportedKeyMaterialTimeouts } from "./bindings";
import type { IResolvable, TerraformProvider } from "./core";
import type { IExternalKey } from "./external-key";

/** Properties of ImportedKeyMaterial. Of the bytes none is ever stored. */
export interface ImportedKeyMaterialProps {
  /** The key: an ExternalKey of this app, or `ExternalKey.fromKeyArn` and `ExternalKey.fromLookup` for another one. */
  readonly key: IExternalKey;
  /**
   * The bytes in padded standard base64, from an ephemeral value: raw bytes of a symmetric or HMAC key, DER PKCS#8 of a
   * private key. A literal text is refused, since it would be written to cdk.tf.json. Not beside `keyMaterialSource`.
   *
   * @default - none; a plan works without the bytes, and an apply that needs them says so
   * @example new KeyMaterialVariable(this, "payments_key").stringValue
   */
  readonly keyMaterial?: string;
  /**
   * Where the bytes are: `file:keys/payments.bin`, `env:NAME`, `exec:/usr/bin/get-key payments`, each with an optional
   * `?encoding=raw|hex|base64|pem|der`. Read by the provider on the machine on which Terraform runs. A relative path is
   * resolved against the folder in which the app is synthesised.
   *
   * @default - none
   * @example "file:keys/payments.bin"
   */
  readonly keyMaterialSource?: string;
  /**
   * The fingerprint of the bytes, as `byok fingerprint` prints it: these bytes are imported, or nothing is.
   *
   * @default - that of the bytes which were imported
   */
  readonly fingerprint?: string;
  /**
   * When the material expires, RFC 3339 with a time zone, at most 365 days ahead on AWS. Not beside `validFor`.
   *
   * @default - never
   * @example "2027-01-31T12:00:00Z"
   */
  readonly validTo?: string;
  /**
   * How long the material lives from each import on, at most 365 days on AWS.
   *
   * @default - not renewed
   * @example "90d"
   */
  readonly validFor?: string;
  /**
   * How long before its expiry the same bytes are imported again; shorter than `validFor`.
   *
   * @default - a third of `validFor`
   * @example "30d"
   */
  readonly renewBefore?: string;
  /**
   * How the bytes are wrapped: `RSAES_OAEP_SHA_256`, `RSA_AES_KEY_WRAP_SHA_256`, …
   *
   * @default - the strongest that the key and the KMS allow
   */
  readonly wrappingAlgorithm?: string;
  /**
   * The KMS's wrapping key: `RSA_2048`, `RSA_3072`, `RSA_4096`.
   *
   * @default - the strongest that the key and the KMS allow
   */
  readonly wrappingKeySpec?: string;
  /**
   * A description that the KMS keeps with the material, up to 256 characters; for symmetric keys on AWS, not for replicas.
   *
   * @default - none
   */
  readonly materialDescription?: string;
  /**
   * What to do about material that somebody deleted before its time: `reimport`, or `report` for those who delete as
   * incident response.
   *
   * @default reimport
   */
  readonly onDeletion?: string;
  /**
   * What destroying the construct does to the bytes in the key: `retain` leaves them, `delete` deletes them at once.
   *
   * @default retain
   */
  readonly deletionPolicy?: string;
  /**
   * Whether a KMS that imports only into an empty key (QKMS) may be without the material for a moment.
   *
   * @default true
   */
  readonly allowInterruption?: boolean | IResolvable;
  /**
   * How long each operation may take, such as `20m`.
   *
   * @default - 20m for create and update, 5m for read, 10m for delete
   */
  readonly timeouts?: ImportedKeyMaterialTimeouts;
  /**
   * The provider, where a stack has several.
   *
   * @default - the stack's provider without an alias
   */
  readonly provider?: TerraformProvider;
}
