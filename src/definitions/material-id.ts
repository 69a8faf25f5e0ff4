import { ByokError } from "../engine/errors";
import { materialIdForm } from "./imported-key-material";

/** What an id names: a key, or one of its materials. */
export interface NamedMaterial {
  readonly keyArn: string;
  /** Undefined: the id names none. */
  readonly materialId: string | undefined;
}

/**
 * Reads `ARN` and `ARN,material id`.
 *
 * @throws ByokError `invalid_argument` where the second part is no id of key material.
 */
export function materialNamed(id: string): NamedMaterial {
  const comma = id.indexOf(",");
  if (comma === -1) return { keyArn: id, materialId: undefined };
  const materialId = id.slice(comma + 1).trim();
  if (!materialIdForm.pattern.test(materialId)) {
    throw new ByokError(
      "invalid_argument",
      `The id must be the key's ARN, or the ARN, a comma and ${materialIdForm.words}. Take the id from the key's list of materials: \`byok status\` shows it.`,
      { attribute: "id" },
    );
  }
  return { keyArn: id.slice(0, comma).trim(), materialId };
}
