// @ts-nocheck: made by npm run generate:cdktf, by a generator that knows looser settings than ours.
// https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key
// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktf from 'cdktf';

// Configuration

export interface ExternalKeyConfig extends cdktf.TerraformMetaArguments {
  /**
  * Allows a policy that keeps the caller from changing it again. Default: `false`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#bypass_policy_lockout_safety_check ExternalKey#bypass_policy_lockout_safety_check}
  */
  readonly bypassPolicyLockoutSafetyCheck?: boolean | cdktf.IResolvable;
  /**
  * Makes the creation safe to repeat: a key that an interrupted run made with the same token is continued with. The same in every run and different for every key. Only used when the key is created. Default: none.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#creation_token ExternalKey#creation_token}
  */
  readonly creationToken?: string;
  /**
  * Alibaba Cloud: whether the key is protected from deletion. Unset: not managed.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#deletion_protection ExternalKey#deletion_protection}
  */
  readonly deletionProtection?: boolean | cdktf.IResolvable;
  /**
  * How long the key waits for its deletion once it is destroyed, from 7 to 30 (to 366 on Alibaba Cloud). Default: `30`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#deletion_window_in_days ExternalKey#deletion_window_in_days}
  */
  readonly deletionWindowInDays?: number;
  /**
  * What the key is for. Unset: not managed.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#description ExternalKey#description}
  */
  readonly description?: string;
  /**
  * Alibaba Cloud: the KMS instance that holds the key. Another one replaces the key. Default: none.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#dkms_instance_id ExternalKey#dkms_instance_id}
  */
  readonly dkmsInstanceId?: string;
  /**
  * Whether the key can be used. A key without material can be neither enabled nor disabled; its import then does what is set here. Unset: not managed, and not shown.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#enabled ExternalKey#enabled}
  */
  readonly enabled?: boolean | cdktf.IResolvable;
  /**
  * The kind of key: `SYMMETRIC_DEFAULT`, `HMAC_224`, `HMAC_256`, `HMAC_384`, `HMAC_512`, `RSA_2048`, `RSA_3072`, `RSA_4096`, `ECC_NIST_P256`, `ECC_NIST_P384`, `ECC_NIST_P521`, `ECC_SECG_P256K1`, `Aliyun_AES_256`, `Aliyun_SM4`. Another one replaces the key. Default: `SYMMETRIC_DEFAULT`; of a replica, its primary's.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#key_spec ExternalKey#key_spec}
  */
  readonly keySpec?: string;
  /**
  * What the key does. Another one replaces the key. Default: the first that the spec allows.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#key_usage ExternalKey#key_usage}
  */
  readonly keyUsage?: string;
  /**
  * The KMS: `aws`, `alibaba` or `qkms`. Another one replaces the key. Default: `aws`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#kms ExternalKey#kms}
  */
  readonly kms?: string;
  /**
  * Whether the key can be replicated to other Regions. Another value replaces the key. Default: `false`; of a replica, `true`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#multi_region ExternalKey#multi_region}
  */
  readonly multiRegion?: boolean | cdktf.IResolvable;
  /**
  * The key policy in JSON, compared by meaning. Unset: not managed.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#policy ExternalKey#policy}
  */
  readonly policy?: string;
  /**
  * Makes the key a replica of this multi-Region primary. Take it from the primary's imported key material (its `key_arn`), since a key can be replicated only once it has material.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#primary_key_arn ExternalKey#primary_key_arn}
  */
  readonly primaryKeyArn?: string;
  /**
  * Alibaba Cloud: `SOFTWARE` or `HSM`. Another one replaces the key, but not in a KMS instance, which decides it by itself. Default: the service's.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#protection_level ExternalKey#protection_level}
  */
  readonly protectionLevel?: string;
  /**
  * The Region. Another one replaces the key. Default: the provider's.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#region ExternalKey#region}
  */
  readonly region?: string;
  /**
  * Tags of the key. Unset, and without default tags: not managed.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#tags ExternalKey#tags}
  */
  readonly tags?: { [key: string]: string };
  /**
  * timeouts block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#timeouts ExternalKey#timeouts}
  */
  readonly timeouts?: ExternalKeyTimeouts;
}
export interface ExternalKeyTimeouts {
  /**
  * How long a creation may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#create ExternalKey#create}
  */
  readonly create?: string;
  /**
  * How long a deletion may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#delete ExternalKey#delete}
  */
  readonly delete?: string;
  /**
  * How long a read may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#read ExternalKey#read}
  */
  readonly read?: string;
  /**
  * How long an update may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#update ExternalKey#update}
  */
  readonly update?: string;
}

export function externalKeyTimeoutsToTerraform(struct?: ExternalKeyTimeouts | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    create: cdktf.stringToTerraform(struct!.create),
    delete: cdktf.stringToTerraform(struct!.delete),
    read: cdktf.stringToTerraform(struct!.read),
    update: cdktf.stringToTerraform(struct!.update),
  }
}


export function externalKeyTimeoutsToHclTerraform(struct?: ExternalKeyTimeouts | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    create: {
      value: cdktf.stringToHclTerraform(struct!.create),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    delete: {
      value: cdktf.stringToHclTerraform(struct!.delete),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    read: {
      value: cdktf.stringToHclTerraform(struct!.read),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    update: {
      value: cdktf.stringToHclTerraform(struct!.update),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export class ExternalKeyTimeoutsOutputReference extends cdktf.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktf.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktf.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): ExternalKeyTimeouts | cdktf.IResolvable | undefined {
    if (this.resolvableValue) {
      return this.resolvableValue;
    }
    let hasAnyValues = this.isEmptyObject;
    const internalValueResult: any = {};
    if (this._create !== undefined) {
      hasAnyValues = true;
      internalValueResult.create = this._create;
    }
    if (this._delete !== undefined) {
      hasAnyValues = true;
      internalValueResult.delete = this._delete;
    }
    if (this._read !== undefined) {
      hasAnyValues = true;
      internalValueResult.read = this._read;
    }
    if (this._update !== undefined) {
      hasAnyValues = true;
      internalValueResult.update = this._update;
    }
    return hasAnyValues ? internalValueResult : undefined;
  }

  public set internalValue(value: ExternalKeyTimeouts | cdktf.IResolvable | undefined) {
    if (value === undefined) {
      this.isEmptyObject = false;
      this.resolvableValue = undefined;
      this._create = undefined;
      this._delete = undefined;
      this._read = undefined;
      this._update = undefined;
    }
    else if (cdktf.Tokenization.isResolvable(value)) {
      this.isEmptyObject = false;
      this.resolvableValue = value;
    }
    else {
      this.isEmptyObject = Object.keys(value).length === 0;
      this.resolvableValue = undefined;
      this._create = value.create;
      this._delete = value.delete;
      this._read = value.read;
      this._update = value.update;
    }
  }

  // create - computed: false, optional: true, required: false
  private _create?: string; 
  public get create() {
    return this.getStringAttribute('create');
  }
  public set create(value: string) {
    this._create = value;
  }
  public resetCreate() {
    this._create = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get createInput() {
    return this._create;
  }

  // delete - computed: false, optional: true, required: false
  private _delete?: string; 
  public get delete() {
    return this.getStringAttribute('delete');
  }
  public set delete(value: string) {
    this._delete = value;
  }
  public resetDelete() {
    this._delete = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deleteInput() {
    return this._delete;
  }

  // read - computed: false, optional: true, required: false
  private _read?: string; 
  public get read() {
    return this.getStringAttribute('read');
  }
  public set read(value: string) {
    this._read = value;
  }
  public resetRead() {
    this._read = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get readInput() {
    return this._read;
  }

  // update - computed: false, optional: true, required: false
  private _update?: string; 
  public get update() {
    return this.getStringAttribute('update');
  }
  public set update(value: string) {
    this._update = value;
  }
  public resetUpdate() {
    this._update = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get updateInput() {
    return this._update;
  }
}

/**
* Represents a {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key byok_external_key}
*/
export class ExternalKey extends cdktf.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "byok_external_key";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTF code for importing a ExternalKey resource upon running "cdktf plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the ExternalKey to import
  * @param importFromId The id of the existing ExternalKey that should be imported. Refer to the {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key#import import section} in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the ExternalKey to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktf.TerraformProvider) {
        return new cdktf.ImportableResource(scope, importToId, { terraformResourceType: "byok_external_key", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/external_key byok_external_key} Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options ExternalKeyConfig = {}
  */
  public constructor(scope: Construct, id: string, config: ExternalKeyConfig = {}) {
    super(scope, id, {
      terraformResourceType: 'byok_external_key',
      terraformGeneratorMetadata: {
        providerName: 'byok',
        providerVersionConstraint: '~> 0.1'
      },
      provider: config.provider,
      dependsOn: config.dependsOn,
      count: config.count,
      lifecycle: config.lifecycle,
      provisioners: config.provisioners,
      connection: config.connection,
      forEach: config.forEach
    });
    this._bypassPolicyLockoutSafetyCheck = config.bypassPolicyLockoutSafetyCheck;
    this._creationToken = config.creationToken;
    this._deletionProtection = config.deletionProtection;
    this._deletionWindowInDays = config.deletionWindowInDays;
    this._description = config.description;
    this._dkmsInstanceId = config.dkmsInstanceId;
    this._enabled = config.enabled;
    this._keySpec = config.keySpec;
    this._keyUsage = config.keyUsage;
    this._kms = config.kms;
    this._multiRegion = config.multiRegion;
    this._policy = config.policy;
    this._primaryKeyArn = config.primaryKeyArn;
    this._protectionLevel = config.protectionLevel;
    this._region = config.region;
    this._tags = config.tags;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  // arn - computed: true, optional: false, required: false
  public get arn() {
    return this.getStringAttribute('arn');
  }

  // bypass_policy_lockout_safety_check - computed: false, optional: true, required: false
  private _bypassPolicyLockoutSafetyCheck?: boolean | cdktf.IResolvable; 
  public get bypassPolicyLockoutSafetyCheck() {
    return this.getBooleanAttribute('bypass_policy_lockout_safety_check');
  }
  public set bypassPolicyLockoutSafetyCheck(value: boolean | cdktf.IResolvable) {
    this._bypassPolicyLockoutSafetyCheck = value;
  }
  public resetBypassPolicyLockoutSafetyCheck() {
    this._bypassPolicyLockoutSafetyCheck = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get bypassPolicyLockoutSafetyCheckInput() {
    return this._bypassPolicyLockoutSafetyCheck;
  }

  // creation_date - computed: true, optional: false, required: false
  public get creationDate() {
    return this.getStringAttribute('creation_date');
  }

  // creation_token - computed: false, optional: true, required: false
  private _creationToken?: string; 
  public get creationToken() {
    return this.getStringAttribute('creation_token');
  }
  public set creationToken(value: string) {
    this._creationToken = value;
  }
  public resetCreationToken() {
    this._creationToken = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get creationTokenInput() {
    return this._creationToken;
  }

  // deletion_protection - computed: true, optional: true, required: false
  private _deletionProtection?: boolean | cdktf.IResolvable; 
  public get deletionProtection() {
    return this.getBooleanAttribute('deletion_protection');
  }
  public set deletionProtection(value: boolean | cdktf.IResolvable) {
    this._deletionProtection = value;
  }
  public resetDeletionProtection() {
    this._deletionProtection = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deletionProtectionInput() {
    return this._deletionProtection;
  }

  // deletion_window_in_days - computed: true, optional: true, required: false
  private _deletionWindowInDays?: number; 
  public get deletionWindowInDays() {
    return this.getNumberAttribute('deletion_window_in_days');
  }
  public set deletionWindowInDays(value: number) {
    this._deletionWindowInDays = value;
  }
  public resetDeletionWindowInDays() {
    this._deletionWindowInDays = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deletionWindowInDaysInput() {
    return this._deletionWindowInDays;
  }

  // description - computed: true, optional: true, required: false
  private _description?: string; 
  public get description() {
    return this.getStringAttribute('description');
  }
  public set description(value: string) {
    this._description = value;
  }
  public resetDescription() {
    this._description = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get descriptionInput() {
    return this._description;
  }

  // dkms_instance_id - computed: true, optional: true, required: false
  private _dkmsInstanceId?: string; 
  public get dkmsInstanceId() {
    return this.getStringAttribute('dkms_instance_id');
  }
  public set dkmsInstanceId(value: string) {
    this._dkmsInstanceId = value;
  }
  public resetDkmsInstanceId() {
    this._dkmsInstanceId = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get dkmsInstanceIdInput() {
    return this._dkmsInstanceId;
  }

  // enabled - computed: false, optional: true, required: false
  private _enabled?: boolean | cdktf.IResolvable; 
  public get enabled() {
    return this.getBooleanAttribute('enabled');
  }
  public set enabled(value: boolean | cdktf.IResolvable) {
    this._enabled = value;
  }
  public resetEnabled() {
    this._enabled = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get enabledInput() {
    return this._enabled;
  }

  // id - computed: true, optional: false, required: false
  public get id() {
    return this.getStringAttribute('id');
  }

  // key_id - computed: true, optional: false, required: false
  public get keyId() {
    return this.getStringAttribute('key_id');
  }

  // key_spec - computed: true, optional: true, required: false
  private _keySpec?: string; 
  public get keySpec() {
    return this.getStringAttribute('key_spec');
  }
  public set keySpec(value: string) {
    this._keySpec = value;
  }
  public resetKeySpec() {
    this._keySpec = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keySpecInput() {
    return this._keySpec;
  }

  // key_usage - computed: true, optional: true, required: false
  private _keyUsage?: string; 
  public get keyUsage() {
    return this.getStringAttribute('key_usage');
  }
  public set keyUsage(value: string) {
    this._keyUsage = value;
  }
  public resetKeyUsage() {
    this._keyUsage = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keyUsageInput() {
    return this._keyUsage;
  }

  // kms - computed: true, optional: true, required: false
  private _kms?: string; 
  public get kms() {
    return this.getStringAttribute('kms');
  }
  public set kms(value: string) {
    this._kms = value;
  }
  public resetKms() {
    this._kms = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get kmsInput() {
    return this._kms;
  }

  // multi_region - computed: true, optional: true, required: false
  private _multiRegion?: boolean | cdktf.IResolvable; 
  public get multiRegion() {
    return this.getBooleanAttribute('multi_region');
  }
  public set multiRegion(value: boolean | cdktf.IResolvable) {
    this._multiRegion = value;
  }
  public resetMultiRegion() {
    this._multiRegion = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get multiRegionInput() {
    return this._multiRegion;
  }

  // multi_region_key_type - computed: true, optional: false, required: false
  public get multiRegionKeyType() {
    return this.getStringAttribute('multi_region_key_type');
  }

  // pending_deletion - computed: true, optional: false, required: false
  public get pendingDeletion() {
    return this.getBooleanAttribute('pending_deletion');
  }

  // policy - computed: true, optional: true, required: false
  private _policy?: string; 
  public get policy() {
    return this.getStringAttribute('policy');
  }
  public set policy(value: string) {
    this._policy = value;
  }
  public resetPolicy() {
    this._policy = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get policyInput() {
    return this._policy;
  }

  // primary_key_arn - computed: true, optional: true, required: false
  private _primaryKeyArn?: string; 
  public get primaryKeyArn() {
    return this.getStringAttribute('primary_key_arn');
  }
  public set primaryKeyArn(value: string) {
    this._primaryKeyArn = value;
  }
  public resetPrimaryKeyArn() {
    this._primaryKeyArn = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get primaryKeyArnInput() {
    return this._primaryKeyArn;
  }

  // protection_level - computed: true, optional: true, required: false
  private _protectionLevel?: string; 
  public get protectionLevel() {
    return this.getStringAttribute('protection_level');
  }
  public set protectionLevel(value: string) {
    this._protectionLevel = value;
  }
  public resetProtectionLevel() {
    this._protectionLevel = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get protectionLevelInput() {
    return this._protectionLevel;
  }

  // region - computed: true, optional: true, required: false
  private _region?: string; 
  public get region() {
    return this.getStringAttribute('region');
  }
  public set region(value: string) {
    this._region = value;
  }
  public resetRegion() {
    this._region = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get regionInput() {
    return this._region;
  }

  // tags - computed: true, optional: true, required: false
  private _tags?: { [key: string]: string }; 
  public get tags() {
    return this.getStringMapAttribute('tags');
  }
  public set tags(value: { [key: string]: string }) {
    this._tags = value;
  }
  public resetTags() {
    this._tags = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get tagsInput() {
    return this._tags;
  }

  // tags_all - computed: true, optional: false, required: false
  private _tagsAll = new cdktf.StringMap(this, "tags_all");
  public get tagsAll() {
    return this._tagsAll;
  }

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new ExternalKeyTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: ExternalKeyTimeouts) {
    this._timeouts.internalValue = value;
  }
  public resetTimeouts() {
    this._timeouts.internalValue = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get timeoutsInput() {
    return this._timeouts.internalValue;
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      bypass_policy_lockout_safety_check: cdktf.booleanToTerraform(this._bypassPolicyLockoutSafetyCheck),
      creation_token: cdktf.stringToTerraform(this._creationToken),
      deletion_protection: cdktf.booleanToTerraform(this._deletionProtection),
      deletion_window_in_days: cdktf.numberToTerraform(this._deletionWindowInDays),
      description: cdktf.stringToTerraform(this._description),
      dkms_instance_id: cdktf.stringToTerraform(this._dkmsInstanceId),
      enabled: cdktf.booleanToTerraform(this._enabled),
      key_spec: cdktf.stringToTerraform(this._keySpec),
      key_usage: cdktf.stringToTerraform(this._keyUsage),
      kms: cdktf.stringToTerraform(this._kms),
      multi_region: cdktf.booleanToTerraform(this._multiRegion),
      policy: cdktf.stringToTerraform(this._policy),
      primary_key_arn: cdktf.stringToTerraform(this._primaryKeyArn),
      protection_level: cdktf.stringToTerraform(this._protectionLevel),
      region: cdktf.stringToTerraform(this._region),
      tags: cdktf.hashMapper(cdktf.stringToTerraform)(this._tags),
      timeouts: externalKeyTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      bypass_policy_lockout_safety_check: {
        value: cdktf.booleanToHclTerraform(this._bypassPolicyLockoutSafetyCheck),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      creation_token: {
        value: cdktf.stringToHclTerraform(this._creationToken),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      deletion_protection: {
        value: cdktf.booleanToHclTerraform(this._deletionProtection),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      deletion_window_in_days: {
        value: cdktf.numberToHclTerraform(this._deletionWindowInDays),
        isBlock: false,
        type: "simple",
        storageClassType: "number",
      },
      description: {
        value: cdktf.stringToHclTerraform(this._description),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      dkms_instance_id: {
        value: cdktf.stringToHclTerraform(this._dkmsInstanceId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      enabled: {
        value: cdktf.booleanToHclTerraform(this._enabled),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      key_spec: {
        value: cdktf.stringToHclTerraform(this._keySpec),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      key_usage: {
        value: cdktf.stringToHclTerraform(this._keyUsage),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      kms: {
        value: cdktf.stringToHclTerraform(this._kms),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      multi_region: {
        value: cdktf.booleanToHclTerraform(this._multiRegion),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      policy: {
        value: cdktf.stringToHclTerraform(this._policy),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      primary_key_arn: {
        value: cdktf.stringToHclTerraform(this._primaryKeyArn),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      protection_level: {
        value: cdktf.stringToHclTerraform(this._protectionLevel),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      region: {
        value: cdktf.stringToHclTerraform(this._region),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      tags: {
        value: cdktf.hashMapperHcl(cdktf.stringToHclTerraform)(this._tags),
        isBlock: false,
        type: "map",
        storageClassType: "stringMap",
      },
      timeouts: {
        value: externalKeyTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "ExternalKeyTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
