/** The milliseconds of a positive duration in Go's notation ("90s", "1h30m", "1.5h"); null if it is none. */
export function durationMilliseconds(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(amount) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : unit === "s" ? 1_000 : 1);
  }
  return total > 0 && Number.isSafeInteger(Math.ceil(total)) ? Math.ceil(total) : null;
}
