import { materialSettingsOf } from "../../src/definitions/material-settings";
import { whatIsDue } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import { ImportProof } from "../../src/engine/import-proof";
import { applyMaterial, type MaterialOutcome, type MaterialSettings } from "../../src/engine/imported-key-material";
import { blankRecord, type MaterialRecord, provedFingerprint } from "../../src/engine/material-record";
import { dropPendingMaterial, leaveFormerKey, releaseMaterial } from "../../src/engine/material-release";
import { noLongerReplaceable } from "../../src/engine/pending-material";
import { PartialFailure, respelled } from "./failure";
import type { CreateResult } from "./handler";
import { configuredSource } from "./material-source";
import { formersOf, type MaterialArguments, materialOuts, materialRecordOf } from "./material-state";
import { warningNotices } from "./notice";
import type { Inputs, Request, Standing } from "./request";
import { changeName, materialName } from "./resource-name";
import { callFor } from "./timeouts";

/** Imports the bytes into the key, also if they move there from another key. */
export async function createMaterial(request: Request<MaterialArguments>, inputs: Inputs): Promise<CreateResult> {
  const { session, run, args } = request;
  const source = configuredSource(request);
  const wanted = materialSettingsOf(args.keyArn ?? "", args);
  const formers = session.moves.formersOf(inputs.props);
  const planned = formers.length > 0 ? "move" : "create";
  const { keyArn, existingMaterialId: materialId } = wanted;
  const record = materialId === undefined ? undefined : { ...blankRecord(keyArn), materialId };
  const outcome = await applyMaterial(run, wanted, source, record, callFor(request, "create"), planned);
  session.moves.arrive(outcome, formers);
  return finished(request, wanted, outcome, inputs, formers);
}

/** Does what the diff has announced, or less. */
export async function updateMaterial(
  request: Request<MaterialArguments>,
  material: Standing,
  inputs: Inputs,
): Promise<CreateResult> {
  const { session, run, args } = request;
  const { id, outs } = material;
  const source = configuredSource(request);
  const wanted = materialSettingsOf(id, args);
  const planned = session.planned.get(changeName(material, inputs));
  const record = materialRecordOf(id, outs);
  const outcome = await applyMaterial(run, wanted, source, record, callFor(request, "update"), planned);
  const formers = formersOf(outs);
  session.moves.stay({ ...outcome, proof: ImportProof.onRecord(outcome.record) }, formers);
  return finished(request, wanted, outcome, inputs, formers);
}

function finished(
  { session, run, args }: Request<MaterialArguments>,
  wanted: MaterialSettings,
  { record, warnings, error, condition }: MaterialOutcome,
  inputs: Inputs,
  formers: readonly string[],
): CreateResult {
  const id = record.keyArn;
  session.needs.settle(run, inputs.name, provedFingerprint(record));
  session.tell(warningNotices(warnings, id));
  const { reason } = whatIsDue({ wanted, condition, record });
  const outs = materialOuts(args, record, { condition, reason: respelled(reason), formers });
  if (error !== undefined) throw new PartialFailure(id, error, outs, inputs.props);
  return { id, outs };
}

/** Releases the material as `deletionPolicy` says; material that moves only once an import has proved it in the other key. */
export async function deleteMaterial(request: Request<MaterialArguments>, { id, outs, name }: Standing): Promise<void> {
  const { session, run, args } = request;
  session.needs.close(run, id);
  const record = materialRecordOf(id, outs);
  if (session.droppedPending.has(name)) return dropPending(request, record);
  const policy = args.deletionPolicy ?? "retain";
  const call = callFor(request, "delete");
  if (policy === "retain" || !session.moves.isMoving(name, record)) {
    const { warnings } = await releaseMaterial(run, record, policy, call);
    session.tell(warningNotices(warnings, id));
    return;
  }
  const arrival = session.moves.arrival(name, record);
  if (arrival !== undefined) {
    const { warnings } = await leaveFormerKey(run, record, policy, arrival, call);
    session.tell(warningNotices(warnings, id));
    return;
  }
  const target = session.moves.target(name);
  if (target !== undefined) throw notProvedThere(id, target);
  // Pulumi deletes first what depends on a key that is replaced: there is no other key yet.
  session.tell(warningNotices([leftBehind], id));
}

async function dropPending(request: Request<MaterialArguments>, record: MaterialRecord): Promise<void> {
  if (await dropPendingMaterial(request.run, record, callFor(request, "delete"))) {
    request.session.dropped.add(materialName(record.keyArn, record.materialId));
    return;
  }
  throw noLongerReplaceable(record).with({ attribute: "key_material_wo" });
}

const leftBehind =
  "The key material was left as it is, although `deletion_policy` is delete: no import has proved that another key holds the same bytes. It goes with the key; to delete it at once, delete it by hand.";

function notProvedThere(keyArn: string, target: string): ByokError {
  return new ByokError(
    "material_not_proved",
    `The key material of ${keyArn} was not deleted: no import of this run has proved that ${target} holds the same bytes. The import goes before the deletion: remove \`deleteBeforeReplace\` from the options of the resource, or set \`deletion_policy\` to retain first.`,
    { attribute: "key_arn" },
  );
}
