const { MultiRegionExternalKey } = require("byok/pulumi");

const key = new MultiRegionExternalKey("ledger", {
  regions: ["eu-central-1", "eu-west-1", "us-east-1"],
  description: "ledger, rotated each year",
  keyMaterialSource: "file:ledger-2026.bin",
  validFor: "180d",
  // New bytes go to the end. The former ones stay: they still decrypt.
  successors: [
    { name: "2027", keyMaterialSource: "file:ledger-2027.bin" },
    // { name: "2028", keyMaterialSource: "file:ledger-2028.bin" },
  ],
});

exports.arns = key.arns;
exports.current = Object.values(key.successors).at(-1).rotation.currentKeyMaterialId;
