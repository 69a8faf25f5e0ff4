import { type Action, type Assessment, assess } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import { parseFingerprint } from "../../src/engine/fingerprint";
import {
  applyMaterial,
  type MaterialOutcome,
  type MaterialSettings,
  observeMaterial,
  recordAfter,
  releaseMaterial,
} from "../../src/engine/imported-key-material";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import { checkAllowed } from "../../src/engine/key-services";
import { checkLifetime, type Lifetime, lifetimeFrom } from "../../src/engine/lifetime";
import type { MaterialRecord } from "../../src/engine/material-record";
import { differentBytes, type Offer } from "../../src/engine/offered-bytes";
import { openSource } from "../../src/engine/opened-source";
import type { Run } from "../../src/engine/run";
import { keysOf } from "../../src/engine/table";
import { isWrappingAlgorithm, wrappingAlgorithms } from "../../src/engine/wrapping-algorithm";
import { isWrappingKeySpec, wrappingKeySpecs } from "../../src/engine/wrapping-key";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { valueSource } from "../../src/material-sources/value";
import { type Connection, connectionOf } from "./connection";
import { callFor, checkTimeouts } from "./external-key-handler";
import { checkFailure, PartialFailure, providerError, respelled, withoutValues } from "./failure";
import { checkedMaterialFields, materialFields } from "./fields";
import { changed, type DiffResult, isNew, type ResourceHandler, unchanged } from "./handler";
import { type MaterialArguments, materialOuts, materialRecordOf, materialSettings } from "./material-state";
import { plainProps, type Props, sameValue } from "./props";
import { isRecorded, migrated } from "./schema-version";
import type { Session } from "./session";
import { type Failure, readArguments, strangers } from "./shape";

/** What stands behind `ImportedKeyMaterial`. */
export function importedKeyMaterialHandler(session: Session): ResourceHandler {
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw providerError(error);
    }
  };
  return {
    configure: ({ config }) => session.configure(config),
    check: (olds, news) => told(() => check(session, olds, news)),
    diff: (id, olds, news) => told(() => diff(session, id, migrated(olds), news)),
    create: (inputs) => told(() => create(session, inputs)),
    read: (id, props) => told(() => read(session, id, migrated(props))),
    update: (id, olds, news) => told(() => update(session, id, migrated(olds), news)),
    delete: (id, props) => told(() => release(session, id, migrated(props))),
  };
}

async function check(
  session: Session,
  olds: Props,
  news: Props,
): Promise<{ inputs: Record<string, unknown>; failures: Failure[] }> {
  const { args, unknown, failures } = readArguments(materialFields, news);
  const { connection, failures: misconfigured } = connectionOf(news["connection"], session.config);
  const all: Failure[] = [...strangers(materialFields, news), ...failures, ...misconfigured];
  const attempt = async (property: string, work: () => void | Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      all.push(checkFailure(error, property));
    }
  };
  const { keyMaterial: _bytes, ...rest } = news;
  const inputs = plainProps(rest);
  if (unknown.has("keyMaterial")) inputs["keyMaterial"] = news["keyMaterial"];

  if (args.keyArn === undefined && !unknown.has("keyArn")) {
    all.push({ property: "keyArn", reason: "is needed: the ARN of the key, usually the `id` of an ExternalKey." });
  }
  if (args.keyMaterial !== undefined && args.keyMaterialSource !== undefined) {
    const reason = "`keyMaterial` and `keyMaterialSource` are both set. Remove one of them.";
    all.push({ property: "keyMaterial", reason });
  }
  await attempt("timeouts", () => checkTimeouts(args));
  await attempt("fingerprint", () => {
    if (args.fingerprint !== undefined) parseFingerprint(args.fingerprint, "fingerprint");
  });
  all.push(...wrappingFailures(args));
  let lifetime: Lifetime | undefined;
  await attempt("validTo", () => {
    if (!["validTo", "validFor", "renewBefore"].some((name) => unknown.has(name))) lifetime = lifetimeFrom(args);
  });
  await attempt("keyArn", () => {
    if (args.keyArn === undefined) return;
    const { run } = session.connected(connection);
    const location = run.services.locate(args.keyArn, "key_arn");
    checkAllowed(location, run.allowed, "key_arn");
    if (lifetime !== undefined)
      checkLifetime(lifetime, run.services.service(location.kms, location.region).profile, undefined);
  });
  await attempt("keyMaterial", async () => {
    if (args.keyMaterial === undefined) return;
    const material = await valueSource(args.keyMaterial, "key_material_wo").open();
    inputs["keyMaterialFingerprint"] = material.fingerprint;
    const offer: Offer = { kind: "bytes", fingerprint: material.fingerprint, attribute: "key_material_wo" };
    // Without a key nothing is created in this run, so nobody will ask for the bytes.
    if (args.keyArn === undefined) material.destroy();
    else session.inlineBytes.keep(args.keyArn, material);
    contradict(offer, args);
  });
  await attempt("keyMaterialSource", async () => {
    if (args.keyMaterialSource === undefined) return;
    const source = sourceOf(session, connection, args.keyMaterialSource);
    // Of material that is there, diff opens the source, and it alone knows the record that the bytes must fit.
    if (isNew(olds) && connection.materialAccess !== "apply") contradict(await opened(session, source), args);
  });
  return { inputs, failures: withoutValues(all) };
}

function contradict(offer: Offer, { fingerprint }: MaterialArguments): void {
  const error = differentBytes(
    offer,
    fingerprint === undefined ? undefined : parseFingerprint(fingerprint, "fingerprint"),
    undefined,
  );
  if (error !== undefined) throw error;
}

function wrappingFailures({ wrappingAlgorithm, wrappingKeySpec }: MaterialArguments): readonly Failure[] {
  const failures: Failure[] = [];
  if (wrappingAlgorithm !== undefined && !isWrappingAlgorithm(wrappingAlgorithm)) {
    failures.push({
      property: "wrappingAlgorithm",
      reason: `must be one of ${keysOf(wrappingAlgorithms).join(", ")}.`,
    });
  }
  if (wrappingKeySpec !== undefined && !isWrappingKeySpec(wrappingKeySpec)) {
    failures.push({
      property: "wrappingKeySpec",
      reason: `must be one of ${Object.keys(wrappingKeySpecs).join(", ")}.`,
    });
  }
  return failures;
}

async function diff(session: Session, id: string, outs: Props, news: Props): Promise<DiffResult> {
  const { args, unknown } = readArguments(checkedMaterialFields, news);
  if (args.keyArn !== id) {
    const where = args.keyArn ?? "a key that is not known yet";
    session.tell([`byok: ${id}: the key material will be imported into another key: ${where}.`]);
    return { changes: true, replaces: ["keyArn"], deleteBeforeReplace: false };
  }
  const { connection, run } = reach(session, args);
  // What is not known yet could be anything: the update will tell.
  const deciding = [...unknown].filter((name) => name !== "keyMaterial" && name !== "keyMaterialSource");
  if (deciding.length > 0) {
    session.tell([`byok: ${id}: the key material may be updated: ${deciding.join(", ")} will be known later.`]);
    return changed;
  }
  const wanted = materialSettings(id, args);
  const record = materialRecordOf(id, outs);
  const seen = session.seenMaterials.take(id) ?? (await observeMaterial(run, id, record, wanted.lifetime));
  const known = recordAfter(record, seen.condition);
  const assessment = assess({
    wanted,
    condition: seen.condition,
    record: known,
    offer: await offerOf(session, connection, args, unknown),
    // That a key is Disabled must be on record before its material lapses, since nothing shows it afterwards.
    otherChanges: known.keyDisabled !== record.keyDisabled || changesOfOurOwn(args, wanted, outs, record),
    now: seen.at,
  });
  if (assessment.action === "refuse" && assessment.problem !== undefined) throw assessment.problem;
  session.planned.set(id, assessment.action);
  announce(session, id, assessment);
  return assessment.action === "nothing" ? unchanged : changed;
}

const announcements = {
  create: "key material will be imported",
  reimport: "the same key material will be imported again",
  record: "the state will be brought up to date",
} as const satisfies Record<Exclude<Action, "nothing" | "refuse">, string>;

function announce(session: Session, id: string, { action, reason, warnings }: Assessment): void {
  if (action !== "nothing" && action !== "refuse") {
    session.tell([`byok: ${id}: ${announcements[action]}: ${respelled(reason)}.`]);
  }
  warn(session, id, warnings);
}

function warn(session: Session, id: string, warnings: readonly string[]): void {
  session.tell(warnings.map((warning) => `byok: warning: ${id}: ${respelled(warning)}`));
}

/** Arguments that no import depends on. */
const ownArguments = [
  "onDeletion",
  "deletionPolicy",
  "allowInterruption",
  "wrappingAlgorithm",
  "wrappingKeySpec",
  "timeouts",
  "connection",
] as const;

function changesOfOurOwn(
  args: MaterialArguments,
  wanted: MaterialSettings,
  outs: Props,
  { lifetime }: MaterialRecord,
): boolean {
  const renewal = wanted.lifetime.kind === "renewed" ? wanted.lifetime.renewBefore : undefined;
  const recorded = lifetime?.kind === "renewed" ? lifetime.renewBefore : renewal;
  return renewal !== recorded || ownArguments.some((name) => !sameValue(args[name], outs[name]));
}

async function create(session: Session, inputs: Props): Promise<{ id: string; outs: Record<string, unknown> }> {
  const { args } = readArguments(checkedMaterialFields, inputs);
  const id = args.keyArn ?? "";
  const { connection, run } = reach(session, args);
  const source = configuredSource(session, connection, args);
  const wanted = materialSettings(id, args);
  const outcome = await applyMaterial(run, wanted, source, undefined, callFor(session, args, "create"));
  return finished(session, args, wanted, outcome, inputs);
}

async function update(
  session: Session,
  id: string,
  outs: Props,
  news: Props,
): Promise<{ outs: Record<string, unknown> }> {
  const { args } = readArguments(checkedMaterialFields, news);
  const { connection, run } = reach(session, args);
  const source = configuredSource(session, connection, args);
  const wanted = materialSettings(id, args);
  const planned = session.planned.get(id);
  session.planned.delete(id);
  const record = materialRecordOf(id, outs);
  const outcome = await applyMaterial(run, wanted, source, record, callFor(session, args, "update"), planned);
  return finished(session, args, wanted, outcome, news);
}

function finished(
  session: Session,
  args: MaterialArguments,
  wanted: MaterialSettings,
  { record, warnings, error, condition }: MaterialOutcome,
  inputs: Props,
): { id: string; outs: Record<string, unknown> } {
  const id = record.keyArn;
  warn(session, id, warnings);
  const { reason } = assess({ wanted, condition, record, offer: { kind: "later" } });
  const outs = materialOuts(args, record, { condition, reason: respelled(reason) });
  if (error !== undefined) throw new PartialFailure(id, error, outs, inputs);
  return { id, outs };
}

async function read(
  session: Session,
  id: string,
  props: Props,
): Promise<{ id?: string; props?: Record<string, unknown> }> {
  const { args } = readArguments(checkedMaterialFields, withoutResults(props));
  const { run } = reach(session, args);
  const recorded = isRecorded(props);
  const record: MaterialRecord = recorded ? materialRecordOf(id, props) : { keyArn: id, verified: false };
  const lifetime: Lifetime = record.lifetime ?? { kind: "forever" };
  const seen = await observeMaterial(run, id, recorded ? record : undefined, lifetime);
  if (!recorded && seen.key === null) throw new ByokError("key_not_found", `The KMS does not know ${id}.`);
  session.seenMaterials.leave(id, seen);
  const { condition } = seen;
  const known = recordAfter(record, condition);
  const wanted: MaterialSettings = {
    keyArn: id,
    lifetime,
    description: record.description,
    onDeletion: args.onDeletion ?? "reimport",
  };
  const { reason } = assess({ wanted, condition, record: known, offer: { kind: "later" } });
  return { id, props: materialOuts(args, known, { condition, reason: respelled(reason) }) };
}

/** Outputs that share a name with an argument and say something else than it. */
function withoutResults({ validTo: _validTo, fingerprint: _fingerprint, ...rest }: Props): Props {
  return rest;
}

async function release(session: Session, id: string, props: Props): Promise<void> {
  const { args } = readArguments(checkedMaterialFields, withoutResults(props));
  const { run } = reach(session, args);
  const record = materialRecordOf(id, props);
  const policy = args.deletionPolicy ?? "retain";
  const { warnings } = await releaseMaterial(run, record, policy, callFor(session, args, "delete"));
  warn(session, id, warnings);
}

function reach(session: Session, args: MaterialArguments): { readonly connection: Connection; readonly run: Run } {
  const { connection } = connectionOf(args.connection, session.config);
  return { connection, run: session.connected(connection).run };
}

function sourceOf(session: Session, connection: Connection, uri: string): KeyMaterialSource {
  const { baseFolder, env } = session.surroundings;
  const { allowedMaterialSources: allowed } = connection;
  const { variablesOfMaterial } = session;
  const options = { attribute: "key_material_source", baseFolder, env, variablesOfMaterial };
  return sourceFromUri(uri, allowed === undefined ? options : { ...options, allowed });
}

function configuredSource(
  session: Session,
  connection: Connection,
  args: MaterialArguments,
): KeyMaterialSource | undefined {
  const { keyArn, keyMaterialFingerprint, keyMaterialSource } = args;
  if (keyArn !== undefined && keyMaterialFingerprint !== undefined) {
    return session.inlineBytes.source(keyArn, parseFingerprint(keyMaterialFingerprint, "key_material_wo"));
  }
  return keyMaterialSource === undefined ? undefined : sourceOf(session, connection, keyMaterialSource);
}

async function offerOf(
  session: Session,
  connection: Connection,
  args: MaterialArguments,
  unknown: ReadonlySet<string>,
): Promise<Offer> {
  const { keyMaterialFingerprint, keyMaterialSource } = args;
  if (unknown.has("keyMaterial") || unknown.has("keyMaterialSource")) return { kind: "later" };
  if (keyMaterialFingerprint !== undefined) {
    const attribute = "key_material_wo";
    return { kind: "bytes", fingerprint: parseFingerprint(keyMaterialFingerprint, attribute), attribute };
  }
  if (keyMaterialSource === undefined) return opened(session, undefined);
  if (connection.materialAccess === "apply") return { kind: "later" };
  return opened(session, sourceOf(session, connection, keyMaterialSource));
}

/** What a source offers now. Its bytes are wiped at once. */
async function opened(session: Session, source: KeyMaterialSource | undefined): Promise<Offer> {
  const { offer, material } = await openSource(source, {});
  if (material !== undefined) session.tell(material.warnings.map((warning) => `byok: warning: ${respelled(warning)}`));
  material?.destroy();
  return offer;
}
