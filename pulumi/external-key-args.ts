// Made by `npm run generate:faces` from src/definitions.
import type { Input, Output } from "@pulumi/pulumi";
import type { ConnectionArgs, TimeoutsArgs } from "./connection-args";

/**
 * Arguments of an ExternalKey, named as in `aws.kms.ExternalKey` where both have them. What is left out is unmanaged:
 * it is shown and never changed.
 */
export interface ExternalKeyArgs {
  /** The KMS: `aws`, `alibaba` or `qkms`. Another one replaces the key. Default: `aws`. */
  kms?: Input<"aws" | "alibaba" | "qkms">;
  /** The Region. Another one replaces the key. Default: `byok:region`, `aws:region`, `AWS_REGION`, in this order. */
  region?: Input<string>;
  /** What the key is for. Up to 8192 characters. Unset: not managed. */
  description?: Input<string>;
  /**
   * The kind of key: `SYMMETRIC_DEFAULT`, `HMAC_224`, `HMAC_256`, `HMAC_384`, `HMAC_512`, `RSA_2048`, `RSA_3072`,
   * `RSA_4096`, `ECC_NIST_P256`, `ECC_NIST_P384`, `ECC_NIST_P521`, `ECC_SECG_P256K1`, `Aliyun_AES_256`, `Aliyun_SM4`.
   * Another one replaces the key. Default: `SYMMETRIC_DEFAULT`; of a replica, its primary's.
   */
  keySpec?: Input<string>;
  /** What the key does. Another one replaces the key. Default: the first that the spec allows. */
  keyUsage?: Input<string>;
  /**
   * Whether the key can be replicated to other Regions. Another value replaces the key. Default: `false`; of a replica,
   * `true`.
   */
  multiRegion?: Input<boolean>;
  /**
   * Makes the key a replica of this multi-Region primary. Take it from the primary's imported key material (its
   * `keyArn`), since a key can be replicated only once it has material. Default: none.
   */
  primaryKeyArn?: Input<string>;
  /** The key policy in JSON, compared by meaning. Unset: not managed. */
  policy?: Input<string>;
  /** Allows a policy that keeps the caller from changing it again. Default: `false`. */
  bypassPolicyLockoutSafetyCheck?: Input<boolean>;
  /**
   * Whether the key can be used. A key without material can be neither enabled nor disabled; its import then does what
   * is set here. Unset: not managed, and not shown.
   */
  enabled?: Input<boolean>;
  /**
   * How long the key waits for its deletion once it is destroyed, from 7 to 30 (to 366 on Alibaba Cloud). Default:
   * `30`.
   */
  deletionWindowInDays?: Input<number>;
  /** Tags of the key. Unset: not managed. */
  tags?: Input<Record<string, Input<string>>>;
  /** Alibaba Cloud: the KMS instance that holds the key. Another one replaces the key. Default: none. */
  dkmsInstanceId?: Input<string>;
  /**
   * Alibaba Cloud: `SOFTWARE` or `HSM`. Another one replaces the key, but not in a KMS instance, which decides it by
   * itself. Default: the service's.
   */
  protectionLevel?: Input<"SOFTWARE" | "HSM">;
  /** Alibaba Cloud: whether the key is protected from deletion. Unset: not managed. */
  deletionProtection?: Input<boolean>;
  /**
   * Makes the creation safe to repeat: a key that an interrupted run made with the same token is continued with. The
   * same in every run and different for every key. Only used when the key is created. From 1 to 256 characters.
   * Default: made of project, stack and name.
   */
  creationToken?: Input<string>;
  /**
   * The ARN of a key that is there, to be taken over in place of creating one. Its material is not touched. Default:
   * none.
   */
  existingKeyArn?: Input<string>;
  /** How long each operation may take, such as `30m`; waiting for a quota does not count. Default: `20m` each. */
  timeouts?: Input<TimeoutsArgs>;
  /** How the KMS is reached. Default: the stack's configuration, `byok:…`. */
  connection?: Input<ConnectionArgs>;
}

/** What is known of an ExternalKey once it is there. */
export interface ExternalKeyOutputs {
  /** The KMS: `aws`, `alibaba` or `qkms`. */
  readonly kms: Output<"aws" | "alibaba" | "qkms">;
  /** The Region. */
  readonly region: Output<string>;
  /** What the key is for. */
  readonly description: Output<string>;
  /**
   * The kind of key: `SYMMETRIC_DEFAULT`, `HMAC_224`, `HMAC_256`, `HMAC_384`, `HMAC_512`, `RSA_2048`, `RSA_3072`,
   * `RSA_4096`, `ECC_NIST_P256`, `ECC_NIST_P384`, `ECC_NIST_P521`, `ECC_SECG_P256K1`, `Aliyun_AES_256`, `Aliyun_SM4`.
   */
  readonly keySpec: Output<string>;
  /** What the key does. */
  readonly keyUsage: Output<string>;
  /** Whether the key can be replicated to other Regions. */
  readonly multiRegion: Output<boolean>;
  /** The primary of a replica. */
  readonly primaryKeyArn: Output<string | undefined>;
  /** The key policy, where it is managed. */
  readonly policy: Output<string | undefined>;
  /** Where it is managed. Its material reports whether the key works: `keyState`. */
  readonly enabled: Output<boolean | undefined>;
  /** How long the key waits for its deletion once it is destroyed, from 7 to 30 (to 366 on Alibaba Cloud). */
  readonly deletionWindowInDays: Output<number | undefined>;
  /** Tags of the key, where they are managed. */
  readonly tags: Output<Record<string, string> | undefined>;
  /** Alibaba Cloud: the KMS instance that holds the key. */
  readonly dkmsInstanceId: Output<string | undefined>;
  /** Alibaba Cloud: `SOFTWARE` or `HSM`. */
  readonly protectionLevel: Output<string | undefined>;
  /** Alibaba Cloud: whether the key is protected from deletion. */
  readonly deletionProtection: Output<boolean | undefined>;
  /** Whether the key is pending deletion, as the last look has seen it. The next `up` cancels the deletion. */
  readonly pendingDeletion: Output<boolean>;
  /** `PRIMARY` or `REPLICA`; absent on a single-Region key. */
  readonly multiRegionKeyType: Output<"PRIMARY" | "REPLICA" | undefined>;
  /** When the key was created, RFC 3339. */
  readonly creationDate: Output<string>;
}
