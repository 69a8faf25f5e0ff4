import type { Construct } from "constructs";
import { TerraformVariable } from "./core";

/** Properties of a KeyMaterialVariable. */
export interface KeyMaterialVariableProps {
  /**
   * What Terraform says where it asks for the variable.
   *
   * @default - none
   */
  readonly description?: string;
}

/**
 * A variable for key material in padded standard base64: ephemeral, so that it is in no state and no plan, and sensitive.
 * It need not be given: a plan without the bytes works, and an apply says when it needs them.
 *
 * @example
 * const bytes = new KeyMaterialVariable(this, "payments_key");
 * new ImportedKeyMaterial(this, "material", { key, keyMaterial: bytes.stringValue });
 * // TF_VAR_payments_key="$(base64 -w0 payments.bin)" cdktf deploy payments
 */
export class KeyMaterialVariable extends TerraformVariable {
  constructor(scope: Construct, id: string, props: KeyMaterialVariableProps = {}) {
    super(scope, id, { ...props, type: "string", sensitive: true });
    this.addOverride("ephemeral", true);
    this.addOverride("default", null);
  }
}
