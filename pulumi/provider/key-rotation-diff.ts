import { observeRotation } from "../../src/engine/key-rotation";
import { assessRotation } from "../../src/engine/rotation-assessment";
import { changed, type DiffResult } from "./handler";
import { changesOnlyState, isProspective, rotationDecision, subjectOf } from "./key-rotation-decision";
import { isSameKey, type RotationArguments, rotationDone, wantedRotation } from "./key-rotation-state";
import { planNotice } from "./notice";
import type { Request, Standing } from "./request";

/** Looks at the key and reports what an update would do about its rotation. Another key replaces the resource. */
export async function diffRotation(
  { session, run, args, unknown }: Request<RotationArguments>,
  { id, outs, name }: Standing,
): Promise<DiffResult> {
  // Another primary of the same key is no other key (UpdatePrimaryRegion), and no KMS rotates to a former material again.
  if (!isSameKey(args.keyArn, outs["keyArn"]))
    return { changes: true, replaces: ["keyArn"], deleteBeforeReplace: false };
  const wanted = wantedRotation(args);
  if (wanted === undefined || unknown.size > 0) {
    const open = `${[...unknown].join(", ")} is known after an update`;
    const unless = `while it is to ${String(outs["keyMaterialId"])}, nothing is rotated`;
    session.tell([planNotice(id, "the rotation may be updated", `${open}; ${unless}`)]);
    return changed;
  }
  const done = rotationDone(outs, wanted);
  const condition = session.seenRotations.take(name) ?? (await observeRotation(run, wanted));
  const assessment = assessRotation({ wanted, condition, done });
  const isComing = isProspective(session.prospects, wanted, assessment);
  if (assessment.action === "rotate" || isComing) session.prospects.willRotate(wanted.keyArn, wanted.materialId);
  if (isComing) {
    session.tell([planNotice(id, "a rotation is planned", `to ${wanted.materialId}, once it is imported again`)]);
    return changed;
  }
  const { diff, notices } = rotationDecision(wanted, assessment, changesOnlyState(args, outs));
  session.tellOnce(subjectOf(wanted, assessment), notices);
  return diff;
}
