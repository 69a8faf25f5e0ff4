import type { Call } from "../engine/call";
import { deadlineAfter } from "../engine/deadline";
import { ByokError } from "../engine/errors";
import type { Tags } from "../engine/key";
import type { Kms } from "../engine/kms-profile";
import type { Log as EngineLog, LogFields as EngineLogFields } from "../engine/log";
import { type Run, startRun } from "../engine/run";
import type { Cloud } from "../kms/cloud";
import { clouds as knownClouds } from "../kms/clouds";
import { type ConnectedKeyServices, keyServices } from "../kms/key-services";
import { parseAllowedSources } from "../material-sources/source-uri";
import { systemClock } from "../system-clock";
import { allowedOf, defaultTagsOf, ignoredTagsOf, isReachable, type ProviderConfig, settingsOf } from "./kms-settings";
import { KeyHolders } from "./key-holders";
import { texts } from "./known";
import { ReplacedMaterial } from "./replaced-material";
import type { Log as PluginLog } from "./plugin/log";
import { type Unknown, wholeKnown } from "./plugin/value";

/** What the resources of one provider configuration share. */
export interface ByokClient {
  readonly clouds: readonly Cloud[];
  readonly run: Run;
  readonly services: ConnectedKeyServices;
  /** Whether the provider's configuration is known, so that a plan of something new can look at a KMS. */
  readonly isReachable: boolean;
  /** `apply`: plans leave sources of key material closed. */
  readonly materialAccess: "plan" | "apply";
  /** Kinds, or kinds with the beginning of a place. Undefined: all. */
  readonly allowedSources: readonly string[] | undefined;
  /** Names of variables with key material, which no command gets. */
  readonly variablesOfMaterial: Set<string>;
  /** ARNs of keys that were read: in a plan that refreshes all are, before they are planned, and in an apply none. */
  readonly keysRead: Set<string>;
  /** Which resources of this plan keep a key, and which let it go. */
  readonly keyHolders: KeyHolders;
  /** ARNs of keys that this plan may enable or disable: their `enabled` is not known yet. */
  readonly keysOpen: Set<string>;
  /** Materials that this plan brings in (again), by `materialInPlan`: a rotation to one of them need not find it yet. */
  readonly materialsPlanned: Set<string>;
  /** Material whose resource this run destroyed only to create it again. */
  readonly replacedMaterial: ReplacedMaterial;
  /** Unknown only while planning. */
  readonly defaultTags: Tags | Unknown;
}

/** @throws ByokError for settings that can be refused by themselves. Nothing is connected yet. */
export function byokClient(config: ProviderConfig, log: PluginLog, clouds: readonly Cloud[] = knownClouds): ByokClient {
  const isKnown = isReachable(config);
  const engineLog = engineLogOn(log);
  const services = isKnown
    ? keyServices(settingsOf(config, clouds), { clock: systemClock, log: engineLog, clouds })
    : unreachableServices();
  const run = startRun({
    clock: systemClock,
    log: engineLog,
    services,
    allowed: allowedOf(config, clouds),
    ignoredTags: ignoredTagsOf(config),
  });
  // A list that is not known in full yet refuses nothing: no source is opened before the apply.
  const sources = wholeKnown(config.allowed_material_sources) ? texts(config.allowed_material_sources) : undefined;
  return {
    clouds,
    run,
    services,
    isReachable: isKnown,
    // What is not known yet must not decide that a plan reads key material.
    materialAccess: isKnown && config.material_access !== "apply" ? "plan" : "apply",
    allowedSources: sources === undefined ? undefined : parseAllowedSources(sources, "allowed_material_sources"),
    variablesOfMaterial: new Set(),
    keysRead: new Set(),
    keyHolders: new KeyHolders(),
    keysOpen: new Set(),
    materialsPlanned: new Set(),
    replacedMaterial: new ReplacedMaterial(),
    defaultTags: defaultTagsOf(config),
  };
}

/** What names one material of one key in `materialsPlanned`. */
export function materialInPlan(keyArn: string, materialId: string): string {
  return `${keyArn} ${materialId}`;
}

/** How long an operation may take, and what stops it. */
export function callOf(signal: AbortSignal, timeoutMilliseconds: number | null): Call {
  if (timeoutMilliseconds === null) return { signal };
  return { signal, deadline: deadlineAfter(timeoutMilliseconds, systemClock) };
}

/** The Region of a new key. */
export function regionFor(client: ByokClient, kms: Kms, configured: string | null): string {
  const region = configured ?? client.services.defaultRegion(kms);
  if (region !== undefined) return region;
  throw new ByokError(
    "invalid_argument",
    `No Region is set. Set \`region\` here or in the provider's \`${kms}\` block.`,
    { attribute: "region" },
  );
}

function engineLogOn(log: PluginLog): EngineLog {
  const at =
    (level: "debug" | "info" | "warn") =>
    (message: string, fields: EngineLogFields = {}) =>
      log[level](message, facts(fields));
  return { debug: at("debug"), info: at("info"), warn: at("warn") };
}

function facts(fields: EngineLogFields): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** While the provider's configuration holds unknown values, whatever needs a KMS has to wait. */
function unreachableServices(): ConnectedKeyServices {
  const unknown = (): never => {
    throw new ByokError(
      "invalid_argument",
      "The provider's configuration depends on values that are known only after an apply, and this needs to reach the KMS now. Apply first what they depend on, for example with -target.",
    );
  };
  return {
    locate: unknown,
    service: unknown,
    arnInRegion: unknown,
    defaultRegion: () => undefined,
    secrets: { read: unknown },
    destroy: () => {},
  };
}
