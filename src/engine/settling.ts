import { checkCall } from "./call";
import type { Milliseconds } from "./clock";
import { type ByokError, isByokError } from "./errors";
import type { KeyContext, KmsContext } from "./key-context";
import { defaultOperationTimeout } from "./operation-timeout";
import type { Run } from "./run";

/** Between two looks at something that is still settling; the pause doubles. */
const [firstPause, longestPause]: readonly [Milliseconds, Milliseconds] = [250, 5000];

/**
 * Repeats work on a key that this run has just made or changed, until it is visible everywhere in the KMS; for what was
 * there before, an error is an error at once.
 *
 * @param mayPass Which errors late consistency explains.
 */
export async function settled<T>(
  context: KeyContext<unknown>,
  work: () => Promise<T>,
  mayPass: (error: ByokError) => boolean = isSettlingError,
): Promise<T> {
  return settledSince(context, madeAt(context.run, context.keyArn), work, mayPass);
}

/** @param since When what the work is on was made, see `madeAt`. Undefined: not by this run. */
export async function settledSince<T>(
  context: KmsContext<unknown>,
  since: Milliseconds | undefined,
  work: () => Promise<T>,
  mayPass: (error: ByokError) => boolean = isSettlingError,
): Promise<T> {
  for (let look = 0; ; look++) {
    try {
      return await work();
    } catch (error) {
      if (!isByokError(error) || !mayPass(error) || !isSettling(context, since)) throw error;
      await pauseForLook(context, look);
    }
  }
}

function isSettlingError({ retry }: ByokError): boolean {
  return retry === "settling";
}

/** Asks again and again until the answer is good or the key has had its time to settle. Gives the last answer. */
export async function settledAnswer<T>(
  context: KeyContext<unknown>,
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
): Promise<T> {
  const since = madeAt(context.run, context.keyArn);
  for (let look = 0; ; look++) {
    const answer = await ask();
    if (isGood(answer) || !isSettling(context, since)) return answer;
    await pauseForLook(context, look);
  }
}

/**
 * Repeats work that sends a key policy while the KMS does not know a principal in it: one that was made a moment ago
 * takes as long to be known as a new key does, no matter who made it.
 */
export async function policySettled<T>(context: KmsContext<unknown>, work: () => Promise<T>): Promise<T> {
  const isUnknown = ({ code, retry }: ByokError): boolean => code === "invalid_policy" && retry === "settling";
  return settledSince(context, context.run.clock.monotonic(), work, isUnknown);
}

/** How long a key that is being created is waited for where the operation has no deadline of its own. */
const patienceForCreation: Milliseconds = defaultOperationTimeout.milliseconds;

/**
 * Asks until the key is no longer being created, no matter who made it: `Creating` is a state that the KMS reports, and takes
 * as long as it takes. Ends with the call's deadline; gives the last answer where the call has none.
 */
export async function whileCreating<T>(
  context: KmsContext<unknown>,
  ask: () => Promise<T>,
  isCreating: (answer: T) => boolean,
): Promise<T> {
  const { run, call } = context;
  const until = run.clock.monotonic() + patienceForCreation;
  for (let look = 0; ; look++) {
    const answer = await ask();
    if (!isCreating(answer) || (call.deadline === undefined && run.clock.monotonic() >= until)) return answer;
    await pauseForLook(context, look);
  }
}

/**
 * Asks until the answer is good: for what another Region or a process of the KMS still has to bring about. Gives the last
 * answer once the patience is over, since that says more than that time has run out.
 *
 * @param patience `settling`: for as long as a key takes to settle. `deadline`: up to that of the call, or as long where it
 * has none.
 */
export async function untilShown<T>(
  context: KmsContext<unknown>,
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
  patience: "deadline" | "settling" = "deadline",
): Promise<T> {
  const since = context.run.clock.monotonic();
  const deadline = patience === "deadline" ? context.call.deadline : undefined;
  for (let look = 0; ; look++) {
    const answer = await ask();
    const isOver = deadline === undefined ? !isSettling(context, since) : deadline.left() <= pauseAfter(look);
    if (isGood(answer) || isOver) return answer;
    await pauseForLook(context, look);
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

function isSettling({ run, service }: KmsContext<unknown>, since: Milliseconds | undefined): boolean {
  return since !== undefined && run.clock.monotonic() - since < service.profile.settling * 1000;
}

async function pauseForLook({ run, call }: KmsContext<unknown>, look: number): Promise<void> {
  checkCall(call);
  await run.clock.sleep(pauseAfter(look), call.signal);
}

function pauseAfter(look: number): Milliseconds {
  return Math.min(longestPause, firstPause * 2 ** look);
}
