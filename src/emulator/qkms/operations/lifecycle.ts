import { integer, listOf, required, text } from "../../aws-json/input";
import { AwsError } from "../../aws-json/errors";
import { epochSeconds } from "../../aws/metadata";
import { page } from "../../aws-json/paging";
import { listedTags, tagKey, tags, withTags } from "../../aws-json/tags";
import type { Key } from "../../key";
import { namedKey, type Operation, operation, type QkmsCall, usableKey } from "../call";
import { keyId } from "./keys";

const dayMs = 86_400_000;
const defaultWindowDays = 30;
const maxTags = 50;

const toggle = (enabled: boolean): Operation =>
  operation({ KeyId: keyId }, (call, input) => {
    usableKey(call, input.KeyId).enabled = enabled;
    return {};
  });

export const lifecycleOperations: Readonly<Record<string, Operation>> = {
  EnableKey: toggle(true),
  DisableKey: toggle(false),
  ScheduleKeyDeletion: operation({ KeyId: keyId, PendingWindowInDays: integer({ min: 7, max: 30 }) }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    const windowDays = input.PendingWindowInDays ?? defaultWindowDays;
    const atMs = call.nowMs + windowDays * dayMs;
    key.deletion = { kind: "scheduled", atMs };
    return {
      KeyId: key.arn,
      // A number here, where CreateKey and DescribeKey have text.
      DeletionDate: epochSeconds(atMs),
      KeyState: "PendingDeletion",
      PendingWindowInDays: windowDays,
    };
  }),
  CancelKeyDeletion: operation({ KeyId: keyId }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    key.deletion = undefined;
    key.enabled = false;
    return { KeyId: key.arn };
  }),
};

/** Their pages of the documentation have error names of their own. */
export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: operation({ KeyId: keyId, Tags: required(tags) }, (call, input) => {
    const key = taggedKey(call, input.KeyId);
    const names = new Set([...key.tags.keys(), ...input.Tags.map((tag) => tag.TagKey)]);
    if (names.size > maxTags) throw new AwsError("TooManyTagsException", "The number of tags exceeds the limit.");
    key.tags = withTags(key.tags, input.Tags);
    return {};
  }),
  UntagResource: operation({ KeyId: keyId, TagKeys: required(listOf(tagKey)) }, (call, input) => {
    const key = taggedKey(call, input.KeyId);
    for (const name of input.TagKeys) key.tags.delete(name);
    return {};
  }),
  ListResourceTags: operation(
    { KeyId: keyId, Limit: integer({ min: 1, max: 50 }), Marker: text({ min: 1, max: 1024 }) },
    (call, input) => {
      const { shown, end } = page(listedTags(taggedKey(call, input.KeyId).tags), (tag) => tag.TagKey, input, 50);
      return { Tags: shown, ...end };
    },
    "reads",
  ),
};

function taggedKey(call: QkmsCall, named: string): Key {
  try {
    return call.reads ? namedKey(call, named) : usableKey(call, named);
  } catch (error) {
    const missing = error instanceof AwsError && error.code === "NotFoundException";
    throw missing ? new AwsError("KMSNotFoundException", error.message) : error;
  }
}
