import { importedKeyMaterialFields } from "../definitions/imported-key-material";
import { isReturning } from "../engine/announcements";
import { type Assessment, assess } from "../engine/assessment";
import { ByokError } from "../engine/errors";
import { type Fingerprint, parseFingerprint } from "../engine/fingerprint";
import { type MaterialCondition, materialFacts, successionSeen } from "../engine/material-condition";
import { type MaterialRecord, provedFingerprint } from "../engine/material-record";
import { differentBytes, type Offer, untilWhen } from "../engine/offered-bytes";
import type { Opened } from "../engine/opened-source";
import { isUnused, replaceable } from "../engine/pending-material";
import { type ByokClient, materialInPlan } from "./client";
import { timeOf } from "./kms-clock";
import { diagnosticOf } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { present } from "./known";
import { lifetimeIsKnown, lifetimeOf, wantedAtPlan } from "./material-arguments";
import { planMoveAway } from "./material-claims";
import { type MaterialMemory, remember } from "./material-memory";
import { policyOfMove, recordOf } from "./material-state";
import { type LifetimeFindings, lifetimeFindings } from "./plan-clock";
import type { Diagnostic } from "./plugin/diagnostics";
import { path } from "./plugin/path";
import type { PlanResult } from "./plugin/resource";
import type { Config, Plan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { namesWith, sameInstant } from "./schema-of";
import { announcements, kindOf, warnings } from "./warning";

type Schema = typeof importedKeyMaterialSchema;
const known = importedKeyMaterialSchema.attributes;

export interface MaterialPlan {
  readonly config: Config<Schema>;
  readonly planned: Plan<Schema>;
  readonly memory: MaterialMemory;
  /** What the plan that is being applied has kept, where the host says so. */
  readonly earlier: MaterialMemory;
  readonly opened: Opened;
  readonly client: ByokClient;
}

export interface MaterialUpdatePlan extends MaterialPlan {
  readonly prior: State<Schema>;
}

/** A new resource, or one that is created in the place of the one that is on record: see `-replace`. */
export function planNew({ config, planned, memory, earlier, opened, client }: MaterialPlan): PlanResult<Schema> {
  const { record, condition } = memory;
  const keyArn = present(config.key_arn);
  const drops = memory.drops === true && record?.keyArn === keyArn && !isSame(opened.offer, config, record);
  const { errors, warnings: doubts } = newLifetime(client, config);
  const plannedBytes = bytesToImport(config, opened.offer);
  return {
    planned: { ...planned, fingerprint: config.fingerprint ?? plannedBytes ?? UNKNOWN },
    // Anyone who destroys the former one is handed this too.
    private: remember({ record, condition, planned: "create", plannedBytes, createdIn: keyArn, drops }),
    diagnostics: [
      ...otherThanPlanned(opened.offer, earlier),
      ...otherBytes(opened.offer, config, record?.keyArn === keyArn && !drops ? record : undefined),
      ...errors,
      ...warnings("source", keyArn, [...ownWarnings(opened), ...untilWhen(opened.offer)]),
      ...warnings("material_needed", keyArn, needed(opened.offer)),
      ...warnings("lifetime_unchecked", keyArn, doubts),
    ],
  };
}

/**
 * Another key than before, or one that is not known yet. Everything on record of the former key stays, until an import
 * into the new one has proved the same bytes.
 */
export function planMove({
  config,
  prior,
  planned,
  memory,
  earlier,
  opened,
  client,
}: MaterialUpdatePlan): PlanResult<Schema> {
  const { run } = client;
  const { offer } = opened;
  const former = recordOf(prior, memory);
  const { errors, warnings: doubts } = newLifetime(client, config);
  const refused = policyOfMove(prior, config) === "delete" ? planMoveAway(run, former) : [];
  const { record, condition, unrecorded } = memory;
  // The key may turn out to be the same, and what is done then need not be an import, unless the bytes are proved.
  const isSettled = config.key_arn !== UNKNOWN || provedFingerprint(record) !== undefined;
  const plannedBytes = isSettled ? bytesToImport(config, offer) : undefined;
  return {
    planned: { ...planned, ...unknownResults(config, plannedBytes) },
    private: remember({ record, condition, unrecorded, planned: "move", plannedBytes }),
    diagnostics: [
      ...otherThanPlanned(offer, earlier),
      ...otherBytes(offer, config, undefined),
      ...missingForMove(offer, former.keyArn),
      ...errors,
      ...refused,
      ...warnings("source", present(config.key_arn), [...ownWarnings(opened), ...untilWhen(offer)]),
      ...warnings("lifetime_unchecked", present(config.key_arn), doubts),
    ],
  };
}

/** The key that is on record: the assessment decides, by what the last look found. */
export function planKnown(plan: MaterialUpdatePlan): PlanResult<Schema> {
  const { config, prior, planned, memory, earlier, opened, client } = plan;
  const { record, unrecorded } = memory;
  const isRenamed = config.succeeds !== prior.succeeds;
  const condition = withoutFormer(memory.condition, isRenamed);
  const { offer } = opened;
  // What is named otherwise is looked at once more, and what stands against it then is an error.
  const isNamed = isRenamed && config.succeeds !== null;
  const unused = isUnused(memory.condition) || (isNamed && isAbsent(memory.condition));
  const drops = unused && config.deletion_policy === "delete" && provedFingerprint(record) !== undefined;
  const kept = { record, condition, unrecorded, drops };
  if (drops && isOther(offer, config, record)) return planInPlace(plan, kept);
  if (condition === undefined || !isKnown(config, condition)) {
    return {
      planned: { ...planned, ...unknownResults(config) },
      private: remember({ ...kept, planned: "reimport" }),
      diagnostics: [
        ...otherBytes(offer, config, record),
        ...warnings("source", present(prior.key_arn), ownWarnings(opened)),
      ],
    };
  }
  const wanted = wantedAtPlan(config);
  const { run } = client;
  const isNewDate = !sameDate(config.valid_to, prior.valid_to);
  const dated = isNewDate ? newLifetime(client, config) : nothingFound;
  const keyComesBack = isReturning(run, wanted.keyArn);
  const assessment = assess({
    wanted,
    condition,
    record,
    offer,
    otherChanges: otherChanges(planned, prior) || unrecorded === true || isToBeSwitched(plan),
    keyComesBack,
    now: isNewDate ? timeOf(client, wanted.keyArn) : undefined,
  });
  const { action, problem } = assessment;
  if (action === "refuse" && problem !== undefined)
    return { diagnostics: [diagnosticOf(isToReplace(problem, unused) ? replaceable(problem) : problem, known)] };
  const plannedBytes = isImport(action) ? bytesToImport(config, offer) : undefined;
  const results = plannedResults(plan, action, plannedBytes);
  if (isImport(action) && typeof results.key_material_id === "string") {
    client.materialsPlanned.add(materialInPlan(wanted.keyArn, results.key_material_id));
  }
  // What the key holds shows only once it is back, so that this row asks nothing of the bytes.
  const returns = keyComesBack && condition.state === "key_pending_deletion";
  return {
    planned: { ...planned, ...results },
    private: remember({ ...kept, planned: action, plannedBytes }),
    diagnostics: [
      ...otherThanPlanned(offer, earlier),
      ...dated.errors,
      ...(returns ? otherBytes(offer, config, record) : []),
      ...warnings("source", wanted.keyArn, [...ownWarnings(opened), ...(isImport(action) ? untilWhen(offer) : [])]),
      ...warnings(kindOf(assessment), wanted.keyArn, assessment.warnings),
      ...warnings("lifetime_unchecked", wanted.keyArn, dated.warnings),
      ...announcements(announcement(assessment)),
    ],
  };
}

/** The last look judged what the configuration named before: once another is named, the apply finds out how it stands. */
function withoutFormer(condition: MaterialCondition | undefined, isRenamed: boolean): MaterialCondition | undefined {
  if (!isRenamed || condition === undefined || !("succession" in condition)) return condition;
  const { succession: _former, ...rest } = condition;
  return rest;
}

/** Other bytes in the place of material that waits for a rotation: that is deleted, and they are imported. */
function planInPlace(
  { config, planned, earlier, opened, client }: MaterialUpdatePlan,
  kept: MaterialMemory,
): PlanResult<Schema> {
  const bytes = configuredFingerprint(config) ?? bytesToImport(config, opened.offer);
  const { errors } = newLifetime(client, config);
  return {
    planned: { ...planned, ...unknownResults(config, bytes) },
    requiresReplace: [path("fingerprint")],
    private: remember(kept),
    diagnostics: [
      ...otherThanPlanned(opened.offer, earlier),
      ...otherBytes(opened.offer, config, undefined),
      ...errors,
    ],
  };
}

/** Whether material that succeeds another is not in its key, as far as the last look knows. */
export function isAbsent(condition: MaterialCondition | undefined): boolean {
  return condition !== undefined && successionSeen(condition) !== undefined;
}

/** Whether bytes are at hand, or named, that are known to be other ones than those on record. */
function isOther(offer: Offer, config: Config<Schema>, record: MaterialRecord | undefined): boolean {
  return differentBytes(offer, configuredFingerprint(config), provedFingerprint(record)) !== undefined;
}

/** Whether they are known to be the same. */
function isSame(offer: Offer, config: Config<Schema>, record: MaterialRecord | undefined): boolean {
  const named = configuredFingerprint(config) ?? (offer.kind === "bytes" ? offer.fingerprint : undefined);
  return named !== undefined && named === provedFingerprint(record);
}

function isToReplace({ code }: ByokError, unused: boolean): boolean {
  return code === "different_material" && unused;
}

function ownWarnings({ material }: Opened): readonly string[] {
  return material?.warnings ?? [];
}

function otherBytes(offer: Offer, config: Config<Schema>, record: MaterialRecord | undefined): Diagnostic[] {
  const problem = differentBytes(offer, configuredFingerprint(config), provedFingerprint(record));
  return problem === undefined ? [] : [diagnosticOf(problem, known)];
}

/** What a plan shows of bytes that it has read and that no configuration names: its apply imports those or nothing. */
function bytesToImport({ fingerprint }: Config<Schema>, offer: Offer): Fingerprint | undefined {
  return fingerprint === null && offer.kind === "bytes" ? offer.fingerprint : undefined;
}

/** A host that does not hand on what was planned refuses the same by itself, in words of its own. */
function otherThanPlanned(offer: Offer, { plannedBytes }: MaterialMemory): Diagnostic[] {
  if (plannedBytes === undefined || offer.kind === "later") return [];
  if (offer.kind === "none") {
    const message = `Key material is needed: this plan imports the bytes of ${plannedBytes}. ${offer.why}`;
    return [diagnosticOf(new ByokError("material_missing", message, { attribute: offer.attribute }), known)];
  }
  if (offer.fingerprint === plannedBytes) return [];
  const message = `These are other bytes (${offer.fingerprint}) than the plan shows (${plannedBytes}). Nothing was imported. Give the bytes that were planned, or plan again.`;
  return [diagnosticOf(new ByokError("different_material", message, { attribute: offer.attribute }), known)];
}

function isImport(action: Assessment["action"]): boolean {
  return action === "create" || action === "reimport";
}

function configuredFingerprint({ fingerprint }: Config<Schema>): Fingerprint | undefined {
  const text = present(fingerprint);
  return text === undefined ? undefined : parseFingerprint(text, "fingerprint");
}

function needed(offer: Offer): string[] {
  return offer.kind === "none" ? [`Applying this will need the key material. ${offer.why}`] : [];
}

function missingForMove(offer: Offer, keyArn: string): Diagnostic[] {
  if (offer.kind !== "none") return [];
  const message = `Key material is needed: it moves from ${keyArn} to another key, or may do so, and nothing lets go of the former key before an import has proved the same bytes in the new one. ${offer.why}`;
  return [diagnosticOf(new ByokError("material_missing", message, { attribute: offer.attribute }), known)];
}

const nothingFound: LifetimeFindings = { errors: [], warnings: [] };

function newLifetime(client: ByokClient, config: Config<Schema>): LifetimeFindings {
  if (!lifetimeIsKnown(config)) return nothingFound;
  return lifetimeFindings(client, present(config.key_arn), lifetimeOf(config));
}

function sameDate(configured: Config<Schema>["valid_to"], stored: string | null): boolean {
  if (typeof configured !== "string" || stored === null) return configured === stored;
  return sameInstant(configured, stored);
}

/** The arguments that decide what is done. While one of them is unknown, so is everything that an import may change. */
const deciding = namesWith(importedKeyMaterialFields, { optional: true, writeOnly: undefined });

function isKnown(config: Config<Schema>, { state }: MaterialCondition): boolean {
  // What comes after which matters only to material that is not in the key yet.
  return deciding.every((name) => config[name] !== UNKNOWN || (name === "succeeds" && state === "imported"));
}

/** The key's own resource enables or disables it in the same run, or may do so, which changes a result of this one. */
function isToBeSwitched({ client, config, memory }: MaterialUpdatePlan): boolean {
  const keyArn = present(config.key_arn) ?? "";
  const wish = client.run.memory.wishes.get(keyArn);
  const state = memory.condition === undefined ? undefined : materialFacts(memory.condition).keyState;
  if (state !== "Enabled" && state !== "Disabled") return false;
  return client.keysOpen.has(keyArn) || (wish !== undefined && wish.enabled !== (state === "Enabled"));
}

/** Arguments that concern nothing but byok's own record. */
const settings = [
  ...namesWith(importedKeyMaterialFields, { concerns: "renewal" }),
  ...namesWith(importedKeyMaterialFields, { concerns: "own_record" }),
];

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

/** What an apply finds out. */
const results = namesWith(importedKeyMaterialFields, { computed: true, default: undefined });

type Results = Pick<Plan<Schema>, (typeof results)[number]>;

function unknownResults(config: Config<Schema>, bytes?: Fingerprint): Results {
  return {
    ...everyResult(() => UNKNOWN),
    id: config.key_arn,
    fingerprint: config.fingerprint ?? bytes ?? UNKNOWN,
    valid_to: config.valid_to ?? UNKNOWN,
  };
}

function onlyResults<R extends Results>(from: R): Pick<R, keyof Results>;
function onlyResults(from: Results): object {
  return everyResult((name) => from[name]);
}

function everyResult<T>(value: (name: (typeof results)[number]) => T): { readonly [N in (typeof results)[number]]: T };
function everyResult(value: (name: (typeof results)[number]) => unknown): object {
  return Object.fromEntries(results.map((name) => [name, value(name)]));
}

/** What is known beforehand of the results of an action: the fewer are unknown, the less is replanned elsewhere. */
function plannedResults(
  { config, prior, memory: { record, condition } }: MaterialUpdatePlan,
  action: Assessment["action"],
  bytes: Fingerprint | undefined,
): Results {
  const { fingerprint, valid_to, key_material_id, verified } = prior;
  if (isImport(action)) {
    const proved = provedFingerprint(record) !== undefined;
    // An id that was merely seen in the key need not be the one of these bytes. One that is on record is sent with them.
    const isOurs = key_material_id !== null && record?.materialId === key_material_id;
    const isNamed = condition === undefined || successionSeen(condition) === undefined;
    return {
      ...unknownResults(config, bytes),
      ...(proved ? { fingerprint: config.fingerprint ?? fingerprint, verified } : {}),
      ...(isOurs && (proved || isNamed) ? { key_material_id } : {}),
    };
  }
  const same: Results = {
    ...onlyResults(prior),
    // What is to be imported one day is planned as configured; until then the state keeps saying what there is.
    fingerprint: present(config.fingerprint) ?? fingerprint,
    valid_to: valid_to ?? config.valid_to,
  };
  if (action === "nothing") return same;
  return { ...same, key_state: UNKNOWN, renewal_time: UNKNOWN, ready_for_renewal: UNKNOWN, reason: UNKNOWN };
}
