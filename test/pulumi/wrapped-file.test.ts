import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWrapped } from "../../src/ceremony/wrapped-file";
import { newBytes, plaintext } from "../support/life";
import { wrappedElsewhere } from "../support/wrapped-material";
import { keyWithMaterial } from "./life";
import { scenes } from "./support/scene";

describe("in a stack, material that was wrapped elsewhere", () => {
  const scene = scenes();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "byok-wrapped-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const wrap = async (arn: string, bytes: Buffer): Promise<void> => {
    await writeFile(join(folder, "w.json"), writeWrapped(await wrappedElsewhere(scene().life.run(), arn, bytes)));
  };

  it("is imported while its token is valid, and brought back by another file", async () => {
    const { stack, life, arn } = scene();
    const [key, ...material] = keyWithMaterial({
      keyMaterialSource: `wrapped:${join(folder, "w.json")}`,
      validFor: "90d",
    });
    if (key === undefined) throw new Error("There is no key.");
    const program = [key, ...material];
    expect((await stack.up([key])).error).toBeUndefined();
    const bytes = newBytes();
    await wrap(arn(), bytes);
    const preview = await stack.preview(program);
    expect(preview.printed.join("\n")).toMatch(
      /warning: arn:\S+: The key material was wrapped elsewhere, and this can be applied until 20/,
    );
    expect((await stack.up(program)).error).toBeUndefined();
    const ciphertext = await life.encrypt(arn());

    // Healthy material asks nothing of a file that is of no use any more.
    life.kms.clock.advance("25h");
    await stack.refresh();
    expect(await stack.up(program)).toMatchObject({ steps: [], printed: [] });

    life.kms.clock.advance("91d");
    await stack.refresh();
    expect((await stack.up(program)).error).toMatch(/\[material_missing\].*import token expired on 20.*byok params/);

    await wrap(arn(), bytes);
    const late = await stack.preview(program);
    expect(late.printed.join("\n")).toContain("this can be applied until 20");
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is refused for another key, before anything is sent", async () => {
    const { stack, arn, writes } = scene();
    const [key, ...material] = keyWithMaterial({ keyMaterialSource: `wrapped:${join(folder, "w.json")}` });
    if (key === undefined) throw new Error("There is no key.");
    const other = { ...key, name: "other", props: () => ({ creationToken: "pulumi:test/other" }) };
    await stack.up([key, other]);
    await wrap(arn("other"), newBytes());
    writes();
    expect((await stack.up([key, other, ...material])).error).toMatch(
      /\[wrapper_refused\].*not wrapped for arn:\S+, but for arn:/,
    );
    expect(writes()).toEqual([]);
  });
});
