import { Construct } from "constructs";
import { KeyRotationResource } from "./bindings";
import { refuseFaults } from "./faults";
import { keyRotationPropsFaults } from "./key-rotation-faults";
import type { KeyRotationProps } from "./key-rotation-props";

/**
 * Makes one material the current one of its key: a deployment rotates the key to it if it waits for a rotation,
 * and does nothing if it is current already. Destroying it changes nothing, since no KMS rotates back.
 *
 * Of a multi-Region key every replica must have the material before the primary is rotated, so let the rotation depend on
 * it (`rotation.resource.dependsOn = [dependable(material.resource)]`); MultiRegionExternalKey does that by itself.
 */
export class KeyRotation extends Construct {
  /** The Terraform resource, `byok_key_rotation`. */
  readonly resource: KeyRotationResource;
  /** The key's ARN. */
  readonly keyArn: string;

  constructor(scope: Construct, id: string, props: KeyRotationProps) {
    super(scope, id);
    refuseFaults(this, () => keyRotationPropsFaults(props));
    const { key, ...config } = props;
    this.resource = new KeyRotationResource(this, "Default", { ...config, keyArn: key.keyArn });
    this.keyArn = this.resource.keyArn;
  }

  /**
   * The material's id, once the key was rotated to it. Material that comes after it takes `succeeds` from here, so that it
   * is imported only then.
   */
  get keyMaterialId(): string {
    return this.resource.keyMaterialId;
  }

  /** When the material became the current one, RFC 3339; null for the key's first material. */
  get rotatedAt(): string {
    return this.resource.rotatedAt;
  }

  /** The current material at the last refresh: another one once the key was rotated on. */
  get currentKeyMaterialId(): string {
    return this.resource.currentKeyMaterialId;
  }

  /** How often the key was rotated on demand in its life. */
  get rotations(): number {
    return this.resource.rotations;
  }

  /** How often it still can be. */
  get rotationsLeft(): number {
    return this.resource.rotationsLeft;
  }
}
