import { type Diagnostic, providerBug } from "./diagnostics";
import { counterpart, mapAttributes } from "./object";
import { formatPath, type Path } from "./path";
import type { AttributeDefinition, Nesting, ObjectDefinition } from "./schema/definition";
import type { Type } from "./type";
import { attributeOf, elementsOf, entriesOf, objectOf, UNKNOWN, type Value, valuesEqual } from "./value";

// The rules that the host holds a provider to. Checked here first, so that a mistake is named by its attribute and found
// by unit tests. No message holds a value.

/**
 * What is wrong with a plan: every configured attribute must be planned as configured or as it is in the state, and what
 * is neither configured nor computed must be null.
 */
export function planProblems(
  definition: ObjectDefinition,
  values: { readonly config: Value; readonly prior: Value; readonly planned: Value },
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const { config, prior, planned } = values;
  if (planned === null) return [providerBug("Nothing was planned for a resource that is configured.")];
  comparePlan(definition, { config, prior, planned }, [], (at, problem) => {
    problems.push(providerBug(`The plan for ${formatPath(at)} ${problem}.`, at));
  });
  return problems;
}

/** What is wrong with the state after an apply: what was planned as known must be there, and nothing may be unknown. */
export function applyProblems(
  definition: ObjectDefinition,
  values: { readonly planned: Value; readonly state: Value },
): readonly Diagnostic[] {
  if (values.state === null) return [providerBug("The resource is gone after it was created or updated.")];
  const problems: Diagnostic[] = [];
  const report = (at: Path, problem: string): void => {
    problems.push(providerBug(`After the apply ${formatPath(at)} ${problem}.`, at));
  };
  compareApplied(definition, values.planned, values.state, [], report);
  return [...problems, ...stateProblems(definition, values.state)];
}

/** What is wrong with a state by itself: nothing unknown, nothing write-only. */
export function stateProblems(definition: ObjectDefinition, state: Value): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  mapAttributes(definition, { value: state }, (attribute, { value }, at) => {
    if (attribute.options.writeOnly && value !== null) {
      problems.push(providerBug(`The write-only attribute ${formatPath(at)} has a value.`, at));
    }
    if (value === UNKNOWN || (!attribute.nested && !known(attribute.type, value))) {
      problems.push(providerBug(`The value of ${formatPath(at)} is still unknown.`, at));
    }
    return undefined;
  });
  return problems;
}

type Report = (at: Path, problem: string) => void;

interface Planning {
  readonly config: Value;
  readonly prior: Value;
  readonly planned: Value;
}

function comparePlan(
  definition: ObjectDefinition,
  { config, prior, planned }: Planning,
  at: Path,
  report: Report,
): void {
  if (planned === UNKNOWN || planned === null || config === UNKNOWN) return;
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    const inner = membersAt(name, { config, prior, planned });
    comparePlannedAttribute(attribute, inner, [...at, { attribute: name }], report);
  }
  for (const [name, block] of Object.entries(definition.blocks)) {
    const inner = membersAt(name, { config, prior, planned });
    comparePlannedObjects(block.nesting, block.object, inner, [...at, { attribute: name }], report);
  }
}

function comparePlannedAttribute(
  { type, options, nested }: AttributeDefinition,
  { config, prior, planned }: Planning,
  at: Path,
  report: Report,
): void {
  if (options.writeOnly) {
    if (planned !== null) report(at, "has a value, though the attribute is write-only");
    return;
  }
  if (valuesEqual(type, planned, config)) return;
  if (config === null) {
    if (options.computed) return;
    return report(at, "has a value, though it is neither configured nor computed");
  }
  if (prior !== null && valuesEqual(type, planned, prior)) return;
  // The parts of a nested attribute may be computed.
  if (nested && planned !== UNKNOWN && planned !== null && config !== UNKNOWN) {
    return comparePlannedObjects(nested.nesting, nested.object, { config, prior, planned }, at, report);
  }
  report(at, "is neither what is configured nor what is in the state");
}

function comparePlannedObjects(
  nesting: Nesting,
  object: ObjectDefinition,
  { config, prior, planned }: Planning,
  at: Path,
  report: Report,
): void {
  if (config === UNKNOWN || planned === UNKNOWN) {
    if (config !== planned) report(at, "is unknown in only one of configuration and plan");
    return;
  }
  if ((config === null) !== (planned === null)) return report(at, "is there in only one of configuration and plan");
  if (sizeOf(nesting, config) !== sizeOf(nesting, planned))
    return report(at, "has another number of objects than configured");
  for (const [key, element, here] of childrenOf(nesting, planned, at)) {
    comparePlan(
      object,
      {
        config: childAt(nesting, object, config, key, element),
        prior: childAt(nesting, object, prior, key, element),
        planned: element,
      },
      here,
      report,
    );
  }
}

function compareApplied(definition: ObjectDefinition, planned: Value, state: Value, at: Path, report: Report): void {
  if (planned === UNKNOWN || planned === null) return;
  for (const [name, { type, nested }] of Object.entries(definition.attributes)) {
    const before = attributeOf(objectOf(planned), name);
    const after = attributeOf(objectOf(state), name);
    const here = [...at, { attribute: name }];
    if (nested) compareAppliedObjects(nested.nesting, nested.object, before, after, here, report);
    else if (!fits(type, before, after)) report(here, "is not what was planned");
  }
  for (const [name, block] of Object.entries(definition.blocks)) {
    const before = attributeOf(objectOf(planned), name);
    const after = attributeOf(objectOf(state), name);
    compareAppliedObjects(block.nesting, block.object, before, after, [...at, { attribute: name }], report);
  }
}

function compareAppliedObjects(
  nesting: Nesting,
  object: ObjectDefinition,
  planned: Value,
  state: Value,
  at: Path,
  report: Report,
): void {
  if (planned === UNKNOWN) return;
  if ((planned === null) !== (state === null)) return report(at, "is there in only one of plan and result");
  if (sizeOf(nesting, planned) !== sizeOf(nesting, state))
    return report(at, "has another number of objects than planned");
  for (const [key, element, here] of childrenOf(nesting, planned, at)) {
    compareApplied(object, element, childAt(nesting, object, state, key, element), here, report);
  }
}

/** Whether a value may stand where another was planned: the same, apart from what was unknown. */
function fits(type: Type, planned: Value, actual: Value): boolean {
  if (planned === UNKNOWN || valuesEqual(type, planned, actual)) return true;
  if (planned === null || actual === null || known(type, planned)) return false;
  switch (type.kind) {
    case "list": {
      const [before, after] = [elementsOf(planned), elementsOf(actual)];
      return (
        before.length === after.length &&
        before.every((element, index) => fits(type.element, element, after[index] ?? null))
      );
    }
    case "tuple": {
      const [before, after] = [elementsOf(planned), elementsOf(actual)];
      return type.elements.every((of, index) => fits(of, before[index] ?? null, after[index] ?? null));
    }
    case "map": {
      const [before, after] = [entriesOf(planned), entriesOf(actual)];
      return (
        before.size === after.size &&
        [...before].every(([key, element]) => fits(type.element, element, after.get(key) ?? null))
      );
    }
    case "object":
      return [...type.attributes].every(([name, of]) =>
        fits(of, attributeOf(objectOf(planned), name), attributeOf(objectOf(actual), name)),
      );
    case "set":
    case "dynamic":
      // Elements of sets that hold something unknown cannot be told apart.
      return true;
    case "string":
    case "number":
    case "bool":
      return false;
    default:
      return type satisfies never;
  }
}

function known(type: Type, value: Value): boolean {
  if (value === UNKNOWN) return false;
  if (value === null) return true;
  switch (type.kind) {
    case "list":
    case "set":
      return elementsOf(value).every((element) => known(type.element, element));
    case "tuple":
      return type.elements.every((of, index) => known(of, elementsOf(value)[index] ?? null));
    case "map":
      return [...entriesOf(value).values()].every((element) => known(type.element, element));
    case "object":
      return [...type.attributes].every(([name, of]) => known(of, attributeOf(objectOf(value), name)));
    case "dynamic":
      return typeof value !== "object" || !("value" in value) || attributeOf(objectOf(value), "value") !== UNKNOWN;
    case "string":
    case "number":
    case "bool":
      return true;
    default:
      return type satisfies never;
  }
}

function membersAt(name: string, { config, prior, planned }: Planning): Planning {
  return {
    config: attributeOf(objectOf(config), name),
    prior: attributeOf(objectOf(prior), name),
    planned: attributeOf(objectOf(planned), name),
  };
}

type Key = string | number;

function* childrenOf(nesting: Nesting, value: Value, at: Path): Generator<readonly [Key, Value, Path]> {
  if (value === null || value === UNKNOWN) return;
  if (nesting === "single") yield ["", value, at];
  else if (nesting === "map") for (const [key, element] of entriesOf(value)) yield [key, element, [...at, { key }]];
  else {
    for (const [index, element] of elementsOf(value).entries()) {
      yield [index, element, nesting === "set" ? at : [...at, { index }]];
    }
  }
}

function childAt(nesting: Nesting, object: ObjectDefinition, value: Value, key: Key, element: Value): Value {
  if (nesting === "single") return value;
  if (nesting === "map") return entriesOf(value).get(String(key)) ?? null;
  return nesting === "set" ? counterpart(object, value, element) : (elementsOf(value)[Number(key)] ?? null);
}

function sizeOf(nesting: Nesting, value: Value): number {
  if (value === null) return 0;
  return nesting === "single" ? 1 : nesting === "map" ? entriesOf(value).size : elementsOf(value).length;
}
