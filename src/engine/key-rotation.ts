import { type Call, sharedLook } from "./call";
import { ByokError, isByokError } from "./errors";
import { type KeyContext, keyContext } from "./key-context";
import type { KeyReading, KeyRotating, MaterialListing } from "./key-service";
import { materialsOf } from "./material-observation";
import type { KeyDescription, MaterialEntry } from "./key";
import { assessRotation, type RotationAssessment, type RotationDone, type WantedRotation } from "./rotation-assessment";
import { type RotationCondition, rotationCondition } from "./rotation-condition";
import type { Run } from "./run";
import { settledSince, untilShown } from "./settling";

/** What came of a rotation. */
export interface RotationOutcome {
  /** How the key is now. */
  readonly condition: RotationCondition;
  /** What was decided before, and why. */
  readonly assessment: RotationAssessment;
  /** What the user should know, in sentences. */
  readonly warnings: readonly string[];
}

type Looking = KeyContext<KeyReading & MaterialListing>;

/**
 * Looks at the key for a rotation: one DescribeKey, and the list of its materials. A replica is asked only where the
 * material waits for it.
 */
export function observeRotation(run: Run, wanted: WantedRotation, call: Call = {}): Promise<RotationCondition> {
  return lookClosely(keyContext(run, wanted.keyArn, "key_arn", { ...call, recent: sharedLook }), wanted);
}

async function lookClosely(context: Looking, wanted: WantedRotation): Promise<RotationCondition> {
  const { call } = context;
  const { value: key } = await context.service.describe(wanted.keyArn, call);
  const isListed = key !== null && context.service.profile.rotationsInLife !== undefined;
  const materials = isListed ? await materialsOf(context) : undefined;
  return withRegions(context, wanted, key, materials);
}

/**
 * Makes a material the current one of its key: rotates the key if the material waits for that, and waits until the KMS shows
 * it. Does nothing where it is the current one already.
 *
 * @param done What is on record of this very rotation. Undefined: it was never seen to be done.
 * @throws ByokError Where the key cannot be rotated to the material: see the table in rotation-assessment.ts. Nothing was
 * rotated then. `timeout` where the KMS does not show the rotation in time; the next run goes on from there.
 */
export async function rotateKey(
  run: Run,
  wanted: WantedRotation,
  done?: RotationDone,
  call: Call = {},
): Promise<RotationOutcome> {
  const context: Looking & KeyContext<KeyRotating> = keyContext(run, wanted.keyArn, "key_arn", call);
  const { service } = context;
  if (service.rotate === undefined) throw noRotation(service.profile.title, wanted);
  const rotate = service.rotate.bind(service);
  return run.locks.hold(wanted.keyArn, async () => {
    const condition = await readyCondition(context, wanted);
    const assessment = assessRotation({ wanted, condition, done });
    if (assessment.problem !== undefined) throw assessment.problem;
    if (assessment.action !== "rotate") return { condition, assessment, warnings: assessment.warnings };
    try {
      await beginRotation(context, wanted, () => rotate(wanted.keyArn, call));
    } catch (error) {
      await throwUnlessRotating(context, wanted, error);
    }
    const rotated = await untilShown(context, () => listed(context, wanted), isSettledState);
    if (!isRotated(rotated)) throw assessRotation({ wanted, condition: rotated }).problem ?? notShown(wanted);
    return { condition: rotated, assessment, warnings: assessment.warnings };
  });
}

/** Whether the material has become the current one, even if others have succeeded it since. */
function isRotated({ state }: RotationCondition): boolean {
  return state === "current" || state === "former";
}

/** Until the KMS has done with a rotation, it shows the material as waiting. */
function isSettledState({ state }: RotationCondition): boolean {
  return state !== "pending_rotation" && state !== "pending_multi_region_import_and_rotation";
}

/** A healthy key is one list; what the list alone does not explain is looked at closely. */
async function readyCondition(context: Looking, wanted: WantedRotation): Promise<RotationCondition> {
  const seen = await listed(context, wanted);
  if (seen.state === "current" || (seen.state === "pending_rotation" && seen.missingMaterials.length === 0))
    return seen;
  const look = () => lookClosely(context, wanted);
  const close = await look();
  // The last import into a replica shows at the primary a little later.
  return close.state === "pending_multi_region_import_and_rotation" && close.missingRegions.length === 0
    ? untilShown(
        context,
        look,
        (now) => now.state !== "pending_multi_region_import_and_rotation" || now.missingRegions.length > 0,
      )
    : close;
}

async function listed(context: Looking, wanted: WantedRotation): Promise<RotationCondition> {
  try {
    const materials = await context.service.materials(wanted.keyArn, context.call);
    return rotationCondition({ materials }, wanted.materialId, context.service.profile);
  } catch (error) {
    if (!isByokError(error, "access_denied", "service_refused", "key_not_found", "key_pending_deletion")) throw error;
    return lookClosely(context, wanted);
  }
}

/**
 * Asks for the rotation. The request names no material: where a reply was lost it is sent again only once a look has shown
 * that it is still this one that waits, since others may have brought in more after it.
 */
async function beginRotation(context: Looking, wanted: WantedRotation, rotate: () => Promise<void>): Promise<void> {
  let isLost = false;
  await settledSince(
    context,
    context.run.clock.monotonic(),
    async () => {
      if (isLost) {
        const now = await lookClosely(context, wanted);
        if (isRotated(now)) return;
        const { problem } = assessRotation({ wanted, condition: now });
        if (problem !== undefined) throw problem;
      }
      try {
        await rotate();
      } catch (thrown) {
        const error = ByokError.from(thrown);
        isLost ||= error.effectUnknown;
        throw isLost && !error.effectUnknown ? error.with({ effectUnknown: true }) : error;
      }
    },
    ({ effectUnknown, retry }) => effectUnknown && retry === "backoff",
  );
}

/**
 * A refusal may come of a rotation that is under way: of an attempt before, of a run that ended, of somebody else in the same
 * moment. What the key shows then decides; while it shows nothing that explains the refusal, it is looked at again.
 */
async function throwUnlessRotating(context: Looking, wanted: WantedRotation, error: unknown): Promise<void> {
  if (!isByokError(error, "key_unusable", "key_disabled", "service_refused", "limit_exceeded")) throw error;
  const mayBeUnderWay = error.effectUnknown || error.code === "key_unusable";
  const now = await untilShown(
    context,
    () => lookClosely(context, wanted),
    (condition) =>
      !mayBeUnderWay || isSettledState(condition) || assessRotation({ wanted, condition }).problem !== undefined,
    // Where the KMS says so itself, it takes as long as it takes.
    error.retry === "settling" ? "deadline" : "settling",
  );
  if (isRotated(now)) return;
  throw assessRotation({ wanted, condition: now }).problem ?? error;
}

async function withRegions(
  context: Looking,
  wanted: WantedRotation,
  key: KeyDescription | null,
  materials: readonly MaterialEntry[] | undefined,
): Promise<RotationCondition> {
  const { profile } = context.service;
  const condition = rotationCondition({ key, materials }, wanted.materialId, profile);
  if (condition.state !== "pending_multi_region_import_and_rotation") return condition;
  const missingRegions = await regionsWithout(context, wanted, key?.multiRegion?.replicaArns ?? []);
  return { ...condition, missingRegions };
}

/** A replica that may not be asked counts as one that lacks it, and is said to be so. */
async function regionsWithout(
  { run, call }: Looking,
  { materialId }: WantedRotation,
  replicaArns: readonly string[],
): Promise<readonly string[]> {
  const asked = await Promise.all(
    replicaArns.map(async (arn) => {
      try {
        const replica = keyContext(run, arn, "key_arn", call);
        const materials = await replica.service.materials(arn, call);
        const holds = materials.some((entry) => entry.materialId === materialId && entry.imported);
        return holds ? [] : [replica.location.region];
      } catch (error) {
        if (!isByokError(error, "access_denied", "service_refused", "region_not_allowed")) throw error;
        return [`${run.services.locate(arn, "key_arn").region} (or it could not be asked: ${error.code})`];
      }
    }),
  );
  return asked.flat().toSorted();
}

function noRotation(title: string, { keyArn }: WantedRotation): ByokError {
  return new ByokError(
    "invalid_argument",
    `${title} cannot rotate ${keyArn} to imported key material. Create another key for new bytes, and remove the rotation.`,
    { attribute: "key_arn" },
  );
}

function notShown({ keyArn, materialId }: WantedRotation): ByokError {
  return new ByokError(
    "timeout",
    `The rotation of ${keyArn} to ${materialId} was begun, and the KMS does not show it yet. Run again: that waits for it, and begins no second one.`,
    { attribute: "key_material_id", effectUnknown: true },
  );
}
