import { type Assessment, assess } from "../engine/assessment";
import { parseFingerprint } from "../engine/fingerprint";
import { checkLifetime } from "../engine/lifetime";
import type { MaterialCondition } from "../engine/material-condition";
import { type MaterialRecord, provedFingerprint } from "../engine/material-record";
import { differentBytes, type Offer } from "../engine/offered-bytes";
import type { Opened } from "../engine/opened-source";
import { kmsProfiles } from "../kms/profiles";
import { systemClock } from "../system-clock";
import { diagnosticOf, refusals, warnings } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { present } from "./known";
import { lifetimeIsKnown, lifetimeOf, profileOf, wantedAtPlan } from "./material-arguments";
import { remember } from "./material-memory";
import { titleFor } from "./material-title";
import type { PlanResult } from "./plugin/resource";
import type { Config, Plan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";

type Schema = typeof importedKeyMaterialSchema;
const known = importedKeyMaterialSchema.attributes;

/** A lifetime that only some KMSs allow, for a key of which the plan does not know the KMS yet. */
function tooLongForSome(config: Config<Schema>): string[] {
  if (config.key_arn !== UNKNOWN || !lifetimeIsKnown(config)) return [];
  return refusals(known, () => checkLifetime(lifetimeOf(config), kmsProfiles.aws, localNow())).map(
    ({ detail }) => detail,
  );
}

interface NewPlan {
  readonly config: Config<Schema>;
  readonly prior: State<Schema> | null;
  readonly planned: Plan<Schema>;
  readonly opened: Opened;
}

/** A key that nothing is on record of: a new resource, or another key than before. */
export function planNew({ config, prior, planned, opened: { offer, material } }: NewPlan): PlanResult<Schema> {
  const fingerprint = present(config.fingerprint);
  const contradiction = differentBytes(
    offer,
    fingerprint === undefined ? undefined : parseFingerprint(fingerprint, "fingerprint"),
    undefined,
  );
  const past = lifetimeIsKnown(config)
    ? refusals(known, () => checkLifetime(lifetimeOf(config), profileOf(config.key_arn), localNow()))
    : [];
  const diagnostics = [
    ...(contradiction === undefined ? [] : [diagnosticOf(contradiction, known)]),
    ...past,
    ...warnings(titleFor(present(config.key_arn)), [
      ...(material?.warnings ?? []),
      ...needed(offer),
      ...(past.length === 0 ? tooLongForSome(config) : []),
    ]),
  ];
  const moved: Plan<Schema> = prior === null ? planned : { ...planned, ...unknownResults(config) };
  return { planned: moved, private: remember({ planned: "create" }), diagnostics };
}

function needed(offer: Offer): string[] {
  return offer.kind === "none" ? [`Applying this will need the key material. ${offer.why}`] : [];
}

interface KnownPlan extends NewPlan {
  readonly prior: State<Schema>;
  readonly record: MaterialRecord | undefined;
  readonly condition: MaterialCondition | undefined;
}

/** The key that is on record: the assessment decides, by what the last look found. */
export function planKnown({
  config,
  prior,
  planned,
  record,
  condition,
  opened: { offer, material },
}: KnownPlan): PlanResult<Schema> {
  const memory = { record, condition };
  if (!lifetimeIsKnown(config) || condition === undefined) {
    return {
      planned: { ...planned, ...unknownResults(config) },
      private: remember({ ...memory, planned: "reimport" as const }),
    };
  }
  const wanted = wantedAtPlan(config);
  const newDate = config.valid_to !== prior.valid_to;
  const assessment = assess({
    wanted,
    condition,
    record,
    offer,
    otherChanges: otherChanges(planned, prior),
    now: newDate ? localNow() : undefined,
  });
  const { action, problem } = assessment;
  if (action === "refuse" && problem !== undefined) return { diagnostics: [diagnosticOf(problem, known)] };
  const said = [...(material?.warnings ?? []), ...assessment.warnings];
  return {
    planned: { ...planned, ...plannedResults(action, config, prior, record) },
    private: remember({ ...memory, planned: action }),
    diagnostics: [
      ...warnings(titleFor(wanted.keyArn), said),
      ...warnings("Key Material Will Be Imported Again", announcement(assessment)),
    ],
  };
}

/** Arguments that concern nothing but byok's own record. */
const settings = [
  "renew_before",
  "valid_for",
  "on_deletion",
  "deletion_policy",
  "allow_interruption",
  "wrapping_algorithm",
  "wrapping_key_spec",
] as const;

function otherChanges(planned: Plan<Schema>, prior: State<Schema>): boolean {
  const claim = planned.fingerprint !== UNKNOWN && planned.fingerprint !== prior.fingerprint;
  const described = planned.material_description !== prior.material_description;
  const timeouts = JSON.stringify(planned.timeouts) !== JSON.stringify(prior.timeouts);
  return claim || described || timeouts || settings.some((name) => planned[name] !== prior[name]);
}

/** A reimport that nobody asked for by changing the configuration is announced with its reason. */
function announcement({ action, row, reason, problem }: Assessment): string[] {
  const asked = row === "lifetime_configured" || row === "description_configured";
  return action === "reimport" && !asked && problem === undefined
    ? [`The same key material will be imported again: ${reason}.`]
    : [];
}

type Results = Pick<
  Plan<Schema>,
  | "id"
  | "fingerprint"
  | "valid_to"
  | "key_material_id"
  | "verified"
  | "material_state"
  | "expiration_model"
  | "imported_at"
  | "renewal_time"
  | "ready_for_renewal"
  | "reason"
>;

function unknownResults(config: Config<Schema>): Results {
  return {
    id: config.key_arn,
    fingerprint: config.fingerprint ?? UNKNOWN,
    valid_to: config.valid_to ?? UNKNOWN,
    key_material_id: UNKNOWN,
    verified: UNKNOWN,
    material_state: UNKNOWN,
    expiration_model: UNKNOWN,
    imported_at: UNKNOWN,
    renewal_time: UNKNOWN,
    ready_for_renewal: UNKNOWN,
    reason: UNKNOWN,
  };
}

/** What is known beforehand of the results of an action: the fewer are unknown, the less is replanned elsewhere. */
function plannedResults(
  action: Assessment["action"],
  config: Config<Schema>,
  prior: State<Schema>,
  record: MaterialRecord | undefined,
): Results {
  const {
    id,
    fingerprint,
    valid_to,
    key_material_id,
    verified,
    material_state,
    expiration_model,
    imported_at,
    renewal_time,
    ready_for_renewal,
    reason,
  } = prior;
  const same = {
    id,
    fingerprint,
    valid_to,
    key_material_id,
    verified,
    material_state,
    expiration_model,
    imported_at,
    renewal_time,
    ready_for_renewal,
    reason,
  };
  const claimed = present(config.fingerprint) ?? fingerprint ?? config.fingerprint;
  // What is to be imported one day is planned as configured; until then the state keeps saying what there is.
  if (action === "nothing") return { ...same, fingerprint: claimed, valid_to: valid_to ?? config.valid_to };
  const configured: Results = { ...same, fingerprint: claimed, valid_to: valid_to ?? config.valid_to };
  if (action === "record") return { ...configured, renewal_time: UNKNOWN, ready_for_renewal: UNKNOWN, reason: UNKNOWN };
  const proved = provedFingerprint(record) !== undefined;
  return {
    ...unknownResults(config),
    ...(proved ? { fingerprint: config.fingerprint ?? fingerprint, key_material_id, verified } : {}),
  };
}

/** Only to refuse a date that was newly set: everything else is judged by the KMS's own time. */
function localNow(): number {
  return Math.floor(systemClock.now() / 1000);
}
