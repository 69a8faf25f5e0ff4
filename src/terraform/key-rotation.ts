import { ruleFaults } from "../definitions/field-faults";
import { keyRotationFields } from "../definitions/key-rotation";
import { keyRotationFaults, type KeyRotationValues } from "../definitions/key-rotation-rules";
import { formatInstant } from "../engine/instant";
import { observeRotation, rotateKey } from "../engine/key-rotation";
import {
  assessRotation,
  type RotationAssessment,
  type RotationDone,
  type WantedRotation,
} from "../engine/rotation-assessment";
import type { RotationCondition } from "../engine/rotation-condition";
import { keyOfArn, kmsProfiles } from "../kms/clouds";
import { type ByokClient, callOf } from "./client";
import { diagnosticOf, diagnosticOfFault } from "./diagnose";
import { keyRotationSchema } from "./key-rotation-schema";
import type { Diagnostic } from "./plugin/diagnostics";
import { identitySchema, requiredForImport } from "./plugin/identity";
import { define } from "./plugin/provider";
import type { PlanResult } from "./plugin/resource";
import { string } from "./plugin/schema/attribute";
import type { Config, Plan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { materialOfImport } from "./material-id";
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
  plan: async ({ config, prior, planned, requiresReplace, client, signal }) => {
    const wanted = wantedIn(config);
    // What is made new in this run, or waits for something that is, is looked at in the apply.
    if (wanted === undefined || requiresReplace.length > 0)
      return { planned: { ...planned, ...unknownResults(config) } };
    const condition = await observeRotation(client.run, wanted, callOf(signal, null));
    const done = prior === null ? undefined : doneIn(prior, wanted);
    return planKnown(config, prior, planned, assessRotation({ wanted, condition, done }));
  },
  create: async ({ config, plan, client, signal, timeoutMilliseconds }) => {
    const wanted = { keyArn: config.key_arn, materialId: config.key_material_id };
    const outcome = await rotateKey(client.run, wanted, undefined, callOf(signal, timeoutMilliseconds));
    return applied(plan, wanted, outcome.condition, outcome.warnings);
  },
  read: async ({ state, client, signal, timeoutMilliseconds }) => {
    const wanted = { keyArn: state.key_arn ?? "", materialId: state.key_material_id ?? "" };
    const condition = await observeRotation(client.run, wanted, callOf(signal, timeoutMilliseconds));
    if (condition.state === "key_gone") return { state: null };
    // The state forgets what was the current material before this look; everything else the plan says.
    const { row, warnings: said } = assessRotation({ wanted, condition, done: doneIn(state, wanted) });
    const news = row === "rotated_on" ? warnings("rotation", wanted.keyArn, said) : [];
    return { state: { ...state, ...resultsOf(wanted, condition, state) }, diagnostics: news };
  },
  update: async ({ config, plan, prior, client, signal, timeoutMilliseconds }) => {
    const wanted = { keyArn: config.key_arn, materialId: config.key_material_id };
    const done = doneIn(prior, wanted);
    const outcome = await rotateKey(client.run, wanted, done, callOf(signal, timeoutMilliseconds));
    return applied(plan, wanted, outcome.condition, outcome.warnings);
  },
  delete: () => undefined,
  import: ({ id, identity, client }) => {
    const named = id === null ? identity : materialOfImport(id);
    const [keyArn, materialId] = [named?.key_arn ?? "", named?.key_material_id ?? ""];
    client.services.locate(keyArn, "id");
    return { state: { id: keyArn, key_arn: keyArn, key_material_id: materialId } };
  },
});

function wantedIn({ key_arn: keyArn, key_material_id: materialId }: Config<Schema>): WantedRotation | undefined {
  return typeof keyArn === "string" && typeof materialId === "string" ? { keyArn, materialId } : undefined;
}

/** A rotation that is in the state was done, unless it was taken over from elsewhere, or is now to another material. */
function doneIn(
  { key_material_id: materialId, current_key_material_id: current }: State<Schema>,
  wanted: WantedRotation,
): RotationDone | undefined {
  if (materialId !== wanted.materialId || current === null) return undefined;
  return { currentMaterialId: current };
}

function planKnown(
  config: Config<Schema>,
  prior: State<Schema> | null,
  planned: Plan<Schema>,
  { action, problem, warnings: said }: RotationAssessment,
): PlanResult<Schema> {
  if (action === "refuse" && problem !== undefined) return { diagnostics: [diagnosticOf(problem, known)] };
  const keyArn = typeof config.key_arn === "string" ? config.key_arn : undefined;
  const diagnostics: Diagnostic[] = warnings("rotation", keyArn, said);
  const isSame = prior !== null && action === "nothing" && prior.key_material_id === config.key_material_id;
  return {
    planned: { ...planned, ...(isSame ? resultsIn(prior) : unknownResults(config)) },
    diagnostics,
  };
}

type Results = Pick<State<Schema>, "id" | "rotated_at" | "current_key_material_id" | "rotations" | "rotations_left">;

function resultsIn({ id, rotated_at, current_key_material_id, rotations, rotations_left }: State<Schema>): Results {
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

function applied(plan: object, wanted: WantedRotation, condition: RotationCondition, said: readonly string[]) {
  const state = completed<State<Schema>>(plan, resultsOf(wanted, condition, null));
  return { state, diagnostics: warnings("rotation", wanted.keyArn, said) };
}
