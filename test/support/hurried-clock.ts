import type { Clock } from "../../src/engine/clock";
import { systemClock } from "../../src/system-clock";

/** The system's clock, for those who wait on it in vain: each sleep is over at once, and the time has passed. */
export function hurriedClock(): Clock {
  let passed = 0;
  return {
    now: () => systemClock.now() + passed,
    monotonic: () => systemClock.monotonic() + passed,
    sleep: async (pause) => void (passed += pause),
  };
}
