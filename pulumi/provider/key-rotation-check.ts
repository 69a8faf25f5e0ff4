import { checkAllowed } from "../../src/engine/key-services";
import { observeRotation } from "../../src/engine/key-rotation";
import { assessRotation } from "../../src/engine/rotation-assessment";
import { rotationFailures } from "./argument-failures";
import { checkFailure, failuresOf, withoutValues } from "./failure";
import { rotationFields } from "./fields";
import { type CheckResult, isNew } from "./handler";
import { isProspective } from "./key-rotation-decision";
import { type RotationArguments, wantedRotation } from "./key-rotation-state";
import { warningNotices } from "./notice";
import { plainProps, type Props } from "./props";
import type { Request } from "./request";
import { type Failure, strangers } from "./shape";
import { checkTimeouts } from "./timeouts";

/**
 * What is wrong with the arguments of a rotation. A new one also has its key looked at, as far as it is known: Pulumi asks no
 * provider about a creation in a preview, so nothing else could say before the update that the key cannot be rotated so.
 */
export async function checkRotation(
  request: Request<RotationArguments>,
  olds: Props,
  news: Props,
): Promise<CheckResult> {
  const { args } = request;
  const written = [
    ...strangers(rotationFields, news),
    ...request.failures,
    ...rotationFailures(request),
    ...failuresOf("timeouts", () => checkTimeouts(args.timeouts)),
    ...keyFailures(request),
  ];
  const refused = written.length === 0 && isNew(olds) ? await refusals(request) : [];
  return { inputs: plainProps(news), failures: withoutValues([...written, ...refused]) };
}

/** Whether the key may be touched. */
function keyFailures({ run, args: { keyArn } }: Request<RotationArguments>): readonly Failure[] {
  if (keyArn === undefined) return [];
  return failuresOf("keyArn", () => checkAllowed(run.services.locate(keyArn, "key_arn"), run.allowed, "key_arn"));
}

async function refusals({ session, run, args, unknown }: Request<RotationArguments>): Promise<readonly Failure[]> {
  const wanted = wantedRotation(args);
  if (wanted === undefined || unknown.has("connection")) return [];
  try {
    const assessment = assessRotation({ wanted, condition: await observeRotation(run, wanted) });
    const { action, problem, warnings } = assessment;
    if (action === "rotate" || isProspective(session.prospects, wanted, assessment)) {
      session.prospects.willRotate(wanted.keyArn, wanted.materialId);
      return [];
    }
    if (action === "refuse" && problem !== undefined) return [checkFailure(problem, "keyMaterialId")];
    session.tell(warningNotices(warnings));
    return [];
  } catch (error) {
    return [checkFailure(error, "keyArn")];
  }
}
