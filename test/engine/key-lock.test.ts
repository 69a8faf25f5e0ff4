import { keyLocks } from "../../src/engine/key-lock";

const turn = (): Promise<void> => new Promise((go) => setImmediate(go));

describe("the lock of a key", () => {
  it("lets one at a time at a key, in the order in which they came, and others at other keys", async () => {
    const locks = keyLocks();
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} begins`);
      await turn();
      events.push(`${name} ends`);
    };
    await Promise.all([locks.hold("one", work("a")), locks.hold("one", work("b")), locks.hold("two", work("c"))]);
    expect(events.indexOf("b begins")).toBeGreaterThan(events.indexOf("a ends"));
    expect(events.indexOf("c begins")).toBeLessThan(events.indexOf("a ends"));
  });

  it("is still held for those who come while the second is at work", async () => {
    const locks = keyLocks();
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} begins`);
      for (let i = 0; i < 3; i++) await turn();
      events.push(`${name} ends`);
    };
    const first = locks.hold("one", work("a"));
    const second = locks.hold("one", work("b"));
    await first;
    await Promise.all([second, locks.hold("one", work("c"))]);
    expect(events).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("is free again after a failure, which only its own holder hears of", async () => {
    const locks = keyLocks();
    const failed = locks.hold("one", async () => {
      await turn();
      throw new Error("lost");
    });
    const next = locks.hold("one", async () => "done");
    await expect(failed).rejects.toThrow("lost");
    await expect(next).resolves.toBe("done");
    await expect(locks.hold("one", async () => "again")).resolves.toBe("again");
  });
});
