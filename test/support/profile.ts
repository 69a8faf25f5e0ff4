import type { KmsProfile } from "../../src/engine/kms-profile";

/** A KMS on paper, for tests of decisions that no request is needed for. */
export const paperProfile: KmsProfile = {
  kms: "aws",
  title: "Paper KMS",
  keySpecs: { SYMMETRIC_DEFAULT: ["ENCRYPT_DECRYPT"], HMAC_256: ["GENERATE_VERIFY_MAC"] },
  defaultKeySpec: "SYMMETRIC_DEFAULT",
  wrappingAlgorithms: ["RSAES_OAEP_SHA_256"],
  wrappingKeySpecs: ["RSA_2048"],
  longestLifetime: 365 * 86_400,
  reimport: "in_place",
  severalMaterials: ["SYMMETRIC_DEFAULT"],
  deletionWindowDays: { least: 7, most: 30, default: 30 },
  multiRegion: true,
  quotas: {},
  settling: 60,
  checkPolicy: () => {},
  samePolicy: (one, other) => one === other,
};
