import { ByokError } from "./errors";
import { formatInstant } from "./instant";
import type { RotationCondition, RotationState } from "./rotation-condition";
import { keysOf } from "./table";

/** The desired state: this material is the current one of its key. */
export interface WantedRotation {
  /** ARN of the key, of a multi-Region one the primary's. */
  readonly keyArn: string;
  /** The KMS's own id of the material. */
  readonly materialId: string;
}

/** `rotate` rotates the key; `nothing` and `refuse` call nothing that writes. */
export type RotationAction = "rotate" | "nothing" | "refuse";

/** All that decides what is to be done about a rotation. */
export interface RotationAssessmentFacts {
  readonly wanted: WantedRotation;
  readonly condition: RotationCondition;
  /** What earlier runs left on record of this very rotation. Undefined: it was never seen to be done. */
  readonly done?: RotationDone | undefined;
}

/** A rotation that was seen to be done. */
export interface RotationDone {
  /** The material that was the current one when the key was last looked at. */
  readonly currentMaterialId?: string | undefined;
}

/** What is to be done about a rotation, and why. */
export interface RotationAssessment {
  /** The row of the table that applies; stable, for tests and scripts. */
  readonly row: RotationRow;
  readonly action: RotationAction;
  /** Why, in words. */
  readonly reason: string;
  /** What a plan should tell beside the reason, in sentences. */
  readonly warnings: readonly string[];
  /** What an apply must throw. A plan throws it only where the action is `refuse`. */
  readonly problem?: ByokError | undefined;
}

/** Names of the rows, in the order in which they are asked. */
export type RotationRow = keyof typeof rows;

/** The one table behind every plan, diff and apply of a rotation: the first row that has a verdict decides. */
export function assessRotation(facts: RotationAssessmentFacts): RotationAssessment {
  for (const row of keysOf(rows)) {
    const verdict = rows[row](facts);
    if (verdict !== undefined) return { warnings: [], ...verdict, row };
  }
  throw new ByokError("internal", "No row of the table of rotations applies. Please report it.");
}

type Verdict = Omit<RotationAssessment, "row" | "warnings"> & { readonly warnings?: readonly string[] };

type Row = (facts: RotationAssessmentFacts) => Verdict | undefined;

/** A key that is left with so few rotations is near its end. */
const fewRotations = 5;

const rows = {
  key_gone: on("key_gone", ({ keyArn }) =>
    blocked(
      new ByokError("key_not_found", `The key ${keyArn} does not exist. Set \`key_arn\` to a key that exists.`, {
        attribute: "key_arn",
      }),
    ),
  ),

  key_pending_deletion: on("key_pending_deletion", ({ keyArn }) =>
    blocked(
      new ByokError(
        "key_pending_deletion",
        `The key ${keyArn} is pending deletion, so it is not rotated. Cancel the deletion (byok's external key does that in the same apply), or remove the rotation from the configuration.`,
        { attribute: "key_arn" },
      ),
    ),
  ),

  current: on("current", () => ({ action: "nothing", reason: "the material is the current one" })),

  unlisted: on("unlisted", ({ keyArn }) =>
    blocked(
      new ByokError(
        "access_denied",
        `The key materials of ${keyArn} must be listed to rotate it, and the caller lacks the permission kms:ListKeyRotations. Allow it on the key.`,
        { attribute: "key_arn" },
      ),
    ),
  ),

  rotated_on: ({ wanted, condition, done }) => {
    if (condition.state !== "former" || done === undefined) return undefined;
    const { currentMaterialId = "none", currentSince } = condition;
    const since = currentSince === undefined ? "" : ` on ${formatInstant(currentSince)}`;
    const reason = `the key was rotated on to ${currentMaterialId}${since}`;
    const isNews = done.currentMaterialId === wanted.materialId;
    return {
      action: "nothing",
      reason,
      warnings: isNews
        ? [
            `The key ${wanted.keyArn} was rotated to ${wanted.materialId}, and then on to ${currentMaterialId}${since}. That is as it should be where this configuration did it. Otherwise somebody else did: take that material into the configuration, since ciphertexts are made under it now.`,
          ]
        : [],
    };
  },

  former: on("former", ({ keyArn, materialId }, { currentMaterialId = "none" }) =>
    refused(
      new ByokError(
        "wrong_predecessor",
        `${materialId} is a former key material of ${keyArn}, whose current one is ${currentMaterialId}, and no KMS rotates back. Nothing was rotated. To encrypt under these bytes again, import them into another key; to manage the rotation as it is, import it into the state.`,
        { attribute: "key_material_id" },
      ),
    ),
  ),

  unknown_material: on("unknown", ({ keyArn, materialId }, { currentMaterialId = "none", pendingMaterialId }) => {
    const waits = pendingMaterialId === undefined ? "nothing waits" : `${pendingMaterialId} waits`;
    return refused(
      new ByokError(
        "wrong_predecessor",
        `${materialId} is no key material of ${keyArn}: its current one is ${currentMaterialId}, and ${waits} for a rotation. Nothing was rotated. Import the material with \`succeeds\` = ${currentMaterialId}, and refer to its \`key_material_id\`.`,
        { attribute: "key_material_id" },
      ),
    );
  }),

  replica: ({ wanted, condition: { primaryArn } }) =>
    primaryArn === undefined
      ? undefined
      : refused(
          new ByokError(
            "invalid_argument",
            `${wanted.keyArn} is a replica, and a multi-Region key is rotated in all its Regions by its primary. Nothing was rotated. Set \`key_arn\` to ${primaryArn}.`,
            { attribute: "key_arn" },
          ),
        ),

  limit_reached: ({ wanted: { keyArn }, condition: { rotations, rotationsLeft } }) =>
    rotationsLeft === 0
      ? refused(
          new ByokError(
            "limit_exceeded",
            `The key ${keyArn} was rotated ${rotations} times, which is as often as a key can be in its life. Nothing was rotated. Create another key, and move to it; keep this one for what is encrypted under it.`,
            { attribute: "key_arn" },
          ),
        )
      : undefined,

  regions_missing: on("pending_multi_region_import_and_rotation", ({ keyArn, materialId }, { missingRegions }) => {
    return {
      action: "rotate",
      reason: `the key is rotated to ${materialId} once its replicas have it`,
      problem: new ByokError(
        "key_unusable",
        `The key ${keyArn} cannot be rotated to ${materialId} yet: the material is missing in ${missingRegions.join(", ") || "some replica"}. Nothing was rotated. Import it into each replica (with \`succeeds\`), before the rotation.`,
        { attribute: "key_material_id" },
      ),
    };
  }),

  materials_missing: ({ wanted, condition: { keyState, missingMaterials } }) => {
    if (missingMaterials.length === 0 && keyState !== "PendingImport") return undefined;
    const lost = missingMaterials.length === 0 ? "key material" : `key material (${missingMaterials.join(", ")})`;
    return {
      action: "rotate",
      reason: rotatingTo(wanted),
      problem: new ByokError(
        "key_unusable",
        `The key ${wanted.keyArn} has lost ${lost}, so it cannot be rotated. Nothing was rotated. Import the same bytes again first: byok's imported key material does that in the same apply.`,
        { attribute: "key_arn" },
      ),
    };
  },

  key_disabled: ({ wanted, condition }) =>
    condition.keyState === "Disabled"
      ? {
          action: "rotate",
          reason: rotatingTo(wanted),
          problem: new ByokError(
            "key_disabled",
            `The key ${wanted.keyArn} is Disabled, and only an Enabled key can be rotated. Nothing was rotated. Enable it, rotate, and disable it again.`,
            { attribute: "key_arn" },
          ),
        }
      : undefined,

  pending: ({ wanted, condition: { rotationsLeft } }) => ({
    action: "rotate",
    reason: rotatingTo(wanted),
    warnings:
      rotationsLeft !== undefined && rotationsLeft <= fewRotations
        ? [
            `The key ${wanted.keyArn} can be rotated ${rotationsLeft} more times in its life, this one counted. Plan another key in time.`,
          ]
        : [],
  }),
} as const satisfies Readonly<Record<string, Row>>;

/** A row about one state. */
function on(state: RotationState, verdict: (wanted: WantedRotation, condition: RotationCondition) => Verdict): Row {
  return ({ wanted, condition }) => (condition.state === state ? verdict(wanted, condition) : undefined);
}

/** What a person must put right, in this run or before the next. */
function blocked(problem: ByokError): Verdict {
  return { action: "nothing", reason: problem.rawMessage, warnings: [problem.rawMessage], problem };
}

function refused(problem: ByokError): Verdict {
  return { action: "refuse", reason: problem.rawMessage, problem };
}

function rotatingTo({ materialId }: WantedRotation): string {
  return `the key is rotated to ${materialId}`;
}
