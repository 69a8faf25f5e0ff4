import { type Call, checkCall } from "./call";
import type { Milliseconds } from "./clock";
import { type ByokError, isByokError } from "./errors";
import type { KeyService } from "./key-service";
import type { Run } from "./run";

/** Between two looks at something that is still settling; the pause doubles. */
const [firstPause, longestPause]: readonly [Milliseconds, Milliseconds] = [250, 5000];

/**
 * Repeats work on what this run has just made or changed, until the KMS has heard of it everywhere; for what was there
 * before, an error is an error at once.
 *
 * @param since When it was made, see `madeAt`. Undefined: not by this run.
 * @param mayPass Which errors late consistency explains.
 */
export async function settled<T>(
  run: Run,
  service: KeyService,
  since: Milliseconds | undefined,
  call: Call,
  work: () => Promise<T>,
  mayPass: (error: ByokError) => boolean = ({ retry }) => retry === "settling",
): Promise<T> {
  return whileSettling(run, service, since, call, work, mayPass);
}

/** Asks again and again until the answer is good or the key has had its time to settle. Gives the last answer. */
export async function settledAnswer<T>(
  run: Run,
  service: KeyService,
  since: Milliseconds | undefined,
  call: Call,
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
): Promise<T> {
  for (let look = 0; ; look++) {
    const answer = await ask();
    if (isGood(answer) || !isSettling(run, service, since)) return answer;
    await pauseForLook(run, look, call);
  }
}

/**
 * Repeats work that sends a key policy while the KMS does not know a principal in it: one that was made a moment ago
 * takes as long to be known as a new key does, whoever made it.
 */
export async function policySettled<T>(run: Run, service: KeyService, call: Call, work: () => Promise<T>): Promise<T> {
  const isUnknown = ({ code, retry }: ByokError): boolean => code === "invalid_policy" && retry === "settling";
  return whileSettling(run, service, run.clock.monotonic(), call, work, isUnknown);
}

/** How long a key that is being created is waited for where the operation has no deadline of its own. */
const patienceForCreation: Milliseconds = 20 * 60_000;

/**
 * Asks until the key is no longer being created, whoever made it: `Creating` is a state that the KMS reports, and takes
 * as long as it takes. Ends with the call's deadline; gives the last answer where the call has none.
 */
export async function whileCreating<T>(
  run: Run,
  call: Call,
  ask: () => Promise<T>,
  isCreating: (answer: T) => boolean,
): Promise<T> {
  const until = run.clock.monotonic() + patienceForCreation;
  for (let look = 0; ; look++) {
    const answer = await ask();
    if (!isCreating(answer) || (call.deadline === undefined && run.clock.monotonic() >= until)) return answer;
    await pauseForLook(run, look, call);
  }
}

async function whileSettling<T>(
  run: Run,
  service: KeyService,
  since: Milliseconds | undefined,
  call: Call,
  work: () => Promise<T>,
  mayPass: (error: ByokError) => boolean,
): Promise<T> {
  for (let look = 0; ; look++) {
    try {
      return await work();
    } catch (error) {
      if (!isByokError(error) || !mayPass(error) || !isSettling(run, service, since)) throw error;
      await pauseForLook(run, look, call);
    }
  }
}

/** To be called for each key that this run makes, replicates or brings to life. */
export function startSettling(run: Run, key: string): void {
  run.memory.made.set(key, run.clock.monotonic());
}

/** When this run made the key, by its local clock. */
export function madeAt(run: Run, key: string): Milliseconds | undefined {
  return run.memory.made.get(key);
}

function isSettling(run: Run, service: KeyService, since: Milliseconds | undefined): boolean {
  return since !== undefined && run.clock.monotonic() - since < service.profile.settling * 1000;
}

async function pauseForLook(run: Run, look: number, call: Call): Promise<void> {
  checkCall(call);
  await run.clock.sleep(Math.min(longestPause, firstPause * 2 ** look), call.signal);
}
