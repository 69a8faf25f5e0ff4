import { type Call, checkCall } from "./call";
import type { Clock, Milliseconds } from "./clock";
import { ByokError } from "./errors";
import type { Log } from "./log";

/** How patiently requests are repeated that failed and may yet succeed. */
export interface RetryPolicy {
  /** How often a request is sent at most; repeated five times as often where it only came too fast. */
  readonly attempts: number;
  /** The longest first pause; it doubles from attempt to attempt. */
  readonly firstPause: Milliseconds;
  /** No pause is longer. */
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
  let effectUnknown = false;
  let throttles = 0;
  for (let sent = 1; ; sent++) {
    checkCall(call);
    try {
      return await attempt();
    } catch (thrown) {
      const caught = ByokError.from(thrown);
      // What an earlier attempt left open, a later refusal does not settle.
      const error: ByokError = effectUnknown && !caught.effectUnknown ? caught.with({ effectUnknown }) : caught;
      effectUnknown = error.effectUnknown;
      if (error.code === "throttled") throttles++;
      if (!worthIt(error) || isSpent(error, sent, throttles, policy)) throw error;
      const pause = Math.min(policy.longestPause, policy.firstPause * 2 ** (sent - 1)) * policy.random();
      if (call.deadline !== undefined && call.deadline.left() <= pause) throw error;
      log.debug("A request will be repeated.", { code: error.code, service: error.serviceCode, attempt: sent });
      await clock.sleep(pause, call.signal);
    }
  }
}

/**
 * Another run of the same account may hold a quota for minutes, and leave a request in between now and then. A request
 * that came too fast has done nothing, so there is no harm in patience.
 */
function isSpent({ code }: ByokError, sent: number, throttles: number, { attempts }: RetryPolicy): boolean {
  return code === "throttled" ? throttles > 5 * (attempts - 1) : sent - throttles >= attempts;
}
