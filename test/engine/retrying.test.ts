import { deadlineAfter } from "../../src/engine/deadline";
import { ByokError, type Retry } from "../../src/engine/errors";
import { silentLog } from "../../src/engine/log";
import { defaultRetryPolicy, type Repeating, retrying } from "../../src/engine/retrying";
import { VirtualClock } from "../support/virtual-clock";

const busy = (retry: Retry = "backoff"): ByokError => new ByokError("throttled", "Too fast.", { retry });
const worthIt = (error: ByokError): boolean => error.retry === "backoff";

function setting(random = 1): Repeating & { readonly clock: VirtualClock } {
  return { clock: new VirtualClock(0), log: silentLog, policy: { ...defaultRetryPolicy, random: () => random } };
}

/** An attempt that fails so many times before it succeeds. */
function failing(times: number, error: unknown = busy()): { attempt: () => Promise<string>; sent: () => number } {
  let sent = 0;
  const attempt = async (): Promise<string> => {
    sent++;
    if (sent <= times) throw error;
    return "done";
  };
  return { attempt, sent: () => sent };
}

describe("repeating a request", () => {
  it("goes on until it succeeds, with pauses that double up to a bound", async () => {
    const repeating = setting();
    const { attempt, sent } = failing(7);
    await expect(repeating.clock.run(retrying(attempt, worthIt, {}, repeating))).resolves.toBe("done");
    expect(sent()).toBe(8);
    expect(repeating.clock.now()).toBe(500 + 1000 + 2000 + 4000 + 8000 + 16_000 + 20_000);
  });

  it("spreads the pauses of those who were refused together", async () => {
    const repeating = setting(0.25);
    await repeating.clock.run(retrying(failing(1).attempt, worthIt, {}, repeating));
    expect(repeating.clock.now()).toBe(125);
  });

  it("ends after the attempts that the policy allows, with the error itself", async () => {
    const repeating = setting();
    const { attempt, sent } = failing(99);
    await expect(repeating.clock.run(retrying(attempt, worthIt, {}, repeating))).rejects.toMatchObject({
      code: "throttled",
    });
    expect(sent()).toBe(defaultRetryPolicy.attempts);
  });

  it("does not repeat what is not worth it", async () => {
    const repeating = setting();
    const { attempt, sent } = failing(1, busy("never"));
    await expect(retrying(attempt, worthIt, {}, repeating)).rejects.toMatchObject({ code: "throttled" });
    expect(sent()).toBe(1);
  });

  it("does not begin a pause that the deadline would cut off", async () => {
    const repeating = setting();
    const deadline = deadlineAfter(1_400, repeating.clock);
    await expect(
      repeating.clock.run(retrying(failing(9).attempt, worthIt, { deadline }, repeating)),
    ).rejects.toMatchObject({ code: "throttled" });
    expect(repeating.clock.now()).toBe(500);
  });

  it("sends nothing once the time is over or the call is canceled", async () => {
    const repeating = setting();
    const { attempt, sent } = failing(0);
    const deadline = deadlineAfter(0, repeating.clock);
    await expect(retrying(attempt, worthIt, { deadline }, repeating)).rejects.toMatchObject({ code: "timeout" });
    const signal = AbortSignal.abort();
    await expect(retrying(attempt, worthIt, { signal }, repeating)).rejects.toMatchObject({ code: "canceled" });
    expect(sent()).toBe(0);
  });

  it("can be canceled in a pause", async () => {
    const repeating = setting();
    const cancel = new AbortController();
    const work = retrying(failing(9).attempt, worthIt, { signal: cancel.signal }, repeating);
    await new Promise((go) => setImmediate(go));
    cancel.abort();
    await expect(work).rejects.toMatchObject({ code: "canceled" });
  });

  it("turns what else is thrown into our own error, without its words", async () => {
    const repeating = setting();
    const { attempt } = failing(1, new TypeError("c2VjcmV0"));
    const error: unknown = await retrying(attempt, worthIt, {}, repeating).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "internal" });
    expect(String(error)).not.toContain("c2VjcmV0");
  });
});
