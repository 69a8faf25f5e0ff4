import { ListResourceTagsCommand } from "@aws-sdk/client-kms";
import { awsBlock, byokHost, textIn } from "../support/byok-host";

describe("tags named as members of every object", () => {
  it.each(["constructor", "toString", "__proto__"])("are set, removed and left as any others: %s", async (name) => {
    const on = await byokHost();
    const defaultTags = (...keys: string[]) =>
      awsBlock(on.life.kms.url, { default_tags: { tags: new Map(keys.map((key) => [key, "default"])) } });
    const key = on.host.resource("byok_external_key");
    const there = async (): Promise<readonly string[]> => {
      const { Tags = [] } = await on.life.client().send(new ListResourceTagsCommand({ KeyId: textIn(key, "arn") }));
      return Tags.map(({ TagKey = "" }) => TagKey).toSorted();
    };
    await on.restart({ aws: defaultTags("team") });
    await key.applyAndSettle({ tags: new Map([[name, "own"]]) });
    expect(await there()).toEqual([name, "team"].toSorted());
    await key.applyAndSettle({});
    expect(await there()).toEqual(["team"]);
    // As a default it is none of the key's own.
    await on.restart({ aws: defaultTags("team", name) });
    await key.applyAndSettle({ tags: new Map([["own", "1"]]) });
    expect(await there()).toEqual([name, "own", "team"].toSorted());
    expect(key.state?.["tags"]).toEqual(new Map([["own", "1"]]));
    await on.close();
  });
});
