// What is generated from the provider's schema, by the names that the constructs know it by.
export { DataByokExternalKey as ExternalKeyLookup } from "./generated/cdktf/data-byok-external-key";
export { ExternalKey as ExternalKeyResource, type ExternalKeyTimeouts } from "./generated/cdktf/external-key";
export {
  ImportedKeyMaterial as ImportedKeyMaterialResource,
  type ImportedKeyMaterialTimeouts,
} from "./generated/cdktf/imported-key-material";
export { ByokProvider as ByokProviderResource, type ByokProviderConfig } from "./generated/cdktf/provider";
