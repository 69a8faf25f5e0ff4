import { materialSettingsOf } from "../../src/definitions/material-settings";
import { isReturning } from "../../src/engine/announcements";
import { assess } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import { ImportProof } from "../../src/engine/import-proof";
import { recordAfter } from "../../src/engine/imported-key-material";
import type { KmsProfile } from "../../src/engine/kms-profile";
import { checkLifetime } from "../../src/engine/lifetime";
import { observeMaterial } from "../../src/engine/material-observation";
import { newlySeen, provedFingerprint } from "../../src/engine/material-record";
import type { Run } from "../../src/engine/run";
import { changed, type DiffResult } from "./handler";
import { changesUnrecorded, decidingUnknown, isAsRecorded, materialDecision } from "./material-decision";
import { offerOf, refuseOtherBytes } from "./material-source";
import { formersOf, type MaterialArguments, materialRecordOf } from "./material-state";
import { planNotice } from "./notice";
import type { Inputs, Request, Standing } from "./request";
import { changeName } from "./resource-name";

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
  const open = decidingUnknown(unknown);
  if (open.length > 0) {
    refuseOtherBytes(await offerOf(request), args, provedFingerprint(record));
    session.tell([planNotice(id, "the key material may be updated", `${open.join(", ")} is known after an update`)]);
    return changed;
  }
  const wanted = materialSettingsOf(id, args);
  const seen = session.seenMaterials.take(material.name) ?? (await observeMaterial(run, id, record, wanted));
  const known = recordAfter(record, seen.condition);
  session.moves.stay({ record: known, proof: ImportProof.onRecord(known), condition: seen.condition }, formersOf(outs));
  if (!isAsRecorded(wanted, record)) checkLifetime(wanted.lifetime, profileOf(run, id), seen.at);
  const assessment = assess({
    wanted,
    condition: seen.condition,
    record: known,
    offer: await offerOf(request),
    otherChanges: newlySeen(record, known) || changesUnrecorded(args, wanted, outs, record),
    keyComesBack: isReturning(run, id),
    now: seen.at,
  });
  const { action, diff, notices } = materialDecision(id, assessment);
  session.planned.set(changeName(material, inputs), action);
  session.tell(notices);
  return diff;
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
