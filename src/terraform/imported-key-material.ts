import type { Call } from "../engine/call";
import { ByokError } from "../engine/errors";
import { parseFingerprint } from "../engine/fingerprint";
import { applyMaterial, observeMaterial, recordAfter, releaseMaterial } from "../engine/imported-key-material";
import { checkLifetime } from "../engine/lifetime";
import type { MaterialRecord } from "../engine/material-record";
import { kmsOfArn } from "../kms/profiles";
import { parseSourceUri } from "../material-sources/source-uri";
import { type ByokClient, callOf } from "./client";
import { diagnosticOf, refusals, warnings } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import {
  lifetimeIsKnown,
  lifetimeOf,
  lifetimeOfState,
  offerAtPlan,
  profileOf,
  sourceOf,
  wantedMaterial,
  withoutIgnored,
} from "./material-arguments";
import { recall, remember } from "./material-memory";
import { planKnown, planNew } from "./material-plan";
import { applied, deletionPolicy, readState, recordOf } from "./material-state";
import { titleFor } from "./material-title";
import { type Diagnostic, errorDiagnostic } from "./plugin/diagnostics";
import { identitySchema, requiredForImport } from "./plugin/identity";
import { path } from "./plugin/path";
import { define } from "./plugin/provider";
import { string } from "./plugin/schema/attribute";
import type { Config, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";

type Schema = typeof importedKeyMaterialSchema;
const known = importedKeyMaterialSchema.attributes;
const { resource } = define<ByokClient>();

export const importedKeyMaterial = resource({
  schema: importedKeyMaterialSchema,
  identity: {
    schema: identitySchema({ version: 0, attributes: { key_arn: requiredForImport(string) } }),
    of: ({ key_arn }) => (key_arn === null ? null : { key_arn }),
  },
  validate: ({ config }) => validate(config),
  plan: async ({ config: given, prior, planned, client, signal, private: kept }) => {
    const config = withoutIgnored(given, prior);
    const { record, condition } = recall(kept);
    const sameKey = prior !== null && config.key_arn !== UNKNOWN && config.key_arn === prior.key_arn;
    const opened = await offerAtPlan(config, client, signal);
    try {
      const result = sameKey
        ? planKnown({ config, prior, planned, record, condition, opened })
        : planNew({ config, prior, planned, opened });
      // The host holds a plan to what it ignores: the next refresh says the new date.
      return config === given || result.planned === undefined
        ? result
        : { ...result, planned: { ...result.planned, valid_to: given.valid_to } };
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
  update: async ({ config: given, prior, plan, client, signal, timeoutMilliseconds, private: kept }) => {
    const config = withoutIgnored(given, prior);
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
    const released = await release(client, prior, recordOf(prior, record), call).catch((error: unknown) => ({
      warnings: [`The old key's material was left as it is. ${ByokError.from(error).message}`],
    }));
    return {
      ...done,
      diagnostics: [...diagnostics, ...warnings(titleFor(prior.key_arn ?? undefined), released.warnings)],
    };
  },
  delete: async ({ prior, client, signal, timeoutMilliseconds, private: kept }) => {
    const record = recordOf(prior, recall(kept).record);
    const call = callOf(signal, timeoutMilliseconds);
    const { warnings: said } = await release(client, prior, record, call);
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

/** Of material that was not there when it was last seen, nothing stays that would have to be told of. */
async function release(client: ByokClient, prior: State<Schema>, record: MaterialRecord, call: Call) {
  const policy = deletionPolicy(prior);
  const there = prior.material_state === null || prior.material_state === "imported";
  return policy === "retain" && !there ? { warnings: [] } : releaseMaterial(client.run, record, policy, call);
}

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
