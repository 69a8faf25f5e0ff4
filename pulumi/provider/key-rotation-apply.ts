import { rotateKey } from "../../src/engine/key-rotation";
import type { RotationDone, WantedRotation } from "../../src/engine/rotation-assessment";
import { ByokError } from "../../src/engine/errors";
import type { CreateResult } from "./handler";
import { type RotationArguments, rotationDone, rotationOuts, wantedRotation } from "./key-rotation-state";
import { warningNotices } from "./notice";
import type { Request, Standing } from "./request";
import { callFor } from "./timeouts";

/** Rotates the key to the material, unless it is the current one already. */
export function createRotation(request: Request<RotationArguments>): Promise<CreateResult> {
  return rotated(request, "create", () => undefined);
}

/** The same, also to another material than before. */
export function updateRotation(request: Request<RotationArguments>, { outs }: Standing): Promise<CreateResult> {
  return rotated(request, "update", (wanted) => rotationDone(outs, wanted));
}

async function rotated(
  request: Request<RotationArguments>,
  operation: "create" | "update",
  doneOf: (wanted: WantedRotation) => RotationDone | undefined,
): Promise<CreateResult> {
  const { session, run, args } = request;
  const wanted = wantedRotation(args);
  if (wanted === undefined) {
    throw new ByokError("invalid_argument", "A rotation must have `key_arn` and `key_material_id`. Set both.");
  }
  const { condition, warnings } = await rotateKey(run, wanted, doneOf(wanted), callFor(request, operation));
  session.tell(warningNotices(warnings));
  return { id: wanted.keyArn, outs: rotationOuts(args, wanted, condition) };
}
