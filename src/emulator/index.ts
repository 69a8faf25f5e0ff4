import { durationMs, emulatorClock, type EmulatorClock } from "./clock";
import type { EmulatedCloud } from "./cloud";
import {
  emulatedClouds,
  environmentAt,
  knownNames,
  type OptionsByCloud,
  type QuotaName,
  ratesOf,
  rotationEvent,
  wiresOf,
} from "./clouds";
import { controlWire } from "./control";
import type { EventLog, KmsEvent } from "./events";
import type { Fault } from "./fault";
import { faultSource, type Faults } from "./faults";
import { requireHostNames } from "./host-names";
import { importTokens } from "./import-token";
import { KeyStore } from "./key-store";
import { permissionCheck, type Permissions } from "./permissions";
import { qkmsSide } from "./qkms/cloud";
import { type Quotas, requestQuotas, type RequestRates } from "./quotas";
import type { RequestWatch } from "./request-watch";
import { recorder } from "./recorder";
import { requestRecorder, type RequestLog } from "./requests";
import { completeRotations } from "./rotation";
import { serve } from "./server";
import { readState, stateText, writeState } from "./state-file";
import { visibility } from "./visibility";
import type { World } from "./world";
import { wrappingKeys } from "./wrapping-keys";

export type { AlibabaOptions } from "./alibaba/options";
export type { EmulatorClock } from "./clock";
export { type OptionsByCloud, type QuotaName, quotaNames } from "./clouds";
export { type Environment, type EnvironmentFormat, environmentFormats, environmentText } from "./environment";
export type { EventLog, KmsEvent } from "./events";
export type { Fault, FaultEffect, FaultScope } from "./fault";
export { faultSyntax as FAULT_SYNTAX, parseFault } from "./fault-spec";
export type { Faults } from "./faults";
export type { Denial, DenialScope, Permissions } from "./permissions";
export { isLoopback } from "./host-names";
export type { QkmsOptions } from "./qkms/options";
export type { RequestRates } from "./quotas";
export type { RequestMoment, RequestWatch, WatchedRequest } from "./request-watch";
export type { LoggedRequest, RequestLog } from "./requests";

/** What an embedded KMS can be set to. Under the name of a cloud stands what its side can be set to. */
export interface EmulatorOptions extends OptionsByCloud {
  /** TCP port. Default 0: any that is free. */
  readonly port?: number;
  /**
   * Address to listen on. Default 127.0.0.1. With an address beyond loopback, such as 0.0.0.0 in a container, anyone who
   * reaches the port can use, read and delete the keys.
   */
  readonly host?: string;
  /**
   * Names under which callers reach the emulator, such as `kms` for a container of that name; the first one is the one in
   * `url`. Requests with any other name in their Host header are refused, except for those of loopback. Default none.
   */
  readonly hostNames?: readonly string[];
  /** Region of requests whose signature names none. Default us-east-1. */
  readonly region?: string;
  /** Account of the callers, 12 digits. Default 111122223333. */
  readonly accountId?: string;
  /** Other accounts, by access key id. An access key id of 12 digits is an account by itself. Default none. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Where time comes from, in milliseconds since 1970. Default Date.now. */
  readonly now?: () => number;
  /** Where the clock starts: a Date, an ISO 8601 instant or milliseconds since 1970. Default the present, by `now`. */
  readonly clock?: Date | string | number;
  /**
   * RSA private keys in PEM that serve as wrapping keys, one for each size of 2048, 3072 and 4096 bits. Other sizes are made
   * when first needed, which takes seconds. Default none.
   */
  readonly wrappingKeys?: readonly string[];
  /** Throttling: AWS's default quotas, none, or requests per second by operation, such as `{ CreateKey: 1 }`. Default "off". */
  readonly quotas?: QuotaName | RequestRates;
  /** Faults from the start; more can be added later. Default none. */
  readonly faults?: readonly Fault[];
  /** Called for each request as it arrives and before its answer leaves; it may tear the connection. Default none. */
  readonly onRequest?: RequestWatch;
  /** File that keeps keys (with their bytes), aliases and the clock's offset between starts. Default none. */
  readonly stateFile?: string;
  /** How long a new replica is Creating, by the emulator's clock: `5s` or milliseconds. Default 0. */
  readonly replicationDelay?: string | number;
  /** How long keys are Updating after UpdatePrimaryRegion, by the emulator's clock. Default 0. */
  readonly primaryChangeDelay?: string | number;
  /**
   * How long a rotation runs after RotateKeyOnDemand has started it, by the emulator's clock. Until then the key shows the
   * material that it had before. Default 0: it is done when RotateKeyOnDemand answers.
   */
  readonly rotationDelay?: string | number;
  /**
   * How long replicas do not know of new material that their primary was given, by the emulator's clock; importing it there
   * is refused with IncorrectKeyMaterialException until then. Default 0.
   */
  readonly replicaMaterialDelay?: string | number;
  /** Whether an import token dies with the import that it served. Default true, the stricter reading of AWS. */
  readonly singleUseImportTokens?: boolean;
  /** Whether importing over a Disabled key that has its material enables it. Default true. */
  readonly importEnablesDisabledKey?: boolean;
}

/** A running embedded KMS. `await using` closes it. */
export interface Emulator extends AsyncDisposable {
  /** What AWS_ENDPOINT_URL_KMS and AWS_ENDPOINT_URL_STS are set to. */
  readonly url: string;
  /** What QKMS_ENDPOINT_URL is set to. */
  readonly qkmsUrl: string;
  /** The TCP port that it listens on. */
  readonly port: number;
  /** Region of requests whose signature names none. */
  readonly region: string;
  /** Account of the callers, 12 digits. */
  readonly accountId: string;
  /** Variables that lead callers to every cloud's side, with credentials that it takes. */
  readonly environment: Readonly<Record<string, string>>;
  /** The clock that answers, expiry and waiting periods go by. */
  readonly clock: EmulatorClock;
  /** What was asked so far. */
  readonly requests: RequestLog;
  /** Events of the keys so far, in the form of Amazon EventBridge: their rotations. */
  readonly events: EventLog;
  /** Faults that befall requests to come. */
  readonly faults: Faults;
  /** What callers may not do. */
  readonly permissions: Permissions;
  /** What a state file would hold now, with the bytes of every key: for tests that judge by what the KMS holds. */
  snapshot(): string;
  /**
   * Makes everything as it was at the start, for the next test: no keys and aliases, no denials, an empty request log, the
   * clock and the faults of the options. A state file is emptied too. The port stays.
   */
  reset(): void;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts an embedded KMS, on loopback unless `host` says otherwise.
 * @throws TypeError for options that make no sense; Error for a file that is no state file; the error of listen
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { region = "us-east-1", accountId = "111122223333", stateFile } = options;
  const reach = { host: options.host ?? "127.0.0.1", hostNames: options.hostNames ?? [] };
  requireHostNames(reach.hostNames);
  if (!/^\d{12}$/.test(accountId)) throw new TypeError("accountId must have 12 digits.");
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) throw new TypeError(`"${region}" is not the name of a Region.`);
  const saved = stateFile === undefined ? undefined : readState(stateFile);
  const store = saved?.store ?? new KeyStore();
  const source = options.now ?? Date.now;
  const state = () => ({ store, clockOffsetMs: clock.now().getTime() - source() });
  const save = (): void => {
    if (stateFile !== undefined) writeState(stateFile, state());
  };
  const clock = emulatorClock(source, saved?.clockOffsetMs ?? 0, save);
  const closing = new AbortController();
  const world: World = {
    accountId,
    region,
    accounts: options.accounts ?? {},
    clock,
    store,
    visibility: visibility(),
    wrappingKeys: wrappingKeys(options.wrappingKeys),
    importTokens: importTokens(options.singleUseImportTokens ?? true),
    faults: faultSource(knownNames.operations),
    permissions: permissionCheck(knownNames.actions),
    requests: requestRecorder(),
    events: recorder<KmsEvent>(() => world.settle()),
    onRequest: options.onRequest,
    replicationDelayMs: delayMs(options.replicationDelay),
    primaryChangeDelayMs: delayMs(options.primaryChangeDelay),
    rotationDelayMs: delayMs(options.rotationDelay),
    replicaMaterialDelayMs: delayMs(options.replicaMaterialDelay),
    importEnablesDisabledKey: options.importEnablesDisabledKey ?? true,
    closing: closing.signal,
    settle: () => {
      const nowMs = clock.now().getTime();
      const rotations = completeRotations(store, nowMs);
      for (const rotation of rotations) world.events.record(rotationEvent(rotation));
      if (store.settle(nowMs) || rotations.length > 0) save();
    },
    reset: () => {
      store.clear();
      world.visibility.clear();
      world.permissions.allow();
      world.requests.clear();
      world.events.clear();
      world.faults.clear();
      for (const fault of options.faults ?? []) world.faults.add(fault);
      for (const quotas of quotasByCloud.values()) quotas.clear();
      clock.set(options.clock ?? source());
    },
    save,
  };
  for (const fault of options.faults ?? []) world.faults.add(fault);
  if (options.clock !== undefined) clock.set(options.clock);
  const quotasByCloud = new Map<EmulatedCloud, Quotas>(
    emulatedClouds.map((cloud) => [cloud, requestQuotas(ratesOf(cloud, options.quotas ?? "off"))]),
  );
  const wires = wiresOf(emulatedClouds, (cloud) => ({
    world,
    quotas: quotasByCloud.get(cloud) ?? requestQuotas({}),
    options: optionsFor(cloud.name, options),
    presentMs: source,
  }));
  // Before listening, so that a file that cannot be written leaves no server behind.
  save();
  const server = await serve([controlWire(world), ...wires], clock, reach, options.port ?? 0);
  const close = async (): Promise<void> => {
    closing.abort();
    await server.close();
  };
  return {
    url: server.url,
    qkmsUrl: `${server.url}${qkmsSide.path}`,
    port: server.port,
    region,
    accountId,
    environment: environmentAt(server.url, region),
    clock,
    requests: world.requests,
    events: world.events,
    faults: world.faults,
    permissions: world.permissions,
    snapshot: () => stateText(state()),
    reset: () => world.reset(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function optionsFor(name: string, options: EmulatorOptions): object | undefined {
  const own: unknown = Reflect.get(options, name);
  return typeof own === "object" && own !== null ? own : undefined;
}

function delayMs(delay: string | number | undefined): number {
  return typeof delay === "string" ? durationMs(delay) : (delay ?? 0);
}
