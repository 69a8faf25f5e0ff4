import { namedKey, usableKey } from "../call";
import { AlibabaError } from "../errors";
import { maxTags, required, tagList, textList } from "../input";
import { type Operation, operation } from "../operation";
import { keyId } from "./keys";

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: operation({ KeyId: keyId, Tags: required(tagList()) }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    const tags = new Map([...key.tags, ...input.Tags]);
    if (tags.size > maxTags) throw new AlibabaError("Rejected.LimitExceeded");
    key.tags = tags;
    return {};
  }),
  UntagResource: operation({ KeyId: keyId, TagKeys: required(textList()) }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    for (const name of input.TagKeys) key.tags.delete(name);
    return {};
  }),
  ListResourceTags: operation(
    { KeyId: keyId },
    (call, input) => {
      const key = namedKey(call, input.KeyId);
      return {
        Tags: { Tag: [...key.tags].map(([TagKey, TagValue]) => ({ KeyId: key.id, TagKey, TagValue })) },
      };
    },
    "reads",
  ),
};
