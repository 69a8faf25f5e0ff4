import type { Call } from "../engine/call";
import { ByokError } from "../engine/errors";
import { keyContext } from "../engine/key-context";
import { materialsOf } from "../engine/material-observation";
import type { Run } from "../engine/run";
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
  if (!materialIdForm.pattern.test(materialId)) throw misspelled("the key's ARN, or the ARN");
  return { key_arn: id.slice(0, comma).trim(), key_material_id: materialId };
}

/**
 * Reads `ARN,material id`, where the id of the material may not be left out.
 *
 * @throws ByokError `invalid_argument`.
 */
export function rotationOfImport(id: string): { readonly key_arn: string; readonly key_material_id: string } {
  const { key_arn, key_material_id } = materialOfImport(id);
  if (key_material_id === null) throw misspelled("the key's ARN");
  return { key_arn, key_material_id };
}

function misspelled(must: string): ByokError {
  const message = `The import id must be ${must}, a comma and ${materialIdForm.words}. Take the id from the key's list of materials: \`byok status\` shows it.`;
  return new ByokError("invalid_argument", message, { attribute: "id" });
}

/**
 * Checks that a key has the material that an import names. Where its materials may not be listed, the first apply finds out.
 *
 * @throws ByokError `invalid_argument`, naming the materials that it has.
 */
export async function checkNamed(run: Run, keyArn: string, materialId: string, call: Call): Promise<void> {
  const context = keyContext(run, keyArn, "id", call);
  const { title, severalMaterials } = context.service.profile;
  if (severalMaterials.length === 0) {
    const message = `A key of ${title} holds one key material, which has no id. Import by the key's ARN alone.`;
    throw new ByokError("invalid_argument", message, { attribute: "id" });
  }
  const materials = await materialsOf(context);
  if (materials === undefined || materials.some((entry) => entry.materialId === materialId)) return;
  const ids = materials.map((entry) => entry.materialId);
  const has = ids.length === 0 ? "It has none." : `It has ${ids.join(", ")}.`;
  throw new ByokError("invalid_argument", `${keyArn} has no key material ${materialId}. ${has}`, { attribute: "id" });
}
