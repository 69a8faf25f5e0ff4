import type { Fault, Written } from "./fault";
import { camelCase } from "./field";
import { type Bounds, isArgument, type ResourceField, type ResourceFields } from "./resource-field";

/**
 * What is wrong with a known value by its field alone; goes on from the name: "must be one of reimport, report".
 * Undefined where it fits. What its type is has been seen to.
 */
export function misfit({ is, oneOf, length, form, bounds, whole }: ResourceField, value: unknown): string | undefined {
  const words = is.kind === "choice" ? is.choices : oneOf;
  if (typeof value === "string") {
    if (words !== undefined && !words.includes(value)) return `must be one of ${words.join(", ")}`;
    if (length !== undefined && !isWithin(length, value.length)) {
      return `must have between ${length.least} and ${length.most} characters`;
    }
    if (form !== undefined && !form.pattern.test(value)) return `must be ${form.words}`;
  }
  if (typeof value === "number") {
    const wanted = whole === true ? "a whole number" : "a number";
    if (whole === true && !Number.isInteger(value)) return `must be ${wanted}`;
    if (bounds !== undefined && !isWithin(bounds, value)) {
      return `must be ${wanted} from ${bounds.least} to ${bounds.most}`;
    }
  }
  return undefined;
}

function isWithin({ least, most }: Bounds, value: number): boolean {
  return value >= least && value <= most;
}

/** What is to be asked of the values of a configuration that fit their fields. */
export type Rules<V> = (written: Written<Partial<V>>) => readonly Fault[];

/** All that is wrong with a configuration: values that do not fit their fields, and what rules find in the others. */
export function allFaults<V extends object>(
  fields: ResourceFields,
  written: Written<V>,
  rules: Rules<V>,
): readonly Fault[] {
  const misfits = misfitsIn(fields, written).filter(({ attribute }) => fields[attribute]?.narrowed !== true);
  return [...misfits, ...rules(without(misfits, written))];
}

/** What rules find, where something else tells of the values that do not fit their fields. */
export function ruleFaults<V extends object>(
  fields: ResourceFields,
  written: Written<V>,
  rules: Rules<V>,
): readonly Fault[] {
  return rules(without(misfitsIn(fields, written), written));
}

function misfitsIn(fields: ResourceFields, { args }: Written<object>): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [attribute, field] of Object.entries(fields)) {
    const value = isArgument(field) ? valueAt(args, camelCase(attribute)) : undefined;
    if (value !== undefined) faults.push(...fieldFaults(attribute, field, value));
  }
  return faults;
}

/** What is wrong with a known value by its field alone, as a fault. */
export function fieldFaults(attribute: string, field: ResourceField, value: unknown): readonly Fault[] {
  const problem = misfit(field, value);
  return problem === undefined
    ? []
    : [{ attribute, code: "invalid_argument", message: `\`${attribute}\` ${problem}.` }];
}

/** What has been told of means nothing for the others, as if it were not known. */
function without<V extends object>(misfits: readonly Fault[], written: Written<V>): Written<Partial<V>> {
  if (misfits.length === 0) return written;
  const names = misfits.map(({ attribute }) => camelCase(attribute));
  const args: Partial<V> = { ...written.args };
  for (const name of names) Reflect.deleteProperty(args, name);
  return { ...written, args, unknown: new Set([...written.unknown, ...names]) };
}

function valueAt(values: object, name: string): unknown {
  return Reflect.get(values, name);
}
