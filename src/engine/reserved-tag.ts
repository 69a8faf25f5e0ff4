/** Tags that are not the user's: byok's own, and those that vendors keep on keys. In capitals they are reserved, too. */
const reserved = /^(aws|acs|byok):/i;

/** What a reserved key of a tag begins with, without the colon; undefined for a key that is the user's. */
export function reservedTagPrefix(key: string): string | undefined {
  return reserved.exec(key)?.[1];
}
