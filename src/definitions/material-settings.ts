import { parseFingerprint } from "../engine/fingerprint";
import { lifetimeFrom } from "../engine/lifetime";
import { importedKeyMaterialFields } from "./imported-key-material";
import type { ImportedKeyMaterialValues } from "./imported-key-material-rules";

/**
 * What the arguments ask of the material in a key, in the engine's words.
 *
 * @throws ByokError where an argument cannot be used.
 */
export function materialSettingsOf(keyArn: string, values: Partial<ImportedKeyMaterialValues>) {
  const { fingerprint } = values;
  return {
    keyArn,
    fingerprint: fingerprint === undefined ? undefined : parseFingerprint(fingerprint, "fingerprint"),
    lifetime: lifetimeFrom(values),
    succeeds: values.succeeds,
    existingMaterialId: values.existingKeyMaterialId,
    description: values.materialDescription,
    onDeletion: values.onDeletion ?? importedKeyMaterialFields.on_deletion.default,
    allowInterruption: values.allowInterruption,
    wrappingAlgorithm: values.wrappingAlgorithm,
    wrappingKeySpec: values.wrappingKeySpec,
  };
}
