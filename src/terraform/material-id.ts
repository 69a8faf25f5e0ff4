import { materialIdForm } from "../definitions/imported-key-material";
import { materialNamed } from "../definitions/material-id";
import type { Call } from "../engine/call";
import { ByokError } from "../engine/errors";
import { keyContext } from "../engine/key-context";
import { materialsOf } from "../engine/material-observation";
import type { Run } from "../engine/run";

/**
 * Reads `ARN,material id`, where the id of the material may not be left out.
 *
 * @throws ByokError `invalid_argument`.
 */
export function rotationNamed(id: string): { readonly keyArn: string; readonly materialId: string } {
  const { keyArn, materialId } = materialNamed(id);
  if (materialId !== undefined) return { keyArn, materialId };
  const message = `The id must be the key's ARN, a comma and ${materialIdForm.words}. Take the id from the key's list of materials: \`byok status\` shows it.`;
  throw new ByokError("invalid_argument", message, { attribute: "id" });
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
