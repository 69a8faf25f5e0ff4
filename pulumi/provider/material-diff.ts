import { materialSettingsOf } from "../../src/definitions/material-settings";
import { isReturning } from "../../src/engine/announcements";
import { assess } from "../../src/engine/assessment";
import { defined } from "../../src/engine/defined";
import { ByokError } from "../../src/engine/errors";
import type { Fingerprint } from "../../src/engine/fingerprint";
import { ImportProof } from "../../src/engine/import-proof";
import { recordAfter } from "../../src/engine/imported-key-material";
import type { KmsProfile } from "../../src/engine/kms-profile";
import { checkLifetime } from "../../src/engine/lifetime";
import { observeMaterial } from "../../src/engine/material-observation";
import { untilWhen } from "../../src/engine/offered-bytes";
import { type MaterialRecord, newlySeen, provedFingerprint } from "../../src/engine/material-record";
import { isUnused } from "../../src/engine/pending-material";
import type { Run } from "../../src/engine/run";
import { changed, type DiffResult } from "./handler";
import { changesUnrecorded, decidingUnknown, isAsRecorded, materialDecision, onlyWaiting } from "./material-decision";
import { offerOf, refuseOtherBytes } from "./material-source";
import { formersOf, type MaterialArguments, materialRecordOf, succeedsOnRecord } from "./material-state";
import { planNotice, warningNotices } from "./notice";
import type { Inputs, Request, Standing } from "./request";
import { changeName, materialName } from "./resource-name";

/** Looks at the key and reports what an update would do with the material. Another key replaces the resource. */
export async function diffMaterial(
  request: Request<MaterialArguments>,
  material: Standing,
  inputs: Inputs,
): Promise<DiffResult> {
  return request.args.keyArn === material.id
    ? diffInKey(request, material, inputs)
    : replacement(request, material, inputs);
}

async function diffInKey(request: Request<MaterialArguments>, material: Standing, inputs: Inputs): Promise<DiffResult> {
  const { session, run, args, unknown } = request;
  const { id, outs } = material;
  const record = materialRecordOf(id, outs);
  session.needs.settle(run, inputs.name, provedFingerprint(record));
  refuseAnother(args, record);
  // What it comes after matters only to material that has not been in the key yet.
  const isOnRecord = unknown.has("succeeds") && record.materialId !== undefined;
  const succeeds = isOnRecord ? succeedsOnRecord(outs) : args.succeeds;
  const open = decidingUnknown(unknown).filter((name) => !(isOnRecord && name === "succeeds"));
  if (open.length > 0) {
    refuseOtherBytes(await offerOf(request), args, provedFingerprint(record));
    session.tell([planNotice(id, "the key material may be updated", `${open.join(", ")} is known after an update`)]);
    return changed;
  }
  const settled = { ...args, ...defined({ succeeds }) };
  const wanted = materialSettingsOf(id, settled);
  const seen = session.seenMaterials.take(material.name) ?? (await observeMaterial(run, id, record, wanted));
  const known = recordAfter(record, seen.condition);
  session.moves.stay({ record: known, proof: ImportProof.onRecord(known), condition: seen.condition }, formersOf(outs));
  if (!isAsRecorded(wanted, record)) checkLifetime(wanted.lifetime, profileOf(run, id), seen.at);
  const offer = await offerOf(request);
  const assessment = assess({
    wanted,
    condition: seen.condition,
    record: known,
    offer,
    otherChanges: newlySeen(record, known) || changesUnrecorded(settled, wanted, outs, record),
    keyComesBack: isReturning(run, id),
    now: seen.at,
  });
  // With its primary's, material is gone from a replica, too, even if that was imported so lately that it may not show yet.
  const isDropped = session.dropped.has(materialName(id, record.materialId));
  if (assessment.row === "different_material" && (isDropped || isUnused(seen.condition))) {
    if (args.deletionPolicy !== "delete") throw onlyWaiting(assessment);
    refuseOtherBytes(offer, args);
    if (offer.kind === "bytes") return inPlaceOfPending(request, material, offer.fingerprint);
  }
  const { action, diff, notices } = materialDecision(id, assessment);
  if (action === "create" || action === "reimport") session.tell(warningNotices(untilWhen(offer), id));
  const { materialId } = record;
  if ((action === "create" || action === "reimport") && materialId !== undefined) {
    session.prospects.willHold(id, materialId);
  }
  session.planned.set(changeName(material, inputs), action);
  session.tell(notices);
  return diff;
}

function refuseAnother(
  { existingKeyMaterialId: asked }: MaterialArguments,
  { keyArn, materialId }: MaterialRecord,
): void {
  if (asked === undefined || materialId === undefined || asked === materialId) return;
  throw new ByokError(
    "immutable_argument",
    `\`existing_key_material_id\` is ${asked}, but this resource already manages the material ${materialId} of ${keyArn}. Remove the argument, or add a resource for the other material.`,
    { attribute: "existing_key_material_id" },
  );
}

/**
 * Other bytes for material that only waits for its rotation, which a KMS takes as soon as that is deleted: it goes first, and
 * is then created as any other.
 */
function inPlaceOfPending(
  { session }: Request<MaterialArguments>,
  { id, outs, name }: Standing,
  fingerprint: Fingerprint,
): DiffResult {
  session.droppedPending.add(name);
  const what = "key material that waits for its rotation will be deleted, and other bytes imported in its place";
  session.tell([planNotice(id, what, `${fingerprint} instead of ${String(outs["fingerprint"])}`)]);
  return { changes: true, replaces: ["keyMaterial"], deleteBeforeReplace: true };
}

/**
 * Another key: the id of a resource is fixed, so it is replaced. The bytes are imported into the new key first, and they
 * are needed for that, whatever happens to the old one.
 */
async function replacement(
  request: Request<MaterialArguments>,
  { id, outs, name }: Standing,
  inputs: Inputs,
): Promise<DiffResult> {
  const { session, args } = request;
  const where = args.keyArn ?? "a key that is not known yet";
  const offer = await offerOf(request);
  refuseOtherBytes(offer, args);
  if (offer.kind === "none") {
    throw new ByokError(
      "material_missing",
      `\`key_arn\` changes from ${id} to ${where}, so the key material must be imported there. ${offer.why} Nothing was changed.`,
      { attribute: offer.attribute },
    );
  }
  session.moves.announce(name, inputs.props, materialRecordOf(id, outs), formersOf(outs));
  session.tell([planNotice(id, "the key material will be imported into another key", where)]);
  return { changes: true, replaces: ["keyArn"], deleteBeforeReplace: false };
}

function profileOf(run: Run, keyArn: string): KmsProfile {
  const { kms, region } = run.services.locate(keyArn, "key_arn");
  return run.services.service(kms, region).profile;
}
