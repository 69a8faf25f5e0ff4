import { isReturning } from "../../src/engine/announcements";
import { type Action, type Assessment, assess } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import { type Fingerprint, parseFingerprint } from "../../src/engine/fingerprint";
import { ImportProof } from "../../src/engine/import-proof";
import {
  applyMaterial,
  type MaterialOutcome,
  type MaterialSettings,
  recordAfter,
} from "../../src/engine/imported-key-material";
import { observeMaterial } from "../../src/engine/material-observation";
import { leaveFormerKey, releaseMaterial } from "../../src/engine/material-release";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import { checkAllowed } from "../../src/engine/key-services";
import { checkLifetime, type Lifetime, lifetimeFrom, sameLifetime } from "../../src/engine/lifetime";
import type { KmsProfile } from "../../src/engine/kms-profile";
import { kmsNow } from "../../src/engine/kms-time";
import { type MaterialRecord, newlySeen, provedFingerprint } from "../../src/engine/material-record";
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
import {
  configuredFingerprint,
  formersOf,
  type MaterialArguments,
  materialOuts,
  materialRecordOf,
  materialSettings,
} from "./material-state";
import { plainProps, type Props, sameValue } from "./props";
import { changeName, stateName } from "./resource-name";
import { isRecorded, migratedMaterial } from "./schema-version";
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
    diff: (id, olds, news) => told(() => diff(session, id, migratedMaterial(olds), news)),
    create: (inputs) => told(() => create(session, inputs)),
    read: (id, props) => told(() => read(session, id, migratedMaterial(props))),
    update: (id, olds, news) => told(() => update(session, id, migratedMaterial(olds), news)),
    delete: (id, props) => told(() => release(session, id, migratedMaterial(props))),
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
  let run: Run | undefined;
  await attempt("keyArn", () => {
    if (args.keyArn === undefined) return;
    ({ run } = session.connected(connection));
    const location = run.services.locate(args.keyArn, "key_arn");
    checkAllowed(location, run.allowed, "key_arn");
    if (lifetime === undefined) return;
    const service = run.services.service(location.kms, location.region);
    // A date that has passed since is no fault of material that is there, and the local clock may be wrong.
    checkLifetime(lifetime, service.profile, isNew(olds) ? kmsNow(run, service) : undefined);
  });
  let fingerprint = configuredFingerprint(args);
  await attempt("keyMaterial", async () => {
    if (args.keyMaterial === undefined) return;
    const material = await valueSource(args.keyMaterial, "key_material_wo").open();
    inputs["keyMaterialFingerprint"] = material.fingerprint;
    fingerprint ??= material.fingerprint;
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
    if (!isNew(olds) || connection.materialAccess === "apply") return;
    const offer = await opened(session, source);
    if (offer.kind === "bytes") fingerprint ??= offer.fingerprint;
    contradict(offer, args);
  });
  if (args.keyArn !== undefined && run !== undefined) session.needs.register(run, args.keyArn, inputs, fingerprint);
  return { inputs, failures: withoutValues(all) };
}

/** @throws ByokError `different_material` for other bytes than the arguments name, or than an import has proved. */
function contradict(offer: Offer, args: MaterialArguments, proved?: Fingerprint): void {
  const error = differentBytes(offer, configuredFingerprint(args), proved);
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
  if (args.keyArn !== id) return replacement(session, id, outs, news);
  const { connection, run } = reach(session, news);
  const record = materialRecordOf(id, outs);
  session.needs.settle(run, news, provedFingerprint(record));
  // What is not known yet could be anything: the update will tell.
  const deciding = [...unknown].filter((name) => name !== "keyMaterial" && name !== "keyMaterialSource");
  if (deciding.length > 0) {
    contradict(await offerOf(session, connection, args, unknown), args, provedFingerprint(record));
    session.tell([`byok: ${id}: the key material may be updated: ${deciding.join(", ")} will be known later.`]);
    return changed;
  }
  const wanted = materialSettings(id, args);
  const seen =
    session.seenMaterials.take(stateName(id, outs)) ?? (await observeMaterial(run, id, record, wanted.lifetime));
  const known = recordAfter(record, seen.condition);
  session.moves.stay({ record: known, proof: ImportProof.onRecord(known), condition: seen.condition }, formersOf(outs));
  if (!isAsRecorded(wanted, record)) checkLifetime(wanted.lifetime, profileOf(run, id), seen.at);
  const assessment = assess({
    wanted,
    condition: seen.condition,
    record: known,
    offer: await offerOf(session, connection, args, unknown),
    otherChanges: newlySeen(record, known) || changesOfOurOwn(args, wanted, outs, record),
    keyComesBack: isReturning(run, id),
    now: seen.at,
  });
  if (assessment.action === "refuse" && assessment.problem !== undefined) throw assessment.problem;
  session.planned.set(changeName(id, outs, news), assessment.action);
  announce(session, id, assessment);
  return assessment.action === "nothing" ? unchanged : changed;
}

/**
 * Another key: the id of a resource is fixed, so it is replaced. The bytes are imported into the new key first, and they
 * are needed for that, whatever becomes of the old one.
 */
async function replacement(session: Session, id: string, outs: Props, news: Props): Promise<DiffResult> {
  const { args, unknown } = readArguments(checkedMaterialFields, news);
  const { connection } = reach(session, news);
  const where = args.keyArn ?? "a key that is not known yet";
  const offer = await offerOf(session, connection, args, unknown);
  contradict(offer, args);
  if (offer.kind === "none") {
    throw new ByokError(
      "material_missing",
      `\`key_arn\` changes from ${id} to ${where}, so the key material must be imported there. ${offer.why} Nothing was changed.`,
      { attribute: offer.attribute },
    );
  }
  session.moves.announce(id, outs, news, materialRecordOf(id, outs), formersOf(outs));
  session.tell([`byok: ${id}: the key material will be imported into another key: ${where}.`]);
  return { changes: true, replaces: ["keyArn"], deleteBeforeReplace: false };
}

/** A date that was set before may have passed since, or be further away than a KMS would take today. */
function isAsRecorded({ lifetime }: MaterialSettings, record: MaterialRecord): boolean {
  return record.lifetime !== undefined && sameLifetime(record.lifetime, lifetime);
}

function profileOf(run: Run, keyArn: string): KmsProfile {
  const { kms, region } = run.services.locate(keyArn, "key_arn");
  return run.services.service(kms, region).profile;
}

const announcements = {
  create: "key material will be imported",
  reimport: "the same key material will be imported again",
  disable: "the key will be disabled",
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
  const { connection, run } = reach(session, inputs);
  const source = configuredSource(session, connection, args);
  const wanted = materialSettings(id, args);
  const formers = session.moves.formersOf(inputs);
  const planned = formers.length > 0 ? "move" : "create";
  const outcome = await applyMaterial(run, wanted, source, undefined, callFor(session, args, "create"), planned);
  session.moves.arrive(outcome, formers);
  return finished(session, run, args, wanted, outcome, inputs, formers);
}

async function update(
  session: Session,
  id: string,
  outs: Props,
  news: Props,
): Promise<{ outs: Record<string, unknown> }> {
  const { args } = readArguments(checkedMaterialFields, news);
  const { connection, run } = reach(session, news);
  const source = configuredSource(session, connection, args);
  const wanted = materialSettings(id, args);
  const planned = session.planned.get(changeName(id, outs, news));
  const record = materialRecordOf(id, outs);
  const outcome = await applyMaterial(run, wanted, source, record, callFor(session, args, "update"), planned);
  const formers = formersOf(outs);
  session.moves.stay({ ...outcome, proof: ImportProof.onRecord(outcome.record) }, formers);
  return finished(session, run, args, wanted, outcome, news, formers);
}

function finished(
  session: Session,
  run: Run,
  args: MaterialArguments,
  wanted: MaterialSettings,
  { record, warnings, error, condition }: MaterialOutcome,
  inputs: Props,
  formers: readonly string[],
): { id: string; outs: Record<string, unknown> } {
  const id = record.keyArn;
  session.needs.settle(run, inputs, provedFingerprint(record));
  warn(session, id, warnings);
  const { reason } = assess({ wanted, condition, record, offer: { kind: "later" } });
  const outs = materialOuts(args, record, { condition, reason: respelled(reason), formers });
  if (error !== undefined) throw new PartialFailure(id, error, outs, inputs);
  return { id, outs };
}

async function read(
  session: Session,
  id: string,
  props: Props,
): Promise<{ id?: string; props?: Record<string, unknown> }> {
  const { args } = readArguments(checkedMaterialFields, withoutResults(props));
  const { run } = reach(session, props);
  const recorded = isRecorded(props);
  const record: MaterialRecord = recorded ? materialRecordOf(id, props) : { keyArn: id, verified: false };
  const lifetime: Lifetime = record.lifetime ?? { kind: "forever" };
  const seen = await observeMaterial(run, id, recorded ? record : undefined, lifetime);
  if (!recorded && seen.key === null) throw new ByokError("key_not_found", `The KMS does not know ${id}.`);
  const { condition } = seen;
  const known = recordAfter(record, condition);
  const wanted: MaterialSettings = {
    keyArn: id,
    lifetime,
    description: record.description,
    onDeletion: args.onDeletion ?? "reimport",
  };
  const { reason } = assess({ wanted, condition, record: known, offer: { kind: "later" } });
  const outs = materialOuts(args, known, { condition, reason: respelled(reason), formers: formersOf(props) });
  session.seenMaterials.leave(stateName(id, outs), seen);
  return { id, props: outs };
}

/** Outputs that share a name with an argument and say something else than it. */
function withoutResults({ validTo: _validTo, fingerprint: _fingerprint, ...rest }: Props): Props {
  return rest;
}

async function release(session: Session, id: string, props: Props): Promise<void> {
  const { args } = readArguments(checkedMaterialFields, withoutResults(props));
  const { run } = reach(session, props);
  session.needs.close(run, id);
  const record = materialRecordOf(id, props);
  const policy = args.deletionPolicy ?? "retain";
  const call = callFor(session, args, "delete");
  if (policy === "retain" || !session.moves.isMoving(id, props, record)) {
    const { warnings } = await releaseMaterial(run, record, policy, call);
    warn(session, id, warnings);
    return;
  }
  const arrival = session.moves.arrival(id, props, record);
  if (arrival !== undefined) {
    const { warnings } = await leaveFormerKey(run, record, policy, arrival, call);
    warn(session, id, warnings);
    return;
  }
  const target = session.moves.target(id, props);
  // Pulumi deletes first what depends on a key that is replaced: there is no other key yet.
  if (target === undefined) {
    warn(session, id, [
      "The key material was left as it is, although `deletion_policy` is delete: no import has proved that another key holds the same bytes. It goes with the key; to delete it at once, delete it by hand.",
    ]);
    return;
  }
  throw new ByokError(
    "material_not_proved",
    `The key material of ${id} was not deleted: no import of this run has proved that ${target} holds the same bytes. The import goes before the deletion: remove \`deleteBeforeReplace\` from the options of the resource, or set \`deletion_policy\` to retain first.`,
    { attribute: "key_arn" },
  );
}

function reach(session: Session, props: Props): { readonly connection: Connection; readonly run: Run } {
  const { connection } = connectionOf(props["connection"], session.config);
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
