import type { Tags } from "../engine/key";
import { reservedTagPrefix } from "../engine/reserved-tag";
import { fault } from "./diagnose";
import type { Diagnostic } from "./plugin/diagnostics";
import { type Path, path } from "./plugin/path";

/** The tags that a key is to have, where anybody manages them: the provider's defaults, and the key's own before them. */
export function managedTags(defaults: Tags, own: Tags | undefined): Tags | undefined {
  if (own === undefined && Object.keys(defaults).length === 0) return undefined;
  return { ...defaults, ...own };
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
      ([key, value]) => stored?.[key] !== undefined || (defaults.now[key] !== value && defaults.seen[key] !== value),
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

/** Tags of the vendor and of byok cannot be set. */
export function reservedTags(tags: ReadonlyMap<string, unknown>): Diagnostic[] {
  return [...tags.keys()]
    .filter((key) => reservedTagPrefix(key) !== undefined)
    .map((key) =>
      fault(
        "Reserved Tag",
        "invalid_argument",
        `Tags that begin with ${key.split(":", 1)[0]}: are set by others. Rename it.`,
        at(key),
      ),
    );
}

function at(key: string): Path {
  return path("tags", { key });
}
