/**
 * byok for Pulumi: KMS keys whose material you bring, as resources of `pulumi up`.
 *
 * ```ts
 * const key = new ExternalKey("payments", { description: "payments" });
 * new ImportedKeyMaterial("payments", { keyArn: key.id, keyMaterialSource: "file:payments.bin", validFor: "90d" });
 * ```
 */
export type {
  AlibabaConnectionArgs,
  AssumeRoleArgs,
  ConnectionArgs,
  QkmsConnectionArgs,
  TimeoutsArgs,
} from "./connection-args";
export { ExternalKey } from "./external-key";
export type { ExternalKeyArgs, ExternalKeyOutputs } from "./external-key-args";
export { ImportedKeyMaterial } from "./imported-key-material";
export type { ImportedKeyMaterialArgs, ImportedKeyMaterialOutputs } from "./imported-key-material-args";
export { KeyRotation } from "./key-rotation";
export type { KeyRotationArgs, KeyRotationOutputs } from "./key-rotation-args";
export {
  MultiRegionExternalKey,
  type MultiRegionExternalKeyArgs,
  type MultiRegionSuccessor,
  type RegionalKey,
} from "./multi-region-external-key";
export {
  SingleRegionExternalKey,
  type SingleRegionExternalKeyArgs,
  type Successor,
} from "./single-region-external-key";
export type { SuccessorArgs } from "./successor-args";
