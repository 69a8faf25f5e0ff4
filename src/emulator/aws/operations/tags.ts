import { namedKey, usableKey } from "../call";
import { integer, listOf, required, text } from "../../aws-json/input";
import { type Operation, operation } from "../operation";
import { page } from "../../aws-json/paging";
import { listedTags, refuseReserved, tagKey, tags, withTags } from "../../aws-json/tags";
import { keyId } from "./keys";

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: operation({ KeyId: keyId, Tags: required(tags) }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    key.tags = withTags(key.tags, input.Tags);
    return {};
  }),
  UntagResource: operation({ KeyId: keyId, TagKeys: required(listOf(tagKey)) }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    for (const name of input.TagKeys) refuseReserved(name);
    for (const name of input.TagKeys) key.tags.delete(name);
    return {};
  }),
  ListResourceTags: operation(
    { KeyId: keyId, Limit: integer({ min: 1, max: 50 }), Marker: text({ min: 1, max: 1024 }) },
    (call, input) => {
      const listed = listedTags(namedKey(call, input.KeyId).tags);
      const { shown, end } = page(listed, (tag) => tag.TagKey, input, 50);
      return { Tags: shown, ...end };
    },
    "reads",
  ),
};
