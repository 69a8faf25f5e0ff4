import type { Quotas, RequestRates } from "./quotas";
import type { Vocabulary } from "./vocabulary";
import type { Wire } from "./wire";
import type { World } from "./world";

/** One cloud's side of the emulator. */
export interface EmulatedCloud {
  /** What its options stand under. */
  readonly name: string;
  /** As people call it: `Alibaba Cloud`. */
  readonly title: string;
  /** Where its endpoint is, below the emulator's URL: `/qkms`, or nothing. */
  readonly path: string;
  /** What faults, denials and quotas can name. */
  readonly vocabulary: Vocabulary;
  /** How requests are throttled where AWS's default quotas are asked for. */
  readonly requestRates: RequestRates;
  wire(side: Side): Wire;
  /** The variables that lead a caller to it, with credentials that it takes. */
  environment(place: Place): Readonly<Record<string, string>>;
}

/** What a wire has around it. */
export interface Side<Options extends object | undefined = object | undefined> {
  readonly world: World;
  readonly quotas: Quotas;
  /** Undefined where none are set. */
  readonly options: Options | undefined;
  /** The time that the emulator's clock started from, in milliseconds since 1970: what callers sign by. */
  readonly presentMs: () => number;
}

/** Where a cloud's endpoint is. */
export interface Place {
  readonly url: string;
  /** Of requests that name none. */
  readonly region: string;
}
