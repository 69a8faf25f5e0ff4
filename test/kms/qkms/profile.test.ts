import { operations } from "../../../src/engine/kms-profile";
import { qkmsProfile } from "../../../src/kms/qkms/profile";

it("is QKMS as its API reference has it", () => {
  expect(qkmsProfile).toMatchObject({
    kms: "qkms",
    title: "QKMS",
    defaultKeySpec: "SYMMETRIC_DEFAULT",
    wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"],
    wrappingKeySpecs: ["RSA_2048"],
    // An import is documented for keys without material only.
    reimport: "delete_first",
    severalMaterials: [],
    multiRegion: false,
    deletionWindowDays: { least: 7, most: 30, default: 30 },
  });
  expect(qkmsProfile.keySpecs).toEqual({ SYMMETRIC_DEFAULT: ["ENCRYPT_DECRYPT"] });
  expect(qkmsProfile.longestLifetime).toBeUndefined();
});

it("paces every request that there is", () => {
  const absent = ["materials", "replicate", "rotate", "isRotating", "setDeletionProtection"];
  expect(Object.keys(qkmsProfile.quotas).toSorted()).toEqual(
    operations.filter((operation) => !absent.includes(operation)).toSorted(),
  );
});
