import { ByokProvider, MultiRegionExternalKey } from "byok/cdktf";
import { App, TerraformOutput, TerraformStack } from "cdktf";

const app = new App();
const stack = new TerraformStack(app, "rotation");

new ByokProvider(stack, "byok", { aws: { region: "eu-central-1" } });

const key = new MultiRegionExternalKey(stack, "payments", {
  // The primary first.
  regions: ["eu-central-1", "eu-west-1", "us-east-1"],
  description: "encrypts payments, and is rotated each year",
  deletionWindowInDays: 7,
  keyMaterialSource: "file:payments-2026.bin",
  validFor: "90d",
  // New bytes go to the end. The former ones stay: they still decrypt.
  successors: [
    { name: "2027", keyMaterialSource: "file:payments-2027.bin" },
    // { name: "2028", keyMaterialSource: "file:payments-2028.bin" },
  ],
});

new TerraformOutput(stack, "key_arns", { value: key.keyArns });
new TerraformOutput(stack, "status", { value: key.status });

app.synth();
