import { ByokError } from "../engine/errors";
import { materialIdForm } from "../definitions/imported-key-material";

/** What the id of an import names: a key, or one of its materials. */
export interface ImportedMaterialId {
  readonly key_arn: string;
  readonly key_material_id: string | null;
}

/**
 * Reads `ARN` and `ARN,material id`.
 *
 * @throws ByokError `invalid_argument` where the second part is no id of key material.
 */
export function materialOfImport(id: string): ImportedMaterialId {
  const comma = id.indexOf(",");
  if (comma === -1) return { key_arn: id, key_material_id: null };
  const materialId = id.slice(comma + 1).trim();
  if (!materialIdForm.pattern.test(materialId)) {
    throw new ByokError(
      "invalid_argument",
      `The import id must be the key's ARN, or the ARN, a comma and ${materialIdForm.words}. Take the id from the key's list of materials: \`byok status\` shows it.`,
      { attribute: "id" },
    );
  }
  return { key_arn: id.slice(0, comma).trim(), key_material_id: materialId };
}
