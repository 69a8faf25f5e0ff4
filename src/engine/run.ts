import type { Clock, Milliseconds } from "./clock";
import type { ByokError } from "./errors";
import type { Fingerprint } from "./fingerprint";
import type { IgnoredTags } from "./ignored-tags";
import type { EpochSeconds } from "./instant";
import { type KeyLocks, keyLocks } from "./key-lock";
import type { KmsIdentity } from "./key-service";
import type { AllowedKeys, KeyServices } from "./key-services";
import type { Log } from "./log";

/** One run of a tool: what its resources share. */
export interface Run {
  /** The time of the machine; the KMS's own goes before it where it matters. */
  readonly clock: Clock;
  /** Takes the log lines of the run. */
  readonly log: Log;
  /** The KMSs that are reached. */
  readonly services: KeyServices;
  /** Keys that may be touched. */
  readonly allowed: AllowedKeys;
  /** Tags that others keep on keys. Default: none. */
  readonly ignoredTags?: IgnoredTags | undefined;
  /** Puts in order what is done to one key. Made by `startRun`. */
  readonly locks: KeyLocks;
  /** What the run has done so far. Made by `startRun`. */
  readonly memory: RunMemory;
}

/**
 * What one run has done and announced, so that a later step of the same run knows of it. Nothing of it outlives the
 * process, and nothing of it is a proof.
 */
export interface RunMemory {
  /** Fingerprints of the bytes that this run imported, by key ARN: they are not deleted again by the same run. */
  readonly imports: Map<string, Set<Fingerprint>>;
  /** Keys that this run made or brought to life, with the local moment: the KMS may not have heard of them everywhere. */
  readonly made: Map<string, Milliseconds>;
  /** Whether a key is to be Enabled or Disabled, as its own resource said, see enabled-wish.ts. */
  readonly wishes: Map<string, { readonly enabled: boolean; readonly since: Milliseconds }>;
  /** The ARNs of the keys that resources of this run have made, by KMS, Region and token. Undefined: in the making. */
  readonly tokens: Map<string, string | undefined>;
  /** The last scan for creation tokens of each KMS and Region, with the local moment. */
  readonly scans: WeakMap<KmsIdentity, TokenScan>;
  /** What the plans of this run announced, see announcements.ts. */
  readonly announced: Announced;
  /** Keys that may get no bytes in this run, and why, by ARN. */
  readonly closed: Map<string, ByokError>;
  /** The last moment that each KMS gave, with the local one, see kms-time.ts. */
  readonly times: Map<string, { readonly at: EpochSeconds; readonly since: Milliseconds }>;
}

export interface TokenScan {
  readonly since: Milliseconds;
  /** ARNs by token. */
  readonly found: Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Where a fingerprint is not known, `unknown` stands for any bytes. */
export type AnyFingerprint = Fingerprint | "unknown";

export interface Announced {
  /** Bytes that a resource is configured to have in a key, by the key's ARN. */
  readonly neededMaterial: Map<string, Set<AnyFingerprint>>;
  /** Bytes that a destroyed resource will delete from a key, by the key's ARN. */
  readonly deletedMaterial: Map<string, Set<AnyFingerprint>>;
  /** ARNs of keys whose deletion will be scheduled. */
  readonly leavingKeys: Set<string>;
  /** ARNs of keys that a resource which is created or imported in this run takes for its own. */
  readonly takenKeys: Set<string>;
  /** ARNs of keys whose deletion will be canceled. */
  readonly returningKeys: Set<string>;
}

/** Begins a run: what its resources share. One for each run of a tool. */
export function startRun(settings: Omit<Run, "locks" | "memory">): Run {
  return {
    ...settings,
    locks: keyLocks(),
    memory: {
      imports: new Map(),
      made: new Map(),
      wishes: new Map(),
      tokens: new Map(),
      scans: new WeakMap(),
      announced: {
        neededMaterial: new Map(),
        deletedMaterial: new Map(),
        leavingKeys: new Set(),
        takenKeys: new Set(),
        returningKeys: new Set(),
      },
      closed: new Map(),
      times: new Map(),
    },
  };
}
