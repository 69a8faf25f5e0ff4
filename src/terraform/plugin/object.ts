import type { Path, PathStep } from "./path";
import type { AttributeDefinition, Nesting, ObjectDefinition } from "./schema/definition";
import { attributeOf, elementsOf, entriesOf, objectFrom, objectOf, UNKNOWN, type Value, valuesEqual } from "./value";
import { typeOf } from "./schema/definition";

// Going through objects along their definitions: every rule about attributes is one visit of them all, with the
// configuration, the state and so on alongside.

/** The values at one place, by name: `{ value, config, prior }`. */
export type Beside<Names extends string> = Readonly<Record<Names, Value>>;

/** Gives an attribute its new value, or none to go on into the attributes nested in it. */
export type AttributeVisit<Names extends string> = (
  attribute: AttributeDefinition,
  values: Beside<Names | "value">,
  at: Path,
) => Value | undefined;

/**
 * The object with every attribute as the visit gives it. Where the visit gives nothing, an attribute keeps its value,
 * and attributes nested in it and blocks are visited in turn. Nested objects are matched by index or key, in sets by
 * what the configuration sets.
 */
export function mapAttributes<Names extends string>(
  definition: ObjectDefinition,
  values: Beside<Names | "value">,
  visit: AttributeVisit<Names>,
  at: Path = [],
): Value {
  const { value } = values;
  if (value === null || value === UNKNOWN) return value;
  const entries: (readonly [string, Value])[] = [];
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    const here = [...at, { attribute: name }];
    const inner = pick(values, (object) => attributeOf(objectOf(object), name));
    const visited = visit(attribute, inner, here);
    if (visited !== undefined) entries.push([name, visited]);
    else if (attribute.nested) {
      const { nesting, object } = attribute.nested;
      entries.push([name, mapNested(nesting, object, inner, visit, here)]);
    } else entries.push([name, inner.value]);
  }
  for (const [name, block] of Object.entries(definition.blocks)) {
    const here = [...at, { attribute: name }];
    const inner = pick(values, (object) => attributeOf(objectOf(object), name));
    // A block that is not there is an empty list or set, never null.
    const absent = inner.value === null && block.nesting !== "single";
    entries.push([name, absent ? [] : mapNested(block.nesting, block.object, inner, visit, here)]);
  }
  return objectFrom(entries);
}

/** Visits every attribute for its own sake. Return true to go no deeper. */
export function visitAttributes<Names extends string>(
  definition: ObjectDefinition,
  values: Beside<Names | "value">,
  visit: (attribute: AttributeDefinition, values: Beside<Names | "value">, at: Path) => boolean | undefined,
  at: Path = [],
): void {
  mapAttributes(definition, values, (attribute, inner, here) => (visit(attribute, inner, here) ? null : undefined), at);
}

function mapNested<Names extends string>(
  nesting: Nesting,
  object: ObjectDefinition,
  values: Beside<Names | "value">,
  visit: AttributeVisit<Names>,
  at: Path,
): Value {
  const { value } = values;
  if (value === null || value === UNKNOWN) return value;
  switch (nesting) {
    case "single":
      return mapAttributes(object, values, visit, at);
    case "list":
      return elementsOf(value).map((_, index) =>
        mapAttributes(
          object,
          pick(values, (list) => elementsOf(list)[index] ?? null),
          visit,
          [...at, { index }],
        ),
      );
    case "map":
      return new Map(
        [...entriesOf(value).keys()].map((key) => {
          const step: PathStep = { key };
          return [
            key,
            mapAttributes(
              object,
              pick(values, (map) => entriesOf(map).get(key) ?? null),
              visit,
              [...at, step],
            ),
          ];
        }),
      );
    case "set":
      return elementsOf(value).map((element) =>
        mapAttributes(
          object,
          pick(values, (set) => (set === value ? element : counterpart(object, set, element))),
          visit,
          at,
        ),
      );
    default:
      return nesting satisfies never;
  }
}

/** The element of another set that the element stems from: equal wherever neither is null. */
export function counterpart(object: ObjectDefinition, set: Value, element: Value): Value {
  const candidates = elementsOf(set);
  const type = typeOf(object);
  return (
    candidates.find((candidate) => valuesEqual(type, candidate, element)) ??
    candidates.find((candidate) => agrees(object, candidate, element)) ??
    null
  );
}

function agrees(object: ObjectDefinition, a: Value, b: Value): boolean {
  return [...Object.entries(object.attributes)].every(([name, { type, options }]) => {
    const left = attributeOf(objectOf(a), name);
    const right = attributeOf(objectOf(b), name);
    return (
      (options.computed && (left === null || right === null)) ||
      left === UNKNOWN ||
      right === UNKNOWN ||
      valuesEqual(type, left, right)
    );
  });
}

function pick<Names extends string>(values: Beside<Names>, from: (value: Value) => Value): Beside<Names> {
  const picked: Record<Names, Value> = { ...values };
  for (const name in values) picked[name] = from(values[name]);
  return picked;
}
