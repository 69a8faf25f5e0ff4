import type { KmsProfile } from "../../engine/kms-profile";
import { checkPolicy, samePolicy } from "../policy-document";

/**
 * What QKMS can do, by its published documentation: only symmetric keys without material take an import, wrapped by OAEP
 * for RSA_2048. No lifetime is too long there, and no quota is documented: these are guesses on the careful side.
 *
 * Source: docs.quilibrium.com, API reference of Q-KMS, CreateKey, GetParametersForImport, ImportKeyMaterial,
 * ScheduleKeyDeletion.
 */
export const qkmsProfile: KmsProfile = {
  kms: "qkms",
  title: "QKMS",
  keySpecs: { SYMMETRIC_DEFAULT: ["ENCRYPT_DECRYPT"] },
  defaultKeySpec: "SYMMETRIC_DEFAULT",
  wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"],
  wrappingKeySpecs: ["RSA_2048"],
  reimport: "delete_first",
  severalMaterials: [],
  deletionWindowDays: { least: 7, most: 30, default: 30 },
  multiRegion: false,
  quotas: {
    describe: 20,
    policy: 10,
    tags: 20,
    listKeys: 5,
    callerAccount: 5,
    importParameters: 2,
    importMaterial: 5,
    deleteMaterial: 5,
    create: 2,
    setEnabled: 5,
    setDescription: 5,
    setPolicy: 5,
    tag: 5,
    untag: 5,
    scheduleDeletion: 5,
    cancelDeletion: 5,
  },
  settling: 60,
  checkPolicy,
  samePolicy,
};
