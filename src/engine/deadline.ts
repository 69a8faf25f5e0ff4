import type { Clock, Milliseconds } from "./clock";
import { ByokError } from "./errors";

/** The time for one operation on one resource. Time spent in the queue for a quota does not count. */
export interface Deadline {
  /** What is left of the time. Zero where it is over. */
  left(): Milliseconds;
  /** Gives back time that was spent waiting for a turn. */
  extend(waited: Milliseconds): void;
  /** Throws `timeout` when nothing is left. */
  check(): void;
}

/** A deadline that begins now. */
export function deadlineAfter(duration: Milliseconds, clock: Clock): Deadline {
  let end = clock.monotonic() + duration;
  const left = (): Milliseconds => Math.max(0, end - clock.monotonic());
  return {
    left,
    extend(waited) {
      end += waited;
    },
    check() {
      if (left() > 0) return;
      throw new ByokError(
        "timeout",
        `The operation took longer than ${duration / 1000} seconds. Run it again to continue from where it stopped, or raise the limit in \`timeouts\`.`,
        { attribute: "timeouts" },
      );
    },
  };
}
