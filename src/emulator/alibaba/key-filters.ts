import { type Key, keyState } from "../key";
import { namesOf } from "../names";
import { invalid } from "./errors";
import { isObject, jsonList, type Reader } from "./input";
import { keyStateNames } from "./metadata";

/** What ListKeys can be asked to show only. */
export interface KeyFilter {
  readonly property: keyof typeof properties;
  readonly values: readonly string[];
}

const mostFilters = 10;

const properties = {
  KeyState: (key, nowMs) => keyStateNames[keyState(key, nowMs)],
  KeySpec: (key) => key.spec,
  KeyUsage: (key) => key.usage,
  ProtectionLevel: (key) => key.wireFacts?.["protectionLevel"],
  // No other product makes keys here.
  CreatorType: () => "User",
  DKMSInstanceId: (key) => key.wireFacts?.["dkmsInstanceId"],
} as const satisfies Record<string, (key: Key, nowMs: number) => string | undefined>;

/** `[{"Key": "KeyState", "Values": ["Enabled"]}]` in JSON, at most 10. */
export function keyFilters(): Reader<readonly KeyFilter[] | undefined> {
  return (value, name) => {
    const items = jsonList(value, name);
    if (items !== undefined && items.length > mostFilters) throw invalid(name);
    return items?.map((item) => {
      if (!isObject(item)) throw invalid(name);
      const { Key: asked, Values: values } = item;
      const property = namesOf(properties).find((known) => known === asked);
      if (property === undefined || !Array.isArray(values)) throw invalid(name);
      return { property, values: values.map(String) };
    });
  };
}

/** Of one property any value will do; several properties are all asked for. */
export function passes(key: Key, filters: readonly KeyFilter[], nowMs: number): boolean {
  return filters.every(({ property }) => {
    const has = properties[property](key, nowMs);
    return has !== undefined && filters.some((other) => other.property === property && other.values.includes(has));
  });
}
