import type { RotationAssessment, WantedRotation } from "../../src/engine/rotation-assessment";
import { recordedRotationArguments } from "./fields";
import { changed, type DiffResult, unchanged } from "./handler";
import type { RotationArguments } from "./key-rotation-state";
import { planNotice, warningNotices } from "./notice";
import { type Props, sameValue } from "./props";
import type { Prospects } from "./prospects";

/** What a diff answers, and the messages that it prints. */
export interface RotationDecision {
  readonly diff: DiffResult;
  readonly notices: readonly string[];
}

/**
 * What a diff answers for an assessment of the rotation.
 *
 * @param otherChanges Something changes that only the state has.
 * @throws ByokError what the assessment refuses.
 */
export function rotationDecision(
  { keyArn }: WantedRotation,
  { action, row, problem, reason, warnings }: RotationAssessment,
  otherChanges: boolean,
): RotationDecision {
  if (action === "refuse" && problem !== undefined) throw problem;
  // Nobody updates what was done for that, so that the state would keep the former material for the current one.
  const refreshing = row === "rotated_on" ? warnings.map((warning) => `${warning} ${howToRecord}`) : warnings;
  return {
    diff: action === "rotate" || otherChanges ? changed : unchanged,
    notices: [
      ...(action === "rotate" ? [planNotice(keyArn, "a rotation is planned", reason)] : []),
      ...warningNotices(refreshing),
    ],
  };
}

const howToRecord = "`pulumi refresh` records it, and this is said no more.";

/** What the messages about a rotation are about, where several resources of one key have the same to say. */
export function subjectOf({ keyArn }: WantedRotation, { row, reason }: RotationAssessment): string {
  return `${keyArn} ${row} ${reason}`;
}

/** Whether what is refused for the key as it is now is right once the resources before it are applied. */
export function isProspective(
  prospects: Prospects,
  { keyArn, materialId }: WantedRotation,
  { row }: RotationAssessment,
): boolean {
  return row === "unknown_material" && prospects.holds(keyArn, materialId);
}

/** Whether something changes that only the state has, and not the KMS. */
export function changesOnlyState(args: RotationArguments, outs: Props): boolean {
  return (
    args.keyArn !== outs["keyArn"] ||
    args.keyMaterialId !== outs["keyMaterialId"] ||
    recordedRotationArguments.some((name) => !sameValue(Reflect.get(args, name), outs[name]))
  );
}
