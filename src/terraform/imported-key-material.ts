import { assess, type Assessment } from "../engine/assessment";
import { ByokError } from "../engine/errors";
import { parseFingerprint } from "../engine/fingerprint";
import {
  applyMaterial,
  type MaterialOutcome,
  type MaterialSettings,
  observeMaterial,
  recordAfter,
  releaseMaterial,
} from "../engine/imported-key-material";
import { formatInstant } from "../engine/instant";
import type { KeyMaterialSource } from "../engine/key-material-source";
import type { KmsProfile } from "../engine/kms-profile";
import { checkLifetime, type Lifetime, lifetimeFrom } from "../engine/lifetime";
import type { MaterialCondition } from "../engine/material-condition";
import { type MaterialRecord, provedFingerprint } from "../engine/material-record";
import { differentBytes, type Offer } from "../engine/offered-bytes";
import { type Opened, openSource } from "../engine/opened-source";
import { kmsOfArn, kmsProfiles } from "../kms/profiles";
import { sourceFromUri, parseSourceUri } from "../material-sources/source-uri";
import { valueSource } from "../material-sources/value";
import { systemClock } from "../system-clock";
import { type ByokClient, callOf } from "./client";
import { present } from "./known";
import { diagnosticOf, refusals, warnings } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { recall, remember } from "./material-memory";
import { type Diagnostic, errorDiagnostic } from "./plugin/diagnostics";
import { identitySchema, requiredForImport } from "./plugin/identity";
import { path } from "./plugin/path";
import { define } from "./plugin/provider";
import type { PlanResult } from "./plugin/resource";
import { string } from "./plugin/schema/attribute";
import type { ApplyPlan, Config, KnownConfig, Plan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";

type Schema = typeof importedKeyMaterialSchema;
const known = importedKeyMaterialSchema.attributes;
const { resource } = define<ByokClient>();
const title = "Imported Key Material";

export const importedKeyMaterial = resource({
  schema: importedKeyMaterialSchema,
  identity: {
    schema: identitySchema({ version: 0, attributes: { key_arn: requiredForImport(string) } }),
    of: ({ key_arn }) => (key_arn === null ? null : { key_arn }),
  },
  validate: ({ config }) => validate(config),
  plan: async ({ config, prior, planned, client, signal, private: kept }) => {
    const { record, condition } = recall(kept);
    const sameKey = prior !== null && config.key_arn !== UNKNOWN && config.key_arn === prior.key_arn;
    const opened = await offerAtPlan(config, client, signal);
    try {
      return sameKey
        ? planKnown({ config, prior, planned, record, condition, opened })
        : planNew({ config, prior, planned, opened });
    } finally {
      opened.material?.destroy();
    }
  },
  create: async ({ config, client, signal, timeoutMilliseconds, plan }) => {
    const call = callOf(signal, timeoutMilliseconds);
    const outcome = await applyMaterial(client.run, wantedMaterial(config), sourceOf(config, client), undefined, call);
    return applied(plan, config, outcome);
  },
  read: async ({ state, client, signal, timeoutMilliseconds, private: kept }) => {
    const { record } = recall(kept);
    const keyArn = state.key_arn ?? state.id ?? "";
    const lifetime = record?.lifetime ?? lifetimeOfState(state);
    const seen = await observeMaterial(client.run, keyArn, record, lifetime, callOf(signal, timeoutMilliseconds));
    const after = recordAfter(record ?? { keyArn, verified: false }, seen.condition);
    return {
      state: readState(state, after, seen.condition),
      private: remember({ record: after, condition: seen.condition }),
    };
  },
  update: async ({ config, prior, plan, client, signal, timeoutMilliseconds, private: kept }) => {
    const call = callOf(signal, timeoutMilliseconds);
    const { record, planned } = recall(kept);
    const moving = config.key_arn !== prior.key_arn;
    const outcome = await applyMaterial(
      client.run,
      wantedMaterial(config),
      sourceOf(config, client),
      moving ? undefined : record,
      call,
      moving ? "create" : planned,
    );
    const done = applied(plan, config, outcome);
    const diagnostics = [
      ...done.diagnostics,
      ...(outcome.error === undefined ? [] : [diagnosticOf(outcome.error, known)]),
    ];
    if (!moving) return { ...done, diagnostics };
    // As a destruction would: the new key holds the bytes by now.
    const released = await releaseMaterial(client.run, recordOf(prior, record), deletionPolicy(prior), call).catch(
      (error: unknown) => ({
        warnings: [`The old key's material was left as it is. ${ByokError.from(error).message}`],
      }),
    );
    return {
      ...done,
      diagnostics: [...diagnostics, ...warnings(titleFor(prior.key_arn ?? undefined), released.warnings)],
    };
  },
  delete: async ({ prior, client, signal, timeoutMilliseconds, private: kept }) => {
    const record = recordOf(prior, recall(kept).record);
    const call = callOf(signal, timeoutMilliseconds);
    const { warnings: said } = await releaseMaterial(client.run, record, deletionPolicy(prior), call);
    return { diagnostics: warnings(titleFor(record.keyArn), said) };
  },
  import: ({ id, identity, client }) => {
    const keyArn = id ?? identity?.key_arn ?? "";
    client.services.locate(keyArn, "id");
    return {
      state: {
        id: keyArn,
        key_arn: keyArn,
        on_deletion: "reimport",
        deletion_policy: "retain",
        allow_interruption: true,
      },
    };
  },
});

function validate(config: Config<Schema>): Diagnostic[] {
  const { key_material_wo: value, key_material_source: uri, fingerprint, key_arn: keyArn } = config;
  const findings = refusals(
    known,
    () => typeof keyArn === "string" && kmsOfArn(keyArn, "key_arn"),
    () => typeof fingerprint === "string" && parseFingerprint(fingerprint, "fingerprint"),
    () => typeof uri === "string" && parseSourceUri(uri, "key_material_source"),
    () => lifetimeIsKnown(config) && checkLifetime(lifetimeOf(config), profileOf(keyArn), undefined),
  );
  if (value !== null && uri !== null) {
    findings.push(
      errorDiagnostic(
        "Two Sources of Key Material",
        "The bytes come from key_material_wo or from key_material_source, not from both. Remove one of them.",
        path("key_material_source"),
      ),
    );
  }
  return findings;
}

/** What the key's KMS can do. Of a key that is not known yet nothing is said about how long it keeps material. */
function profileOf(keyArn: Config<Schema>["key_arn"]): KmsProfile {
  const { longestLifetime: _unknown, ...anyKms } = kmsProfiles.aws;
  if (typeof keyArn !== "string") return anyKms;
  try {
    return kmsProfiles[kmsOfArn(keyArn, "key_arn")];
  } catch {
    return anyKms;
  }
}

/** A lifetime that only some KMSs allow, for a key of which the plan does not know the KMS yet. */
function tooLongForSome(config: Config<Schema>): string[] {
  if (config.key_arn !== UNKNOWN || !lifetimeIsKnown(config)) return [];
  return refusals(known, () => checkLifetime(lifetimeOf(config), kmsProfiles.aws, localNow())).map(
    ({ detail }) => detail,
  );
}

type Lifetimes = Pick<Config<Schema>, "valid_to" | "valid_for" | "renew_before">;

function lifetimeIsKnown(config: Lifetimes): boolean {
  return config.valid_to !== UNKNOWN && config.valid_for !== UNKNOWN && config.renew_before !== UNKNOWN;
}

/** @throws ByokError `invalid_lifetime`. */
function lifetimeOf(config: Lifetimes): Lifetime {
  return lifetimeFrom({
    validTo: present(config.valid_to),
    validFor: present(config.valid_for),
    renewBefore: present(config.renew_before),
  });
}

/** Of a state that was taken over: what it has is what is wanted, until a configuration says otherwise. */
function lifetimeOfState(state: State<Schema>): Lifetime {
  const { valid_for: validFor, renew_before: renewBefore } = state;
  return validFor === null ? { kind: "forever" } : lifetimeFrom({ validFor, renewBefore: present(renewBefore) });
}

/** @throws ByokError where an argument cannot be used. */
function wantedMaterial(config: KnownConfig<Schema>): MaterialSettings {
  return { ...wantedAtPlan(config), keyArn: config.key_arn };
}

function wantedAtPlan(config: Config<Schema> | KnownConfig<Schema>): MaterialSettings {
  const fingerprint = present(config.fingerprint);
  return {
    keyArn: present(config.key_arn) ?? "",
    fingerprint: fingerprint === undefined ? undefined : parseFingerprint(fingerprint, "fingerprint"),
    lifetime: lifetimeOf(config),
    description: present(config.material_description),
    onDeletion: config.on_deletion === "report" ? "report" : "reimport",
    allowInterruption: present(config.allow_interruption),
    wrappingAlgorithm: present(config.wrapping_algorithm),
    wrappingKeySpec: present(config.wrapping_key_spec),
  };
}

/** @throws ByokError where the source itself is written wrong, or of a kind that is not allowed. */
function sourceOf(config: Config<Schema> | KnownConfig<Schema>, client: ByokClient): KeyMaterialSource | undefined {
  const [value, uri] = [present(config.key_material_wo), present(config.key_material_source)];
  if (value !== undefined) return valueSource(value, "key_material_wo");
  if (uri === undefined) return undefined;
  return sourceFromUri(uri, {
    attribute: "key_material_source",
    ...(client.allowedSources === undefined ? {} : { allowed: client.allowedSources }),
  });
}

/** The bytes on offer while planning; `later` where they are not known yet or are not to be read. */
async function offerAtPlan(config: Config<Schema>, client: ByokClient, signal: AbortSignal): Promise<Opened> {
  const unknown = config.key_material_wo === UNKNOWN || config.key_material_source === UNKNOWN;
  const source = sourceOf(config, client);
  const closed = client.materialAccess === "apply" && config.key_material_wo === null;
  if (unknown || (closed && source !== undefined)) return { offer: { kind: "later" } };
  return openSource(source, { signal });
}

interface NewPlan {
  readonly config: Config<Schema>;
  readonly prior: State<Schema> | null;
  readonly planned: Plan<Schema>;
  readonly opened: Opened;
}

/** A key that nothing is on record of: a new resource, or another key than before. */
function planNew({ config, prior, planned, opened: { offer, material } }: NewPlan): PlanResult<Schema> {
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
function planKnown({
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

/**
 * The host prints only the first of several warnings with one title, and which key is in trouble must be seen of each.
 * The announcements share a title: the plan shows the reason of each of them anyway.
 */
function titleFor(keyArn: string | undefined): string {
  return keyArn === undefined ? title : `${title} of ${keyArn.slice(keyArn.lastIndexOf(":") + 1)}`;
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

/** The state after an apply: what was planned as known stays, everything else follows from what the engine tells. */
function applied(
  plan: ApplyPlan<Schema>,
  config: KnownConfig<Schema>,
  { record, condition, warnings: said, assessment }: MaterialOutcome,
) {
  const results = resultsOf(record, condition);
  const or = <T>(planned: T | typeof UNKNOWN, otherwise: T): T => (planned === UNKNOWN ? otherwise : planned);
  const state: State<Schema> = {
    ...plan,
    on_deletion: or(plan.on_deletion, "reimport"),
    deletion_policy: or(plan.deletion_policy, "retain"),
    allow_interruption: or(plan.allow_interruption, true),
    id: or(plan.id, record.keyArn),
    fingerprint: or(plan.fingerprint, config.fingerprint ?? results.fingerprint),
    valid_to: or(plan.valid_to, config.valid_to ?? results.valid_to),
    key_material_id: or(plan.key_material_id, results.key_material_id),
    verified: or(plan.verified, results.verified),
    material_state: or(plan.material_state, results.material_state),
    expiration_model: or(plan.expiration_model, results.expiration_model),
    imported_at: or(plan.imported_at, results.imported_at),
    renewal_time: or(plan.renewal_time, results.renewal_time),
    ready_for_renewal: or(plan.ready_for_renewal, results.ready_for_renewal),
    reason: or(plan.reason, importedBy(assessment) ? null : reasonOf(assessment)),
  };
  return { state, private: remember({ record, condition }), diagnostics: warnings(titleFor(record.keyArn), said) };
}

function importedBy({ action }: Assessment): boolean {
  return action === "create" || action === "reimport";
}

/** What a look makes of the state. The user's spelling of a date stays while it is still true. */
function readState(state: State<Schema>, record: MaterialRecord, condition: MaterialCondition): State<Schema> {
  const results = resultsOf(record, condition);
  const assessment = assess({ wanted: wantedOfState(state, record), condition, record, offer: { kind: "later" } });
  return {
    ...state,
    ...results,
    id: record.keyArn,
    key_arn: record.keyArn,
    fingerprint: results.fingerprint ?? state.fingerprint,
    // Material that never expires says no date: the one that is configured stays, to be imported one day.
    valid_to:
      condition.state === "imported" ? (results.valid_to ?? fixedDate(state)) : (state.valid_to ?? results.valid_to),
    reason: reasonOf(assessment),
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
  };
}

function reasonOf({ action, reason }: Assessment): string | null {
  return action === "create" || action === "reimport" ? reason : null;
}

function resultsOf(record: MaterialRecord, condition: MaterialCondition) {
  const moment = (instant: number | undefined): string | null =>
    instant === undefined ? null : formatInstant(instant);
  return {
    fingerprint: record.fingerprint ?? null,
    valid_to: moment(condition.validTo),
    key_material_id: condition.materialId ?? record.materialId ?? null,
    verified: record.verified,
    material_state: condition.state,
    expiration_model: condition.expirationModel ?? null,
    imported_at: moment(record.importedAt),
    renewal_time: moment(condition.renewalTime),
    ready_for_renewal: condition.renewalDue,
  };
}

function recordOf(state: State<Schema>, record: MaterialRecord | undefined): MaterialRecord {
  return (
    record ?? { keyArn: state.key_arn ?? state.id ?? "", verified: false, materialId: present(state.key_material_id) }
  );
}

function deletionPolicy(state: State<Schema>): "retain" | "delete" {
  return state.deletion_policy === "delete" ? "delete" : "retain";
}

/** Only to refuse a date that was newly set: everything else is judged by the KMS's own time. */
function localNow(): number {
  return Math.floor(systemClock.now() / 1000);
}
