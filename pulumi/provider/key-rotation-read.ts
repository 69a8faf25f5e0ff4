import { materialNamed } from "../../src/definitions/material-id";
import { ByokError } from "../../src/engine/errors";
import { observeRotation } from "../../src/engine/key-rotation";
import { assessRotation } from "../../src/engine/rotation-assessment";
import type { ReadResult } from "./handler";
import { subjectOf } from "./key-rotation-decision";
import { type RotationArguments, rotationDone, rotationIn, rotationOuts } from "./key-rotation-state";
import { warningNotices } from "./notice";
import type { Props } from "./props";
import type { Request } from "./request";
import { stateName } from "./resource-name";
import { isRecorded } from "./schema-version";

/** How the key stands now: for a refresh of a rotation that is in the state, or for a lookup. */
export async function lookAtRotation(
  request: Request<RotationArguments>,
  id: string,
  props: Props,
): Promise<ReadResult> {
  return isRecorded(props) ? refreshed(request, id, props) : lookedUp(request, id);
}

async function refreshed(
  { session, run, args }: Request<RotationArguments>,
  id: string,
  before: Props,
): Promise<ReadResult> {
  const wanted = rotationIn(before);
  if (wanted === undefined) return {};
  const condition = await observeRotation(run, wanted);
  // Other credentials do not see the key either: what was once seen stays, since no KMS rotates to a former material again to
  // make a lost rotation new. A diff says what is wrong.
  if (condition.state === "key_gone" && before["currentKeyMaterialId"] === undefined) return {};
  // The state forgets what was the current material before this look; everything else a diff says.
  const assessment = assessRotation({ wanted, condition, done: rotationDone(before, wanted) });
  if (assessment.row === "rotated_on") {
    session.tellOnce(subjectOf(wanted, assessment), warningNotices(assessment.warnings));
  }
  const outs = rotationOuts(args, wanted, condition, before);
  session.seenRotations.leave(stateName(id, outs), condition);
  return { id, props: outs };
}

async function lookedUp({ run, args }: Request<RotationArguments>, id: string): Promise<ReadResult> {
  const { keyArn, materialId } = materialNamed(id);
  const condition = await observeRotation(run, { keyArn, materialId: materialId ?? "" });
  const { state, currentMaterialId } = condition;
  if (state === "key_gone") throw new ByokError("key_not_found", `${keyArn} does not exist.`);
  const isOfKey = materialId === undefined || state !== "unknown";
  const shown = materialId ?? currentMaterialId;
  if (!isOfKey || shown === undefined) {
    throw new ByokError(
      "invalid_argument",
      `${keyArn} has no key material ${materialId ?? "that is known"}. \`byok status\` lists the materials of a key.`,
      { attribute: "id" },
    );
  }
  return { id, props: rotationOuts(args, { keyArn, materialId: shown }, condition) };
}
