/** Tags that others keep on keys: they are neither shown nor changed nor removed, and are no drift. */
export interface IgnoredTags {
  /** Tags by their keys. */
  readonly keys: readonly string[];
  /** Tags by what their keys begin with. */
  readonly keyPrefixes: readonly string[];
}

export const noIgnoredTags: IgnoredTags = { keys: [], keyPrefixes: [] };

export function isIgnoredTag(key: string, { keys, keyPrefixes }: IgnoredTags): boolean {
  return keys.includes(key) || keyPrefixes.some((prefix) => key.startsWith(prefix));
}
