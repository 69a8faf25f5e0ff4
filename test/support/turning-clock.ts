import type { Clock } from "../../src/engine/clock";
import type { Emulator } from "../../src/emulator/index";

/** A clock by which waiting takes no time: anyone who sleeps by it turns the embedded KMS's clock. */
export function turningClock({ clock }: Pick<Emulator, "clock">): Clock {
  let monotonic = 0;
  return {
    now: () => clock.now().getTime(),
    monotonic: () => monotonic,
    sleep: async (duration) => {
      monotonic += duration;
      clock.advance(duration);
    },
  };
}
