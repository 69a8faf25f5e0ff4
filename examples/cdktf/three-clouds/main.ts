import { ByokProvider, ExternalKey, ImportedKeyMaterial } from "byok/cdktf";
import { App, TerraformOutput, TerraformStack } from "cdktf";

const app = new App();
const stack = new TerraformStack(app, "three-clouds");

new ByokProvider(stack, "byok", {
  aws: { region: "eu-central-1" },
  alibaba: { region: "cn-hangzhou" },
  qkms: {},
});

const materials = ["aws", "alibaba", "qkms"].map((kms) => {
  const key = new ExternalKey(stack, `ledger-${kms}`, { kms, description: "encrypts the ledger" });
  return new ImportedKeyMaterial(stack, `ledger-${kms}-material`, {
    key,
    // The same bytes in each: read by the provider when Terraform runs, and stored nowhere.
    keyMaterialSource: "file:ledger.bin?encoding=raw",
    validFor: "90d",
    renewBefore: "30d",
  });
});

// Keys that are ready for use, and what names their bytes: three times the same.
new TerraformOutput(stack, "key_arns", { value: materials.map(({ keyArn }) => keyArn) });
new TerraformOutput(stack, "fingerprints", { value: materials.map(({ fingerprint }) => fingerprint) });

app.synth();
