import type { ExternalKeyTimeouts } from "./bindings";
import type { IResolvable, TerraformProvider } from "./core";

/** Properties of an ExternalKey, named as in `aws_kms_external_key` where both have them. */
export interface ExternalKeyProps {
  /**
   * The KMS: `aws`, `alibaba` or `qkms`. Another one replaces the key.
   *
   * @default aws
   */
  readonly kms?: string;
  /**
   * The Region. Another one replaces the key.
   *
   * @default - the provider's
   * @example "eu-central-1"
   */
  readonly region?: string;
  /**
   * What the key is for, up to 8192 characters.
   *
   * @default - not managed
   */
  readonly description?: string;
  /**
   * The kind of key: `SYMMETRIC_DEFAULT`, `HMAC_256`, `RSA_4096`, `ECC_NIST_P256`, … Another one replaces the key.
   *
   * @default - the KMS's own, SYMMETRIC_DEFAULT on AWS; of a replica, its primary's
   */
  readonly keySpec?: string;
  /**
   * What the key does: `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, `GENERATE_VERIFY_MAC`, `KEY_AGREEMENT`. Another one replaces the key.
   *
   * @default - the first that the spec allows
   */
  readonly keyUsage?: string;
  /**
   * Whether the key can be replicated to other Regions. Another value replaces the key.
   *
   * @default false, of a replica true
   */
  readonly multiRegion?: boolean | IResolvable;
  /**
   * Makes the key a replica of this one. Take it from the `keyArn` of the primary's ImportedKeyMaterial, since a key can be
   * replicated only once it has material. MultiRegionExternalKey does all that.
   *
   * @default - no replica
   */
  readonly primaryKeyArn?: string;
  /**
   * The key policy in JSON, up to 32 KiB, compared by its meaning. It is in place before any bytes are imported.
   *
   * @default - not managed
   */
  readonly policy?: string;
  /**
   * Lets a policy be set that keeps its author from changing it again.
   *
   * @default false
   */
  readonly bypassPolicyLockoutSafetyCheck?: boolean | IResolvable;
  /**
   * Whether the key can be used. A key without material takes it over with its first import.
   *
   * @default - not managed
   */
  readonly enabled?: boolean | IResolvable;
  /**
   * How long the key waits for its deletion once it is destroyed, in days, from 7 to 30, on Alibaba Cloud to 366.
   *
   * @default 30
   */
  readonly deletionWindowInDays?: number;
  /**
   * Tags of the key: keys of 1 to 128 characters, values up to 256.
   *
   * @default - not managed
   * @example { team: "payments" }
   */
  readonly tags?: { readonly [key: string]: string };
  /**
   * Alibaba Cloud: the id of the KMS instance that holds the key. Another one replaces the key.
   *
   * @default - none
   */
  readonly dkmsInstanceId?: string;
  /**
   * Alibaba Cloud: `SOFTWARE` or `HSM`. Another one replaces the key.
   *
   * @default - the service's
   */
  readonly protectionLevel?: string;
  /**
   * Alibaba Cloud: whether the key is protected from deletion.
   *
   * @default - not managed
   */
  readonly deletionProtection?: boolean | IResolvable;
  /**
   * What a later run finds a key by whose creation was interrupted; a tag of the key of 1 to 256 characters. Only used when
   * the key is created.
   *
   * @default - made of the namespace, the stack and the construct's path
   */
  readonly creationToken?: string;
  /**
   * Tells apps apart that deploy stacks of one name into one account, such as the branches of a team; 1 to 70 characters.
   *
   * @default - the app's context `byok:namespace`, otherwise none
   * @example "team-payments"
   */
  readonly creationTokenNamespace?: string;
  /**
   * How long each operation may take, such as `20m`.
   *
   * @default - 20m for create and update, 5m for read, 10m for delete
   */
  readonly timeouts?: ExternalKeyTimeouts;
  /**
   * The provider, where a stack has several.
   *
   * @default - the stack's provider without an alias
   */
  readonly provider?: TerraformProvider;
}

/** Properties of a key that is looked up. */
export interface ExternalKeyLookupProps {
  /** The key's ARN or id, an alias (`alias/payments`) or an alias's ARN. */
  readonly keyId: string;
  /**
   * The Region.
   *
   * @default - the ARN's, or the provider's
   */
  readonly region?: string;
  /**
   * The provider, where a stack has several.
   *
   * @default - the stack's provider without an alias
   */
  readonly provider?: TerraformProvider;
}
