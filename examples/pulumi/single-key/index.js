const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");

const key = new ExternalKey("payments", {
  description: "payments, with our own bytes",
  tags: { team: "payments" },
});

const material = new ImportedKeyMaterial(
  "payments",
  {
    keyArn: key.id,
    keyMaterialSource: "file:payments.bin",
    // Each import lives for 90 days; from 30 days before the end, an up imports the same bytes again.
    validFor: "90d",
    renewBefore: "30d",
  },
  { deletedWith: key },
);

exports.arn = key.arn;
exports.expires = material.validTo;
exports.renewal = material.renewalTime;
exports.reason = material.reason;
