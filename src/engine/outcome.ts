import type { ByokError } from "./errors";

/**
 * What a lifecycle comes back with. Once something exists its record is returned whatever happens after, so that no
 * run forgets a key.
 */
export interface Outcome<T> {
  /** What is true now: keep it, and hand it to the next run. */
  readonly record: T;
  /** What the user should know, in sentences. */
  readonly warnings: readonly string[];
  /** What went wrong after the record was true. Never set by a creation: there it is a warning. */
  readonly error?: ByokError;
}
