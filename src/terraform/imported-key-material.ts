import { ruleFaults } from "../definitions/field-faults";
import { importedKeyMaterialFields } from "../definitions/imported-key-material";
import { importedKeyMaterialFaults, type ImportedKeyMaterialValues } from "../definitions/imported-key-material-rules";
import { materialNamed } from "../definitions/material-id";
import { announceNeed, isLeaving } from "../engine/announcements";
import type { Action } from "../engine/assessment";
import { applyMaterial, type MaterialSettings, recordAfter } from "../engine/imported-key-material";
import { observeMaterial } from "../engine/material-observation";
import { blankRecord, type MaterialRecord, newlySeen } from "../engine/material-record";
import { dropPendingMaterial, moveMaterial, releaseMaterial } from "../engine/material-release";
import { isWaiting, noLongerReplaceable } from "../engine/pending-material";
import { keyOfArn, kmsProfiles } from "../kms/clouds";
import { parseSourceUri } from "../material-sources/source-uri";
import { type ByokClient, callOf } from "./client";
import { diagnosticOf, diagnosticOfFault, refusals } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { lifetimeOfState, offerAtPlan, sourceOf, wantedMaterial, withoutIgnored } from "./material-arguments";
import { claimMaterial, planDeletion } from "./material-claims";
import { checkNamed } from "./material-id";
import { present } from "./known";
import { type MaterialMemory, type PlannedAction, recall, remember } from "./material-memory";
import { isAbsent, type MaterialUpdatePlan, planKnown, planMove, planNew } from "./material-plan";
import { applied, deletionPolicy, policyOfMove, readState, recordOf } from "./material-state";
import type { Diagnostic } from "./plugin/diagnostics";
import { identitySchema, optionalForImport, requiredForImport } from "./plugin/identity";
import { define } from "./plugin/provider";
import type { PlanResult } from "./plugin/resource";
import { string } from "./plugin/schema/attribute";
import type { Config, KnownConfig, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { withRecord } from "./rebuilt-record";
import { warnings } from "./warning";
import { plannedSuccession } from "./planned-succession";
import { defaultsOf, writtenIn } from "./written";

type Schema = typeof importedKeyMaterialSchema;
const known = importedKeyMaterialSchema.attributes;
const { resource } = define<ByokClient>();

export const importedKeyMaterial = resource({
  schema: importedKeyMaterialSchema,
  identity: {
    schema: identitySchema({
      version: 1,
      attributes: { key_arn: requiredForImport(string), key_material_id: optionalForImport(string) },
    }),
    of: ({ key_arn, key_material_id }) => (key_arn === null ? null : { key_arn, key_material_id }),
  },
  validate: ({ config }) => validate(config),
  plan: async ({ config: given, prior, planned, client, signal, private: kept, earlierPrivate }) => {
    const config = withoutIgnored(given, prior);
    const memory = prior === null ? withLeft(recall(kept), config, client) : withRecord(recall(kept), prior);
    const opened = await offerAtPlan(config, client, signal);
    try {
      const facts = { config, planned, memory, earlier: recall(earlierPrivate), opened, client };
      const result = prior === null ? planNew(facts) : planUpdate({ ...facts, prior });
      // The host that hands on what a plan has kept is applying that plan: it looked then.
      const isNew = prior === null && memory.record?.keyArn !== config.key_arn && facts.earlier.planned === undefined;
      // What is named otherwise now is looked at like that of new material.
      const isRenamed = prior !== null && config.succeeds !== prior.succeeds && isAbsent(memory.condition);
      const isLooked = isNew || (isRenamed && facts.earlier.planned === undefined);
      const succession = isLooked ? await plannedSuccession(config, client, signal) : [];
      const claims = claimMaterial(client.run, config, opened.material, memory.record);
      const diagnostics = [...claims, ...succession, ...(result.diagnostics ?? [])];
      // The host holds a plan to what it ignores: the next refresh says the new date.
      return config === given || result.planned === undefined
        ? { ...result, diagnostics }
        : { ...result, planned: { ...result.planned, valid_to: given.valid_to }, diagnostics };
    } finally {
      opened.material?.destroy();
    }
  },
  planDestroy: ({ prior, client: { run }, private: kept }) => {
    const memory = withRecord(recall(kept), prior);
    const { record, condition } = memory;
    const former = recordOf(prior, memory);
    const keyLeaves = isLeaving(run, former.keyArn);
    const isDeleted = deletionPolicy(prior) === "delete";
    const deletion = isDeleted ? planDeletion(run, former, { condition, keyLeaves }) : undefined;
    return {
      private: remember({ record, condition, spare: deletion?.spare, keyLeaves }),
      diagnostics: deletion?.diagnostics ?? [],
    };
  },
  create: async ({ config, client, signal, timeoutMilliseconds, plan, private: kept }) => {
    const call = callOf(signal, timeoutMilliseconds);
    const { key_arn: keyArn, fingerprint, succeeds } = config;
    const source = sourceOf(config, client);
    const record = await client.replacedMaterial.recordFor({ keyArn, fingerprint, source, succeeds }, call);
    const outcome = await applyMaterial(client.run, asPlanned(config, recall(kept)), source, record, call);
    const done = applied(plan, config, outcome);
    // An error would taint what is good: its bytes are in.
    const failed = warnings(
      "import_unfinished",
      config.key_arn,
      outcome.error === undefined ? [] : [outcome.error.rawMessage],
    );
    return { ...done, diagnostics: [...done.diagnostics, ...failed] };
  },
  read: async ({ state, client, signal, timeoutMilliseconds, private: kept }) => {
    const { record, unrecorded, unimported } = withRecord(recall(kept), state);
    const keyArn = state.key_arn ?? state.id ?? "";
    const lifetime = record?.lifetime ?? lifetimeOfState(state);
    const { condition } = await observeMaterial(
      client.run,
      keyArn,
      record,
      { lifetime, succeeds: state.succeeds ?? undefined },
      callOf(signal, timeoutMilliseconds),
    );
    const after = recordAfter(record ?? blankRecord(keyArn), condition);
    return {
      state: readState(state, after, condition, unimported),
      private: remember({ record: after, condition, unrecorded: unrecorded === true || newlySeen(record, after) }),
    };
  },
  update: async ({ config: given, prior, plan, client, signal, timeoutMilliseconds, private: kept }) => {
    const config = withoutIgnored(given, prior);
    const call = callOf(signal, timeoutMilliseconds);
    const memory = withRecord(recall(kept), prior);
    const [wanted, source] = [asPlanned(config, memory), sourceOf(config, client)];
    const former = recordOf(prior, memory);
    const outcome =
      config.key_arn === prior.key_arn
        ? await applyMaterial(client.run, wanted, source, memory.record, call, atMost(memory.planned))
        : await moveMaterial(client.run, wanted, source, { record: former, policy: policyOfMove(prior, config) }, call);
    const done = applied(plan, config, outcome);
    if (outcome.error === undefined) return done;
    // What was planned to be imported names nothing that the key holds.
    const state = { ...done.state, fingerprint: config.fingerprint ?? outcome.record.fingerprint ?? null };
    return { ...done, state, diagnostics: [...done.diagnostics, diagnosticOf(outcome.error, known)] };
  },
  delete: async ({ prior, client, signal, timeoutMilliseconds, private: kept }) => {
    const memory = withRecord(recall(kept), prior);
    const record = recordOf(prior, memory);
    // What was planned is a creation: this is one half of a replacement, and the other half imports these bytes.
    if (memory.planned === "create") {
      if (memory.drops === true && memory.createdIn === record.keyArn) {
        const call = callOf(signal, timeoutMilliseconds);
        if (await dropPendingMaterial(client.run, record, call)) return undefined;
        throw noLongerReplaceable(record);
      }
      client.replacedMaterial.leave(record);
      const said = memory.createdIn === record.keyArn ? [] : leftBehind(record);
      return { diagnostics: warnings("material_left", record.keyArn, said) };
    }
    if (memory.spare === true) announceNeed(client.run, record.keyArn, record.fingerprint);
    const policy = deletionPolicy(prior);
    if (policy === "retain" && isNothingToTell(prior, memory)) return undefined;
    // A key that goes too needs none of its materials any more.
    const wasPending = isWaiting(memory.condition) && memory.keyLeaves !== true;
    const call = callOf(signal, timeoutMilliseconds);
    const { warnings: said } = await releaseMaterial(client.run, record, policy, call, { wasPending });
    return { diagnostics: warnings("material_left", record.keyArn, said) };
  },
  import: async ({ id, identity, client, signal }) => {
    const { keyArn, materialId } =
      id === null
        ? { keyArn: identity?.key_arn ?? "", materialId: identity?.key_material_id ?? undefined }
        : materialNamed(id);
    client.services.locate(keyArn, "id");
    const state = { id: keyArn, key_arn: keyArn, ...defaultsOf(importedKeyMaterialFields) };
    if (materialId === undefined) return { state };
    await checkNamed(client.run, keyArn, materialId, { signal });
    return {
      state: { ...state, key_material_id: materialId },
      private: remember({ record: { ...blankRecord(keyArn), materialId } }),
    };
  },
});

function planUpdate(facts: MaterialUpdatePlan): PlanResult<Schema> {
  const { key_arn: keyArn } = facts.config;
  return keyArn !== UNKNOWN && keyArn === facts.prior.key_arn ? planKnown(facts) : planMove(facts);
}

/** A creation that is planned again in its apply is handed nothing of what its other half has just destroyed. */
function withLeft(memory: MaterialMemory, config: Config<Schema>, { replacedMaterial }: ByokClient): MaterialMemory {
  const keyArn = present(config.key_arn);
  if (memory.record !== undefined || keyArn === undefined) return memory;
  return config.succeeds === null ? { ...memory, record: replacedMaterial.onlyIn(keyArn) } : memory;
}

/** What is wanted, and of bytes that the plan shows no others. */
function asPlanned(config: KnownConfig<Schema>, { plannedBytes }: MaterialMemory): MaterialSettings {
  const wanted = wantedMaterial(config);
  return { ...wanted, fingerprint: wanted.fingerprint ?? plannedBytes };
}

/** Where the key was not known and turned out to be the same one, an update of any kind was planned. */
function atMost(planned: PlannedAction | undefined): Action | undefined {
  return planned === "move" ? "reimport" : planned;
}

/** Of material that was not there when it was last seen nothing stays, and neither does it in a key that goes too. */
function isNothingToTell(prior: State<Schema>, { keyLeaves }: MaterialMemory): boolean {
  const wasThere = prior.material_state === null || prior.material_state === "imported";
  return keyLeaves === true || !wasThere;
}

function leftBehind({ keyArn }: MaterialRecord): string[] {
  return [
    `The key material of ${keyArn} was left as it is: its resource is created again for another key, and nothing has proved yet that this key holds the same bytes.`,
  ];
}

/** The schema tells of values that do not fit their fields. */
function validate(config: Config<Schema>): Diagnostic[] {
  const { key_material_source: uri } = config;
  const clouds = { profiles: kmsProfiles, keyOfArn };
  const written = writtenIn<ImportedKeyMaterialValues>(importedKeyMaterialFields, config);
  const faults = ruleFaults(importedKeyMaterialFields, written, (fit) => importedKeyMaterialFaults(fit, clouds));
  return [
    ...refusals(known, () => typeof uri === "string" && uri !== "" && parseSourceUri(uri, "key_material_source")),
    ...faults.map(diagnosticOfFault),
  ];
}
