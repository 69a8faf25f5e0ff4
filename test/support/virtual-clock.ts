import type { Clock } from "../../src/engine/clock";
import { ByokError } from "../../src/engine/errors";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * A clock whose time passes only when everybody sleeps: a day of waiting takes no time, and the order of events is
 * that of the real clock. Work that waits for something else than this clock (a request) must be told to `during`.
 */
export class VirtualClock implements Clock {
  private milliseconds: number;
  private busy = 0;
  private readonly sleepers: Sleeper[] = [];

  constructor(start = Date.UTC(2027, 0, 1)) {
    this.milliseconds = start;
  }

  now(): number {
    return this.milliseconds;
  }

  monotonic(): number {
    return this.milliseconds;
  }

  async sleep(duration: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) throw new ByokError("canceled", "The operation was canceled.");
    await new Promise<void>((wake, fail) => {
      const sleeper = { until: this.milliseconds + duration, wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.remove(sleeper);
        fail(new ByokError("canceled", "The operation was canceled."));
      });
    });
  }

  /** Keeps time from passing while the work goes on. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work();
    } finally {
      this.busy--;
    }
  }

  /** Lets time pass for as long as the work takes. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { settled: false };
    const done = work.finally(() => {
      state.settled = true;
    });
    done.catch(() => undefined);
    while (!state.settled) {
      await quiet();
      if (this.busy === 0 && !state.settled) this.wakeNext();
    }
    return done;
  }

  private wakeNext(): void {
    const [next] = this.sleepers.toSorted((one, other) => one.until - other.until);
    if (next === undefined) return;
    this.milliseconds = Math.max(this.milliseconds, next.until);
    this.remove(next);
    next.wake();
  }

  private remove(sleeper: Sleeper): void {
    const place = this.sleepers.indexOf(sleeper);
    if (place !== -1) this.sleepers.splice(place, 1);
  }
}

/** Until everything that needs no timer has run. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((go) => setImmediate(go));
}
