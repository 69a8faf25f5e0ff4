import { ByokProvider, ExternalKey, ImportedKeyMaterial } from "byok/cdktf";
import { App, TerraformOutput, TerraformStack } from "cdktf";

const app = new App();
const stack = new TerraformStack(app, "single-key");

new ByokProvider(stack, "byok", { aws: { region: "eu-central-1" } });

const key = new ExternalKey(stack, "payments", {
  description: "encrypts payments",
  deletionWindowInDays: 7,
});

const material = new ImportedKeyMaterial(stack, "payments-material", {
  key,
  // Next to this file; read by the provider when Terraform runs, and stored nowhere.
  keyMaterialSource: "file:payments.bin",
  validFor: "90d",
  renewBefore: "30d",
});

// The ARN of a key that is ready for use.
new TerraformOutput(stack, "key_arn", { value: material.keyArn });
new TerraformOutput(stack, "material", { value: material.status });

app.synth();
