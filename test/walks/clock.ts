import { systemClock } from "../../src/system-clock";

/**
 * The local time of a walk: it stands still unless somebody sleeps, and sleeping takes no time. So a walk depends on its
 * steps alone, and a storm of half a minute is over at once. What a run does is one thing after the other, so that no
 * sleeper is overtaken.
 */
export class WalkTime {
  #milliseconds = Date.UTC(2027, 0, 1);

  now(): number {
    return this.#milliseconds;
  }

  pass(duration: number): void {
    this.#milliseconds += duration;
  }

  /** Puts it in the place of the clock of this machine, in this process. */
  install(): void {
    jest.spyOn(systemClock, "now").mockImplementation(() => this.now());
    jest.spyOn(systemClock, "monotonic").mockImplementation(() => this.now());
    jest.spyOn(systemClock, "sleep").mockImplementation(async (duration, signal) => {
      signal?.throwIfAborted();
      this.pass(duration);
      // Whatever else waits for its turn gets it, as in a real pause.
      await new Promise((go) => setImmediate(go));
    });
  }
}
