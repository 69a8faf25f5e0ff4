// Made by `npm run generate:faces` from src/definitions.
import type { ImportedKeyMaterialTimeouts } from "./bindings";
import type { IResolvable, TerraformProvider } from "./core";
import type { IExternalKey } from "./i-external-key";

/** Properties of ImportedKeyMaterial. Of the bytes none is ever stored. */
export interface ImportedKeyMaterialProps {
  /** The key: an ExternalKey of this app, or `ExternalKey.fromKeyArn` and `ExternalKey.fromLookup` for another one. */
  readonly key: IExternalKey;
  /**
   * The bytes in padded standard base64, from an ephemeral value: 16, 24, 28, 32, 48 or 64 raw bytes, or a private key
   * in DER (PKCS#8, PKCS#1 or SEC1). A literal text is refused, since it would be written to cdk.tf.json. Not beside
   * `keyMaterialSource`.
   *
   * @default - none; a plan works without the bytes, and an apply that needs them says so
   * @example new KeyMaterialVariable(this, "payments_key").stringValue
   */
  readonly keyMaterial?: string;
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
   * network. Read by the provider on the machine on which Terraform runs. A relative path is resolved against the
   * folder in which the app is synthesised.
   *
   * @default - none
   * @example "file:keys/payments.bin"
   */
  readonly keyMaterialSource?: string;
  /**
   * Names the bytes without giving them away; `byok fingerprint` prints it. What is set here is what will be imported,
   * or nothing.
   *
   * @default - a plan that reads the bytes shows their fingerprint, and applying that plan imports those bytes or
   * nothing. Default: that of the imported bytes
   */
  readonly fingerprint?: string;
  /**
   * When the material expires, RFC 3339 with a time zone; at most 365 days ahead on AWS.
   *
   * @default - never, or as `validFor` says
   * @example "2027-01-31T12:00:00Z"
   */
  readonly validTo?: string;
  /**
   * How long each import is valid, such as `90d` or `2160h`; the material is renewed in time.
   *
   * @default - not set
   * @example "90d"
   */
  readonly validFor?: string;
  /**
   * How long before its expiry the material is imported again, with `validFor`.
   *
   * @default - a third of `validFor`
   * @example "30d"
   */
  readonly renewBefore?: string;
  /**
   * The `keyMaterialId` of the material that these bytes come after: they are imported as new material beside it, to be
   * rotated to by a key rotation. It must be the current one then. Symmetric keys on AWS only.
   *
   * @default - the key's first material
   */
  readonly succeeds?: string;
  /**
   * How the bytes are wrapped: `RSAES_OAEP_SHA_1`, `RSAES_OAEP_SHA_256`, `RSA_AES_KEY_WRAP_SHA_1`,
   * `RSA_AES_KEY_WRAP_SHA_256`, `RSAES_PKCS1_V1_5`.
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
   * A description that the KMS keeps with the material; for symmetric keys on AWS, not for replicas. From 1 to 256
   * characters.
   *
   * @default - none
   */
  readonly materialDescription?: string;
  /**
   * What to do about material that was deleted before its time: `reimport`, or `report` for those who delete as
   * incident response.
   *
   * @default reimport
   */
  readonly onDeletion?: string;
  /**
   * What destroying this, or moving it to another key, does to the bytes in the key: `retain` leaves them, `delete`
   * deletes them at once, if an import has proved them and no other resource of the same plan needs them there.
   *
   * @default retain
   */
  readonly deletionPolicy?: string;
  /**
   * Whether a KMS that imports only into an empty key (QKMS) may be without the material for a moment when it is
   * renewed.
   *
   * @default true
   */
  readonly allowInterruption?: boolean | IResolvable;
  /**
   * How long each operation may take, such as `30m`; waiting for a quota does not count.
   *
   * @default - `20m` each
   */
  readonly timeouts?: ImportedKeyMaterialTimeouts;
  /**
   * The provider, where a stack has several.
   *
   * @default - the stack's provider without an alias
   */
  readonly provider?: TerraformProvider;
}
