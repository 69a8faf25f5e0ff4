import { ByokError, isByokError } from "./errors";
import { type ImportContext, type Imported, type ImportPlan, importMaterial } from "./importing";
import { type KeyContext, keyContext } from "./key-context";
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
 * @throws ByokError `different_material` where other bytes wait for a rotation; `primary_not_ready` where the primary of a
 * replica is not given the material in time; whatever an import throws.
 */
export async function importSuccessor(
  context: SucceedingContext,
  plan: ImportPlan & { readonly succession: Succession },
  succeeds: string,
): Promise<Imported> {
  const { succession } = plan;
  if (succession.kind === "awaited") {
    const shown = await untilShown(
      context,
      () => successionInFamily(context, plan, succeeds),
      ({ kind }) => kind !== "awaited",
    );
    if (shown.kind === "awaited") throw primaryWithout(context.keyArn, shown.primaryArn, succeeds);
    return importAs(context, { ...plan, mayLag: true }, shown);
  }
  try {
    return await importAs(context, plan, succession);
  } catch (error) {
    // An attempt whose reply was lost has brought it in, or somebody else has brought in other material meanwhile: the KMS
    // compares the bytes.
    if (succession.kind !== "new" || !isByokError(error, "key_unusable", "import_refused")) throw error;
    const now = await successionOf(context, plan, succeeds);
    if (now.kind !== "waiting") throw error;
    return importAs(context, plan, now);
  }
}

async function successionOf(
  { service, keyArn, call }: SucceedingContext,
  { key }: ImportPlan,
  succeeds: string,
): Promise<Succession> {
  return successionIn(key, await service.materials(keyArn, call), succeeds);
}

/** A replica need not list what only its primary has been given. */
async function successionInFamily(context: SucceedingContext, plan: ImportPlan, succeeds: string): Promise<Succession> {
  const here = await successionOf(context, plan, succeeds);
  if (here.kind !== "awaited") return here;
  const { primaryArn } = here;
  try {
    const primary = keyContext(context.run, primaryArn, "key_arn", context.call);
    const there = successionIn(plan.key, await primary.service.materials(primaryArn, context.call), succeeds);
    return there.kind === "waiting" || there.kind === "known" ? there : here;
  } catch (error) {
    if (!isByokError(error, "access_denied", "region_not_allowed", "service_refused")) throw error;
    context.run.log.warn("The primary of the key could not be asked for its key materials.", { key: primaryArn });
    return here;
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

function primaryWithout(keyArn: string, primaryArn: string, succeeds: string): ByokError {
  return new ByokError(
    "primary_not_ready",
    `The primary of ${keyArn} (${primaryArn}) has no key material that succeeds ${succeeds}, and new material comes into a primary first. Nothing was imported. Import the same bytes there, and let this material depend on it.`,
    { attribute: "succeeds" },
  );
}
