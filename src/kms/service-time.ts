import type { Clock, Milliseconds } from "../engine/clock";

/** A clock that is further off than this is corrected by the answers' dates; signatures are good for 15 minutes. */
const tolerance: Milliseconds = 60_000;

/** The time of a service, as far as its answers have told it: signatures are judged by that. */
export interface ServiceTime {
  now(): Milliseconds;
  /** To be told the date of every answer. */
  heard(date: Milliseconds): void;
}

/** The local clock, put right by what was heard last. */
export function serviceTime(clock: Pick<Clock, "now">): ServiceTime {
  let ahead = 0;
  return {
    now: () => clock.now() + ahead,
    heard(date) {
      const off = date - clock.now();
      ahead = Math.abs(off) > tolerance ? off : 0;
    },
  };
}
