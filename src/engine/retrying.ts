import { type Call, checkCall } from "./call";
import type { Clock, Milliseconds } from "./clock";
import { ByokError } from "./errors";
import type { Log } from "./log";

export interface RetryPolicy {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** The longest first pause; it doubles from attempt to attempt. */
  readonly firstPause: Milliseconds;
  readonly longestPause: Milliseconds;
  /** A number from 0 up to 1, for the pauses: those who were refused together must not come back together. */
  readonly random: () => number;
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 8,
  firstPause: 500,
  longestPause: 20_000,
  random: Math.random,
};

export interface Repeating {
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: RetryPolicy;
}

/**
 * Repeats what failed and may yet succeed, with pauses that grow, until it succeeds, the attempts or the deadline are
 * used up, or the call is canceled.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  worthIt: (error: ByokError) => boolean,
  call: Call,
  { clock, log, policy }: Repeating,
): Promise<T> {
  for (let sent = 1; ; sent++) {
    checkCall(call);
    try {
      return await attempt();
    } catch (thrown) {
      const error = ByokError.from(thrown);
      if (!worthIt(error) || sent >= policy.attempts) throw error;
      const pause = Math.min(policy.longestPause, policy.firstPause * 2 ** (sent - 1)) * policy.random();
      if (call.deadline !== undefined && call.deadline.left() <= pause) throw error;
      log.debug("A request will be repeated.", { code: error.code, service: error.serviceCode, attempt: sent });
      await clock.sleep(pause, call.signal);
    }
  }
}
