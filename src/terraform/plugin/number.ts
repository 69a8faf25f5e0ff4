import { ValueError } from "./value-error";

// Terraform's numbers are decimal fractions of up to 512 bits. A JavaScript number stands for the decimal that it is
// written as: 0.1 is one tenth, which is also what `0.1` in a configuration means, and not the double next to it.

/** A number that neither a double nor an integer holds exactly, in decimal notation: { decimal: "0.1000000000000000055" }. */
export interface Decimal {
  /** As written: `0.1`. */
  readonly decimal: string;
}

/** A number without any loss: integers beyond 2^53 are bigints. */
export type NumberValue = number | bigint | Decimal;

/**
 * The number that a decimal text names.
 *
 * @throws ValueError if the text is no decimal number, or one of unreasonable size.
 */
export function numberFromText(text: string): NumberValue {
  const plain = plainDecimal(text);
  if (!plain.includes(".")) {
    const integer = BigInt(plain);
    return isSafe(integer) ? Number(integer) : integer;
  }
  const double = Number(plain);
  return Number.isFinite(double) && plainDecimal(String(double)) === plain ? double : { decimal: plain };
}

/** The number that a double is exactly, which often is not the decimal that it prints as. */
export function numberFromDouble(double: number): NumberValue {
  if (!Number.isFinite(double)) throw new ValueError("a number that is not finite");
  return numberFromText(Number.isInteger(double) ? String(BigInt(double)) : exactDecimal(double));
}

/** A number in plain decimal notation, without exponent and without needless zeros. */
export function canonicalNumber(value: NumberValue): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "object") return plainDecimal(value.decimal);
  if (!Number.isFinite(value)) throw new ValueError("a number that is not finite");
  return Number.isInteger(value) ? String(BigInt(value)) : plainDecimal(String(value));
}

const decimal = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

// More than 512 bits can mean anything, but a short text must not become a long number, and arithmetic with a long one
// takes the square of its length.
const longestExponent = 5_000;
const mostDigits = 12_000;

function plainDecimal(text: string): string {
  const match = decimal.exec(text);
  const exponent = Number(match?.[4] ?? 0);
  if (!match || Math.abs(exponent) > longestExponent || match[0].length > mostDigits + 10) {
    throw new ValueError("a number that cannot be read");
  }
  const whole = match[2] ?? "";
  const fraction = match[3] ?? "";
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const place = Math.max(point, 1);
  const left = padded.slice(0, place).replace(/^0+(?=\d)/, "");
  const right = withoutEndingZeros(padded.slice(place));
  // What is written here must be read here again.
  if (left.length + right.length > mostDigits) throw new ValueError("a number that cannot be read");
  const magnitude = right === "" ? left : `${left}.${right}`;
  return match[1] === "-" && magnitude !== "0" ? `-${magnitude}` : magnitude;
}

// A regular expression would look at every run of zeros from each of its digits.
function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}

function exactDecimal(double: number): string {
  // A double is a whole number over a power of two, and 1/2^n is 5^n/10^n.
  let scaled = Math.abs(double);
  let halvings = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings += 1;
  }
  const digits = String(BigInt(scaled) * 5n ** BigInt(halvings)).padStart(halvings + 1, "0");
  return `${double < 0 ? "-" : ""}${digits.slice(0, -halvings)}.${digits.slice(-halvings)}`;
}

function isSafe(integer: bigint): boolean {
  return integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER);
}
