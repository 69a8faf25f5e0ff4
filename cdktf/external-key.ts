import { Construct } from "constructs";
import { isKeySpec, type KeySpec } from "../src/engine/key-spec";
import { ExternalKeyLookup, ExternalKeyResource } from "./bindings";
import { Fn, type IResolvable } from "./core";
import { creationToken, tokenOfInstance } from "./creation-token";
import { externalKeyPropsFaults } from "./external-key-faults";
import type { ExternalKeyLookupProps, ExternalKeyProps } from "./external-key-props";
import { refuseFaults } from "./faults";
import { defaultKms, isKms, keyOfArn, type KmsName, kmsProfiles } from "../src/kms/clouds";
import type { IExternalKey } from "./i-external-key";
import { known } from "./known";

/**
 * A KMS key with the origin EXTERNAL, with or without material. ImportedKeyMaterial imports its bytes. Destroying the key
 * schedules its deletion.
 *
 * Its Terraform resource is `resource`; set there what is not a property here, such as `resource.lifecycle` and
 * `resource.importFrom(arn)`, which takes over an existing key.
 */
export class ExternalKey extends Construct implements IExternalKey {
  /** The Terraform resource, `byok_external_key`. */
  readonly resource: ExternalKeyResource;
  /** The key's ARN. */
  readonly keyArn: string;
  /** The key's id, the last part of its ARN. */
  readonly keyId: string;
  /** The KMS, as far as the app knows it. */
  readonly kms: KmsName | undefined;
  /** The spec, as far as the app knows it: not that of a replica. */
  readonly keySpec: KeySpec | undefined;
  /** Whether the key is a replica of a multi-Region key. */
  readonly isReplica: boolean;

  constructor(scope: Construct, id: string, props: ExternalKeyProps = {}) {
    super(scope, id);
    refuseFaults(this, () => externalKeyPropsFaults(props));
    const { creationTokenNamespace, ...config } = props;
    const token = creationToken(this, creationTokenNamespace);
    this.resource = new KeyResource(this, { ...config, creationToken: props.creationToken ?? token }, token);
    this.keyArn = this.resource.arn;
    this.keyId = this.resource.keyId;
    this.isReplica = props.primaryKeyArn !== undefined;
    this.kms = kmsOf(props);
    this.keySpec = this.isReplica || this.kms === undefined ? undefined : specOf(props, this.kms);
  }

  /** An existing key that this app does not manage, by its ARN. Sends no request. */
  static fromKeyArn(scope: Construct, id: string, keyArn: string): IExternalKey {
    return new ForeignKey(scope, id, keyArn);
  }

  /** An existing key that this app does not manage, by its ARN, id or alias. It is read at each plan. */
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
  /** The Terraform data source, `byok_external_key`, with all that is known of the key. */
  readonly dataSource: ExternalKeyLookup;
  /** The key's ARN. */
  readonly keyArn: string;
  /** The key's id, the last part of its ARN. */
  readonly keyId: string;
  /** Only Terraform knows it. */
  readonly kms: KmsName | undefined;
  /** Only Terraform knows it: see `dataSource.keySpec`. */
  readonly keySpec: undefined;
  /** Only Terraform knows whether it is one: see `dataSource.multiRegionKeyType`. */
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
