import type { KmsProfile } from "../../engine/kms-profile";
import { checkPolicy, samePolicy } from "../policy-document";

const hmac = ["GENERATE_VERIFY_MAC"] as const;
const rsa = ["ENCRYPT_DECRYPT", "SIGN_VERIFY"] as const;
const ecc = ["SIGN_VERIFY", "KEY_AGREEMENT"] as const;

const rawSpecs = {
  SYMMETRIC_DEFAULT: ["ENCRYPT_DECRYPT"],
  HMAC_224: hmac,
  HMAC_256: hmac,
  HMAC_384: hmac,
  HMAC_512: hmac,
} as const;
const rsaSpecs = { RSA_2048: rsa, RSA_3072: rsa, RSA_4096: rsa };
const eccSpecs = {
  ECC_NIST_P256: ecc,
  ECC_NIST_P384: ecc,
  ECC_NIST_P521: ecc,
  ECC_SECG_P256K1: ["SIGN_VERIFY"],
} as const;

const dayInSeconds = 86_400;

/**
 * What AWS KMS can do.
 *
 * Sources: the API model of `kms/2014-11-01`; the developer guide, "Importing key material", "Request quotas" (the
 * default quotas, of all Regions the lowest) and "Key states".
 */
export const awsProfile: KmsProfile = {
  kms: "aws",
  title: "AWS KMS",
  keySpecs: { ...rawSpecs, ...rsaSpecs, ...eccSpecs },
  defaultKeySpec: "SYMMETRIC_DEFAULT",
  // us-east-1, us-gov-west-1, us-isob-east-1, eusc-de-east-1
  regionNames: { pattern: /^[a-z]{2,5}(-[a-z]{2,12}){1,2}-[1-9]\d?$/, example: "eu-central-1" },
  // OAEP first: it needs no ephemeral key in between. What it cannot hold goes by RSA_AES_KEY_WRAP.
  wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256", "RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_1"],
  wrappingKeySpecs: ["RSA_4096", "RSA_3072", "RSA_2048"],
  longestLifetime: 365 * dayInSeconds,
  reimport: "in_place",
  severalMaterials: ["SYMMETRIC_DEFAULT"],
  rotationsInLife: 25,
  materialDescription: { pattern: /^[a-zA-Z0-9:/_\s.-]+$/, longest: 256 },
  deletionWindowDays: { least: 7, most: 30, default: 30 },
  multiRegion: true,
  // One of the two is a trial that the primary's Region makes before it sets out.
  replicaCountsAsKeys: 2,
  quotas: {
    describe: 2000,
    policy: 1000,
    tags: 2000,
    materials: 100,
    listKeys: 500,
    importParameters: 1,
    importMaterial: 15,
    deleteMaterial: 15,
    rotate: 5,
    isRotating: 1000,
    create: 5,
    replicate: 5,
    setEnabled: 5,
    setDescription: 5,
    setPolicy: 15,
    tag: 10,
    untag: 5,
    scheduleDeletion: 15,
    cancelDeletion: 5,
  },
  // Usually seconds; a principal that was just made may take longer until a key policy can name it.
  settling: 120,
  checkPolicy,
  samePolicy,
};

/**
 * What AWS KMS can do in the Regions of China. SYMMETRIC_DEFAULT is SM4 there, of 128 bits. RSA_AES_KEY_WRAP is not to be
 * had, so that private RSA keys could only be wrapped by SM2PKE, which byok does not speak.
 */
const chinaProfile: KmsProfile = {
  ...awsProfile,
  title: "AWS KMS in China",
  keySpecs: { ...rawSpecs, ...eccSpecs },
  otherShapes: { SYMMETRIC_DEFAULT: { kind: "raw", bytes: 16 } },
  wrappingAlgorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"],
};

/** What AWS KMS can do in a Region. */
export function awsProfileIn(region: string): KmsProfile {
  return region.startsWith("cn-") ? chinaProfile : awsProfile;
}
