/**
 * byok for CDKTF and CDK Terrain: KMS keys whose material you bring, as constructs.
 *
 * ```ts
 * new ByokProvider(this, "byok", { aws: { region: "eu-central-1" } });
 * const key = new ExternalKey(this, "payments", { description: "payments" });
 * new ImportedKeyMaterial(this, "material", { key, keyMaterialSource: "file:keys/payments.bin", validFor: "90d" });
 * ```
 */
export { ExternalKeyLookup, ExternalKeyResource, ImportedKeyMaterialResource } from "./bindings";
export { namespaceContext } from "./creation-token";
export { ExternalKey, type LookedUpKey } from "./external-key";
export type { ExternalKeyLookupProps, ExternalKeyProps } from "./external-key-props";
export type { IExternalKey } from "./i-external-key";
export { ImportedKeyMaterial, type MaterialStatus } from "./imported-key-material";
export type { ImportedKeyMaterialProps } from "./imported-key-material-props";
export { KeyMaterialVariable, type KeyMaterialVariableProps } from "./key-material-variable";
export {
  MultiRegionExternalKey,
  type MultiRegionExternalKeyProps,
  type RegionalKey,
} from "./multi-region-external-key";
export { ByokProvider, type ByokProviderProps } from "./provider";
