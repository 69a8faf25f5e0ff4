import type { Tags } from "../engine/key";
import { pairs } from "./known";
import { UNKNOWN, type Unknown } from "./plugin/value";

/** The tags that a key is to have, where anybody manages them: the provider's defaults, and the key's own before them. */
export function managedTags(defaults: Tags, own: Tags | undefined): Tags | undefined {
  if (own === undefined && Object.keys(defaults).length === 0) return undefined;
  return { ...defaults, ...own };
}

/** The same at plan. Undefined: nobody manages them; unknown: some of them are not known yet. */
export function managedTagsAtPlan(
  defaults: Tags | Unknown,
  own: ReadonlyMap<string, string | Unknown | null> | Unknown | null,
): Tags | Unknown | undefined {
  if (defaults === UNKNOWN || own === UNKNOWN || (own !== null && [...own.values()].includes(UNKNOWN))) return UNKNOWN;
  return managedTags(defaults, pairs(own));
}

/**
 * Of the tags that a key has, its own: those that are not merely the provider's defaults. A default that was changed
 * since the key was last seen is still there as it was then.
 */
export function ownTags(
  all: Tags,
  defaults: { readonly seen: Tags; readonly now: Tags },
  stored: Tags | undefined,
): Tags {
  return Object.fromEntries(
    Object.entries(all).filter(
      ([key, value]) =>
        Object.hasOwn(stored ?? {}, key) || (defaults.now[key] !== value && defaults.seen[key] !== value),
    ),
  );
}

export function sameTags(one: Tags, other: Tags): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

export function tagMap(tags: Tags): ReadonlyMap<string, string> {
  return new Map(Object.entries(tags));
}
