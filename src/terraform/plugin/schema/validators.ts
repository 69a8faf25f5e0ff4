import { durationMilliseconds } from "../duration";
import type { Validator } from "./definition";

/** One of the given texts. */
export function oneOf(...values: readonly string[]): Validator<string> {
  return (value) => (values.includes(value) ? undefined : `must be one of ${values.join(", ")}`);
}

/** A text of the given form; the sentence says what it must be: "must be the ARN of a key". */
export function matches(pattern: RegExp, sentence: string): Validator<string> {
  return (value) => (pattern.test(value) ? undefined : sentence);
}

/** A text of a length, counted in UTF-16 units. */
export function lengthBetween(shortest: number, longest: number): Validator<string> {
  return (value) =>
    value.length >= shortest && value.length <= longest
      ? undefined
      : `must have between ${shortest} and ${longest} characters`;
}

/** A number from lowest to highest, both included. */
export function between(lowest: number, highest: number): Validator<number> {
  return (value) => (value >= lowest && value <= highest ? undefined : `must be between ${lowest} and ${highest}`);
}

/** A whole number. */
export function wholeNumber(): Validator<number> {
  return (value) => (Number.isInteger(value) ? undefined : "must be a whole number");
}

/** A positive duration like "90s" or "1h30m". */
export function duration(): Validator<string> {
  return (value) =>
    durationMilliseconds(value) === null
      ? "must be a duration: numbers with units (h, m, s, ms), as in 90s or 1h30m"
      : undefined;
}
