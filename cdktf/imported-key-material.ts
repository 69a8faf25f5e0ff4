import { Construct } from "constructs";
import { defined } from "../src/engine/defined";
import { ImportedKeyMaterialResource } from "./bindings";
import type { IResolvable } from "./core";
import { refuseFaults } from "./faults";
import { importedKeyMaterialPropsFaults } from "./imported-key-material-faults";
import type { ImportedKeyMaterialProps } from "./imported-key-material-props";
import { referenceFaults, refuseLiteral } from "./key-material-reference";
import { absoluteSource } from "./key-material-source";

/** What is to be watched of material, as outputs of a stack; each value is known after an apply. */
export interface MaterialStatus {
  /** `imported`, `never_imported`, `expired`, `deleted`, `key_pending_deletion` or `key_gone`. */
  readonly materialState: string;
  /** The key's state: `Enabled`, `Disabled`, `PendingImport`, … */
  readonly keyState: string;
  /** When it expires, RFC 3339; null: never. */
  readonly validTo: string;
  /** From when on the same bytes are imported again, RFC 3339; null where nothing renews them. */
  readonly renewalTime: string;
  /** Whether that was due at the last refresh. */
  readonly readyForRenewal: IResolvable;
  /**
   * `current`, `former`, `pending_rotation` or `pending_multi_region_import_and_rotation`; null where the key takes one
   * material only.
   */
  readonly rotationState: string;
}

/**
 * One set of bytes in one key, with its lifetime. Each plan looks at the key: material that has expired, was deleted or is
 * due for renewal is planned as an update in place, which imports the same bytes again. Nothing watches in between, so run
 * a deployment on a schedule.
 */
export class ImportedKeyMaterial extends Construct {
  /** The Terraform resource, `byok_imported_key_material`. */
  readonly resource: ImportedKeyMaterialResource;
  /** The key's ARN, once it has its material. Whatever needs a usable key, such as a replica, takes it from here. */
  readonly keyArn: string;

  constructor(scope: Construct, id: string, props: ImportedKeyMaterialProps) {
    super(scope, id);
    const { key, keyMaterial, keyMaterialSource, ...config } = props;
    if (keyMaterial !== undefined) refuseLiteral(this, keyMaterial);
    refuseFaults(this, () => [
      ...importedKeyMaterialPropsFaults(props),
      ...(keyMaterial === undefined ? [] : referenceFaults(this, keyMaterial)),
    ]);
    this.resource = new ImportedKeyMaterialResource(this, "Default", {
      ...config,
      keyArn: key.keyArn,
      ...defined({ keyMaterialWo: keyMaterial }),
      ...(keyMaterialSource === undefined
        ? {}
        : { keyMaterialSource: absoluteSource(this, keyMaterialSource, process.cwd()) }),
    });
    this.keyArn = this.resource.keyArn;
  }

  /** The fingerprint of the bytes that were imported. */
  get fingerprint(): string {
    return this.resource.fingerprint;
  }

  /** The KMS's own id of the material, where it has one: for `succeeds`, and for a KeyRotation. */
  get keyMaterialId(): string {
    return this.resource.keyMaterialId;
  }

  /** Where the material stands among those of its key: `current`, `former`, or one of the states of waiting. */
  get rotationState(): string {
    return this.resource.rotationState;
  }

  /** Expiry, renewal, readiness and rotation, for a TerraformOutput or an alarm. */
  get status(): MaterialStatus {
    const { materialState, keyState, validTo, renewalTime, readyForRenewal, rotationState } = this.resource;
    return { materialState, keyState, validTo, renewalTime, readyForRenewal, rotationState };
  }
}
