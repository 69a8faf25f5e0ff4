import type { Written } from "../definitions/fault";
import { camelCase } from "../definitions/field";
import { isOn, type ResourceFields } from "../definitions/resource-field";
import { UNKNOWN } from "./plugin/value";

/** A configuration as the rules read it. What it gives and is not known yet is set, for all that a plan can tell. */
export function writtenIn<V>(fields: ResourceFields, config: object): Written<Partial<V>>;
export function writtenIn(fields: ResourceFields, config: object): Written<object> {
  const args: Record<string, unknown> = {};
  const [unknown, set] = [new Set<string>(), new Set<string>()];
  for (const attribute of Object.keys(fields)) {
    const value: unknown = Reflect.get(config, attribute);
    if (value === undefined || value === null) continue;
    const name = camelCase(attribute);
    set.add(name);
    if (hasUnknown(value)) unknown.add(name);
    if (value !== UNKNOWN) args[name] = value instanceof Map ? knownElements(value) : value;
  }
  return { args, unknown, set };
}

function hasUnknown(value: unknown): boolean {
  return value === UNKNOWN || (value instanceof Map && [...value.values()].includes(UNKNOWN));
}

function knownElements(elements: ReadonlyMap<unknown, unknown>): object {
  return Object.fromEntries([...elements].map(([key, value]) => [key, typeof value === "string" ? value : ""]));
}

/** Values by the names of the attributes; what is not there is null. */
export function attributesFrom<S>(fields: ResourceFields, values: object): Partial<S>;
export function attributesFrom(fields: ResourceFields, values: object): object {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([attribute, field]) => {
      const name = camelCase(attribute);
      return isOn("terraform", field) && name in values ? [[attribute, Reflect.get(values, name) ?? null]] : [];
    }),
  );
}

/** The defaults of attributes that have one. */
export function defaultsOf<const F extends ResourceFields>(fields: F): DefaultsOf<F>;
export function defaultsOf(fields: ResourceFields): object {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => (field.default === undefined ? [] : [[name, field.default]])),
  );
}

export type DefaultsOf<F> = {
  readonly [N in keyof F as F[N] extends { readonly default: unknown } ? N : never]: F[N] extends {
    readonly default: infer D;
  }
    ? D
    : never;
};

/** What was planned as known stays as planned, the rest is as it was found. */
export function completed<S>(plan: object, found: Partial<S>): S;
export function completed(plan: object, found: object): object {
  return Object.fromEntries(
    Object.entries(plan).map(([name, planned]) => [name, planned === UNKNOWN ? Reflect.get(found, name) : planned]),
  );
}
