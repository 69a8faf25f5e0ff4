import { ByokError } from "../engine/errors";
import { checkDeletionWindow, ensureKey, type Reading, readKey, scheduleKeyDeletion } from "../engine/external-key";
import { checkKeyOptions, kindOfNewKey } from "../engine/key-creation";
import { formatInstant, parseInstant } from "../engine/instant";
import { type KeyState, type Tags, waitsForDeletion } from "../engine/key";
import type { KeyRecord } from "../engine/key-record";
import { isKeySpec } from "../engine/key-spec";
import type { Kms, KmsProfile } from "../engine/kms-profile";
import type { WantedKey } from "../engine/wanted-key";
import { parseAwsKeyArn } from "../kms/aws/arn";
import { isKms, kmsProfiles } from "../kms/profiles";
import { type ByokClient, callOf, regionFor } from "./client";
import { pairs, present } from "./known";
import { diagnosticOf, refusals, warnings } from "./diagnose";
import { externalKeySchema, keyUsages } from "./external-key-schema";
import { type Diagnostic, errorDiagnostic, warningDiagnostic } from "./plugin/diagnostics";
import { identitySchema, requiredForImport } from "./plugin/identity";
import { formatPath, path, type Path } from "./plugin/path";
import type { Json, JsonObject, PrivateState } from "./plugin/private-state";
import { define } from "./plugin/provider";
import { string } from "./plugin/schema/attribute";
import type { ApplyPlan, Config, KnownConfig, Plan, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { managedTags, ownTags, reservedTags, sameTags, tagMap } from "./tags";

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
  plan: ({ config, prior, planned, requiresReplace: bySchema, client }) => {
    if (prior === null) return undefined;
    if (config.enabled !== UNKNOWN) tellWish(client, prior, config.enabled);
    const tagged = plannedTags(config, planned, prior, client);
    const requiresReplace = prior.dkms_instance_id === null ? bySchema : bySchema.filter((at) => !isLevel(at));
    if (!waitsForDeletion({ state: keyState(prior.key_state) })) return { planned: tagged, requiresReplace };
    return {
      planned: { ...tagged, key_state: UNKNOWN },
      requiresReplace,
      diagnostics: [
        warningDiagnostic(
          "Key Waits for Its Deletion",
          `${prior.arn} waits for its deletion, which is canceled in place. To let it go, remove it from the configuration.`,
        ),
      ],
    };
  },
  create: async ({ config, plan, client, signal, timeoutMilliseconds }) => {
    const wanted = wantedKey(config, client);
    const outcome = await ensureKey(client.run, wanted, undefined, callOf(signal, timeoutMilliseconds));
    return {
      state: stateOf(outcome.record, plan, client),
      private: managed(wanted),
      diagnostics: warnings(titleFor(outcome.record), outcome.warnings),
    };
  },
  read: async ({ state, client, signal, timeoutMilliseconds, private: kept }) => {
    const aspects = { policy: readingOf(kept.get("policy")), tags: readingOf(kept.get("tags")) };
    const arn = state.arn ?? state.id ?? "";
    const record = await readKey(client.run, arn, recordOf(state), aspects, callOf(signal, timeoutMilliseconds));
    if (record === undefined) return { state: null };
    const now = readState(record, state, client);
    if (now.enabled === false) tellWish(client, now, false);
    return { state: now };
  },
  update: async ({ config, plan, prior, client, signal, timeoutMilliseconds, private: kept }) => {
    const wanted = wantedKey(config, client, prior);
    const seen = recordOf(prior);
    if (seen === undefined) throw new ByokError("internal", "The state has no ARN. Please report it.");
    // A key of ours that had no material when it was last seen became Enabled with it, for all that anybody knows.
    const unseen = seen.enabled === undefined && waitsForDeletion(seen) && kept.has("policy");
    const record = unseen ? { ...seen, enabled: true } : seen;
    const outcome = await ensureKey(client.run, wanted, record, callOf(signal, timeoutMilliseconds));
    const { error } = outcome;
    return {
      state: error === undefined ? stateOf(outcome.record, plan, client) : readState(outcome.record, prior, client),
      private: managed(wanted),
      diagnostics: [
        ...warnings(titleFor(outcome.record), outcome.warnings),
        ...(error === undefined ? [] : [diagnosticOf(error, known)]),
      ],
    };
  },
  delete: async ({ prior, client, signal, timeoutMilliseconds }) => {
    const record = recordOf(prior);
    if (record === undefined) return undefined;
    const window = prior.deletion_window_in_days;
    const { warnings: said } = await scheduleKeyDeletion(
      client.run,
      record,
      window,
      callOf(signal, timeoutMilliseconds),
    );
    return { diagnostics: warnings(titleFor(record), said) };
  },
  import: ({ id, identity, client }) => {
    const arn = id ?? identity?.arn ?? "";
    const { region, kms } = client.services.locate(arn, "id");
    return { state: { id: arn, arn, region, kms, deletion_window_in_days: 30 } };
  },
  move: ({ sourceProvider, sourceType, state }) =>
    // OpenTofu (1.11, 1.12) says only the head of the type here. And Terraform (1.11 to 1.14) names the provider that
    // the first of several instances went to as the source of the others.
    /(^|\/hashicorp\/)aws$|\/byok\/byok$/.test(sourceProvider) && /^aws_kms_(replica_)?external_key$/.test(sourceType)
      ? { state: movedState(state) }
      : null,
});

/** A KMS instance decides the level by itself, so that nothing is gained by another key. */
function isLevel(at: Path): boolean {
  return formatPath(at) === "protection_level";
}

/** The host prints only the first of several warnings with one title. */
function titleFor({ keyId }: KeyRecord): string {
  return `External Key ${keyId}`;
}

function validate(config: Config<Schema>): Diagnostic[] {
  const { policy, primary_key_arn: primary, tags } = config;
  const findings = refusals(
    known,
    () => typeof policy === "string" && profileOf(config)?.checkPolicy(policy),
    () => typeof primary === "string" && parseAwsKeyArn(primary, "primary_key_arn"),
    () => primary === null && checkKind(config),
    () => checkOptions(config),
  );
  if (tags instanceof Map) findings.push(...reservedTags(tags));
  if (primary === null) return findings;
  for (const name of ["key_spec", "key_usage"] as const) {
    if (config[name] === null) continue;
    findings.push(
      errorDiagnostic(
        "Set by the Primary",
        `A replica has the ${name} of its primary key. Remove it here.`,
        path(name),
      ),
    );
  }
  if (config.multi_region === false) {
    findings.push(
      errorDiagnostic(
        "Set by the Primary",
        "A replica is a multi-Region key. Remove multi_region, or primary_key_arn.",
        path("multi_region"),
      ),
    );
  }
  return findings;
}

/** What the key's KMS can do. Undefined: the KMS is not known yet. */
function profileOf({ kms }: Config<Schema>): KmsProfile | undefined {
  if (kms === null) return kmsProfiles.aws;
  return typeof kms === "string" && isKms(kms) ? kmsProfiles[kms] : undefined;
}

/** @throws ByokError for a spec that the KMS does not have, and for a usage that the spec does not have. */
function checkKind(config: Config<Schema>): void {
  const profile = profileOf(config);
  const { key_spec: spec, key_usage: usage } = config;
  // The schema's own validators see to words that mean nothing at all.
  if (profile === undefined || spec === UNKNOWN || (spec !== null && !isKeySpec(spec))) return;
  const named = keyUsages.some((one) => one === usage) ? { usage: present(usage) } : {};
  const kind = spec === null ? {} : { spec };
  kindOfNewKey(
    { profile },
    { kms: profile.kms, region: "", multiRegion: config.multi_region === true, ...named, ...kind },
  );
}

/** @throws ByokError for an argument that the KMS does not have, and for a window that it does not offer. */
function checkOptions(config: Config<Schema>): void {
  const profile = profileOf(config);
  if (profile === undefined) return;
  checkKeyOptions(profile, {
    dkmsInstanceId: present(config.dkms_instance_id),
    protectionLevel: present(config.protection_level),
    deletionProtection: present(config.deletion_protection),
  });
  const window = present(config.deletion_window_in_days);
  // The schema's own validators see to what no KMS offers.
  const offeredSomewhere = window !== undefined && Number.isInteger(window) && window >= 7 && window <= 366;
  if (offeredSomewhere) checkDeletionWindow({ profile }, window);
}

/** Where tags are managed it is known what all of them will be, and a default tag that is missing makes a plan. */
function plannedTags(
  config: Config<Schema>,
  planned: Plan<Schema>,
  prior: State<Schema>,
  client: ByokClient,
): Plan<Schema> {
  const { defaultTags } = client;
  if (defaultTags === UNKNOWN || config.tags === UNKNOWN || hasUnknown(config.tags)) {
    return { ...planned, tags_all: UNKNOWN };
  }
  const wanted = managedTags(defaultTags, pairs(config.tags));
  if (wanted === undefined) return planned;
  const there = pairs(prior.tags_all);
  if (there !== undefined && sameTags(there, wanted)) return planned;
  // Of what was its own the key keeps nothing where only the defaults are left.
  return { ...planned, ...(config.tags === null && { tags: null }), tags_all: tagMap(wanted) };
}

/**
 * A key without material hides whether it is to be Disabled, so whoever looks at its material in this run is told: what
 * was last applied or seen, and what the configuration says.
 */
function tellWish({ run }: ByokClient, { arn, key_state: state }: State<Schema>, enabled: boolean | null): void {
  if (arn !== null && state === "PendingImport" && enabled !== null) run.memory.wishes.set(arn, enabled);
}

function hasUnknown(tags: ReadonlyMap<string, unknown> | null): boolean {
  return tags !== null && [...tags.values()].includes(UNKNOWN);
}

function wantedKey(config: KnownConfig<Schema>, client: ByokClient, prior?: State<Schema>): WantedKey {
  const kms = kmsNamed(config.kms ?? prior?.kms);
  const region = config.region ?? prior?.region ?? regionFor(client, kms, null);
  if (prior !== undefined && region !== prior.region) {
    throw new ByokError(
      "immutable_argument",
      `\`region\` of ${prior.arn} is ${prior.region} and cannot be changed to ${region}. Plan again to have the key replaced.`,
      { attribute: "region" },
    );
  }
  const spec = present(config.key_spec);
  return {
    kms,
    region,
    ...(spec !== undefined && isKeySpec(spec) ? { spec } : {}),
    usage: present(config.key_usage),
    multiRegion: config.multi_region ?? (prior?.multi_region === true || config.primary_key_arn !== null),
    primaryKeyArn: present(config.primary_key_arn),
    description: present(config.description),
    policy: present(config.policy),
    bypassPolicyLockoutSafetyCheck: present(config.bypass_policy_lockout_safety_check),
    enabled: present(config.enabled),
    tags: managedTags(present(client.defaultTags) ?? {}, pairs(config.tags)),
    creationToken: present(config.creation_token),
    dkmsInstanceId: present(config.dkms_instance_id),
    protectionLevel: present(config.protection_level),
    deletionProtection: present(config.deletion_protection),
  };
}

function kmsNamed(name: string | null | undefined): Kms {
  return typeof name === "string" && isKms(name) ? name : "aws";
}

/** Which aspects a refresh reads: those that somebody manages. */
function managed({ policy, tags }: WantedKey): PrivateState {
  return new Map([
    ["policy", policy !== undefined],
    ["tags", tags !== undefined],
  ]);
}

/** Nothing is said after an import, and after a crash: Terraform forgets it when the provider dies during an update. */
function readingOf(kept: Json | undefined): Reading {
  return typeof kept === "boolean" ? kept : "if_possible";
}

function recordOf(state: State<Schema>): KeyRecord | undefined {
  const { arn, key_id: keyId, region, kms } = state;
  if (arn === null || keyId === null || region === null) return undefined;
  return {
    arn,
    keyId,
    kms: kmsNamed(kms),
    region,
    state: keyState(state.key_state),
    spec: state.key_spec ?? "",
    usage: state.key_usage ?? "",
    description: state.description ?? "",
    // A key whose age is unknown is never old enough to be believed gone.
    creationDate:
      state.creation_date === null ? Number.POSITIVE_INFINITY : parseInstant(state.creation_date, "creation_date"),
    multiRegion: state.multi_region ?? false,
    enabled: present(state.enabled),
    deletionProtection: present(state.deletion_protection),
    dkmsInstanceId: present(state.dkms_instance_id),
    protectionLevel: present(state.protection_level),
    policy: present(state.policy),
    tags: pairs(state.tags_all),
  };
}

const keyStates = [
  "Creating",
  "Enabled",
  "Disabled",
  "PendingImport",
  "PendingDeletion",
  "PendingReplicaDeletion",
  "Updating",
  "Unavailable",
] as const satisfies readonly KeyState[];

function keyState(text: string | null): KeyState {
  return keyStates.find((state) => state === text) ?? "Unavailable";
}

/** What the KMS said, beside what the state has that no KMS says. */
function readState(record: KeyRecord, state: State<Schema>, client: ByokClient): State<Schema> {
  const stored = pairs(state.tags);
  const defaults = { seen: pairs(state.tags_all) ?? {}, now: present(client.defaultTags) ?? {} };
  const own = record.tags === undefined ? stored : ownTags(record.tags, defaults, stored);
  const inInstance = record.dkmsInstanceId !== undefined;
  const noneOfOwn = own === undefined || (stored === undefined && Object.keys(own).length === 0);
  return {
    ...state,
    ...described(record),
    // What was asked for is ignored in a KMS instance, and is no difference there.
    protection_level: (inInstance ? state.protection_level : null) ?? record.protectionLevel ?? null,
    enabled: record.enabled ?? state.enabled,
    policy: record.policy ?? state.policy,
    // Once set it stays: a replica that became the primary is still this key.
    primary_key_arn: state.primary_key_arn ?? record.primaryKeyArn ?? null,
    tags: noneOfOwn ? null : tagMap(own),
    tags_all: record.tags === undefined ? state.tags_all : tagMap(record.tags),
  };
}

/** After an apply: what was planned as known stays as planned, the rest is what the KMS said. */
function stateOf(record: KeyRecord, plan: ApplyPlan<Schema>, client: ByokClient): State<Schema> {
  const seen = described(record);
  const own = pairs(plan.tags);
  const tags: Tags = record.tags ?? managedTags(present(client.defaultTags) ?? {}, own) ?? {};
  const or = <T>(planned: T | typeof UNKNOWN, otherwise: T): T => (planned === UNKNOWN ? otherwise : planned);
  return {
    ...plan,
    id: or(plan.id, seen.id),
    arn: or(plan.arn, seen.arn),
    key_id: or(plan.key_id, seen.key_id),
    kms: or(plan.kms, seen.kms),
    region: or(plan.region, seen.region),
    description: or(plan.description, seen.description),
    key_spec: or(plan.key_spec, seen.key_spec),
    key_usage: or(plan.key_usage, seen.key_usage),
    multi_region: or(plan.multi_region, seen.multi_region),
    policy: or(plan.policy, record.policy ?? null),
    enabled: or(plan.enabled, record.enabled ?? null),
    primary_key_arn: or(plan.primary_key_arn, record.primaryKeyArn ?? null),
    tags: own === undefined ? null : tagMap(own),
    dkms_instance_id: or(plan.dkms_instance_id, seen.dkms_instance_id),
    protection_level: or(plan.protection_level, seen.protection_level),
    deletion_protection: or(plan.deletion_protection, seen.deletion_protection),
    deletion_window_in_days: or(plan.deletion_window_in_days, 30),
    key_state: or(plan.key_state, seen.key_state),
    tags_all: plan.tags_all === UNKNOWN ? tagMap(tags) : tagMap(pairs(plan.tags_all) ?? {}),
    multi_region_key_type: or(plan.multi_region_key_type, seen.multi_region_key_type),
    creation_date: or(plan.creation_date, seen.creation_date),
    valid_to: or(plan.valid_to, seen.valid_to),
  };
}

function described(record: KeyRecord) {
  return {
    id: record.arn,
    arn: record.arn,
    key_id: record.keyId,
    kms: record.kms,
    region: record.region,
    description: record.description,
    key_spec: record.spec,
    key_usage: record.usage,
    multi_region: record.multiRegion,
    key_state: record.state,
    multi_region_key_type: record.multiRegionKeyType ?? null,
    creation_date: formatInstant(record.creationDate),
    valid_to: record.validTo === undefined ? null : formatInstant(record.validTo),
    dkms_instance_id: record.dkmsInstanceId ?? null,
    protection_level: record.protectionLevel ?? null,
    deletion_protection: record.deletionProtection ?? null,
  };
}

/** What of the AWS provider's key can be taken over: everything but the bytes and what the next read tells better. */
function movedState(state: JsonObject): Partial<State<Schema>> {
  const arn = textOf(state["arn"]);
  const window = state["deletion_window_in_days"];
  const primary = textOf(state["primary_key_arn"]);
  return {
    id: arn,
    arn,
    kms: "aws",
    region: arn?.split(":")[3] ?? null,
    key_id: textOf(state["key_id"]),
    primary_key_arn: primary === "" ? null : primary,
    deletion_window_in_days: typeof window === "number" ? window : 30,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
