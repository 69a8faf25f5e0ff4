// What is generated from the provider's schema, by the names that the constructs know it by.
export {
  DataByokExternalKey as ExternalKeyLookup,
  type DataByokExternalKeyConfig as ExternalKeyLookupConfig,
  type DataByokExternalKeyKeyMaterials as ExternalKeyLookupKeyMaterials,
  type DataByokExternalKeyKeyMaterialsList as ExternalKeyLookupKeyMaterialsList,
  type DataByokExternalKeyKeyMaterialsOutputReference as ExternalKeyLookupKeyMaterialsOutputReference,
} from "./generated/cdktf/data-byok-external-key";
export {
  ExternalKey as ExternalKeyResource,
  type ExternalKeyConfig as ExternalKeyResourceConfig,
  type ExternalKeyTimeouts,
  type ExternalKeyTimeoutsOutputReference,
} from "./generated/cdktf/external-key";
export {
  ImportedKeyMaterial as ImportedKeyMaterialResource,
  type ImportedKeyMaterialConfig as ImportedKeyMaterialResourceConfig,
  type ImportedKeyMaterialTimeouts,
  type ImportedKeyMaterialTimeoutsOutputReference,
} from "./generated/cdktf/imported-key-material";
export {
  KeyRotation as KeyRotationResource,
  type KeyRotationConfig as KeyRotationResourceConfig,
  type KeyRotationTimeouts,
  type KeyRotationTimeoutsOutputReference,
} from "./generated/cdktf/key-rotation";
export {
  type ByokProviderAlibaba,
  type ByokProviderAlibabaAssumeRole,
  type ByokProviderAws,
  type ByokProviderAwsAssumeRole,
  type ByokProviderAwsDefaultTags,
  type ByokProviderAwsIgnoreTags,
  ByokProvider as ByokProviderResource,
  type ByokProviderConfig,
  type ByokProviderQkms,
} from "./generated/cdktf/provider";
