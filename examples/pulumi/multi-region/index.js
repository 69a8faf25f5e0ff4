const { MultiRegionExternalKey } = require("byok/pulumi");

const key = new MultiRegionExternalKey("ledger", {
  regions: ["eu-central-1", "eu-west-1", "us-east-1"],
  description: "ledger, the same bytes in three Regions",
  keyMaterialSource: "file:ledger.bin",
  validFor: "180d",
});

exports.keyId = key.keyId;
exports.arns = key.arns;
