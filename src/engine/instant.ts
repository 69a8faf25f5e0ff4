import { ByokError } from "./errors";

/** Whole seconds since 1970-01-01T00:00:00Z. */
export type EpochSeconds = number;
/** A duration in whole seconds. */
export type Seconds = number;

const grammar = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * An instant in RFC 3339 with its time zone, such as `2027-01-31T12:00:00Z` or `2027-01-31T12:00:00+01:00`, as whole
 * seconds (a fraction is cut off: no KMS keeps one).
 *
 * @throws ByokError `invalid_lifetime`, naming the argument.
 */
export function parseInstant(text: string, attribute: string): EpochSeconds {
  const parts = grammar.exec(text);
  if (parts === null) {
    const hint = /^\d{4}-\d{2}-\d{2}([Tt ][\d:.]+)?$/.test(text) ? "It has no time zone. " : "";
    throw new ByokError(
      "invalid_lifetime",
      `\`${attribute}\` is not a moment in RFC 3339. ${hint}Write it with seconds and a time zone, such as 2027-01-31T12:00:00Z.`,
      { attribute },
    );
  }
  const [, year, month, day, hour, minute, second, sign, zoneHours, zoneMinutes] = parts;
  const wallClock = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  // Date.UTC turns 31 February into 3 March and 24:00 into the next day; a date that changes on the way was none.
  const exists = new Date(wallClock).toISOString().startsWith(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  const offset = zoneOffset(sign, Number(zoneHours ?? 0), Number(zoneMinutes ?? 0));
  if (!exists || offset === undefined) {
    throw new ByokError("invalid_lifetime", `\`${attribute}\` names a moment that does not exist. Correct the date.`, {
      attribute,
    });
  }
  return wallClock / 1000 - offset;
}

/** An instant as byok writes it everywhere: UTC, whole seconds, `2027-01-31T12:00:00Z`. */
export function formatInstant(instant: EpochSeconds): string {
  return new Date(instant * 1000).toISOString().replace(".000Z", "Z");
}

function zoneOffset(sign: string | undefined, hours: number, minutes: number): Seconds | undefined {
  if (hours > 23 || minutes > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
}
