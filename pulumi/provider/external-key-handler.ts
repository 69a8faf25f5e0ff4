import { announceReturn } from "../../src/engine/announcements";
import type { Call } from "../../src/engine/call";
import { deadlineAfter } from "../../src/engine/deadline";
import { parseDuration } from "../../src/engine/duration";
import { isToBeDisabled, readableTags, tellWish } from "../../src/engine/enabled-wish";
import { ByokError } from "../../src/engine/errors";
import { checkDeletionWindow, ensureKey, readKey, scheduleKeyDeletion } from "../../src/engine/external-key";
import { waitsForDeletion } from "../../src/engine/key";
import { assessKey, type KeyAction } from "../../src/engine/key-assessment";
import { kindOfNewKey } from "../../src/engine/key-creation";
import { type KeyRecord, wasEnabled } from "../../src/engine/key-record";
import type { KeyService } from "../../src/engine/key-service";
import { checkAllowed } from "../../src/engine/key-services";
import { isKeySpec, keySpecs } from "../../src/engine/key-spec";
import type { Outcome } from "../../src/engine/outcome";
import type { Run } from "../../src/engine/run";
import { keysOf } from "../../src/engine/table";
import type { WantedKey } from "../../src/engine/wanted-key";
import { defaultKms } from "../../src/kms/clouds";
import { connectionOf } from "./connection";
import { checkFailure, PartialFailure, providerError, respelled, withoutValues } from "./failure";
import { keyFields, pulumiName } from "./fields";
import { changed, type DiffResult, isNew, type ResourceHandler, unchanged } from "./handler";
import { type KeyArguments, keyOuts, keyRecordOf, wantedOfKnownKey, withKnownPolicy } from "./key-state";
import { plainProps, type Props, sameValue } from "./props";
import { stateName } from "./resource-name";
import { isRecorded, migratedKey } from "./schema-version";
import type { ConnectedRun, Session } from "./session";
import { type Failure, readArguments, strangers } from "./shape";

/** What stands behind `ExternalKey`. */
export function externalKeyHandler(session: Session): ResourceHandler {
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw providerError(error);
    }
  };
  return {
    configure: ({ config }) => session.configure(config),
    check: (olds, news) => told(async () => check(session, olds, news)),
    diff: (id, olds, news) => told(() => diff(session, id, migratedKey(olds), news)),
    create: (inputs) => told(() => create(session, inputs)),
    read: (id, props) => told(() => read(session, id, migratedKey(props))),
    update: (id, olds, news) => told(() => update(session, id, migratedKey(olds), news)),
    delete: (id, props) => told(() => remove(session, id, migratedKey(props))),
  };
}

function check(session: Session, olds: Props, news: Props): { inputs: Record<string, unknown>; failures: Failure[] } {
  const { args, unknown, failures } = readArguments(keyFields, news);
  const { connection, failures: misconfigured } = connectionOf(news["connection"], session.config);
  const all = [...strangers(keyFields, news), ...failures, ...misconfigured];
  const attempt = (property: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      all.push(checkFailure(error, property));
    }
  };
  attempt("timeouts", () => checkTimeouts(args));
  if (args.keySpec !== undefined && !isKeySpec(args.keySpec)) {
    all.push({ property: "keySpec", reason: `must be one of ${keysOf(keySpecs).join(", ")}.` });
  }
  const replica = args.primaryKeyArn !== undefined || unknown.has("primaryKeyArn");
  for (const property of ["keySpec", "keyUsage"] as const) {
    if (replica && args[property] !== undefined) {
      all.push({ property, reason: "A replica takes this from its primary key. Remove it." });
    }
  }
  attempt("connection", () => {
    const connected = session.connected(connection);
    const { run } = connected;
    attempt("primaryKeyArn", () => {
      if (args.primaryKeyArn === undefined) return;
      checkAllowed(run.services.locate(args.primaryKeyArn, "primary_key_arn"), run.allowed, "primary_key_arn");
    });
    attempt("existingKeyArn", () => {
      if (args.existingKeyArn === undefined) return;
      checkAllowed(run.services.locate(args.existingKeyArn, "existing_key_arn"), run.allowed, "existing_key_arn");
    });
    if (unknown.has("region") || unknown.has("kms")) return;
    // A key that is there has a Region whatever the configuration says, and what is fixed about it is judged by diff. A
    // connection that is not known yet may name one.
    const settled = args.region === undefined && (!isNew(olds) || unknown.has("connection"));
    let service: KeyService | undefined;
    attempt("region", () => {
      const region = settled ? regionOrNothing(connected, args) : regionFor(connected, args);
      if (region !== undefined) service = run.services.service(args.kms ?? defaultKms, region);
    });
    if (service === undefined) return;
    const { profile } = service;
    const reached = service;
    attempt("policy", () => args.policy !== undefined && profile.checkPolicy(args.policy));
    attempt("deletionWindowInDays", () => {
      if (args.deletionWindowInDays !== undefined) checkDeletionWindow(reached, args.deletionWindowInDays);
    });
    if (!replica)
      attempt("keySpec", () => kindOfNewKey(reached, { ...wantedOfKnownKey(args), region: reached.region }));
  });
  const inputs = plainProps(news);
  session.keyHolders.check(inputs, args.existingKeyArn);
  return { inputs, failures: withoutValues(all) };
}

async function diff(session: Session, id: string, outs: Props, news: Props): Promise<DiffResult> {
  const { args, unknown } = readArguments(keyFields, news);
  if (args.existingKeyArn !== undefined && args.existingKeyArn !== id) {
    throw new ByokError(
      "immutable_argument",
      `\`existing_key_arn\` is ${args.existingKeyArn}, and this resource is the key ${id} already. Remove the argument, or give the other key a resource of its own.`,
      { attribute: "existing_key_arn" },
    );
  }
  if (unknown.has("connection")) {
    // Without it somebody else might be asked about the key.
    session.keyHolders.keep(id, outs, news);
    session.tell([`byok: ${id}: the key may be updated: connection will be known later.`]);
    return changed;
  }
  const { run } = connectedTo(session, args);
  const earlier = keyRecordOf(id, outs);
  const seen =
    session.seenKeys.take(stateName(id, outs)) ?? (await readKey(run, id, earlier, { policy: false, tags: false }));
  // Such a key hides what is to become of it; whoever imports into it in this run is to know.
  const wish = args.enabled ?? seen?.toEnable ?? (earlier.enabled === false ? false : undefined);
  if (seen?.state === "PendingImport" && wish !== undefined) tellWish(run, id, wish);
  const { profile } = run.services.service(earlier.kms, earlier.region);
  const { action, attributes, reason } = assessKey({
    wanted: { ...wantedOfKnownKey(args), ...keptWhileUnknown(unknown, earlier) },
    seen,
    appliedEnabled: typeof outs["enabled"] === "boolean" ? outs["enabled"] : undefined,
    profile,
    otherChanges:
      unrecorded.some((name) => !sameValue(args[name], outs[name])) ||
      (args.enabled === undefined && seen !== undefined && (await isNews(run, earlier, seen))),
  });
  if (action !== "replace") session.keyHolders.keep(id, outs, news);
  if (seen === undefined) session.goneKeys.add(stateName(id, outs));
  else session.goneKeys.delete(stateName(id, outs));
  const mayChange = [...unknown].some((name) => name !== "creationToken");
  if (action === "nothing") return mayChange ? changed : unchanged;
  // The key would be deleted first, and then be what is to be taken over.
  if (action === "replace" && seen !== undefined && args.existingKeyArn !== undefined) {
    throw new ByokError(
      "immutable_argument",
      `${reason}: \`existing_key_arn\` takes over ${id} as it is. Set the others back, or remove \`existing_key_arn\` to have the key deleted and another one created.`,
      { attribute: "existing_key_arn" },
    );
  }
  // The diff of its material comes later, and sees the key as it is now.
  if (action === "update" && seen !== undefined && waitsForDeletion(seen)) announceReturn(run, id);
  session.tell([`byok: ${id}: ${announcements[action]}: ${respelled(reason)}.`]);
  return action === "replace"
    ? { changes: true, replaces: attributes.map(pulumiName), deleteBeforeReplace: true }
    : changed;
}

/** What a later look cannot tell: a key that is pending deletion, or that has lost its material, hides it. */
async function isNews(run: Run, earlier: KeyRecord, seen: KeyRecord): Promise<boolean> {
  if (earlier.toEnable !== seen.toEnable) return true;
  if (wasEnabled(earlier) === wasEnabled(seen)) return false;
  if (seen.enabled !== true) return true;
  // An import has enabled it, and its material's resource has yet to disable it again.
  const service = run.services.service(seen.kms, seen.region);
  return !isToBeDisabled(await readableTags(run, service, seen.arn, {})());
}

/** What has a default is not that while it is unknown, and a key is replaced only for what is known to differ. */
function keptWhileUnknown(unknown: ReadonlySet<string>, { kms, multiRegion }: KeyRecord): Partial<WantedKey> {
  return {
    ...(unknown.has("kms") ? { kms } : {}),
    ...(unknown.has("multiRegion") || unknown.has("primaryKeyArn") ? { multiRegion } : {}),
  };
}

const announcements = {
  record: "the state will be brought up to date",
  update: "the key will be updated",
  replace: "the key will be deleted and another one created",
} as const satisfies Record<Exclude<KeyAction, "nothing">, string>;

/** Arguments that concern only what later runs do. */
const unrecorded = ["deletionWindowInDays", "bypassPolicyLockoutSafetyCheck", "timeouts", "connection"] as const;

async function create(session: Session, inputs: Props): Promise<{ id: string; outs: Record<string, unknown> }> {
  const { args } = readArguments(keyFields, inputs);
  const connected = connectedTo(session, args);
  const call = callFor(session, args, "create");
  const existing =
    args.existingKeyArn === undefined ? undefined : await adopted(connected, args, args.existingKeyArn, call);
  const region = existing?.region ?? regionFor(connected, args);
  const outcome = await ensureKey(connected.run, wantedKey(args, region), existing, call, "taken_over");
  session.keyHolders.arrive(outcome.record.arn, keyOuts(args, outcome.record), inputs);
  return finished(session, args, outcome, inputs);
}

async function adopted({ run }: ConnectedRun, args: KeyArguments, arn: string, call: Call): Promise<KeyRecord> {
  const aspects = { policy: args.policy !== undefined, tags: args.tags !== undefined };
  const record = await readKey(run, arn, undefined, aspects, call);
  if (record !== undefined) return record;
  throw new ByokError("key_not_found", `${arn} does not exist. Correct \`existing_key_arn\`.`, {
    attribute: "existing_key_arn",
  });
}

async function update(
  session: Session,
  id: string,
  outs: Props,
  news: Props,
): Promise<{ outs: Record<string, unknown> }> {
  const { args } = readArguments(keyFields, news);
  const { run } = connectedTo(session, args);
  const record = keyRecordOf(id, outs);
  const wanted = wantedKey(args, args.region ?? record.region);
  const outcome = await ensureKey(run, wanted, record, callFor(session, args, "update"));
  session.keyHolders.update(id, outs, keyOuts(args, outcome.record));
  return finished(session, args, outcome, news);
}

function finished(
  session: Session,
  args: KeyArguments,
  { record, warnings, error }: Outcome<KeyRecord>,
  inputs: Props,
): { id: string; outs: Record<string, unknown> } {
  session.tell(warnings.map((warning) => `byok: warning: ${respelled(warning)}`));
  const outs = keyOuts(args, record);
  if (error !== undefined) throw new PartialFailure(record.arn, error, outs, inputs);
  return { id: record.arn, outs };
}

async function read(
  session: Session,
  id: string,
  props: Props,
): Promise<{ id?: string; props?: Record<string, unknown> }> {
  const { args } = readArguments(keyFields, props);
  const { run } = connectedTo(session, args);
  if (!isRecorded(props)) {
    const found = await readKey(run, id, undefined, { policy: "if_possible", tags: "if_possible" });
    if (found === undefined) throw new ByokError("key_not_found", `${id} does not exist.`);
    return { id, props: keyOuts(args, found) };
  }
  const earlier = keyRecordOf(id, props);
  const aspects = { policy: earlier.policy !== undefined, tags: earlier.tags !== undefined };
  const seen = await readKey(run, id, earlier, aspects);
  if (seen === undefined) return {};
  const record = withKnownPolicy(seen, earlier, run.services.service(earlier.kms, earlier.region).profile);
  const outs = keyOuts(args, record);
  session.seenKeys.leave(stateName(id, outs), record);
  return { id, props: outs };
}

async function remove(session: Session, id: string, props: Props): Promise<void> {
  if (session.keyHolders.leave(id, props).another) {
    session.tell([`byok: warning: ${id} is not scheduled for deletion: another resource of this program is this key.`]);
    return;
  }
  const { args } = readArguments(keyFields, props);
  const { run } = connectedTo(session, args);
  const record = keyRecordOf(id, props);
  if (session.goneKeys.has(stateName(id, props))) return confirmGone(run, record);
  const { deletionWindowDays } = run.services.service(record.kms, record.region).profile;
  const days = args.deletionWindowInDays ?? deletionWindowDays.default;
  const { warnings } = await scheduleKeyDeletion(run, record, days, callFor(session, args, "delete"));
  session.tell(warnings.map((warning) => `byok: warning: ${respelled(warning)}`));
}

/** What was planned for a key that is gone must not befall one that the KMS had only not shown for a moment. */
async function confirmGone(run: Run, record: KeyRecord): Promise<void> {
  const seen = await readKey(run, record.arn, record, { policy: false, tags: false });
  if (seen === undefined || waitsForDeletion(seen)) return;
  throw new ByokError(
    "key_not_found",
    `The KMS did not know ${record.arn} when its replacement was planned, and shows it now. The key was left as it is. Run again.`,
  );
}

function connectedTo(session: Session, args: KeyArguments): ConnectedRun {
  return session.connected(connectionOf(args.connection, session.config).connection);
}

function wantedKey(args: KeyArguments, region: string): WantedKey {
  return { ...wantedOfKnownKey(args), region };
}

function regionOrNothing({ services }: ConnectedRun, args: KeyArguments): string | undefined {
  return args.region ?? services.defaultRegion(args.kms ?? defaultKms);
}

function regionFor(connected: ConnectedRun, args: KeyArguments): string {
  const region = regionOrNothing(connected, args);
  if (region !== undefined) return region;
  throw new ByokError(
    "invalid_argument",
    "No Region is given. Set `region`, or configure one: `pulumi config set byok:region eu-central-1`.",
    { attribute: "region" },
  );
}

type Operation = "create" | "update" | "delete";

const defaultTimeout = "20m";

/** What goes along with an operation: Pulumi passes its own timeouts to no dynamic provider, so these are arguments. */
export function callFor(session: Session, { timeouts }: Pick<KeyArguments, "timeouts">, operation: Operation): Call {
  const seconds = parseDuration(timeouts?.[operation] ?? defaultTimeout, `timeouts.${operation}`);
  return { deadline: deadlineAfter(seconds * 1000, session.surroundings.clock) };
}

export function checkTimeouts({ timeouts }: Pick<KeyArguments, "timeouts">): void {
  for (const [operation, written] of Object.entries(timeouts ?? {})) parseDuration(written, `timeouts.${operation}`);
}
