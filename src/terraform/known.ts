import type { Tags } from "../engine/key";
import { UNKNOWN, type Unknown } from "./plugin/value";

/** What is there and known. */
export function present<T>(value: T | Unknown | null | undefined): T | undefined {
  return value === UNKNOWN || value === null ? undefined : value;
}

/** A list of texts that are all known. */
export function texts(value: readonly (string | Unknown | null)[] | Unknown | null | undefined): string[] | undefined {
  return present(value)?.flatMap((text) => present(text) ?? []);
}

/** A map of texts that are all known. */
export function pairs(
  value: ReadonlyMap<string, string | Unknown | null> | Unknown | null | undefined,
): Tags | undefined {
  const map = present(value);
  if (map === undefined) return undefined;
  return Object.fromEntries([...map].flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])));
}
