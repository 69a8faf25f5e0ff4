import {
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ListResourceTagsCommand,
  TagResourceCommand,
} from "@aws-sdk/client-kms";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { MaterialRecord } from "../../../src/engine/material-record";
import { importedKey } from "../../support/imported-key";
import { type Life, startLife } from "../../support/life";

describe("a note on the key that is fulfilled and cannot be removed", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  /** A key that others disabled is renewed and Disabled again, while the caller may not do this. */
  async function renewed(...denied: readonly string[]) {
    const { key, record, wanted, source } = await importedKey(life, { validFor: "90d" });
    const apply = (known: MaterialRecord) => applyMaterial(life.run(), wanted, source, known);
    await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
    const { record: seen } = await apply(record);
    await life
      .client()
      .send(new TagResourceCommand({ KeyId: key.arn, Tags: [{ TagKey: "byok:enabled", TagValue: "false" }] }));
    life.kms.clock.advance("61d");
    for (const action of denied) life.kms.permissions.deny(action);
    const outcome = await apply(seen);
    expect(outcome.error).toBeUndefined();
    return { arn: key.arn, apply, record: outcome.record };
  }

  async function look(KeyId: string): Promise<readonly unknown[]> {
    const [{ KeyMetadata }, { Tags = [] }] = await Promise.all([
      life.client().send(new DescribeKeyCommand({ KeyId })),
      life.client().send(new ListResourceTagsCommand({ KeyId })),
    ]);
    return [KeyMetadata?.KeyState, Tags.find(({ TagKey }) => TagKey === "byok:enabled")?.TagValue];
  }

  it("is made to say nothing by anyone who may set tags and remove none", async () => {
    const { arn, record } = await renewed("kms:UntagResource");
    expect([record.noteLeft, await look(arn)]).toEqual([undefined, ["Disabled", "over"]]);
  });

  it("goes at the next occasion, and counts no more until then", async () => {
    const { arn, apply, record } = await renewed("kms:UntagResource", "kms:TagResource");
    expect([record.noteLeft, await look(arn)]).toEqual([true, ["Disabled", "false"]]);
    await life.client().send(new EnableKeyCommand({ KeyId: arn }));
    const { record: still } = await apply(record);
    expect([still.noteLeft, await look(arn)]).toEqual([true, ["Enabled", "false"]]);
    life.kms.clock.advance("61d");
    const { record: again, assessment } = await apply(still);
    expect([assessment.action, again.noteLeft, await look(arn)]).toEqual(["reimport", true, ["Enabled", "false"]]);
    life.kms.permissions.allow();
    const { record: clean } = await apply(again);
    expect([clean.noteLeft, await look(arn)]).toEqual([undefined, ["Enabled", undefined]]);
  });
});
