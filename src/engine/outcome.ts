import type { ByokError } from "./errors";

/**
 * What a lifecycle comes back with. Once something exists its record is returned whatever happens after, so that no
 * run forgets a key.
 */
export interface Outcome<T> {
  readonly record: T;
  readonly warnings: readonly string[];
  /** What went wrong after the record was true. Never set by a creation: there it is a warning. */
  readonly error?: ByokError;
}
