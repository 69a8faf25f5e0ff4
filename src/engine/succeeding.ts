import { type ByokError, isByokError } from "./errors";
import { type ImportContext, type Imported, type ImportPlan, importMaterial } from "./importing";
import type { KeyContext } from "./key-context";
import type { MaterialListing } from "./key-service";
import { untilShown } from "./settling";
import { type Succession, successionIn } from "./succession";

/** What an import of material that succeeds another may do to a key. */
export type SucceedingContext = ImportContext & KeyContext<MaterialListing>;

/**
 * Imports material that succeeds another of its key: as new material, or as that which waits for a rotation already, so
 * that the KMS compares the bytes. A replica is given it once the key's primary has it.
 *
 * @param succeeds The id of the material that comes before it.
 * @throws ByokError `different_material` where other bytes wait for a rotation; `wrong_predecessor` where a replica does
 * not come to know of the material in time; whatever an import throws.
 */
export async function importSuccessor(
  context: SucceedingContext,
  plan: ImportPlan & { readonly succession: Succession },
  succeeds: string,
): Promise<Imported> {
  const look = async (): Promise<Succession> =>
    successionIn(plan.key, await context.service.materials(context.keyArn, context.call), succeeds);
  const { succession } = plan;
  if (succession.kind === "awaited") {
    const shown = await untilShown(context, look, ({ kind }) => kind !== "awaited");
    return importAs(context, plan, shown);
  }
  try {
    return await importAs(context, plan, succession);
  } catch (error) {
    // An attempt whose reply was lost has brought it in, or somebody else has brought in other material meanwhile: the KMS
    // compares the bytes.
    if (succession.kind !== "new" || !isByokError(error, "key_unusable")) throw error;
    const now = await look();
    if (now.kind !== "waiting") throw error;
    return importAs(context, plan, now);
  }
}

async function importAs(context: SucceedingContext, plan: ImportPlan, succession: Succession): Promise<Imported> {
  try {
    return await importMaterial(context, { ...plan, succession });
  } catch (error) {
    if (!isByokError(error, "different_material")) throw error;
    throw refused(error, context.keyArn, succession);
  }
}

function refused(error: ByokError, keyArn: string, succession: Succession): ByokError {
  if (succession.kind !== "waiting") return error;
  const { materialId } = succession;
  return error.with({
    message: `${keyArn} has other key material (${materialId}) that waits for a rotation, and only one may. Nothing was imported. Give its bytes and rotate to it, or drop it: remove its resource with \`deletion_policy\` = delete, or run \`aws kms delete-imported-key-material --key-id ${keyArn} --key-material-id ${materialId}\`.`,
  });
}
