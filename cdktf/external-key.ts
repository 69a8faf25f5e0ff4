import { Construct, type IConstruct } from "constructs";
import { isKeySpec, type KeySpec } from "../src/engine/key-spec";
import { ExternalKeyLookup, ExternalKeyResource, type ExternalKeyTimeouts } from "./bindings";
import { Fn, type IResolvable, type TerraformProvider } from "./core";
import { creationToken, tokenOfInstance } from "./creation-token";
import { externalKeyFaults } from "./external-key-faults";
import { refuseFaults } from "./faults";
import { defaultKms, isKms, keyOfArn, type KmsName, kmsProfiles } from "../src/kms/clouds";
import { known } from "./known";

/** A key that takes imported material, whether it is this app's or not. */
export interface IExternalKey extends IConstruct {
  /** The key's ARN. */
  readonly keyArn: string;
  /** The key's id, the last part of its ARN. */
  readonly keyId: string;
  /** The KMS, as far as the app knows it. */
  readonly kms: KmsName | undefined;
  /** The spec, as far as the app knows it: neither of a replica nor of a key that is only referred to. */
  readonly keySpec: KeySpec | undefined;
  /** Whether it is known to be a replica of a multi-Region key. */
  readonly isReplica: boolean;
}

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

/**
 * A KMS key with the origin EXTERNAL, with or without material: a key whose bytes are brought by ImportedKeyMaterial.
 * Destroying it schedules its deletion.
 *
 * Its Terraform resource is `resource`; what is not a property here is set there, such as `resource.lifecycle` and
 * `resource.importFrom(arn)`, which takes over a key that is there.
 */
export class ExternalKey extends Construct implements IExternalKey {
  readonly resource: ExternalKeyResource;
  readonly keyArn: string;
  readonly keyId: string;
  readonly kms: KmsName | undefined;
  readonly keySpec: KeySpec | undefined;
  readonly isReplica: boolean;

  constructor(scope: Construct, id: string, props: ExternalKeyProps = {}) {
    super(scope, id);
    refuseFaults(this, () => externalKeyFaults(props));
    const { creationTokenNamespace, ...config } = props;
    const token = creationToken(this, creationTokenNamespace);
    this.resource = new KeyResource(this, { ...config, creationToken: props.creationToken ?? token }, token);
    this.keyArn = this.resource.arn;
    this.keyId = this.resource.keyId;
    this.isReplica = props.primaryKeyArn !== undefined;
    this.kms = kmsOf(props);
    this.keySpec = this.isReplica || this.kms === undefined ? undefined : specOf(props, this.kms);
  }

  /** The key of an ARN, which belongs to somebody else. Nothing is asked of the KMS. */
  static fromKeyArn(scope: Construct, id: string, keyArn: string): IExternalKey {
    return new ForeignKey(scope, id, keyArn);
  }

  /** A key that belongs to somebody else and is looked up at each plan, by its ARN, its id or an alias. */
  static fromLookup(scope: Construct, id: string, props: ExternalKeyLookupProps): LookedUpKey {
    return new LookedUpKey(scope, id, props);
  }

  /** Whether the key was pending deletion at the last refresh; the next deployment then cancels that. */
  get pendingDeletion(): IResolvable {
    return this.resource.pendingDeletion;
  }

  /** The key's Region. */
  get region(): string {
    return this.resource.region;
  }
}

/** Whether it has several instances is only known when the app is synthesised. */
class KeyResource extends ExternalKeyResource {
  readonly #token: string;

  constructor(scope: Construct, config: ConstructorParameters<typeof ExternalKeyResource>[2], token: string) {
    super(scope, "Default", config);
    this.#token = token;
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    const attributes: { [name: string]: unknown } = super.synthesizeAttributes();
    const isOurs = attributes["creation_token"] === this.#token;
    return isOurs ? { ...attributes, creation_token: tokenOfInstance(this.#token, this) } : attributes;
  }
}

/** A key that is looked up. */
export class LookedUpKey extends Construct implements IExternalKey {
  readonly dataSource: ExternalKeyLookup;
  readonly keyArn: string;
  readonly keyId: string;
  readonly kms: KmsName | undefined;
  readonly keySpec: undefined;
  readonly isReplica = false;

  constructor(scope: Construct, id: string, props: ExternalKeyLookupProps) {
    super(scope, id);
    this.dataSource = new ExternalKeyLookup(this, "Default", props);
    this.keyArn = this.dataSource.arn;
    this.keyId = partOf(this.keyArn, "/", 1);
  }
}

class ForeignKey extends Construct implements IExternalKey {
  readonly keyArn: string;
  readonly keyId: string;
  readonly kms: KmsName | undefined;
  readonly keySpec: undefined;
  readonly isReplica = false;

  constructor(scope: Construct, id: string, keyArn: string) {
    super(scope, id);
    const literal = known(keyArn);
    const key = literal === undefined ? undefined : keyOfArn(literal);
    this.keyArn = keyArn;
    this.keyId = key?.keyId ?? partOf(keyArn, "/", 1);
    this.kms = key?.kms;
  }
}

function partOf(arn: string, separator: string, index: number): string {
  return Fn.element(Fn.split(separator, arn), index);
}

function kmsOf(props: ExternalKeyProps): KmsName | undefined {
  if (props.kms === undefined) return defaultKms;
  const kms = known(props.kms);
  return kms !== undefined && isKms(kms) ? kms : undefined;
}

function specOf(props: ExternalKeyProps, kms: KmsName): KeySpec | undefined {
  if (props.keySpec === undefined) return kmsProfiles[kms].defaultKeySpec;
  const spec = known(props.keySpec);
  return spec !== undefined && isKeySpec(spec) ? spec : undefined;
}
