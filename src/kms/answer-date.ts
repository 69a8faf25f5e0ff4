import type { Milliseconds } from "../engine/clock";

/** Late enough for every clock that is turned on purpose, and so early that no lifetime leads beyond the year 9999. */
const latest: Milliseconds = Date.UTC(9_000, 0, 1);

/**
 * The `Date` of an answer, in milliseconds since 1970; undefined where it has none, or one that no service can mean.
 * What follows is dated and signed by it, so a moment that cannot be written down would break the next request.
 */
export function answerDate(header: unknown): Milliseconds | undefined {
  if (typeof header !== "string") return undefined;
  const milliseconds = Date.parse(header);
  return milliseconds >= 0 && milliseconds <= latest ? milliseconds : undefined;
}
