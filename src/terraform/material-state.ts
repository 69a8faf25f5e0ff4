import { importedKeyMaterialFields } from "../definitions/imported-key-material";
import { rotationStateOf } from "../definitions/rotation-state";
import { type Assessment, whatIsDue } from "../engine/assessment";
import type { MaterialOutcome, MaterialSettings } from "../engine/imported-key-material";
import { type Fingerprint, isFingerprint } from "../engine/fingerprint";
import { formatInstant } from "../engine/instant";
import { type MaterialCondition, materialFacts } from "../engine/material-condition";
import type { MaterialRecord } from "../engine/material-record";
import type { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { present } from "./known";
import { lifetimeOfState } from "./material-arguments";
import { type MaterialMemory, remember } from "./material-memory";
import type { Diagnostic } from "./plugin/diagnostics";
import type { PrivateState } from "./plugin/private-state";
import type { ApplyPlan, Config, KnownConfig, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { kindOf, warnings } from "./warning";
import { completed, defaultsOf } from "./written";

type Schema = typeof importedKeyMaterialSchema;

interface AppliedMaterial {
  readonly state: State<Schema>;
  readonly private: PrivateState;
  readonly diagnostics: readonly Diagnostic[];
}

/** The state after an apply: what was planned as known stays, everything else follows from what the engine tells. */
export function applied(
  plan: ApplyPlan<Schema>,
  config: KnownConfig<Schema>,
  { record, condition, warnings: said, assessment }: MaterialOutcome,
): AppliedMaterial {
  const results = resultsOf(record, condition);
  const found = {
    ...defaultsOf(importedKeyMaterialFields),
    ...results,
    id: record.keyArn,
    fingerprint: config.fingerprint ?? results.fingerprint,
    valid_to: config.valid_to ?? results.valid_to,
    reason: doneBy(assessment) ? null : reasonOf(assessment),
  };
  const state = completed<State<Schema>>(plan, found);
  const unimported = config.fingerprint === null && results.fingerprint === null ? named(state) : undefined;
  const ofState = said.filter((sentence) => assessment.warnings.includes(sentence));
  const others = said.filter((sentence) => !assessment.warnings.includes(sentence));
  return {
    state,
    private: remember({ record, condition, unimported }),
    diagnostics: [
      ...warnings(kindOf(assessment), record.keyArn, ofState),
      ...warnings("material", record.keyArn, [...others, ...(unimported === undefined ? [] : [onlyShown(unimported)])]),
    ],
  };
}

function named({ fingerprint }: State<Schema>): Fingerprint | undefined {
  return fingerprint !== null && isFingerprint(fingerprint) ? fingerprint : undefined;
}

/** The host holds an apply to what its plan showed. */
function onlyShown(fingerprint: Fingerprint): string {
  return `Nothing was imported, so \`fingerprint\` (${fingerprint}) names the bytes that the plan showed, and not what the key holds. The next refresh removes it.`;
}

function doneBy({ action }: Assessment): boolean {
  return action === "create" || action === "reimport" || action === "disable";
}

/**
 * What a look makes of the state. The user's spelling of a date stays while it is still true.
 *
 * @param unimported See `MaterialMemory`.
 */
export function readState(
  state: State<Schema>,
  record: MaterialRecord,
  condition: MaterialCondition,
  unimported: Fingerprint | undefined,
): State<Schema> {
  const results = resultsOf(record, condition);
  const claimed = state.fingerprint === unimported ? null : state.fingerprint;
  const due = whatIsDue({ wanted: wantedOfState(state, record), condition, record });
  return {
    ...state,
    ...results,
    id: record.keyArn,
    key_arn: record.keyArn,
    fingerprint: results.fingerprint ?? claimed,
    // Material that never expires says no date: the one that is configured stays, to be imported one day.
    valid_to:
      condition.state === "imported" ? (results.valid_to ?? fixedDate(state)) : (state.valid_to ?? results.valid_to),
    reason: reasonOf(due),
  };
}

function fixedDate({ valid_to: validTo, valid_for: validFor }: State<Schema>): string | null {
  return validFor === null ? validTo : null;
}

function wantedOfState(state: State<Schema>, record: MaterialRecord): MaterialSettings {
  return {
    keyArn: record.keyArn,
    lifetime: record.lifetime ?? lifetimeOfState(state),
    description: record.description,
    onDeletion: state.on_deletion === "report" ? "report" : "reimport",
    succeeds: state.succeeds ?? undefined,
  };
}

function reasonOf({ action, reason }: Pick<Assessment, "action" | "reason">): string | null {
  return action === "create" || action === "reimport" || action === "disable" ? reason : null;
}

function resultsOf(record: MaterialRecord, condition: MaterialCondition) {
  const moment = (instant: number | undefined): string | null =>
    instant === undefined ? null : formatInstant(instant);
  const facts = materialFacts(condition);
  return {
    fingerprint: record.fingerprint ?? null,
    valid_to: moment(facts.validTo),
    key_material_id: facts.materialId ?? record.materialId ?? null,
    rotation_state: rotationStateOf(facts.rotation) ?? null,
    verified: record.verified,
    material_state: condition.state,
    key_state: facts.keyState ?? null,
    expiration_model: facts.expirationModel ?? null,
    imported_at: moment(record.importedAt),
    renewal_time: moment(facts.renewalTime),
    ready_for_renewal: facts.renewalDue,
  };
}

/** For a release: after an import into the state nothing is on record but what the attributes claim. */
export function recordOf(state: State<Schema>, { record }: MaterialMemory): MaterialRecord {
  const { key_arn: keyArn, id, key_material_id: materialId } = state;
  return (
    record ?? {
      keyArn: keyArn ?? id ?? "",
      verified: false,
      fingerprint: named(state),
      materialId: present(materialId),
    }
  );
}

/** What becomes of the bytes in a key that material moves away from: they are deleted only where that stays the policy. */
export function policyOfMove(
  prior: State<Schema>,
  { deletion_policy: configured }: Config<Schema> | KnownConfig<Schema>,
): "retain" | "delete" {
  return configured === "delete" || configured === UNKNOWN ? deletionPolicy(prior) : "retain";
}

export function deletionPolicy(state: State<Schema>): "retain" | "delete" {
  return state.deletion_policy === "delete" ? "delete" : "retain";
}
