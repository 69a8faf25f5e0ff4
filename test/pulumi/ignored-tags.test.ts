import { ListResourceTagsCommand, TagResourceCommand } from "@aws-sdk/client-kms";
import type { Declared } from "./support/stack";
import { scenes } from "./support/scene";

const key = (tags: Readonly<Record<string, string>>): readonly Declared[] => [
  { type: "ExternalKey", name: "payments", props: () => ({ tags }) },
];

describe("tags that others keep on a key", () => {
  const scene = scenes({ "byok:ignoreTags": JSON.stringify({ keys: ["owner"], keyPrefixes: ["cost:"] }) });

  it("are neither shown nor changed nor removed", async () => {
    const { stack, life, arn, writes } = scene();
    expect((await stack.up(key({ team: "payments" }))).error).toBeUndefined();
    const Tags = Object.entries({ owner: "anna", "cost:centre": "4711", team: "by hand", stray: "1" });
    await life
      .client()
      .send(new TagResourceCommand({ KeyId: arn(), Tags: Tags.map(([TagKey, TagValue]) => ({ TagKey, TagValue })) }));
    writes();
    expect((await stack.refresh()).steps).toEqual(["drift payments"]);
    expect(stack.outs("ExternalKey", "payments")["tags"]).toEqual({ team: "by hand", stray: "1" });
    expect((await stack.up(key({ team: "payments" }))).steps).toEqual(["update payments"]);
    expect(writes()).toEqual(["UntagResource", "TagResource"]);
    expect((await stack.refresh()).steps).toEqual([]);
    const { Tags: left = [] } = await life.client().send(new ListResourceTagsCommand({ KeyId: arn() }));
    expect(Object.fromEntries(left.map(({ TagKey, TagValue }) => [TagKey, TagValue]))).toMatchObject({
      owner: "anna",
      "cost:centre": "4711",
      team: "payments",
    });
    expect(left.map(({ TagKey }) => TagKey)).not.toContain("stray");
  });

  it("cannot be the key's own", async () => {
    const { stack, writes } = scene();
    const { error } = await stack.up(key({ "cost:centre": "1" }));
    expect(error).toMatch(/tags.*cost:centre.*`ignoreTags` leaves to others/);
    expect(writes()).toEqual([]);
  });
});
