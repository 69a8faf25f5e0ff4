import { deadlineAfter } from "../../src/engine/deadline";
import { ByokError, type Retry } from "../../src/engine/errors";
import { type Log, silentLog } from "../../src/engine/log";
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

  it.each([
    ["service_unavailable", 8],
    ["throttled", 36],
  ] as const)("ends after the attempts that the policy allows, with the error itself: %s", async (code, attempts) => {
    const repeating = setting();
    const { attempt, sent } = failing(99, new ByokError(code, "Not now.", { retry: "backoff" }));
    await expect(repeating.clock.run(retrying(attempt, worthIt, {}, repeating))).rejects.toMatchObject({ code });
    expect(sent()).toBe(attempts);
  });

  it("does not count what came too fast among the attempts of what failed", async () => {
    const repeating = setting();
    const down = new ByokError("service_unavailable", "Not now.", { retry: "backoff" });
    const errors = [busy(), busy(), busy(), down, down, down, down, down, down, down];
    const attempt = async (): Promise<string> => {
      const error = errors.shift();
      if (error !== undefined) throw error;
      return "done";
    };
    await expect(repeating.clock.run(retrying(attempt, worthIt, {}, repeating))).resolves.toBe("done");
  });

  it("leaves open what an earlier attempt left open, whatever the last one says", async () => {
    const repeating = setting();
    const errors = [
      new ByokError("service_unavailable", "Broken.", { retry: "backoff", effectUnknown: true }),
      new ByokError("key_unusable", "Not now."),
    ];
    const attempt = async (): Promise<void> => {
      throw errors.shift() ?? new ByokError("internal", "One too many.");
    };
    await expect(repeating.clock.run(retrying(attempt, worthIt, {}, repeating))).rejects.toMatchObject({
      code: "key_unusable",
      effectUnknown: true,
    });
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

  it.each([
    [500, 0],
    [501, 500],
  ])("with %i ms left waits for %i ms before a pause of 500", async (left, waited) => {
    const repeating = setting();
    const deadline = deadlineAfter(left, repeating.clock);
    const work = retrying(failing(9).attempt, worthIt, { deadline }, repeating);
    await expect(repeating.clock.run(work)).rejects.toMatchObject({ code: "throttled" });
    expect(repeating.clock.now()).toBe(waited);
  });

  it("is reported to the log", async () => {
    const told: unknown[] = [];
    const log: Log = { ...silentLog, debug: (...words) => void told.push(words) };
    const repeating = { ...setting(), log };
    const error = new ByokError("throttled", "Too fast.", { retry: "backoff", serviceCode: "ThrottlingException" });
    await repeating.clock.run(retrying(failing(2, error).attempt, worthIt, {}, repeating));
    const facts = { code: "throttled", service: "ThrottlingException" };
    expect(told).toEqual([
      ["A request will be repeated.", { ...facts, attempt: 1 }],
      ["A request will be repeated.", { ...facts, attempt: 2 }],
    ]);
  });

  it("has pauses of up to 20 seconds, eight attempts and real chance where nothing else is said", () => {
    const { random, ...numbers } = defaultRetryPolicy;
    expect(numbers).toEqual({ attempts: 8, firstPause: 500, longestPause: 20_000 });
    expect(random).toBe(Math.random);
  });

  it("sends nothing once the time is over or the call is canceled", async () => {
    const repeating = setting();
    const { attempt, sent } = failing(0);
    const deadline = deadlineAfter(0, repeating.clock);
    await expect(retrying(attempt, worthIt, { deadline }, repeating)).rejects.toMatchObject({ code: "timeout" });
    const signal = AbortSignal.abort();
    await expect(retrying(attempt, worthIt, { signal }, repeating)).rejects.toMatchObject({
      code: "canceled",
      message: expect.stringContaining("Run it again"),
    });
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
