import { ruleFaults } from "../definitions/field-faults";
import { keyRotationFields } from "../definitions/key-rotation";
import { keyRotationFaults, type KeyRotationValues } from "../definitions/key-rotation-rules";
import { formatInstant } from "../engine/instant";
import { isReturning } from "../engine/announcements";
import { observeRotation, rotateKey, type RotationOutcome } from "../engine/key-rotation";
import {
  assessRotation,
  type RotationAssessment,
  type RotationDone,
  type WantedRotation,
} from "../engine/rotation-assessment";
import type { RotationCondition } from "../engine/rotation-condition";
import { keyOfArn, kmsProfiles } from "../kms/clouds";
import { type ByokClient, callOf, materialInPlan } from "./client";
import { diagnosticOf, diagnosticOfFault } from "./diagnose";
import { keyRotationSchema } from "./key-rotation-schema";
import { identitySchema, requiredForImport } from "./plugin/identity";
import { define } from "./plugin/provider";
import type { Json, PrivateState } from "./plugin/private-state";
import type { PlanResult, StateResult } from "./plugin/resource";
import { string } from "./plugin/schema/attribute";
import type { Config, Plan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { rotationNamed } from "./material-id";
import { warnings } from "./warning";
import { completed, writtenIn } from "./written";

type Schema = typeof keyRotationSchema;
const known = keyRotationSchema.attributes;
const { resource } = define<ByokClient>();

/** `byok_key_rotation`: one material is the current one of its key. */
export const keyRotation = resource({
  schema: keyRotationSchema,
  identity: {
    schema: identitySchema({
      version: 0,
      attributes: { key_arn: requiredForImport(string), key_material_id: requiredForImport(string) },
    }),
    of: ({ key_arn, key_material_id }) =>
      key_arn === null || key_material_id === null ? null : { key_arn, key_material_id },
  },
  validate: ({ config }) => {
    const written = writtenIn<KeyRotationValues>(keyRotationFields, config);
    const clouds = { profiles: kmsProfiles, keyOfArn };
    const faults = ruleFaults(keyRotationFields, written, (fit) => keyRotationFaults(fit, clouds));
    return faults.map(diagnosticOfFault);
  },
  plan: async ({ config, prior, planned, earlierPrivate, client, signal }) => {
    const wanted = wantedIn(config);
    // What is made new in this run, or waits for something that is, is looked at in the apply. So is what a host applies
    // that hands on what its plan has kept.
    const isLater = wanted === undefined || !client.isReachable || earlierPrivate.size > 0;
    if (isLater) return { planned: { ...planned, ...unknownResults(config) }, private: remember([]) };
    const condition = await observeRotation(client.run, wanted, callOf(signal, null));
    const done = prior === null ? undefined : doneIn(prior, wanted);
    return planSeen({ config, prior, planned, client, wanted }, assessRotation({ wanted, condition, done }));
  },
  create: async ({ config, plan, client, signal, timeoutMilliseconds, private: kept }) => {
    const wanted = { keyArn: config.key_arn, materialId: config.key_material_id };
    const outcome = await rotateKey(client.run, wanted, undefined, callOf(signal, timeoutMilliseconds));
    return applied(plan, wanted, outcome, kept);
  },
  read: async ({ state, client, signal, timeoutMilliseconds }) => {
    const wanted = { keyArn: state.key_arn ?? "", materialId: state.key_material_id ?? "" };
    const condition = await observeRotation(client.run, wanted, callOf(signal, timeoutMilliseconds));
    // Other credentials do not see the key either: what was once seen stays, and a plan says what is wrong.
    if (condition.state === "key_gone" && state.current_key_material_id === null) return { state: null };
    // The state forgets what was the current material before this look; everything else the plan says.
    const { row, warnings: said } = assessRotation({ wanted, condition, done: doneIn(state, wanted) });
    const news = row === "rotated_on" ? warnings("rotation", wanted.keyArn, said) : [];
    return { state: { ...state, ...resultsOf(wanted, condition, state) }, diagnostics: news };
  },
  update: async ({ config, plan, prior, client, signal, timeoutMilliseconds, private: kept }) => {
    const wanted = { keyArn: config.key_arn, materialId: config.key_material_id };
    const done = doneIn(prior, wanted);
    const outcome = await rotateKey(client.run, wanted, done, callOf(signal, timeoutMilliseconds));
    return applied(plan, wanted, outcome, kept);
  },
  delete: () => undefined,
  import: ({ id, identity, client }) => {
    const { keyArn, materialId } =
      id === null
        ? { keyArn: identity?.key_arn ?? "", materialId: identity?.key_material_id ?? "" }
        : rotationNamed(id);
    client.services.locate(keyArn, "id");
    return { state: { id: keyArn, key_arn: keyArn, key_material_id: materialId } };
  },
});

function wantedIn({ key_arn: keyArn, key_material_id: materialId }: Config<Schema>): WantedRotation | undefined {
  return typeof keyArn === "string" && typeof materialId === "string" ? { keyArn, materialId } : undefined;
}

/** A rotation that is in the state was done, unless it was taken over from elsewhere, or is now to another material. */
function doneIn(
  { key_arn: keyArn, key_material_id: materialId, current_key_material_id: current }: State<Schema>,
  wanted: WantedRotation,
): RotationDone | undefined {
  if (keyArn === null || current === null || materialId !== wanted.materialId) return undefined;
  // A multi-Region key has one id in all its Regions: another one of them may have become the primary's.
  const isSame = keyOfArn(keyArn).keyId === keyOfArn(wanted.keyArn).keyId;
  return isSame ? { currentMaterialId: current } : undefined;
}

interface RotationPlan {
  readonly config: Config<Schema>;
  readonly prior: State<Schema> | null;
  readonly planned: Plan<Schema>;
  readonly client: ByokClient;
  readonly wanted: WantedRotation;
}

function planSeen(
  { config, prior, planned, client, wanted }: RotationPlan,
  assessment: RotationAssessment,
): PlanResult<Schema> {
  const { row, action, problem } = assessment;
  const isAwaited =
    row === "unknown_material" && client.materialsPlanned.has(materialInPlan(wanted.keyArn, wanted.materialId));
  if (action === "refuse" && problem !== undefined && !isAwaited)
    return { diagnostics: [diagnosticOf(problem, known)] };
  const said = isAwaited ? [] : sayings(client, wanted, assessment);
  const isSame = prior !== null && action === "nothing" && prior.key_material_id === config.key_material_id;
  const results: PlannedResults = isSame ? resultsIn(prior, wanted.keyArn) : unknownResults(config);
  return {
    planned: { ...planned, ...results },
    private: remember(said),
    diagnostics: warnings("rotation", wanted.keyArn, said),
  };
}

/** What a plan warns of. What another resource of the same plan puts right is no trouble. */
function sayings(
  { run, keysOpen }: ByokClient,
  { keyArn }: WantedRotation,
  { row, warnings: said, problem }: RotationAssessment,
): readonly string[] {
  if (row === "key_pending_deletion" && isReturning(run, keyArn)) return [];
  if (row !== "key_disabled" || problem === undefined) return said;
  const isToBeEnabled = keysOpen.has(keyArn) || run.memory.wishes.get(keyArn)?.enabled === true;
  return isToBeEnabled ? said : [...said, problem.rawMessage];
}

/** What a plan has said its apply need not repeat. */
function remember(said: readonly string[]): PrivateState {
  return new Map<string, Json>([["said", [...said]]]);
}

type Results = Pick<State<Schema>, "id" | "rotated_at" | "current_key_material_id" | "rotations" | "rotations_left">;

type PlannedResults = Pick<Plan<Schema>, keyof Results>;

/** The same key has another ARN once another Region is its primary. */
function resultsIn(prior: State<Schema>, id: string): Results {
  const { rotated_at, current_key_material_id, rotations, rotations_left } = prior;
  return { id, rotated_at, current_key_material_id, rotations, rotations_left };
}

function unknownResults({ key_arn: id }: Config<Schema>) {
  return {
    id,
    rotated_at: UNKNOWN,
    current_key_material_id: UNKNOWN,
    rotations: UNKNOWN,
    rotations_left: UNKNOWN,
  } as const;
}

/** What may not be listed, or cannot be while the key waits for its deletion, stays as it was last seen. */
function resultsOf(wanted: WantedRotation, condition: RotationCondition, before: State<Schema> | null): Results {
  const { rotatedAt, currentMaterialId, rotations, rotationsLeft } = condition;
  return {
    id: wanted.keyArn,
    rotated_at: rotatedAt === undefined ? (before?.rotated_at ?? null) : formatInstant(rotatedAt),
    current_key_material_id: currentMaterialId ?? before?.current_key_material_id ?? null,
    rotations: rotations ?? before?.rotations ?? null,
    rotations_left: rotationsLeft ?? before?.rotations_left ?? null,
  };
}

function applied(
  plan: object,
  wanted: WantedRotation,
  { condition, warnings: all }: RotationOutcome,
  kept: PrivateState,
): StateResult<Schema> {
  const state = completed<State<Schema>>(plan, resultsOf(wanted, condition, null));
  const said = kept.get("said");
  const news = all.filter((sentence) => !Array.isArray(said) || !said.includes(sentence));
  return { state, private: new Map(), diagnostics: warnings("rotation", wanted.keyArn, news) };
}
