// @ts-nocheck: made by npm run generate:cdktf, by a generator that knows looser settings than ours.
// https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material
// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktn from 'cdktn';

// Configuration

export interface ImportedKeyMaterialConfig extends cdktn.TerraformMetaArguments {
  /**
  * Whether a KMS that imports only into an empty key (QKMS) may be without the material for a moment when it is renewed. Default: `true`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#allow_interruption ImportedKeyMaterial#allow_interruption}
  */
  readonly allowInterruption?: boolean | cdktn.IResolvable;
  /**
  * What destroying this, or moving it to another key, does to the bytes in the key: `retain` leaves them, `delete` deletes them at once, if an import has proved them and no other resource of the same plan needs them there. Default: `retain`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#deletion_policy ImportedKeyMaterial#deletion_policy}
  */
  readonly deletionPolicy?: string;
  /**
  * Names the bytes without giving them away; `byok fingerprint` prints it. What is set here is what will be imported, or nothing. Unset: a plan that reads the bytes shows their fingerprint, and applying that plan imports those bytes or nothing. Default: that of the imported bytes.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#fingerprint ImportedKeyMaterial#fingerprint}
  */
  readonly fingerprint?: string;
  /**
  * ARN of the key. Another one imports into that key, in place, and lets go of the former one once that import has proved the same bytes. Planning that needs the bytes.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#key_arn ImportedKeyMaterial#key_arn}
  */
  readonly keyArn: string;
  /**
  * Where the bytes are: `file:keys/payments.bin`, `env:NAME`, or `exec:/usr/bin/get-key payments` (no shell; split on blanks, each word percent-decoded). Raw, hex, base64, PEM or DER; where a content can be read in several ways, `?encoding=raw|hex|base64|pem|der` says which is meant. Or a store of secrets, read with the credentials of the provider: `secretsmanager:NAME-OR-ARN?version-id=V`, `ssm:NAME?version=N`, `alibaba-secrets:NAME?version-id=V`, each with `region=` where it is in another Region and `field=` for a member of a JSON secret, parted by `&`. Or what holds key material and wraps it itself, so that no byte comes to this machine's memory: `pkcs11:token=hsm;object=payments?module-path=/usr/lib/vendor.so&pin-source=file:/run/pin`, a key in a PKCS#11 token (RFC 7512); `wrap:/usr/bin/vendor-wrap payments`, a command that speaks the wrapping protocol; `vault-transit:transit/payments?version=1`, a private key in the Transit engine of Vault or OpenBao (`&export=true` reads a symmetric one); or `wrapped:payments.wrapped.json`, which `byok wrap` made for this key where there is no network.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#key_material_source ImportedKeyMaterial#key_material_source}
  */
  readonly keyMaterialSource?: string;
  /**
  * The bytes in padded standard base64, in one line or several: 16, 24, 28, 32, 48 or 64 raw bytes, or a private key in DER (PKCS#8, PKCS#1 or SEC1). An empty text counts as not set. Never stored. Give it from an ephemeral value: a literal would stand in the configuration and in saved plans.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#key_material_wo ImportedKeyMaterial#key_material_wo}
  */
  readonly keyMaterialWo?: string;
  /**
  * A description that the KMS keeps with the material; for symmetric keys on AWS, not for replicas. Default: none.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#material_description ImportedKeyMaterial#material_description}
  */
  readonly materialDescription?: string;
  /**
  * What to do about material that was deleted before its time: `reimport`, or `report` for those who delete as incident response. Default: `reimport`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#on_deletion ImportedKeyMaterial#on_deletion}
  */
  readonly onDeletion?: string;
  /**
  * How long before its expiry the material is imported again, with `valid_for`. Default: a third of `valid_for`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#renew_before ImportedKeyMaterial#renew_before}
  */
  readonly renewBefore?: string;
  /**
  * The `key_material_id` of the material that these bytes come after: they are imported as new material beside it, to be rotated to by a key rotation. It must be the current one then. Symmetric keys on AWS only. Default: the key's first material.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#succeeds ImportedKeyMaterial#succeeds}
  */
  readonly succeeds?: string;
  /**
  * How long each import is valid, such as `90d` or `2160h`; the material is renewed in time. Default: not set.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#valid_for ImportedKeyMaterial#valid_for}
  */
  readonly validFor?: string;
  /**
  * When the material expires, RFC 3339 with a time zone; at most 365 days ahead on AWS. Default: never, or as `valid_for` says.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#valid_to ImportedKeyMaterial#valid_to}
  */
  readonly validTo?: string;
  /**
  * How the bytes are wrapped: `RSAES_OAEP_SHA_1`, `RSAES_OAEP_SHA_256`, `RSA_AES_KEY_WRAP_SHA_1`, `RSA_AES_KEY_WRAP_SHA_256`, `RSAES_PKCS1_V1_5`. Default: the strongest that the key and the KMS allow.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#wrapping_algorithm ImportedKeyMaterial#wrapping_algorithm}
  */
  readonly wrappingAlgorithm?: string;
  /**
  * The KMS's wrapping key: `RSA_2048`, `RSA_3072`, `RSA_4096`. Default: the strongest that the key and the KMS allow.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#wrapping_key_spec ImportedKeyMaterial#wrapping_key_spec}
  */
  readonly wrappingKeySpec?: string;
  /**
  * timeouts block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#timeouts ImportedKeyMaterial#timeouts}
  */
  readonly timeouts?: ImportedKeyMaterialTimeouts;
}
export interface ImportedKeyMaterialTimeouts {
  /**
  * How long a creation may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#create ImportedKeyMaterial#create}
  */
  readonly create?: string;
  /**
  * How long a deletion may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#delete ImportedKeyMaterial#delete}
  */
  readonly delete?: string;
  /**
  * How long a read may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#read ImportedKeyMaterial#read}
  */
  readonly read?: string;
  /**
  * How long an update may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#update ImportedKeyMaterial#update}
  */
  readonly update?: string;
}

export function importedKeyMaterialTimeoutsToTerraform(struct?: ImportedKeyMaterialTimeouts | cdktn.IResolvable): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  return {
    create: cdktn.stringToTerraform(struct!.create),
    delete: cdktn.stringToTerraform(struct!.delete),
    read: cdktn.stringToTerraform(struct!.read),
    update: cdktn.stringToTerraform(struct!.update),
  }
}


export function importedKeyMaterialTimeoutsToHclTerraform(struct?: ImportedKeyMaterialTimeouts | cdktn.IResolvable): any {
  if (!cdktn.canInspect(struct) || cdktn.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktn.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdktn.io/docs/concepts/resources#references");
  }
  const attrs = {
    create: {
      value: cdktn.stringToHclTerraform(struct!.create),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    delete: {
      value: cdktn.stringToHclTerraform(struct!.delete),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    read: {
      value: cdktn.stringToHclTerraform(struct!.read),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    update: {
      value: cdktn.stringToHclTerraform(struct!.update),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export class ImportedKeyMaterialTimeoutsOutputReference extends cdktn.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktn.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): ImportedKeyMaterialTimeouts | cdktn.IResolvable | undefined {
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

  public set internalValue(value: ImportedKeyMaterialTimeouts | cdktn.IResolvable | undefined) {
    if (value === undefined) {
      this.isEmptyObject = false;
      this.resolvableValue = undefined;
      this._create = undefined;
      this._delete = undefined;
      this._read = undefined;
      this._update = undefined;
    }
    else if (cdktn.Tokenization.isResolvable(value)) {
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
* Represents a {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material byok_imported_key_material}
*/
export class ImportedKeyMaterial extends cdktn.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "byok_imported_key_material";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTN code for importing a ImportedKeyMaterial resource upon running "cdktn plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the ImportedKeyMaterial to import
  * @param importFromId The id of the existing ImportedKeyMaterial that should be imported. Refer to the {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material#import import section} in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the ImportedKeyMaterial to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktn.TerraformProvider) {
        return new cdktn.ImportableResource(scope, importToId, { terraformResourceType: "byok_imported_key_material", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/imported_key_material byok_imported_key_material} Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options ImportedKeyMaterialConfig
  */
  public constructor(scope: Construct, id: string, config: ImportedKeyMaterialConfig) {
    super(scope, id, {
      terraformResourceType: 'byok_imported_key_material',
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
    this._allowInterruption = config.allowInterruption;
    this._deletionPolicy = config.deletionPolicy;
    this._fingerprint = config.fingerprint;
    this._keyArn = config.keyArn;
    this._keyMaterialSource = config.keyMaterialSource;
    this._keyMaterialWo = config.keyMaterialWo;
    this._materialDescription = config.materialDescription;
    this._onDeletion = config.onDeletion;
    this._renewBefore = config.renewBefore;
    this._succeeds = config.succeeds;
    this._validFor = config.validFor;
    this._validTo = config.validTo;
    this._wrappingAlgorithm = config.wrappingAlgorithm;
    this._wrappingKeySpec = config.wrappingKeySpec;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  // allow_interruption - computed: true, optional: true, required: false
  private _allowInterruption?: boolean | cdktn.IResolvable; 
  public get allowInterruption() {
    return this.getBooleanAttribute('allow_interruption');
  }
  public set allowInterruption(value: boolean | cdktn.IResolvable) {
    this._allowInterruption = value;
  }
  public resetAllowInterruption() {
    this._allowInterruption = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get allowInterruptionInput() {
    return this._allowInterruption;
  }

  // deletion_policy - computed: true, optional: true, required: false
  private _deletionPolicy?: string; 
  public get deletionPolicy() {
    return this.getStringAttribute('deletion_policy');
  }
  public set deletionPolicy(value: string) {
    this._deletionPolicy = value;
  }
  public resetDeletionPolicy() {
    this._deletionPolicy = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get deletionPolicyInput() {
    return this._deletionPolicy;
  }

  // expiration_model - computed: true, optional: false, required: false
  public get expirationModel() {
    return this.getStringAttribute('expiration_model');
  }

  // fingerprint - computed: true, optional: true, required: false
  private _fingerprint?: string; 
  public get fingerprint() {
    return this.getStringAttribute('fingerprint');
  }
  public set fingerprint(value: string) {
    this._fingerprint = value;
  }
  public resetFingerprint() {
    this._fingerprint = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get fingerprintInput() {
    return this._fingerprint;
  }

  // id - computed: true, optional: false, required: false
  public get id() {
    return this.getStringAttribute('id');
  }

  // imported_at - computed: true, optional: false, required: false
  public get importedAt() {
    return this.getStringAttribute('imported_at');
  }

  // key_arn - computed: false, optional: false, required: true
  private _keyArn?: string; 
  public get keyArn() {
    return this.getStringAttribute('key_arn');
  }
  public set keyArn(value: string) {
    this._keyArn = value;
  }
  // Temporarily expose input value. Use with caution.
  public get keyArnInput() {
    return this._keyArn;
  }

  // key_material_id - computed: true, optional: false, required: false
  public get keyMaterialId() {
    return this.getStringAttribute('key_material_id');
  }

  // key_material_source - computed: false, optional: true, required: false
  private _keyMaterialSource?: string; 
  /**
  * @deprecated Write-only: the provider never returns this value; reading it always yields null by protocol contract. The getter remains for compatibility and will be removed in a future prebuilt-provider major.
  */
  public get keyMaterialSource() {
    return this.getStringAttribute('key_material_source');
  }
  public set keyMaterialSource(value: string) {
    this._keyMaterialSource = value;
  }
  public resetKeyMaterialSource() {
    this._keyMaterialSource = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keyMaterialSourceInput() {
    return this._keyMaterialSource;
  }

  // key_material_wo - computed: false, optional: true, required: false
  private _keyMaterialWo?: string; 
  /**
  * @deprecated Write-only: the provider never returns this value; reading it always yields null by protocol contract. The getter remains for compatibility and will be removed in a future prebuilt-provider major.
  */
  public get keyMaterialWo() {
    return this.getStringAttribute('key_material_wo');
  }
  public set keyMaterialWo(value: string) {
    this._keyMaterialWo = value;
  }
  public resetKeyMaterialWo() {
    this._keyMaterialWo = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get keyMaterialWoInput() {
    return this._keyMaterialWo;
  }

  // key_state - computed: true, optional: false, required: false
  public get keyState() {
    return this.getStringAttribute('key_state');
  }

  // material_description - computed: false, optional: true, required: false
  private _materialDescription?: string; 
  public get materialDescription() {
    return this.getStringAttribute('material_description');
  }
  public set materialDescription(value: string) {
    this._materialDescription = value;
  }
  public resetMaterialDescription() {
    this._materialDescription = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get materialDescriptionInput() {
    return this._materialDescription;
  }

  // material_state - computed: true, optional: false, required: false
  public get materialState() {
    return this.getStringAttribute('material_state');
  }

  // on_deletion - computed: true, optional: true, required: false
  private _onDeletion?: string; 
  public get onDeletion() {
    return this.getStringAttribute('on_deletion');
  }
  public set onDeletion(value: string) {
    this._onDeletion = value;
  }
  public resetOnDeletion() {
    this._onDeletion = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get onDeletionInput() {
    return this._onDeletion;
  }

  // ready_for_renewal - computed: true, optional: false, required: false
  public get readyForRenewal() {
    return this.getBooleanAttribute('ready_for_renewal');
  }

  // reason - computed: true, optional: false, required: false
  public get reason() {
    return this.getStringAttribute('reason');
  }

  // renew_before - computed: false, optional: true, required: false
  private _renewBefore?: string; 
  public get renewBefore() {
    return this.getStringAttribute('renew_before');
  }
  public set renewBefore(value: string) {
    this._renewBefore = value;
  }
  public resetRenewBefore() {
    this._renewBefore = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get renewBeforeInput() {
    return this._renewBefore;
  }

  // renewal_time - computed: true, optional: false, required: false
  public get renewalTime() {
    return this.getStringAttribute('renewal_time');
  }

  // rotation_state - computed: true, optional: false, required: false
  public get rotationState() {
    return this.getStringAttribute('rotation_state');
  }

  // succeeds - computed: false, optional: true, required: false
  private _succeeds?: string; 
  public get succeeds() {
    return this.getStringAttribute('succeeds');
  }
  public set succeeds(value: string) {
    this._succeeds = value;
  }
  public resetSucceeds() {
    this._succeeds = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get succeedsInput() {
    return this._succeeds;
  }

  // valid_for - computed: false, optional: true, required: false
  private _validFor?: string; 
  public get validFor() {
    return this.getStringAttribute('valid_for');
  }
  public set validFor(value: string) {
    this._validFor = value;
  }
  public resetValidFor() {
    this._validFor = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get validForInput() {
    return this._validFor;
  }

  // valid_to - computed: true, optional: true, required: false
  private _validTo?: string; 
  public get validTo() {
    return this.getStringAttribute('valid_to');
  }
  public set validTo(value: string) {
    this._validTo = value;
  }
  public resetValidTo() {
    this._validTo = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get validToInput() {
    return this._validTo;
  }

  // verified - computed: true, optional: false, required: false
  public get verified() {
    return this.getBooleanAttribute('verified');
  }

  // wrapping_algorithm - computed: false, optional: true, required: false
  private _wrappingAlgorithm?: string; 
  public get wrappingAlgorithm() {
    return this.getStringAttribute('wrapping_algorithm');
  }
  public set wrappingAlgorithm(value: string) {
    this._wrappingAlgorithm = value;
  }
  public resetWrappingAlgorithm() {
    this._wrappingAlgorithm = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get wrappingAlgorithmInput() {
    return this._wrappingAlgorithm;
  }

  // wrapping_key_spec - computed: false, optional: true, required: false
  private _wrappingKeySpec?: string; 
  public get wrappingKeySpec() {
    return this.getStringAttribute('wrapping_key_spec');
  }
  public set wrappingKeySpec(value: string) {
    this._wrappingKeySpec = value;
  }
  public resetWrappingKeySpec() {
    this._wrappingKeySpec = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get wrappingKeySpecInput() {
    return this._wrappingKeySpec;
  }

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new ImportedKeyMaterialTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: ImportedKeyMaterialTimeouts) {
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
      allow_interruption: cdktn.booleanToTerraform(this._allowInterruption),
      deletion_policy: cdktn.stringToTerraform(this._deletionPolicy),
      fingerprint: cdktn.stringToTerraform(this._fingerprint),
      key_arn: cdktn.stringToTerraform(this._keyArn),
      key_material_source: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._keyMaterialSource)),
      key_material_wo: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._keyMaterialWo)),
      material_description: cdktn.stringToTerraform(this._materialDescription),
      on_deletion: cdktn.stringToTerraform(this._onDeletion),
      renew_before: cdktn.stringToTerraform(this._renewBefore),
      succeeds: cdktn.stringToTerraform(this._succeeds),
      valid_for: cdktn.stringToTerraform(this._validFor),
      valid_to: cdktn.stringToTerraform(this._validTo),
      wrapping_algorithm: cdktn.stringToTerraform(this._wrappingAlgorithm),
      wrapping_key_spec: cdktn.stringToTerraform(this._wrappingKeySpec),
      timeouts: importedKeyMaterialTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      allow_interruption: {
        value: cdktn.booleanToHclTerraform(this._allowInterruption),
        isBlock: false,
        type: "simple",
        storageClassType: "boolean",
      },
      deletion_policy: {
        value: cdktn.stringToHclTerraform(this._deletionPolicy),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      fingerprint: {
        value: cdktn.stringToHclTerraform(this._fingerprint),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      key_arn: {
        value: cdktn.stringToHclTerraform(this._keyArn),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      key_material_source: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._keyMaterialSource)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      key_material_wo: {
        value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._keyMaterialWo)),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      material_description: {
        value: cdktn.stringToHclTerraform(this._materialDescription),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      on_deletion: {
        value: cdktn.stringToHclTerraform(this._onDeletion),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      renew_before: {
        value: cdktn.stringToHclTerraform(this._renewBefore),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      succeeds: {
        value: cdktn.stringToHclTerraform(this._succeeds),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      valid_for: {
        value: cdktn.stringToHclTerraform(this._validFor),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      valid_to: {
        value: cdktn.stringToHclTerraform(this._validTo),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      wrapping_algorithm: {
        value: cdktn.stringToHclTerraform(this._wrappingAlgorithm),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      wrapping_key_spec: {
        value: cdktn.stringToHclTerraform(this._wrappingKeySpec),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      timeouts: {
        value: importedKeyMaterialTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "ImportedKeyMaterialTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
