import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ListResourceTagsCommand, TagResourceCommand } from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";

const address = "byok_external_key.this";

describe("tags that others keep on a key", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
  });
  afterEach(() => on.close());

  const write = async (lines: string, ignoring = true): Promise<void> => {
    await on.write(`resource "byok_external_key" "this" {\n${lines}\n}`);
    const configuration = await readFile(join(on.workspace.folder, "main.tf"), "utf8");
    const blocks = `
    default_tags {
      tags = { stage = "test", "cost:unit" = "7" }
    }
    ${ignoring ? `ignore_tags {\n keys = ["owner"]\n key_prefixes = ["cost:", "kube/"]\n }` : ""}`;
    await on.workspace.write(configuration.replace(/( endpoint {3}= .*)/, `$1\n${blocks}`));
  };
  const tag = async (tags: Readonly<Record<string, string>>): Promise<void> => {
    const { arn } = await on.workspace.attributes(address);
    const Tags = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
    await on.life.client().send(new TagResourceCommand({ KeyId: String(arn), Tags }));
  };
  const tagsOnKey = async (): Promise<object> => {
    const { arn } = await on.workspace.attributes(address);
    const { Tags = [] } = await on.life.client().send(new ListResourceTagsCommand({ KeyId: String(arn) }));
    return Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
  };

  it("are neither drift nor shown, and stay when others of the key's tags change", async () => {
    await write(`tags = { team = "payments" }`);
    await on.workspace.apply();
    await on.settled();
    const own = { team: "payments", stage: "test" };
    // A default tag that is ignored is not set, either.
    expect(await tagsOnKey()).toEqual(own);
    const others = { owner: "anna", "cost:centre": "4711", "kube/zone": "a" };
    await tag(others);
    await on.settled();
    await on.workspace.apply("-refresh-only");
    expect(await on.workspace.attributes(address)).toMatchObject({ tags: { team: "payments" }, tags_all: own });

    await tag({ ...others, stray: "1", team: "by hand" });
    expect((await on.workspace.changes()).get(address)).toMatchObject({
      actions: ["update"],
      before: { tags: { team: "by hand", stray: "1" } },
      after: { tags: { team: "payments" }, tags_all: own },
    });
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await tagsOnKey()).toEqual({ ...own, ...others });
  });

  it("leave the state once they are ignored, and stay on the key", async () => {
    await write(`tags = { team = "payments", owner = "anna" }`, false);
    await on.workspace.apply();
    await write(`tags = { team = "payments" }`);
    on.life.calls();
    await on.workspace.apply();
    await on.settled();
    expect(on.life.calls().filter((call) => /Tag(?!s)/.test(call) && !/^List/.test(call))).toEqual([]);
    expect(await on.workspace.attributes(address)).toMatchObject({ tags_all: { team: "payments", stage: "test" } });
    expect(await tagsOnKey()).toEqual({ team: "payments", stage: "test", owner: "anna", "cost:unit": "7" });
  });

  it("are not shown of a key that is looked up", async () => {
    await write(`tags = { team = "payments" }\n}\ndata "byok_external_key" "this" {\n key_id = ${address}.arn`);
    await on.workspace.apply();
    await tag({ "kube/zone": "a" });
    await on.workspace.apply();
    expect(await on.workspace.attributes(`data.${address}`)).toMatchObject({
      tags: { team: "payments", stage: "test" },
    });
  });

  it("cannot be the key's own", async () => {
    await write(`tags = { "cost:centre" = "1" }`);
    const { exitCode, stderr } = await on.workspace.run(["plan", "-input=false", "-no-color"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Ignored Tag");
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(
      '[invalid_argument] `tags` has the key "cost:centre", which `ignore_tags` leaves to others.',
    );
  });
});
