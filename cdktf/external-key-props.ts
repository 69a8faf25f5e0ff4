// Made by `npm run generate:faces` from src/definitions.
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
   * What the key is for. Up to 8192 characters.
   *
   * @default - not managed
   */
  readonly description?: string;
  /**
   * The kind of key: `SYMMETRIC_DEFAULT`, `HMAC_224`, `HMAC_256`, `HMAC_384`, `HMAC_512`, `RSA_2048`, `RSA_3072`,
   * `RSA_4096`, `ECC_NIST_P256`, `ECC_NIST_P384`, `ECC_NIST_P521`, `ECC_SECG_P256K1`, `Aliyun_AES_256`, `Aliyun_SM4`.
   * Another one replaces the key.
   *
   * @default - `SYMMETRIC_DEFAULT`; of a replica, its primary's
   */
  readonly keySpec?: string;
  /**
   * What the key does. Another one replaces the key.
   *
   * @default - the first that the spec allows
   */
  readonly keyUsage?: string;
  /**
   * Whether the key can be replicated to other Regions. Another value replaces the key.
   *
   * @default - `false`; of a replica, `true`
   */
  readonly multiRegion?: boolean | IResolvable;
  /**
   * Makes the key a replica of this multi-Region primary. Take it from the primary's imported key material (its
   * `keyArn`), since a key can be replicated only once it has material.
   *
   * @default - none
   */
  readonly primaryKeyArn?: string;
  /**
   * The key policy in JSON, compared by meaning.
   *
   * @default - not managed
   */
  readonly policy?: string;
  /**
   * Allows a policy that keeps the caller from changing it again.
   *
   * @default false
   */
  readonly bypassPolicyLockoutSafetyCheck?: boolean | IResolvable;
  /**
   * Whether the key can be used. A key without material can be neither enabled nor disabled; its import then does what
   * is set here.
   *
   * @default - not managed, and not shown
   */
  readonly enabled?: boolean | IResolvable;
  /**
   * How long the key waits for its deletion once it is destroyed, from 7 to 30 (to 366 on Alibaba Cloud).
   *
   * @default 30
   */
  readonly deletionWindowInDays?: number;
  /**
   * Tags of the key.
   *
   * @default - not managed
   * @example { team: "payments" }
   */
  readonly tags?: { readonly [key: string]: string };
  /**
   * Alibaba Cloud: the KMS instance that holds the key. Another one replaces the key.
   *
   * @default - none
   */
  readonly dkmsInstanceId?: string;
  /**
   * Alibaba Cloud: `SOFTWARE` or `HSM`. Another one replaces the key, but not in a KMS instance, which decides it by
   * itself.
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
   * Makes the creation safe to repeat: a key that an interrupted run made with the same token is continued with. The
   * same in every run and different for every key. Only used when the key is created. From 1 to 256 characters.
   *
   * @default - made of the namespace, the stack and the construct's path
   */
  readonly creationToken?: string;
  /**
   * Tells apps apart that deploy stacks of one name into one account, such as the branches of a team. From 1 to 70
   * characters.
   *
   * @default - the app's context `byok:namespace`, otherwise none
   * @example "team-payments"
   */
  readonly creationTokenNamespace?: string;
  /**
   * How long each operation may take, such as `30m`; waiting for a quota does not count.
   *
   * @default - `20m` each
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
  /** The key's ARN, of any KMS; on AWS also its id, the name of an alias (`alias/…`) or an alias's ARN. */
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

/** Properties of an ExternalKey that only some KMSs have. */
export type ExternalKeyOptions = "dkmsInstanceId" | "protectionLevel" | "deletionProtection";
