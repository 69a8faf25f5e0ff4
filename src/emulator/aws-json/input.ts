import { given } from "../given";
import { AwsError, constraint, ConstraintError, unsupported } from "./errors";

/** Reads one member of a request. `undefined` and `null` mean that it was left out. @throws AwsError */
export type Reader<T> = (value: unknown, path: string) => T;

/** The members that an operation knows. */
export type Shape = Readonly<Record<string, Reader<unknown>>>;
export type Input<S extends Shape> = { readonly [Member in keyof S]: ReturnType<S[Member]> };

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/**
 * @param operation for the message about a member that is not in the shape
 * @throws AwsError UnsupportedOperationException for such a member: it might change what the request means
 */
export function readInput<S extends Shape>(
  shape: S,
  body: Readonly<Record<string, unknown>>,
  operation: string,
): Input<S> {
  requireKnown(shape, body, `of ${operation}`);
  return readMembers(shape, body, "");
}

/** @throws AwsError ValidationException where the member is left out */
export function required<T>(reader: Reader<T | undefined>): Reader<T> {
  return (value, path) => {
    const read = reader(value, path);
    if (read === undefined) throw constraint(null, path, "not be null");
    return read;
  };
}

export function text(bounds: Bounds & { readonly pattern?: RegExp } = {}): Reader<string | undefined> {
  return (value, path) => {
    if (isLeftOut(value)) return undefined;
    if (typeof value !== "string") throw mistyped();
    checkLength(value.length, value, path, bounds);
    if (bounds.pattern !== undefined && !bounds.pattern.test(value)) {
      throw constraint(value, path, `satisfy regular expression pattern: ${bounds.pattern.source}`);
    }
    return value;
  };
}

export function oneOf<const Value extends string>(values: readonly Value[]): Reader<Value | undefined> {
  return (value, path) => {
    const word = text()(value, path);
    if (word === undefined) return undefined;
    const found = values.find((candidate) => candidate === word);
    if (found === undefined) throw constraint(word, path, `satisfy enum value set: [${values.join(", ")}]`);
    return found;
  };
}

export function flag(): Reader<boolean | undefined> {
  return (value) => {
    if (isLeftOut(value)) return undefined;
    if (typeof value !== "boolean") throw mistyped();
    return value;
  };
}

export function integer(bounds: Bounds = {}): Reader<number | undefined> {
  return (value, path) => {
    if (isLeftOut(value)) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value)) throw mistyped();
    if (bounds.min !== undefined && value < bounds.min) {
      throw constraint(value, path, `have value greater than or equal to ${bounds.min}`);
    }
    if (bounds.max !== undefined && value > bounds.max) {
      throw constraint(value, path, `have value less than or equal to ${bounds.max}`);
    }
    return value;
  };
}

/** Bytes from padded standard base64. */
export function blob(bounds: Bounds = {}): Reader<Buffer | undefined> {
  return (value, path) => {
    if (isLeftOut(value)) return undefined;
    if (typeof value !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) throw mistyped();
    const bytes = Buffer.from(value, "base64");
    // AWS prints no bytes here, only what kind of thing they were.
    checkLength(bytes.length, `java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]`, path, bounds);
    return bytes;
  };
}

/** Milliseconds since 1970, from epoch seconds. */
export function instant(): Reader<number | undefined> {
  return (value) => {
    if (isLeftOut(value)) return undefined;
    if (typeof value !== "number" || !Number.isFinite(value) || Math.abs(value) > 8.64e12) throw mistyped();
    return Math.round(value * 1000);
  };
}

export function listOf<T>(member: Reader<T>): Reader<readonly T[] | undefined> {
  return (value, path) => {
    if (isLeftOut(value)) return undefined;
    if (!Array.isArray(value)) throw mistyped();
    return all(value.map((item: unknown, index) => () => member(item, `${path}.${index + 1}.member`)));
  };
}

export function structure<S extends Shape>(shape: S): Reader<Input<S>> {
  return (value, path) => {
    if (!isObject(value)) throw mistyped();
    requireKnown(shape, value, `of ${path}`);
    return readMembers(shape, value, `${path}.`);
  };
}

export function textMap(
  bounds: { readonly most?: number; readonly longestValue?: number } = {},
): Reader<Readonly<Record<string, string>> | undefined> {
  return (value, path) => {
    if (isLeftOut(value)) return undefined;
    if (!isObject(value)) throw mistyped();
    const pairs = Object.entries(value).map(([name, member]): [string, string] => {
      if (typeof member !== "string") throw mistyped();
      checkLength(member.length, member, `${path}.${name}.member`, given({ max: bounds.longestValue }));
      return [name, member];
    });
    checkLength(pairs.length, `[${pairs.length} pairs]`, path, given({ max: bounds.most }));
    return Object.fromEntries(pairs);
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function requireKnown(shape: Shape, from: Readonly<Record<string, unknown>>, where: string): void {
  const unknown = Object.keys(from).find((name) => !isLeftOut(from[name]) && !Object.hasOwn(shape, name));
  if (unknown === undefined) return;
  throw unsupported(
    `The embedded KMS does not support the member ${shortened(unknown)} ${where}. Remove it, or see docs/emulator.md for what is supported.`,
  );
}

function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}

function readMembers<S extends Shape>(shape: S, from: Readonly<Record<string, unknown>>, prefix: string): Input<S> {
  const members = Object.entries(shape).map(([name, reader]) => () => [
    name,
    // Own members only, so that nothing is read off a prototype.
    reader(Object.hasOwn(from, name) ? from[name] : undefined, `${prefix}${lowerFirst(name)}`),
  ]);
  const input: Input<S> = Object.fromEntries(all(members));
  return input;
}

/** What all of them read. @throws ConstraintError with the constraints that any of them found broken */
function all<T>(reads: readonly (() => T)[]): T[] {
  const broken: string[] = [];
  const values = reads.flatMap((read) => {
    try {
      return [read()];
    } catch (error) {
      // What cannot be read at all is reported with first, as it is all that AWS then sees.
      if (!(error instanceof ConstraintError)) throw error;
      broken.push(...error.broken);
      return [];
    }
  });
  if (broken.length > 0) throw new ConstraintError(broken);
  return values;
}

function checkLength(length: number, shown: string, path: string, bounds: Bounds): void {
  if (bounds.min !== undefined && length < bounds.min) {
    throw constraint(shown, path, `have length greater than or equal to ${bounds.min}`);
  }
  if (bounds.max !== undefined && length > bounds.max) {
    throw constraint(shown, path, `have length less than or equal to ${bounds.max}`);
  }
}

function isLeftOut(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function mistyped(): AwsError {
  return new AwsError("SerializationException");
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
