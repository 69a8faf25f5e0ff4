/** A duration on the clock of this process, in milliseconds. */
export type Milliseconds = number;

/**
 * Local time for waiting and for lack of a better one. What is *now* for a key is what its KMS says (`Observed.at`).
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z by the local clock. */
  now(): Milliseconds;
  /** Milliseconds since some moment in the past; never goes back. */
  monotonic(): Milliseconds;
  /** Resolves after the time given; throws a ByokError `canceled` as soon as the signal aborts. */
  sleep(duration: Milliseconds, signal?: AbortSignal): Promise<void>;
}
