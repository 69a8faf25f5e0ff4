/** The properties of a resource, as they travel between the engine of Pulumi and a provider. */
export type Props = Readonly<Record<string, unknown>>;

/** The placeholder of a value that is not known yet, by Pulumi's own convention (`pulumi.runtime.unknownValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The property under which the text of a provider travels with each resource. */
export const providerProperty = "__provider";

/** Whether a value, or anything in it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/**
 * Properties as they may be handed to the engine: what is undefined is left out, at every depth, since the engine's
 * protocol cannot carry it. Everything that a provider returns goes through here.
 */
export function plainProps(props: Props): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(props).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)]])),
  );
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => (item === undefined ? null : plain(item)));
  return isProps(value) ? plainProps(value) : value;
}

export function isProps(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two plain values are the same. The order of names does not count. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, i) => sameValue(item, other[i]));
  }
  if (!isProps(one) || !isProps(other)) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => sameValue(one[name], other[name]));
}
