import type { Call } from "./call";
import type { Clock, Milliseconds } from "./clock";
import { canceled } from "./errors";
import type { Operation } from "./kms-profile";

/** Lets requests through no faster than an account's quotas allow, urgent ones first. */
export interface Pacer {
  /**
   * Resolves when a request may be sent. Time spent here is given back to the call's deadline.
   *
   * @param times As how many requests it counts. Default 1.
   */
  turn(operation: Operation, call?: Call, times?: number): Promise<void>;
}

/** Requests per second, by operation. */
export type Quotas = Readonly<Partial<Record<Operation, number>>>;

/** Stays under a quota by this share, so that the jitter of a network does not push two requests into one second. */
const margin = 0.02;
/** Quotas of this many requests per second and more are let through in bursts of a quarter of a second. */
const burstFrom = 40;

/**
 * A queue per operation. Slow quotas are spaced evenly, without any burst: whatever a KMS counts by, seconds or
 * buckets, it never sees too many.
 */
export function pacerOf(quotas: Quotas, clock: Clock): Pacer {
  const queues = new Map<Operation, Queue>();
  return {
    async turn(operation, call = {}, times = 1) {
      const rate = quotas[operation];
      if (rate === undefined) return;
      const queue = queues.get(operation) ?? new Queue(rate, clock);
      queues.set(operation, queue);
      const since = clock.monotonic();
      await queue.wait(call, times);
      call.deadline?.extend(clock.monotonic() - since);
    },
  };
}

interface Waiting {
  readonly urgent: boolean;
  readonly times: number;
  readonly go: () => void;
}

/** Owns the line of those who wait, and the moment from which the next may go. */
class Queue {
  private readonly interval: Milliseconds;
  private readonly burst: Milliseconds;
  private readonly clock: Clock;
  private line: Waiting[] = [];
  private moving = false;
  /** The moment at which the quota would be used evenly up to the last request let through. */
  private even: Milliseconds = Number.NEGATIVE_INFINITY;

  constructor(rate: number, clock: Clock) {
    this.interval = (1000 / rate) * (1 + margin);
    this.burst = rate >= burstFrom ? 250 : 0;
    this.clock = clock;
  }

  async wait({ urgent = false, signal }: Call, times: number): Promise<void> {
    if (signal?.aborted === true) throw canceled();
    await new Promise<void>((go, fail) => {
      const leave = (): void => {
        this.line = this.line.filter((other) => other !== waiting);
        fail(canceled());
      };
      const waiting: Waiting = {
        urgent,
        times,
        go: () => {
          signal?.removeEventListener("abort", leave);
          go();
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      const place = urgent ? this.line.findIndex((other) => !other.urgent) : -1;
      this.line.splice(place === -1 ? this.line.length : place, 0, waiting);
      void this.move();
    });
  }

  private async move(): Promise<void> {
    if (this.moving) return;
    this.moving = true;
    for (let next = this.line[0]; next !== undefined; next = this.line[0]) {
      const ahead = this.even - this.burst - this.clock.monotonic();
      if (ahead > 0) {
        await this.clock.sleep(ahead);
        continue;
      }
      this.line.shift();
      this.even = Math.max(this.even, this.clock.monotonic()) + this.interval * next.times;
      next.go();
    }
    this.moving = false;
  }
}
