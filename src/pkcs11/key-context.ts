import type { Cryptoki, Handle } from "./cryptoki";

/** Where a question about a key is asked. */
export interface KeyContext {
  readonly module: Cryptoki;
  readonly session: Handle;
  /** The mechanisms of the token, with their flags. */
  readonly mechanisms: ReadonlyMap<number, number>;
}
