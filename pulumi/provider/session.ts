import type { Action } from "../../src/engine/assessment";
import type { Clock, Milliseconds } from "../../src/engine/clock";
import type { MaterialObservation } from "../../src/engine/material-observation";
import type { KeyRecord } from "../../src/engine/key-record";
import type { Log } from "../../src/engine/log";
import type { RotationCondition } from "../../src/engine/rotation-condition";
import { type Run, startRun } from "../../src/engine/run";
import { type ConnectedKeyServices, keyServices } from "../../src/kms/key-services";
import { allowedKeys, type Config, type Connection, ignoredTags, kmsSettings } from "./connection";
import { InlineBytes } from "./inline-bytes";
import { KeyHolders } from "./key-holders";
import { Moves } from "./moves";
import { Needs } from "./needs";
import { Prospects } from "./prospects";

/** What a session needs from outside. */
export interface Surroundings {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of sources start: the folder of the Pulumi program. */
  readonly baseFolder: string;
  /** A line for the user; Pulumi shows what a provider prints. */
  readonly print: (line: string) => void;
}

/** The run of the resources that share a connection. */
export interface ConnectedRun {
  readonly run: Run;
  readonly services: ConnectedKeyServices;
}

/**
 * What the resources of one process share: its runs with their pacing, and what passes from one request of Pulumi's
 * engine to the next (bytes from check to create, what was planned from diff to update).
 */
export class Session {
  readonly surroundings: Surroundings;
  readonly inlineBytes = new InlineBytes();
  /** Names of variables with key material, which no command gets. */
  readonly variablesOfMaterial = new Set<string>();
  readonly needs = new Needs();
  readonly keyHolders = new KeyHolders();
  /** Keys that are replaced because the KMS no longer knows them, by `stateName`. */
  readonly goneKeys = new Set<string>();
  readonly moves = new Moves();
  /** Pending material that is deleted for other bytes to take its place, by `stateName`. */
  readonly droppedPending = new Set<string>();
  /** What was deleted of that, by `materialName`: it is gone from every Region of its key, wherever that shows. */
  readonly dropped = new Set<string>();
  /** What a diff announced for material, until its update, by `changeName`. */
  readonly planned = new Map<string, Action>();
  /** What a refresh saw, for the diff with which Pulumi shows it, by `stateName`. */
  readonly seenMaterials: Fresh<MaterialObservation>;
  readonly seenKeys: Fresh<KeyRecord>;
  readonly seenRotations: Fresh<RotationCondition>;
  readonly prospects = new Prospects();
  #config: Config | undefined;
  readonly #told = new Set<string>();
  readonly #runs = new Map<string, ConnectedRun>();

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.seenMaterials = new Fresh(surroundings.clock);
    this.seenKeys = new Fresh(surroundings.clock);
    this.seenRotations = new Fresh(surroundings.clock);
  }

  get config(): Config | undefined {
    return this.#config;
  }

  configure(config: Config): void {
    this.#config = config;
  }

  /** The run for a connection, the same for the same settings. Nothing is connected before it is needed. */
  connected(connection: Connection): ConnectedRun {
    const name = JSON.stringify(Object.entries(connection).toSorted(([one], [other]) => (one < other ? -1 : 1)));
    const known = this.#runs.get(name);
    if (known !== undefined) return known;
    const { clock, env } = this.surroundings;
    const log = this.#log();
    const services = keyServices(kmsSettings(connection), { clock, log, env });
    const started = startRun({
      clock,
      log,
      services,
      allowed: allowedKeys(connection),
      ignoredTags: ignoredTags(connection),
    });
    // However it is reached, a key is the same key: locks and memory are for the whole process.
    const [first] = this.#runs.values();
    const run = first === undefined ? started : { ...started, locks: first.run.locks, memory: first.run.memory };
    const made = { run, services };
    this.#runs.set(name, made);
    return made;
  }

  tell(messages: readonly string[]): void {
    for (const message of messages) this.surroundings.print(message);
  }

  /** What several resources would say of the same thing is said by the first of them. */
  tellOnce(about: string, messages: readonly string[]): void {
    if (this.#told.has(about) || messages.length === 0) return;
    this.#told.add(about);
    this.tell(messages);
  }

  /** Closes connections and wipes bytes. A process that ends does not need it. */
  close(): void {
    for (const { services } of this.#runs.values()) services.destroy();
    this.inlineBytes.clear();
  }

  #log(): Log {
    const { print } = this.surroundings;
    return {
      debug: () => {},
      info: (message, fields) => print(`byok: ${withKey(message, fields?.["key"])}`),
      warn: (message, fields) => print(`byok: warning: ${withKey(message, fields?.["key"])}`),
    };
  }
}

function withKey(message: string, key: unknown): string {
  return typeof key === "string" ? `${message} (${key})` : message;
}

/** For how long what a refresh saw is good enough to show its result. */
const freshFor: Milliseconds = 10_000;

/** Answers that are handed on once, and only while they are fresh. */
class Fresh<T> {
  readonly #clock: Clock;
  readonly #values = new Map<string, { readonly value: T; readonly since: Milliseconds }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  leave(name: string, value: T): void {
    this.#values.set(name, { value, since: this.#clock.monotonic() });
  }

  take(name: string): T | undefined {
    const found = this.#values.get(name);
    this.#values.delete(name);
    return found !== undefined && this.#clock.monotonic() - found.since < freshFor ? found.value : undefined;
  }
}
