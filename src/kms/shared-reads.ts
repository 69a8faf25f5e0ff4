import { type Call, checkCall } from "../engine/call";
import type { Clock, Milliseconds } from "../engine/clock";
import { ByokError, canceled } from "../engine/errors";
import type { ReadSecret } from "../engine/secret-store";

/** Reads a secret by its name. `read` is called where nobody is reading it already. */
export type SharedReads = (name: string, read: (call: Call) => Promise<ReadSecret>, call: Call) => Promise<ReadSecret>;

/** For how long a store that did not answer, although it was asked again and again, is not asked once more. */
const failureHolds: Milliseconds = 60_000;

/**
 * Those who want the same secret at the same time share one request, and each gets a copy of its own to wipe.
 *
 * The bytes are not kept for those who come later: they would lie in memory for as long as the run lasts, whereas a
 * request more costs little (the stores allow 40 a second and more) and shows what the store says by then. Kept is only
 * that a store could not be reached: otherwise each of a hundred resources would wait as long as the first one did.
 */
export function sharedReads(clock: Pick<Clock, "monotonic">): SharedReads {
  const underWay = new Map<string, Reading>();
  const failures = new Map<string, { readonly error: ByokError; readonly until: Milliseconds }>();

  const begun = (name: string, read: (call: Call) => Promise<ReadSecret>, { deadline }: Call): Reading => {
    const reading = new Reading((signal) => read({ signal, deadline }));
    underWay.set(name, reading);
    const end = (error?: unknown): void => {
      if (underWay.get(name) === reading) underWay.delete(name);
      if (!(error instanceof ByokError) || error.retry !== "backoff") return;
      failures.set(name, { error, until: clock.monotonic() + failureHolds });
    };
    reading.secret.then(() => end(), end);
    return reading;
  };

  return async (name, read, call) => {
    for (;;) {
      checkCall(call);
      const failure = failures.get(name);
      if (failure !== undefined && clock.monotonic() < failure.until) throw failure.error;
      failures.delete(name);
      const known = underWay.get(name);
      const reading = known === undefined || known.isLeft ? begun(name, read, call) : known;
      try {
        return await reading.copy(call.signal);
      } catch (error) {
        // The time of another resource was over, not that of this one.
        if (reading !== known || !(error instanceof ByokError) || error.code !== "timeout") throw error;
      }
    }
  };
}

/** A request under way and those who wait for it. The last one who leaves wipes its answer, or ends it. */
class Reading {
  readonly secret: Promise<ReadSecret>;
  readonly #controller = new AbortController();
  #waiting = 0;
  #left = false;

  constructor(read: (signal: AbortSignal) => Promise<ReadSecret>) {
    this.secret = read(this.#controller.signal);
  }

  /** Whether nobody waits for it any more, so that it ends without an answer for anybody. */
  get isLeft(): boolean {
    return this.#left;
  }

  async copy(signal: AbortSignal | undefined): Promise<ReadSecret> {
    this.#waiting++;
    try {
      const { content, version } = await unlessAborted(this.secret, signal);
      const own = Buffer.alloc(content.length);
      own.set(content);
      return { content: own, version };
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#leave();
    }
  }

  #leave(): void {
    this.#left = true;
    this.#controller.abort();
    this.secret.then(
      ({ content }) => content.fill(0),
      () => {},
    );
  }
}

/** What a promise gives, or `canceled` as soon as the signal says so. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let stop = (): void => {};
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(canceled());
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
