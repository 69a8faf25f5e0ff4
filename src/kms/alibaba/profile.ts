import type { KmsProfile } from "../../engine/kms-profile";
import { checkPolicy, samePolicy } from "./policy-document";

/**
 * What Alibaba Cloud KMS can do.
 *
 * Sources: the documentation of the API of 2016-01-20 (CreateKey, GetParametersForImport, ImportKeyMaterial) and
 * "Import key material" of the user guide. Left out, because the documentation contradicts itself or says nothing of the
 * format: asymmetric material, and wrapping by SM2PKE. No request quotas are documented, so that the numbers are cautious.
 */
export const alibabaProfile: KmsProfile = {
  kms: "alibaba",
  title: "Alibaba Cloud KMS",
  keySpecs: {
    Aliyun_AES_256: ["ENCRYPT/DECRYPT"],
    Aliyun_SM4: ["ENCRYPT/DECRYPT"],
  },
  defaultKeySpec: "Aliyun_AES_256",
  // cn-hangzhou, ap-southeast-1, cn-shanghai-finance-1
  regionNames: { pattern: /^[a-z]{2}(-[a-z0-9]{1,20}){1,5}$/, example: "cn-hangzhou" },
  wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5"],
  wrappingKeySpecs: ["RSA_2048"],
  reimport: "in_place",
  severalMaterials: [],
  deletionWindowDays: { least: 7, most: 366, default: 30 },
  multiRegion: false,
  keyOptions: ["dkms_instance_id", "protection_level", "deletion_protection"],
  quotas: {
    describe: 50,
    policy: 50,
    tags: 50,
    listKeys: 20,
    importParameters: 5,
    importMaterial: 5,
    deleteMaterial: 5,
    create: 5,
    setEnabled: 5,
    setDescription: 5,
    setPolicy: 5,
    tag: 5,
    untag: 5,
    scheduleDeletion: 5,
    cancelDeletion: 5,
    setDeletionProtection: 5,
  },
  settling: 60,
  checkPolicy,
  samePolicy,
};
