import { ByokError } from "./errors";
import type { Seconds } from "./instant";

const [week, day, hour, minute] = [604_800, 86_400, 3_600, 60];
const grammar = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
/** A hundred years: anyone who asks for more has mistaken the unit. */
const longest: Seconds = 100 * 365 * day;

/**
 * A duration such as `90d`, `2160h` or `1d12h`, in whole seconds. Units: w, d (24 hours), h, m, s, largest first, each
 * once.
 *
 * @throws ByokError `invalid_lifetime`, naming the argument.
 */
export function parseDuration(text: string, attribute: string): Seconds {
  const counts = grammar.exec(text)?.slice(1) ?? [];
  if (!counts.some((count) => count !== undefined)) {
    throw new ByokError(
      "invalid_lifetime",
      `\`${attribute}\` is not a duration. Write it as whole numbers with units, such as 90d, 2160h or 1d12h.`,
      { attribute },
    );
  }
  const seconds = [week, day, hour, minute, 1].reduce((sum, size, i) => sum + size * Number(counts[i] ?? 0), 0);
  if (seconds < 1 || seconds > longest) {
    throw new ByokError(
      "invalid_lifetime",
      `\`${attribute}\` must be at least one second and at most a hundred years.`,
      { attribute },
    );
  }
  return seconds;
}

/** Seconds in words for messages: `90 days`, `36 hours`, `1 day`. The largest unit that divides them. */
export function durationInWords(seconds: Seconds): string {
  const [unit, size] = largestUnit(seconds);
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function largestUnit(seconds: Seconds): readonly [string, Seconds] {
  if (seconds % day === 0) return ["day", day];
  if (seconds % hour === 0) return ["hour", hour];
  if (seconds % minute === 0) return ["minute", minute];
  return ["second", 1];
}
