import type { RequestRates } from "../quotas";

/** Default request quotas of AWS KMS, per second, account and Region ("Request quotas" of the developer guide). */
export const awsRequestRates: RequestRates = {
  GetParametersForImport: 1,
  CreateKey: 5,
  ReplicateKey: 5,
  RotateKeyOnDemand: 5,
  EnableKey: 5,
  DisableKey: 5,
  CancelKeyDeletion: 5,
  CreateAlias: 5,
  UpdateKeyDescription: 5,
  UpdatePrimaryRegion: 5,
  UntagResource: 5,
  TagResource: 10,
  ImportKeyMaterial: 15,
  DeleteImportedKeyMaterial: 15,
  ScheduleKeyDeletion: 15,
  PutKeyPolicy: 15,
  ListKeyRotations: 100,
  GetKeyPolicy: 1000,
  GetKeyRotationStatus: 1000,
  DescribeKey: 2000,
  GetPublicKey: 2000,
  ListResourceTags: 2000,
};
