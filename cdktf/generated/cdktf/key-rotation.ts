// @ts-nocheck: made by npm run generate:cdktf, by a generator that knows looser settings than ours.
// https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation
// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktf from 'cdktf';

// Configuration

export interface KeyRotationConfig extends cdktf.TerraformMetaArguments {
  /**
  * ARN of the key. Of a multi-Region key the primary's, which rotates it in all its Regions.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#key_arn KeyRotation#key_arn}
  */
  readonly keyArn: string;
  /**
  * The `key_material_id` of the imported key material that is to be the current one. Of a multi-Region key every replica must have it.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#key_material_id KeyRotation#key_material_id}
  */
  readonly keyMaterialId: string;
  /**
  * timeouts block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#timeouts KeyRotation#timeouts}
  */
  readonly timeouts?: KeyRotationTimeouts;
}
export interface KeyRotationTimeouts {
  /**
  * How long a creation may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#create KeyRotation#create}
  */
  readonly create?: string;
  /**
  * How long a deletion may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#delete KeyRotation#delete}
  */
  readonly delete?: string;
  /**
  * How long a read may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#read KeyRotation#read}
  */
  readonly read?: string;
  /**
  * How long an update may take: a number with a unit (`s`, `m` or `h`), as in `90s` or `1h30m`. Default: `20m`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#update KeyRotation#update}
  */
  readonly update?: string;
}

export function keyRotationTimeoutsToTerraform(struct?: KeyRotationTimeouts | cdktf.IResolvable): any {
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


export function keyRotationTimeoutsToHclTerraform(struct?: KeyRotationTimeouts | cdktf.IResolvable): any {
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

export class KeyRotationTimeoutsOutputReference extends cdktf.ComplexObject {
  private isEmptyObject = false;
  private resolvableValue?: cdktf.IResolvable;

  /**
  * @param terraformResource The parent resource
  * @param terraformAttribute The attribute on the parent resource this class is referencing
  */
  public constructor(terraformResource: cdktf.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false);
  }

  public get internalValue(): KeyRotationTimeouts | cdktf.IResolvable | undefined {
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

  public set internalValue(value: KeyRotationTimeouts | cdktf.IResolvable | undefined) {
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
* Represents a {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation byok_key_rotation}
*/
export class KeyRotation extends cdktf.TerraformResource {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "byok_key_rotation";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTF code for importing a KeyRotation resource upon running "cdktf plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the KeyRotation to import
  * @param importFromId The id of the existing KeyRotation that should be imported. Refer to the {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation#import import section} in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the KeyRotation to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktf.TerraformProvider) {
        return new cdktf.ImportableResource(scope, importToId, { terraformResourceType: "byok_key_rotation", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new {@link https://registry.terraform.io/providers/byok/byok/latest/docs/resources/key_rotation byok_key_rotation} Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options KeyRotationConfig
  */
  public constructor(scope: Construct, id: string, config: KeyRotationConfig) {
    super(scope, id, {
      terraformResourceType: 'byok_key_rotation',
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
    this._keyArn = config.keyArn;
    this._keyMaterialId = config.keyMaterialId;
    this._timeouts.internalValue = config.timeouts;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  // current_key_material_id - computed: true, optional: false, required: false
  public get currentKeyMaterialId() {
    return this.getStringAttribute('current_key_material_id');
  }

  // id - computed: true, optional: false, required: false
  public get id() {
    return this.getStringAttribute('id');
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

  // key_material_id - computed: false, optional: false, required: true
  private _keyMaterialId?: string; 
  public get keyMaterialId() {
    return this.getStringAttribute('key_material_id');
  }
  public set keyMaterialId(value: string) {
    this._keyMaterialId = value;
  }
  // Temporarily expose input value. Use with caution.
  public get keyMaterialIdInput() {
    return this._keyMaterialId;
  }

  // rotated_at - computed: true, optional: false, required: false
  public get rotatedAt() {
    return this.getStringAttribute('rotated_at');
  }

  // rotations - computed: true, optional: false, required: false
  public get rotations() {
    return this.getNumberAttribute('rotations');
  }

  // rotations_left - computed: true, optional: false, required: false
  public get rotationsLeft() {
    return this.getNumberAttribute('rotations_left');
  }

  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new KeyRotationTimeoutsOutputReference(this, "timeouts");
  public get timeouts() {
    return this._timeouts;
  }
  public putTimeouts(value: KeyRotationTimeouts) {
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
      key_arn: cdktf.stringToTerraform(this._keyArn),
      key_material_id: cdktf.stringToTerraform(this._keyMaterialId),
      timeouts: keyRotationTimeoutsToTerraform(this._timeouts.internalValue),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      key_arn: {
        value: cdktf.stringToHclTerraform(this._keyArn),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      key_material_id: {
        value: cdktf.stringToHclTerraform(this._keyMaterialId),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      timeouts: {
        value: keyRotationTimeoutsToHclTerraform(this._timeouts.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "KeyRotationTimeouts",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
