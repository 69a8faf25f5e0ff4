/**
 * byok for CDKTF and CDK Terrain: KMS keys whose material you bring, as constructs.
 *
 * ```ts
 * new ByokProvider(this, "byok", { aws: { region: "eu-central-1" } });
 * const key = new ExternalKey(this, "payments", { description: "payments" });
 * new ImportedKeyMaterial(this, "material", { key, keyMaterialSource: "file:keys/payments.bin", validFor: "90d" });
 * ```
 */
export type { KeySpec } from "../src/engine/key-spec";
export type { KmsName } from "../src/kms/clouds";
export {
  type ByokProviderAlibaba,
  type ByokProviderAlibabaAssumeRole,
  type ByokProviderAws,
  type ByokProviderAwsAssumeRole,
  type ByokProviderAwsDefaultTags,
  type ByokProviderAwsIgnoreTags,
  type ByokProviderConfig,
  type ByokProviderQkms,
  ByokProviderResource,
  ExternalKeyLookup,
  type ExternalKeyLookupConfig,
  type ExternalKeyLookupKeyMaterials,
  type ExternalKeyLookupKeyMaterialsList,
  type ExternalKeyLookupKeyMaterialsOutputReference,
  ExternalKeyResource,
  type ExternalKeyResourceConfig,
  type ExternalKeyTimeouts,
  type ExternalKeyTimeoutsOutputReference,
  ImportedKeyMaterialResource,
  type ImportedKeyMaterialResourceConfig,
  type ImportedKeyMaterialTimeouts,
  type ImportedKeyMaterialTimeoutsOutputReference,
  KeyRotationResource,
  type KeyRotationResourceConfig,
  type KeyRotationTimeouts,
  type KeyRotationTimeoutsOutputReference,
} from "./bindings";
export { namespaceContext } from "./creation-token";
export { ExternalKey, type LookedUpKey } from "./external-key";
export type { ExternalKeyLookupProps, ExternalKeyOptions, ExternalKeyProps } from "./external-key-props";
export type { IExternalKey } from "./i-external-key";
export { ImportedKeyMaterial, type MaterialStatus } from "./imported-key-material";
export type { ImportedKeyMaterialProps } from "./imported-key-material-props";
export { KeyRotation } from "./key-rotation";
export type { KeyRotationProps } from "./key-rotation-props";
export { KeyMaterialVariable, type KeyMaterialVariableProps } from "./key-material-variable";
export {
  MultiRegionExternalKey,
  type MultiRegionExternalKeyProps,
  type MultiRegionSuccessor,
  type RegionalKey,
} from "./multi-region-external-key";
export { ByokProvider, type ByokProviderProps } from "./provider";
export {
  SingleRegionExternalKey,
  type SingleRegionExternalKeyProps,
  type Successor,
} from "./single-region-external-key";
export type { SuccessorProps } from "./successor-props";
