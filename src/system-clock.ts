import { setTimeout as timer } from "node:timers/promises";
import { canceled } from "./engine/errors";
import type { Clock } from "./engine/clock";

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(duration, signal) {
    try {
      await timer(duration, undefined, signal === undefined ? {} : { signal });
    } catch {
      throw canceled();
    }
  },
};
