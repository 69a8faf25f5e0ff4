import type { Diagnostic } from "./diagnostics";
import { mapAttributes } from "./object";
import { formatPath, type Path } from "./path";
import type { ObjectDefinition } from "./schema/definition";
import { typeOf } from "./schema/definition";
import { objectOf, UNKNOWN, type Value, valuesEqual } from "./value";

/** What the server plans for a resource by its schema alone, before the resource has its say. */
export interface ProposedPlan {
  readonly planned: Value;
  readonly requiresReplace: readonly Path[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface PlanValues {
  readonly config: Value;
  /** The state; null when the resource is created. */
  readonly prior: Value;
  /** The configuration over the state, as the host merges them. */
  readonly proposed: Value;
}

/**
 * The plan that follows from the schema:
 *
 * 1. what the host proposes, with write-only values taken out;
 * 2. the state's spelling where the configuration only spells the same differently;
 * 3. defaults;
 * 4. if anything differs from the state, every computed attribute that is not configured becomes unknown;
 * 5. the attributes' own plan modifiers.
 */
export function planBySchema(definition: ObjectDefinition, { config, prior, proposed }: PlanValues): ProposedPlan {
  const creating = prior === null;
  let planned = withoutWriteOnly(definition, proposed);
  planned = keepSpelling(definition, planned, prior);
  planned = withDefaults(definition, planned, config);
  if (!valuesEqual(typeOf(definition), planned, prior)) planned = withUnknowns(definition, planned, config);

  const requiresReplace: Path[] = [];
  const diagnostics: Diagnostic[] = [];
  planned = mapAttributes(definition, { value: planned, config, prior }, (attribute, values, at) => {
    if (attribute.options.writeOnly) return null;
    let value = values.value;
    for (const modify of attribute.options.plan ?? []) {
      const changed = !valuesEqual(attribute.type, value, values.prior);
      const change = modify({
        path: at,
        config: values.config,
        prior: values.prior,
        planned: value,
        changed,
        creating,
      });
      if (change?.planned !== undefined) value = change.planned;
      if (change?.requiresReplace) requiresReplace.push(at);
      if (change?.diagnostics) diagnostics.push(...change.diagnostics);
    }
    return value === values.value && attribute.nested ? undefined : value;
  });
  return { planned, requiresReplace: sortedPaths(requiresReplace), diagnostics };
}

/** The object with every write-only attribute null, as it must be in whatever the host may store. */
export function withoutWriteOnly(definition: ObjectDefinition, value: Value): Value {
  return mapAttributes(definition, { value }, (attribute) => (attribute.options.writeOnly ? null : undefined));
}

/** The object with the spelling of another one, wherever the two mean the same by the attributes' `equal`. */
export function keepSpelling(definition: ObjectDefinition, value: Value, spelled: Value): Value {
  if (objectOf(spelled) === null) return value;
  return mapAttributes(definition, { value, spelled }, ({ type, options: { equal } }, values) => {
    if (!equal || !isKnown(values.value) || !isKnown(values.spelled)) return undefined;
    if (valuesEqual(type, values.value, values.spelled)) return undefined;
    return equal(values.value, values.spelled) ? values.spelled : undefined;
  });
}

/** The object with null where something is unknown: what is left of a plan that could not be carried out. */
export function withoutUnknown(value: Value): Value {
  if (value === UNKNOWN) return null;
  if (Array.isArray(value)) return value.map(withoutUnknown);
  if (value instanceof Map) return new Map([...value].map(([key, element]) => [key, withoutUnknown(element)]));
  const object = objectOf(value);
  if (!object || "decimal" in object || ("type" in object && "value" in object)) return value;
  return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, withoutUnknown(member)]));
}

/** Paths without repetition, in an order that does not depend on how they were found. */
export function sortedPaths(paths: readonly Path[]): readonly Path[] {
  const byText = new Map(paths.map((path) => [formatPath(path), path]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

function withDefaults(definition: ObjectDefinition, planned: Value, config: Value): Value {
  return mapAttributes(definition, { value: planned, config }, ({ options }, values) =>
    options.default !== undefined && values.config === null ? options.default : undefined,
  );
}

function withUnknowns(definition: ObjectDefinition, planned: Value, config: Value): Value {
  return mapAttributes(definition, { value: planned, config }, ({ options }, values) =>
    options.computed && options.default === undefined && values.config === null ? UNKNOWN : undefined,
  );
}

function isKnown(value: Value): boolean {
  return value !== null && value !== UNKNOWN;
}
