import { type CustomResourceOptions, dynamic, type ID, type Input, mergeOptions, type Output } from "@pulumi/pulumi";
import type { KmsName } from "../src/kms/clouds";
import type { ConnectionArgs, TimeoutsArgs } from "./connection-args";
import { creationToken } from "./creation-token";
import { externalKeyDelegate } from "./delegates";

/**
 * Arguments of an ExternalKey, named as in `aws.kms.ExternalKey` where both have them. What is left out is unmanaged:
 * it is shown and never changed.
 */
export interface ExternalKeyArgs {
  /** `aws`, `alibaba` or `qkms`. Default `aws`. Another one replaces the key. */
  kms?: Input<KmsName>;
  /** Default: `byok:region`, `aws:region`, `AWS_REGION`. Another one replaces the key. */
  region?: Input<string>;
  description?: Input<string>;
  /** What the material is to be: `SYMMETRIC_DEFAULT`, `HMAC_256`, `RSA_4096`, `ECC_NIST_P256`, … Default: the KMS's own. Another one replaces the key. */
  keySpec?: Input<string>;
  /** `ENCRYPT_DECRYPT`, `GENERATE_VERIFY_MAC`, `SIGN_VERIFY`, `KEY_AGREEMENT`. Default: the spec's first. Another one replaces the key. */
  keyUsage?: Input<string>;
  /** Whether the key can be replicated to other Regions. Default false. Another value replaces the key. */
  multiRegion?: Input<boolean>;
  /**
   * Makes the key a replica of this one. Take it from the `keyArn` of the primary's ImportedKeyMaterial, since a key must
   * have its material before it can be replicated.
   */
  primaryKeyArn?: Input<string>;
  /** The key policy in JSON. It is compared by its meaning and is in place before any bytes are imported. */
  policy?: Input<string>;
  /** Lets a policy be set that locks its author out. Default false. */
  bypassPolicyLockoutSafetyCheck?: Input<boolean>;
  /** Whether the key may be used. A key without material takes it over with its first import. */
  enabled?: Input<boolean>;
  /** How long the key waits for its deletion, in days. On AWS 7 to 30. Default 30. */
  deletionWindowInDays?: Input<number>;
  tags?: Input<Record<string, Input<string>>>;
  /**
   * What a later run finds a key by whose creation was interrupted; it is a tag of the key. Default: made of project,
   * stack and name. A change has no effect on a key that is there.
   */
  creationToken?: Input<string>;
  /** The ARN of a key that is there, to be taken over in place of creating one. Its material is not touched. */
  existingKeyArn?: Input<string>;
  /** Alibaba Cloud: the KMS instance that holds the key. Another one replaces the key. Default: none. */
  dkmsInstanceId?: Input<string>;
  /** Alibaba Cloud: `SOFTWARE` or `HSM`. Another one replaces the key. Default: the service's. */
  protectionLevel?: Input<"SOFTWARE" | "HSM">;
  /** Alibaba Cloud: whether the key is protected from deletion. */
  deletionProtection?: Input<boolean>;
  timeouts?: Input<TimeoutsArgs>;
  /** How the KMS is reached. Default: the stack's configuration, `byok:…`. */
  connection?: Input<ConnectionArgs>;
}

const type = "pulumi-nodejs:dynamic/byok:ExternalKey";

/**
 * A KMS key with the origin EXTERNAL, with or without material: a key whose bytes are brought by ImportedKeyMaterial.
 *
 * `id` is the key's ARN. Use `id`, `arn` or `keyId` to refer to the key: they stay known while it is updated.
 */
export class ExternalKey extends dynamic.Resource {
  /** The key's ARN, the same as `id`. */
  readonly arn: Output<string>;
  readonly keyId: Output<string>;
  declare readonly kms: Output<KmsName>;
  declare readonly region: Output<string>;
  declare readonly description: Output<string>;
  declare readonly keySpec: Output<string>;
  declare readonly keyUsage: Output<string>;
  declare readonly multiRegion: Output<boolean>;
  /** `PRIMARY` or `REPLICA`. Absent on a single-Region key. */
  declare readonly multiRegionKeyType: Output<"PRIMARY" | "REPLICA" | undefined>;
  /** Of a replica. */
  declare readonly primaryKeyArn: Output<string | undefined>;
  /** Where it is managed. */
  declare readonly policy: Output<string | undefined>;
  /** Where they are managed. */
  declare readonly tags: Output<Record<string, string> | undefined>;
  /** Where it is managed. Whether the key works is told by its material: `keyState`. */
  declare readonly enabled: Output<boolean | undefined>;
  declare readonly dkmsInstanceId: Output<string | undefined>;
  declare readonly protectionLevel: Output<string | undefined>;
  declare readonly deletionProtection: Output<boolean | undefined>;
  declare readonly deletionWindowInDays: Output<number | undefined>;
  /** RFC 3339. */
  declare readonly creationDate: Output<string>;
  /** Whether the key is pending deletion, as the last look has seen it. The next `up` cancels the deletion. */
  declare readonly pendingDeletion: Output<boolean>;

  constructor(name: string, args: ExternalKeyArgs = {}, opts: CustomResourceOptions = {}) {
    const lookup = opts.id !== undefined;
    const token = args.creationToken ?? (lookup ? undefined : creationToken(name, type, opts.parent));
    const props = { ...outputs, ...args, creationToken: token };
    // Two keys of one creation token cannot stand side by side, and nothing could move from the one to the other.
    const replacing = { deleteBeforeReplace: true };
    super(externalKeyDelegate, name, props, mergeOptions(replacing, opts), "byok", "ExternalKey");
    this.arn = this.id;
    this.keyId = this.id.apply(keyIdOf);
  }

  /** A key that is there and is not looked after by this stack. */
  static get(
    name: string,
    id: Input<ID>,
    args: Pick<ExternalKeyArgs, "connection"> = {},
    opts: CustomResourceOptions = {},
  ): ExternalKey {
    return new ExternalKey(name, args, { ...opts, id });
  }
}

const outputs = {
  kms: undefined,
  region: undefined,
  description: undefined,
  keySpec: undefined,
  keyUsage: undefined,
  multiRegion: undefined,
  multiRegionKeyType: undefined,
  primaryKeyArn: undefined,
  policy: undefined,
  tags: undefined,
  enabled: undefined,
  dkmsInstanceId: undefined,
  protectionLevel: undefined,
  deletionProtection: undefined,
  deletionWindowInDays: undefined,
  creationDate: undefined,
  pendingDeletion: undefined,
};

/** The last part of an ARN, after `key/`. */
function keyIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
