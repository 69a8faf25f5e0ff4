import { getEventListeners } from "node:events";
import { deadlineAfter } from "../../src/engine/deadline";
import type { Operation } from "../../src/engine/kms-profile";
import { pacerOf, type Quotas } from "../../src/engine/pacer";
import { VirtualClock } from "../support/virtual-clock";

/** The moments, in milliseconds from the start, at which turns were given. */
async function turns(
  quotas: Quotas,
  wishes: { operation: Operation; urgent?: boolean }[],
): Promise<[string, number][]> {
  const clock = new VirtualClock(0);
  const pacer = pacerOf(quotas, clock);
  const given: [string, number][] = [];
  await clock.run(
    Promise.all(
      wishes.map(async ({ operation, urgent }, i) => {
        await pacer.turn(operation, urgent === undefined ? {} : { urgent });
        given.push([`${i}`, clock.now()]);
      }),
    ),
  );
  return given;
}

const many = (count: number, operation: Operation) => Array.from({ length: count }, () => ({ operation }));

describe("the pacer", () => {
  it("spaces a slow quota evenly, without a burst, at 95 percent of it or better", async () => {
    const moments = (await turns({ importParameters: 1 }, many(50, "importParameters"))).map(([, at]) => at);
    const gaps = moments.slice(1).map((at, i) => at - (moments[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1000 / 0.95);
  });

  it("stays two hundredths under a quota", async () => {
    const moments = (await turns({ tags: 1 }, many(3, "tags"))).map(([, at]) => at);
    expect(moments).toEqual([0, 1020, 2040]);
  });

  it("lets a quarter of a second's requests through at once from 40 per second on, and none below", async () => {
    const fast = (await turns({ tags: 40 }, many(12, "tags"))).map(([, at]) => at);
    expect(fast.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(fast[10]).toBeCloseTo(5);
    expect(fast[11]).toBeCloseTo(30.5);
    const slow = (await turns({ tags: 39 }, many(2, "tags"))).map(([, at]) => at);
    expect(slow[1]).toBeCloseTo(1020 / 39);
  });

  it("never lets more through in any second than a fast quota allows", async () => {
    const moments = (await turns({ describe: 100 }, many(500, "describe"))).map(([, at]) => at);
    for (const from of moments) {
      const within = moments.filter((at) => at > from + 250 && at <= from + 1250).length;
      expect(within).toBeLessThanOrEqual(100);
    }
    expect(moments.at(-1)).toBeLessThanOrEqual(500 * (10 / 0.95));
  });

  it("counts each operation for itself and leaves others alone", async () => {
    const wishes = [...many(3, "importParameters"), ...many(3, "importMaterial"), ...many(3, "tags")];
    const given = await turns({ importParameters: 1, importMaterial: 2 }, wishes);
    expect(given.filter(([, at]) => at === 0).map(([who]) => who)).toEqual(
      expect.arrayContaining(["0", "3", "6", "7", "8"]),
    );
    expect(given.at(-1)?.[1]).toBeGreaterThanOrEqual(2000);
  });

  it("lets urgent ones go first, in their order", async () => {
    const operation = "importParameters";
    // The first finds nobody before it and goes at once.
    const given = await turns({ importParameters: 1 }, [
      { operation },
      { operation },
      { operation, urgent: true },
      { operation },
      { operation, urgent: true },
    ]);
    expect(given.map(([who]) => who)).toEqual(["0", "2", "4", "1", "3"]);
  });

  it("goes on after a pause as at the start", async () => {
    const clock = new VirtualClock(0);
    const pacer = pacerOf({ importParameters: 1 }, clock);
    await pacer.turn("importParameters");
    await clock.run(clock.sleep(60_000));
    await pacer.turn("importParameters");
    expect(clock.now()).toBe(60_000);
  });

  it("gives the time in the queue back to the deadline", async () => {
    const clock = new VirtualClock(7_000);
    const pacer = pacerOf({ importParameters: 1 }, clock);
    const deadline = deadlineAfter(5_000, clock);
    const waiting = Promise.all(Array.from({ length: 20 }, () => pacer.turn("importParameters")));
    await clock.run(Promise.all([waiting, pacer.turn("importParameters", { deadline })]));
    expect(clock.now()).toBeGreaterThan(27_000);
    expect(deadline.left()).toBe(5_000);
    expect(() => deadline.check()).not.toThrow();
  });

  it("keeps nothing of a call that went", async () => {
    const clock = new VirtualClock(0);
    const pacer = pacerOf({ tags: 1 }, clock);
    const { signal } = new AbortController();
    const second = [pacer.turn("tags", { signal }), pacer.turn("tags", { signal })];
    expect(getEventListeners(signal, "abort").length).toBeGreaterThan(0);
    await clock.run(Promise.all(second));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("lets those who cancel leave the queue, and the others move up", async () => {
    const clock = new VirtualClock(0);
    const pacer = pacerOf({ importParameters: 1 }, clock);
    const cancel = new AbortController();
    await pacer.turn("importParameters");
    const second = pacer.turn("importParameters", { signal: cancel.signal });
    const third = pacer.turn("importParameters");
    cancel.abort();
    await expect(second).rejects.toMatchObject({ code: "canceled" });
    await expect(pacer.turn("importParameters", { signal: cancel.signal })).rejects.toMatchObject({ code: "canceled" });
    await clock.run(third);
    expect(clock.now()).toBeLessThan(1100);
  });
});
