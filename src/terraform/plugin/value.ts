import { canonicalNumber, type NumberValue } from "./number";
import { type Type, typeToJson } from "./type";

/** Stands for a value that is known only after an apply. */
export const UNKNOWN: unique symbol = Symbol.for("terraform.unknown");
/** The type of `UNKNOWN`. */
export type Unknown = typeof UNKNOWN;

/** A value of a dynamic type, with the type that it has. */
export interface DynamicTyped {
  /** What the value is. */
  readonly type: Type;
  /** Of that type. */
  readonly value: Value;
}

/**
 * Any value. What a JavaScript value means is decided by the type beside it: lists, sets and tuples are arrays, maps are
 * Maps, objects are plain objects, null is null.
 */
export type Value =
  | string
  | boolean
  | NumberValue
  | null
  | Unknown
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | ObjectValue
  | DynamicTyped;

/** An object: every attribute of its type, absent ones null. */
export interface ObjectValue {
  readonly [attribute: string]: Value;
}

/** Whether the two are the same value of the type. Strings compare in NFC, as the host keeps them; sets without order. */
export function valuesEqual(type: Type, a: Value, b: Value): boolean {
  return a === b || canonical(type, a) === canonical(type, b);
}

/** Whether there is nothing unknown in a value. */
export function wholeKnown(value: unknown): boolean {
  if (value === UNKNOWN) return false;
  if (value instanceof Map) return [...value.values()].every(wholeKnown);
  if (typeof value === "object" && value !== null) return Object.values(value).every(wholeKnown);
  return true;
}

/** Whether a value is one of the three forms of a number. */
export function isNumber(value: Value): value is NumberValue {
  return (
    typeof value === "number" ||
    typeof value === "bigint" ||
    (typeof value === "object" && value !== null && "decimal" in value && typeof value.decimal === "string")
  );
}

/** Whether a value carries its own type. */
export function isDynamic(value: Value): value is DynamicTyped {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "type" in value && "value" in value;
}

/** The array behind a list, set or tuple value; empty for null, unknown and anything else. */
export function elementsOf(value: unknown): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** The entries of a map value; empty for null, unknown and anything else. */
export function entriesOf(value: unknown): ReadonlyMap<string, Value> {
  return value instanceof Map ? value : new Map();
}

/** The object, or nothing if the value is null, unknown or not an object. */
export function objectOf(value: unknown): ObjectValue | null {
  return isObject(value) ? value : null;
}

/** An attribute of an object; null where the object has none. */
export function attributeOf(object: ObjectValue | null | undefined, name: string): Value {
  return object && Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}

/** An object without a prototype, so that an attribute may have any name, `__proto__` too. */
export function objectFrom(entries: Iterable<readonly [string, Value]>): ObjectValue {
  const object: Record<string, Value> = Object.create(null);
  for (const [name, value] of entries) object[name] = value;
  return object;
}

function isObject(value: unknown): value is ObjectValue {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

/** A text that is the same for equal values and differs for others. */
export function canonical(type: Type, value: Value | undefined): string {
  if (value === null || value === undefined) return "null";
  if (value === UNKNOWN) return "unknown";
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? JSON.stringify(value.normalize("NFC")) : "not a string";
    case "number":
      return isNumber(value) ? canonicalNumber(value) : "not a number";
    case "bool":
      return value === true ? "true" : "false";
    case "dynamic": {
      return isDynamic(value) ? `${typeToJson(value.type)}${canonical(value.type, value.value)}` : "not dynamic";
    }
    case "list":
      return `[${elementsOf(value)
        .map((element) => canonical(type.element, element))
        .join()}]`;
    case "set":
      return `{${[...new Set(elementsOf(value).map((element) => canonical(type.element, element)))].toSorted().join()}}`;
    case "tuple":
      return `[${type.elements.map((of, index) => canonical(of, elementsOf(value)[index])).join()}]`;
    case "map":
      return `{${[...entriesOf(value)]
        .map(([key, element]) => `${JSON.stringify(key.normalize("NFC"))}:${canonical(type.element, element)}`)
        .toSorted()
        .join()}}`;
    case "object": {
      const object = objectOf(value);
      return `{${[...type.attributes]
        .map(([name, of]) => `${JSON.stringify(name)}:${canonical(of, attributeOf(object, name))}`)
        .toSorted()
        .join()}}`;
    }
    default:
      return type satisfies never;
  }
}
