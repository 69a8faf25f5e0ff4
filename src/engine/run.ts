import type { Clock, Milliseconds } from "./clock";
import type { Fingerprint } from "./fingerprint";
import { type KeyLocks, keyLocks } from "./key-lock";
import type { KeyService } from "./key-service";
import type { AllowedKeys, KeyServices } from "./key-services";
import type { Log } from "./log";

/** One run of a tool: what its resources share. */
export interface Run {
  readonly clock: Clock;
  readonly log: Log;
  readonly services: KeyServices;
  readonly allowed: AllowedKeys;
  readonly locks: KeyLocks;
  readonly memory: RunMemory;
}

/** What one run has done, so that a later step of the same run knows of it. Nothing of it outlives the process. */
export interface RunMemory {
  /** Fingerprints of the bytes that this run imported, by key ARN: they are not deleted again by the same run. */
  readonly imports: Map<string, Set<Fingerprint>>;
  /** Keys that this run made, with the local moment: the KMS may not have heard of them everywhere. */
  readonly made: Map<string, Milliseconds>;
  /** Keys that this run was told to have enabled or disabled, whatever the KMS shows of it yet. */
  readonly wishes: Map<string, boolean>;
  /** Creation tokens that a resource of this run has used, by KMS and Region. */
  readonly tokens: Set<string>;
  /** The scan for creation tokens, once for each KMS and Region. */
  readonly scans: WeakMap<KeyService, Promise<ReadonlyMap<string, readonly string[]>>>;
}

export function startRun(settings: Omit<Run, "locks" | "memory">): Run {
  return {
    ...settings,
    locks: keyLocks(),
    memory: { imports: new Map(), made: new Map(), wishes: new Map(), tokens: new Set(), scans: new WeakMap() },
  };
}
