import { AwsError } from "./errors";
import { listOf, type Reader, required, structure, text } from "./input";

const maxTags = 50;

interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export const tagKey = required(text({ min: 1, max: 128 }));
export const tags: Reader<readonly Tag[] | undefined> = listOf(
  structure({ TagKey: tagKey, TagValue: required(text({ max: 256 })) }),
);

/** A key's tags after some were set. @throws AwsError TagException */
export function withTags(present: ReadonlyMap<string, string>, set: readonly Tag[]): Map<string, string> {
  const names = set.map((tag) => tag.TagKey);
  for (const name of names) refuseReserved(name);
  if (new Set(names).size !== names.length) throw new AwsError("TagException", "Duplicate tag keys");
  const merged = new Map(present);
  for (const tag of set) merged.set(tag.TagKey, tag.TagValue);
  if (merged.size > maxTags) throw new AwsError("TagException", "Too many tags");
  return merged;
}

/** @throws AwsError TagException */
export function refuseReserved(name: string): void {
  if (/^aws:/i.test(name)) throw new AwsError("TagException", "Tags beginning with aws: are reserved");
}

/** As a list, ordered by key. */
export function listedTags(present: ReadonlyMap<string, string>): Tag[] {
  return [...present]
    .map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
    .toSorted((a, b) => (a.TagKey < b.TagKey ? -1 : 1));
}
