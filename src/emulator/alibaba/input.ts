import { invalid, missing, unsupportedParameter } from "./errors";

/** Reads one parameter. `undefined` means that it was left out. @throws AlibabaError */
export type Reader<T> = (value: string | undefined, name: string) => T;

/** The parameters that an operation knows. */
export type Shape = Readonly<Record<string, Reader<unknown>>>;
export type Input<S extends Shape> = { readonly [Name in keyof S]: ReturnType<S[Name]> };
export type Parameters = ReadonlyMap<string, string>;

/**
 * @param operation for the message about a parameter that is not in the shape
 * @throws AlibabaError for such a parameter, since it might change what the request means, and for a value that is not valid
 */
export function readInput<S extends Shape>(shape: S, parameters: Parameters, operation: string): Input<S> {
  const unknown = [...parameters.keys()].find((name) => !Object.hasOwn(shape, name) && !commonParameters.has(name));
  if (unknown !== undefined) throw unsupportedParameter(unknown, operation);
  const read = Object.entries(shape).map(([name, reader]) => [name, reader(parameters.get(name), name)]);
  const input: Input<S> = Object.fromEntries(read);
  return input;
}

/** Parameters of every request, which say who asks and how to answer ("Common parameters"). */
const commonParameters: ReadonlySet<string> = new Set([
  "Action",
  "Version",
  "Format",
  "RegionId",
  "AccessKeyId",
  "SecurityToken",
  "Signature",
  "SignatureMethod",
  "SignatureNonce",
  "SignatureType",
  "SignatureVersion",
  "Timestamp",
]);

/** @throws AlibabaError MissingParameter where the parameter is left out or empty */
export function required<T>(reader: Reader<T | undefined>): Reader<T> {
  return (value, name) => {
    const read = value === "" ? undefined : reader(value, name);
    if (read === undefined) throw missing(name);
    return read;
  };
}

export function text(bounds: { readonly max?: number; readonly pattern?: RegExp } = {}): Reader<string | undefined> {
  return (value, name) => {
    if (value === undefined) return undefined;
    if (value.length > (bounds.max ?? Number.POSITIVE_INFINITY)) throw invalid(name);
    if (bounds.pattern !== undefined && !bounds.pattern.test(value)) throw invalid(name);
    return value;
  };
}

export function oneOf<const Value extends string>(values: readonly Value[]): Reader<Value | undefined> {
  return (value, name) => {
    if (value === undefined) return undefined;
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw invalid(name);
    return found;
  };
}

export function flag(): Reader<boolean | undefined> {
  return (value, name) => {
    const word = oneOf(["true", "false"])(value?.toLowerCase(), name);
    return word === undefined ? undefined : word === "true";
  };
}

export function integer(min: number, max: number): Reader<number | undefined> {
  return (value, name) => {
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^-?\d{1,15}$/.test(value) || number < min || number > max) throw invalid(name);
    return number;
  };
}

/** Bytes from padded standard base64. */
export function blob(maxBytes: number): Reader<Buffer | undefined> {
  return (value, name) => {
    if (value === undefined) return undefined;
    const bytes = Buffer.from(value, "base64");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0 || bytes.length > maxBytes) throw invalid(name);
    return bytes;
  };
}

/** `[{"TagKey": …, "TagValue": …}]` in JSON, at most 20. */
export function tagList(): Reader<ReadonlyMap<string, string> | undefined> {
  return (value, name) => {
    const items = jsonList(value, name);
    if (items === undefined) return undefined;
    const tags = new Map<string, string>();
    for (const item of items) {
      if (!isObject(item)) throw invalid(name);
      const { TagKey: key, TagValue: content = "" } = item;
      if (typeof key !== "string" || typeof content !== "string") throw invalid(name);
      if (!tagText.test(key) || key === "" || /^(?:aliyun|acs:)/i.test(key) || !tagText.test(content))
        throw invalid(name);
      tags.set(key, content);
    }
    if (tags.size > maxTags) throw invalid(name);
    return tags;
  };
}

/** `["key", …]` in JSON. */
export function textList(): Reader<readonly string[] | undefined> {
  return (value, name) => {
    const items = jsonList(value, name);
    return items?.map((item) => {
      if (typeof item !== "string") throw invalid(name);
      return item;
    });
  };
}

/** A JSON object of texts, such as an encryption context. */
export function textMap(): Reader<Readonly<Record<string, string>> | undefined> {
  return (value, name) => {
    const parsed = json(value, name);
    if (parsed === undefined) return undefined;
    if (!isObject(parsed)) throw invalid(name);
    const pairs = Object.entries(parsed).map(([key, content]): [string, string] => {
      if (typeof content !== "string") throw invalid(name);
      return [key, content];
    });
    return Object.fromEntries(pairs);
  };
}

export const maxTags = 20;

/** The characters that keys and values of tags may have, by TagResources. */
const tagText = /^[\p{L}\p{N}/\\_.+=:@ -]{0,128}$/u;

/** A JSON array. */
export function jsonList(value: string | undefined, name: string): readonly unknown[] | undefined {
  const parsed = json(value, name);
  if (parsed === undefined) return undefined;
  if (!Array.isArray(parsed)) throw invalid(name);
  return parsed;
}

/** The documentation prints quotes in JSON with a backslash before them, so that is taken too. */
function json(value: string | undefined, name: string): unknown {
  if (value === undefined || value === "") return undefined;
  for (const spelling of [value, value.replaceAll('\\"', '"')]) {
    try {
      const parsed: unknown = JSON.parse(spelling);
      return parsed;
    } catch {
      // The next spelling, or none.
    }
  }
  throw invalid(name);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
