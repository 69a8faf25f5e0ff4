const { Config } = require("@pulumi/pulumi");
const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");

const key = new ExternalKey("orders", {
  // Only its first up reads this: from then on the key is in the state.
  existingKeyArn: new Config().require("keyArn"),
  // The arguments of aws.kms.ExternalKey, under the same names.
  description: "orders",
  tags: { team: "orders" },
});

exports.material = new ImportedKeyMaterial(
  "orders",
  // The same bytes as before. Their import proves to the KMS that they are the same, and touches nothing else.
  { keyArn: key.id, keyMaterialSource: "file:orders.bin", validFor: "90d" },
  { deletedWith: key },
).reason;

exports.arn = key.arn;
