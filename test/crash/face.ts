import type { Emulator } from "../../src/emulator/index";
import type { KmsName as Kms } from "../../src/kms/clouds";
import type { Wanted } from "./flows";

/** How a run of a tool ended. */
export interface Ran {
  readonly ok: boolean;
  /** What it would do or did, in words; empty for nothing. */
  readonly changes: string;
  /** What it said, for the report of a failure. */
  readonly output: string;
}

/** One key and its material under one tool, with a state of their own. */
export interface Stack {
  /** One run with a provider process of its own, which is left behind alive. */
  apply(wanted: Wanted): Promise<Ran>;
  /** @param wanted what the configuration asks for at that time */
  destroy(wanted: Wanted): Promise<Ran>;
  /** What the next run would do. */
  plan(wanted: Wanted): Promise<Ran>;
  /** Kills the provider process of the run that is under way; ends when it is dead. */
  kill(): Promise<void>;
  /** The whole state, to be put in place elsewhere. */
  save(): Promise<string>;
  restore(state: string): Promise<void>;
  /** What is in the state. */
  recorded(): Promise<RecordedStack>;
  remove(): Promise<void>;
}

/** What stands in the state of a stack. */
export interface RecordedStack {
  readonly resources: number;
  readonly keyArn: unknown;
  /** Of each material, by the name of its resource. */
  readonly materials: ReadonlyMap<string, Recorded>;
}

/** The material's results in the state, under Terraform's names. */
export interface Recorded {
  readonly fingerprint: unknown;
  readonly verified: unknown;
  readonly material_state: unknown;
}

/** Where a stack finds its KMS and its bytes. */
export interface Place {
  readonly kms: Kms;
  readonly emulator: Emulator;
  readonly materialFile: string;
}

/** A tool with byok as its provider. */
export interface Face {
  stack(place: Place): Promise<Stack>;
  close(): Promise<void>;
}
