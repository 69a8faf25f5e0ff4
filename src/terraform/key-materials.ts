import type { externalKeyLookupFields } from "../definitions/external-key-lookup";
import { rotationStateOf } from "../definitions/rotation-state";
import { type EpochSeconds, formatInstant } from "../engine/instant";
import { type KeyDescription, type MaterialEntry, showsMaterials } from "../engine/key";
import type { KeyContext } from "../engine/key-context";
import type { MaterialListing } from "../engine/key-service";
import { mayHoldSeveral } from "../engine/kms-profile";
import { materialsOf } from "../engine/material-observation";

type Name = keyof (typeof externalKeyLookupFields)["key_materials"]["is"]["of"]["fields"];

/** One material of a key, as the data source shows it. */
export type ShownMaterial = Readonly<Record<Exclude<Name, "imported">, string | null>> & { readonly imported: boolean };

/**
 * All materials of a key as the data source shows them, in the order in which the KMS lists them: one request, and none for
 * a key that takes one material only, for which there is nothing to list. Null where they may not be listed, and for a key
 * that is being created or is pending deletion.
 */
export async function keyMaterials(
  context: KeyContext<MaterialListing>,
  key: KeyDescription,
): Promise<readonly ShownMaterial[] | null> {
  // The KMS itself makes the bytes of keys of other origins.
  if (key.origin !== "EXTERNAL" || !mayHoldSeveral(context.service.profile, key.spec)) return [];
  if (!showsMaterials(key)) return null;
  return (await materialsOf(context))?.map(shown) ?? null;
}

function shown(entry: MaterialEntry): ShownMaterial {
  return {
    key_material_id: entry.materialId,
    rotation_state: rotationStateOf(entry.state) ?? null,
    imported: entry.imported,
    expiration_model: entry.expirationModel ?? null,
    valid_to: momentOf(entry.validTo),
    description: entry.description ?? null,
    rotated_at: momentOf(entry.rotatedAt),
  };
}

function momentOf(moment: EpochSeconds | undefined): string | null {
  return moment === undefined ? null : formatInstant(moment);
}
