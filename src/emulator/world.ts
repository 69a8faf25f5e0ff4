import type { EmulatorClock } from "./clock";
import type { KmsEvent } from "./events";
import type { Recorder } from "./recorder";
import type { FaultSource } from "./faults";
import type { ImportTokens } from "./import-token";
import type { KeyStore } from "./key-store";
import type { PermissionCheck } from "./permissions";
import type { RequestWatch } from "./request-watch";
import type { RequestRecorder } from "./requests";
import type { Visibility } from "./visibility";
import type { WrappingKeys } from "./wrapping-keys";

/** What all wires of one emulator share. */
export interface World {
  /** Account of callers whose access key says nothing else. */
  readonly accountId: string;
  /** Region of requests that name none. */
  readonly region: string;
  /** Accounts by access key id. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly clock: EmulatorClock;
  readonly store: KeyStore;
  readonly visibility: Visibility;
  readonly wrappingKeys: WrappingKeys;
  readonly importTokens: ImportTokens;
  readonly faults: FaultSource;
  readonly permissions: PermissionCheck;
  readonly requests: RequestRecorder;
  readonly events: Recorder<KmsEvent>;
  readonly onRequest: RequestWatch | undefined;
  readonly replicationDelayMs: number;
  readonly primaryChangeDelayMs: number;
  readonly rotationDelayMs: number;
  readonly replicaMaterialDelayMs: number;
  readonly importEnablesDisabledKey: boolean;
  /** Aborted when the emulator closes; ends injected delays. */
  readonly closing: AbortSignal;
  /** Lets the time until now do its work on the keys, for the state file too: what is gone must not come back with it. */
  settle(): void;
  /** Makes everything as it was when the emulator started, without keys. */
  reset(): void;
  /** Writes the state file, where there is one. */
  save(): void;
}
