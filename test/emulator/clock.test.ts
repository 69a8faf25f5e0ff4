import { emulatorClock, durationMs } from "../../src/emulator/clock";
import { startEmulator } from "../../src/emulator/index";

describe("the clock", () => {
  it("is the source plus what it was turned by", () => {
    let source = 1000;
    const turns: number[] = [];
    const clock = emulatorClock(
      () => source,
      0,
      (offsetMs) => turns.push(offsetMs),
    );
    clock.advance("1s");
    source += 500;
    expect(clock.now().getTime()).toBe(2500);
    clock.set(new Date(100_000));
    clock.advance(-1000);
    expect(clock.now().getTime()).toBe(99_000);
    expect(turns).toEqual([1000, 98_500, 97_500]);
  });

  it.each([
    ["90d", 7_776_000_000],
    ["1d12h", 129_600_000],
    ["0.5s", 500],
    ["30m", 1_800_000],
    ["250ms", 250],
    ["2w", 1_209_600_000],
  ])("understands %s", (text, milliseconds) => {
    expect(durationMs(text)).toBe(milliseconds);
  });

  it.each(["", "90", "d", "1y", "-1d", "1d ", "1 d"])("does not take %p for a duration", (text) => {
    expect(() => durationMs(text)).toThrow(TypeError);
  });
});

describe("starting", () => {
  it.each([
    [{ accountId: "1" }, "accountId must have 12 digits."],
    [{ region: "Frankfurt" }, '"Frankfurt" is not the name of a Region.'],
    [{ replicationDelay: "soon" }, "is not a duration"],
    [{ rotationDelay: "soon" }, "is not a duration"],
    [{ replicaMaterialDelay: "5" }, "is not a duration"],
    [{ wrappingKeys: ["no key"] }, ""],
  ])("refuses %p", async (options, message) => {
    await expect(startEmulator(options)).rejects.toThrow(message);
  });
});
