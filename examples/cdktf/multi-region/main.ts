import { ByokProvider, KeyMaterialVariable, MultiRegionExternalKey } from "byok/cdktf";
import { App, TerraformOutput, TerraformStack } from "cdktf";

const app = new App();
const stack = new TerraformStack(app, "multi-region");

new ByokProvider(stack, "byok", { aws: { region: "eu-central-1" } });

// TF_VAR_payments_key; ephemeral, so that it is in no state and no plan.
const bytes = new KeyMaterialVariable(stack, "payments_key");

const key = new MultiRegionExternalKey(stack, "payments", {
  // The primary first.
  regions: ["eu-central-1", "eu-west-1", "us-east-1"],
  description: "encrypts payments, everywhere",
  deletionWindowInDays: 7,
  keyMaterial: bytes.stringValue,
  validFor: "90d",
});

new TerraformOutput(stack, "key_arns", { value: key.keyArns });
new TerraformOutput(stack, "status", { value: key.status });

app.synth();
