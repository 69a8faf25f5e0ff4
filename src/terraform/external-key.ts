import { externalKeyFields } from "../definitions/external-key";
import { wantedKeyOf } from "../definitions/external-key-record";
import {
  type ExternalKeyValues,
  ignoredTagFaults,
  replicaKindFaults,
  standingKeyFaults,
} from "../definitions/external-key-rules";
import { ruleFaults } from "../definitions/field-faults";
import { announceLeaving, announceReturn, announceTaking } from "../engine/announcements";
import { tellWish } from "../engine/enabled-wish";
import { ByokError } from "../engine/errors";
import { ensureKey, type Reading, readKey, scheduleKeyDeletion } from "../engine/external-key";
import { noIgnoredTags } from "../engine/ignored-tags";
import { waitsForDeletion } from "../engine/key";
import type { WantedKey } from "../engine/wanted-key";
import { keyOfArn, kmsProfiles } from "../kms/clouds";
import { type ByokClient, callOf, regionFor } from "./client";
import { diagnosticOf, diagnosticOfFault, fault } from "./diagnose";
import { managedOf, recallKey, rememberKey } from "./external-key-memory";
import { externalKeySchema } from "./external-key-schema";
import { kmsNamed, movedState, readState, recordOf, seenOf, stateOf } from "./external-key-state";
import { newHolder } from "./key-holders";
import { keyRepair } from "./key-repair";
import { pairs, present } from "./known";
import { newKeyPlan } from "./new-key-plan";
import type { Diagnostic } from "./plugin/diagnostics";
import { identitySchema, requiredForImport } from "./plugin/identity";
import { formatPath, path, type Path } from "./plugin/path";
import type { PrivateState } from "./plugin/private-state";
import { define } from "./plugin/provider";
import { string } from "./plugin/schema/attribute";
import type { Config, KnownConfig, Plan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { namesWith } from "./schema-of";
import { managedTags, managedTagsAtPlan, sameTags, tagMap } from "./tags";
import { warnings } from "./warning";
import { defaultsOf, writtenIn } from "./written";

type Schema = typeof externalKeySchema;
const known = externalKeySchema.attributes;
const { resource } = define<ByokClient>();

export const externalKey = resource({
  schema: externalKeySchema,
  identity: {
    schema: identitySchema({ version: 0, attributes: { arn: requiredForImport(string) } }),
    of: ({ arn }) => (arn === null ? null : { arn }),
  },
  validate: ({ config }) => validate(config),
  plan: ({ config, prior, planned, requiresReplace, client, private: kept }) => {
    const { seen, holder = "" } = recallKey(kept);
    const { run } = client;
    if (prior === null) {
      // A key that is created in another one's place: that goes.
      if (seen !== undefined) announceLeaving(run, seen.arn);
      const diagnostics = [...kindOfReplica(config), ...ignoredTags(config, client)];
      return { planned: newKeyPlan(config, planned, client), diagnostics };
    }
    const { arn } = prior;
    const repair = keyRepair(prior, config.enabled, seen);
    if (arn !== null) {
      const enabled = present(config.enabled) ?? repair?.enabled;
      if (enabled !== undefined) tellWish(run, arn, enabled);
      if (config.enabled === UNKNOWN) client.keysOpen.add(arn);
      if (prior.pending_deletion === true) announceReturn(run, arn);
    }
    const leaves = arn !== null && client.keyHolders.keep(arn, holder);
    const replacing = replacement(requiresReplace, prior, client);
    const tagged = plannedTags(config, planned, prior, client);
    return {
      planned: repair === undefined ? tagged : { ...tagged, pending_deletion: UNKNOWN },
      requiresReplace: replacing.paths,
      diagnostics: [
        ...ignoredTags(config, client),
        ...(leaves ? [leavingElsewhere(prior)] : []),
        ...replacing.diagnostics,
        ...(repair?.warnings ?? []),
      ],
    };
  },
  planDestroy: ({ prior, client, private: kept }) => {
    const { arn } = prior;
    if (arn === null) return undefined;
    const memory = recallKey(kept);
    if (client.keyHolders.leave(arn, memory.holder ?? "")) {
      return { private: rememberKey({ ...memory, spare: true }), diagnostics: sparing(prior) };
    }
    announceLeaving(client.run, arn);
    return undefined;
  },
  create: async ({ config, plan, client, signal, timeoutMilliseconds }) => {
    const wanted = wantedKey(config, client);
    const outcome = await ensureKey(client.run, wanted, undefined, callOf(signal, timeoutMilliseconds));
    return {
      state: stateOf(outcome.record, plan, client),
      private: rememberKey({ managed: managedOf(wanted), seen: seenOf(outcome.record), holder: newHolder() }),
      diagnostics: warnings("key", outcome.record.arn, outcome.warnings),
    };
  },
  read: async ({ state, client, signal, timeoutMilliseconds, private: kept }) => {
    const memory = recallKey(kept);
    const aspects = { policy: readingOf(memory.managed.policy), tags: readingOf(memory.managed.tags) };
    const arn = state.arn ?? state.id ?? "";
    const earlier = recordOf(state, memory);
    const record = await readKey(client.run, arn, earlier, aspects, callOf(signal, timeoutMilliseconds));
    if (record === undefined) return { state: null };
    client.keysRead.add(record.arn);
    // A key without material hides what its import is to make of it, and that is for anyone who looks at its material.
    const isAsked = memory.managed.enabled === true || record.enabled === false;
    const hidden = record.toEnable ?? (isAsked ? record.enabled : undefined);
    if (record.state === "PendingImport" && hidden !== undefined) tellWish(client.run, record.arn, hidden);
    return {
      state: readState(record, state, memory, client),
      private: rememberKey({ ...memory, spare: false, seen: seenOf(record) }),
    };
  },
  update: async ({ config, plan, prior, client, signal, timeoutMilliseconds, private: kept }) => {
    checkFixed(config, prior);
    const wanted = wantedKey(config, client, prior);
    const memory = recallKey(kept);
    const seen = recordOf(prior, memory);
    if (seen === undefined) throw new ByokError("internal", "The state has no ARN. Please report it.");
    // A key of ours that had no material when it was last seen became Enabled with it, for all that anybody knows.
    const unseen = seen.enabled === undefined && waitsForDeletion(seen) && memory.managed.policy !== undefined;
    const record = unseen ? { ...seen, enabled: true } : seen;
    const standing = memory.takenOver === true ? "taken_over" : "on_record";
    const outcome = await ensureKey(client.run, wanted, record, callOf(signal, timeoutMilliseconds), standing);
    const { error } = outcome;
    return {
      state:
        error === undefined ? stateOf(outcome.record, plan, client) : readState(outcome.record, prior, memory, client),
      private: rememberKey({
        managed: managedOf(wanted),
        seen: seenOf(outcome.record),
        holder: memory.holder ?? newHolder(),
      }),
      diagnostics: [
        ...warnings("key", outcome.record.arn, outcome.warnings),
        ...(error === undefined ? [] : [diagnosticOf(error, known)]),
      ],
    };
  },
  delete: async ({ prior, client, signal, timeoutMilliseconds, private: kept }) => {
    const memory = recallKey(kept);
    const record = recordOf(prior, memory);
    if (record === undefined) return undefined;
    if (memory.spare === true) announceTaking(client.run, record.arn);
    const window = prior.deletion_window_in_days;
    const { warnings: said } = await scheduleKeyDeletion(
      client.run,
      record,
      window,
      callOf(signal, timeoutMilliseconds),
    );
    return { diagnostics: warnings("key_not_deleted", record.arn, said) };
  },
  import: ({ id, identity, client }) => {
    const arn = id ?? identity?.arn ?? "";
    const { region, kms } = client.services.locate(arn, "id");
    return { state: { id: arn, arn, region, kms, ...defaultsOf(externalKeyFields) }, private: takenOver() };
  },
  move: ({ sourceProvider, sourceType, state }) =>
    // OpenTofu (1.11, 1.12) says only the head of the type here. And Terraform (1.11 to 1.14) names the provider that
    // the first of several instances went to as the source of the others.
    /(^|\/hashicorp\/)aws$|\/byok\/byok$/.test(sourceProvider) && /^aws_kms_(replica_)?external_key$/.test(sourceType)
      ? { state: movedState(state), private: takenOver() }
      : null,
});

/**
 * Which fixed arguments replace the key. A plan is made again in its apply, where what it did not know is known, and may
 * not turn an update into a replacement then. Nothing says which of the two it is, but an apply reads no resource first.
 */
function replacement(
  asked: readonly Path[],
  prior: State<Schema>,
  { keysRead }: ByokClient,
): { readonly paths: readonly Path[]; readonly diagnostics: readonly Diagnostic[] } {
  const paths = asked.filter((at) => !isDecidedByInstance(formatPath(at), prior));
  if (prior.arn !== null && keysRead.has(prior.arn)) return { paths, diagnostics: [] };
  return {
    paths: [],
    diagnostics: paths.flatMap((at) => {
      const sentence = `\`${formatPath(at)}\` of ${prior.arn} cannot be changed in place, and a key that was not refreshed is not replaced, so the apply refuses it. ${planAgain}`;
      return warnings("fixed_argument", present(prior.arn), [sentence], at);
    }),
  };
}

const planAgain =
  "Plan again to have the key replaced (with -refresh=false, plan once with a refresh), or set it back.";

/** A KMS instance decides the level of protection by itself, so that nothing is gained by another key. */
function isDecidedByInstance(name: string, prior: State<Schema>): boolean {
  return name === "protection_level" && prior.dkms_instance_id !== null;
}

const fixedArguments = namesWith(externalKeyFields, { replaces: "another_value" });

/**
 * What was not known when the update was planned may turn out to ask for another key. Nothing has been called by then.
 *
 * @throws ByokError `immutable_argument`.
 */
function checkFixed(config: KnownConfig<Schema>, prior: State<Schema>): void {
  for (const name of fixedArguments) {
    const [is, shouldBe] = [prior[name], config[name]];
    if (is === null || shouldBe === null || is === shouldBe || isDecidedByInstance(name, prior)) continue;
    throw immutable(name, prior, String(is), String(shouldBe));
  }
  const { primary_key_arn: primary } = config;
  if (primary === null || prior.key_id === null || primary.endsWith(`/${prior.key_id}`)) return;
  throw immutable("primary_key_arn", prior, prior.primary_key_arn ?? "not set", primary);
}

function immutable(attribute: string, { arn }: State<Schema>, is: string, shouldBe: string): ByokError {
  return new ByokError(
    "immutable_argument",
    `\`${attribute}\` of ${arn} is ${is} and cannot be changed to ${shouldBe}. It was not known when this was planned, so nothing was changed. ${planAgain}`,
    { attribute },
  );
}

function leavingElsewhere({ arn }: State<Schema>): Diagnostic {
  return fault(
    "Key Planned for Deletion",
    "contradicting_resources",
    `Another resource of this plan schedules the deletion of ${arn}, which this one has, too. Let the other one go without it: with a \`removed\` block and \`destroy = false\`; or, where that one was renamed to this one, with a \`moved\` block from its address to this one in place of an import.`,
    path("arn"),
  );
}

function sparing({ arn }: State<Schema>): Diagnostic[] {
  return warnings("key_not_deleted", present(arn), [
    `The deletion of ${arn} will not be scheduled: another resource of this plan has the key, too. If the resource was renamed, a \`moved\` block from its former address to the new one keeps its state.`,
  ]);
}

function takenOver(): PrivateState {
  return rememberKey({ managed: {}, takenOver: true, holder: newHolder() });
}

/** The schema tells of values that do not fit their fields. */
function validate(config: Config<Schema>): Diagnostic[] {
  const clouds = { profiles: kmsProfiles, keyOfArn };
  const written = writtenIn<ExternalKeyValues>(externalKeyFields, config);
  return ruleFaults(externalKeyFields, written, (fit) => standingKeyFaults(fit, clouds)).map(diagnosticOfFault);
}

/** Where tags are managed it is known what all of them will be, and a default tag that is missing makes a plan. */
function plannedTags(
  config: Config<Schema>,
  planned: Plan<Schema>,
  prior: State<Schema>,
  client: ByokClient,
): Plan<Schema> {
  const wanted = managedTagsAtPlan(client.defaultTags, config.tags);
  if (wanted === UNKNOWN) return { ...planned, tags_all: UNKNOWN };
  if (wanted === undefined) return planned;
  const there = pairs(prior.tags_all);
  if (there !== undefined && sameTags(there, wanted)) return planned;
  // Of what was its own the key keeps nothing where only the defaults are left.
  return { ...planned, ...(config.tags === null && { tags: null }), tags_all: tagMap(wanted) };
}

/** Of a replica that is there, a configuration may say what it is like. */
function kindOfReplica(config: Config<Schema>): Diagnostic[] {
  return replicaKindFaults(writtenIn<ExternalKeyValues>(externalKeyFields, config)).map(diagnosticOfFault);
}

/** Tags that the provider leaves to others cannot be the key's own. */
function ignoredTags(config: Config<Schema>, { run }: ByokClient): Diagnostic[] {
  const written = writtenIn<ExternalKeyValues>(externalKeyFields, config);
  return ignoredTagFaults(written, run.ignoredTags ?? noIgnoredTags).map(diagnosticOfFault);
}

function wantedKey(config: KnownConfig<Schema>, client: ByokClient, prior?: State<Schema>): WantedKey {
  const kms = kmsNamed(config.kms ?? prior?.kms);
  const region = config.region ?? prior?.region ?? regionFor(client, kms, null);
  return {
    ...wantedKeyOf(writtenIn<ExternalKeyValues>(externalKeyFields, config).args),
    kms,
    region,
    multiRegion: config.multi_region ?? (prior?.multi_region === true || config.primary_key_arn !== null),
    tags: managedTags(present(client.defaultTags) ?? {}, pairs(config.tags)),
  };
}

/** Nothing is said after an import, and after a crash: Terraform forgets it when the provider dies during an update. */
function readingOf(managed: boolean | undefined): Reading {
  return managed ?? "if_possible";
}
