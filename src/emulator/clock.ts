/** The emulator's clock: a source of real (or a test's virtual) time plus an offset that can be turned. */
export interface EmulatorClock {
  /** The present by this clock. */
  now(): Date;
  /** Sets the present. Takes a Date, an ISO 8601 string or milliseconds since 1970. @throws TypeError on anything else */
  set(instant: Date | string | number): void;
  /** Moves on by milliseconds or by a duration such as `90d`, `12h`, `1d12h`, `30s`. @throws TypeError on anything else */
  advance(by: string | number): void;
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);
/** Before this no KMS was, and after it times do not fit into four digits, which answers and signatures have for a year. */
const [earliestMs, latestMs] = [0, Date.UTC(9999, 0, 1)];

/**
 * @param source milliseconds since 1970
 * @param turned called after the clock was set or advanced, with the offset in milliseconds
 */
export function emulatorClock(
  source: () => number,
  offsetMs = 0,
  turned: (offsetMs: number) => void = () => {},
): EmulatorClock {
  let offset = offsetMs;
  const turnTo = (instantMs: number): void => {
    if (!(instantMs >= earliestMs && instantMs <= latestMs)) {
      throw new TypeError("The clock cannot be set to what is not an instant.");
    }
    offset = instantMs - source();
    turned(offset);
  };
  return {
    now: () => new Date(source() + offset),
    set: (instant) => turnTo(new Date(instant).getTime()),
    advance: (by) => turnTo(source() + offset + (typeof by === "number" ? by : durationMs(by))),
  };
}

/** Milliseconds of `90d`, `12h`, `30m`, `10s`, `250ms`, `2w` or several in a row. @throws TypeError on anything else */
export function durationMs(text: string): number {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) {
    throw new TypeError(`"${text}" is not a duration such as 90d, 12h, 30m, 10s or 1d12h.`);
  }
  let sum = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    sum += Number(amount) * (unitMs.get(unit) ?? Number.NaN);
  }
  return sum;
}
