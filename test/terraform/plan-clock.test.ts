import { randomBytes } from "node:crypto";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";

describe("the clock that a plan goes by", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    material = on.host.resource("byok_imported_key_material");
    await key.apply({});
    await on.restart();
  });
  afterEach(() => on.close());

  const bytes = randomBytes(32).toString("base64");
  const config = (more: ConfigInput = {}): ConfigInput => ({
    key_arn: textIn(key, "arn"),
    key_material_wo: bytes,
    ...more,
  });
  const inDays = (days: number, from = on.life.kms.clock.now()): string =>
    `${new Date(from.getTime() + days * 86_400_000).toISOString().slice(0, 19)}Z`;

  it("is the KMS's, where that is ahead of the local one", async () => {
    on.life.kms.clock.advance("1000d");
    await key.refresh();
    const given = config({ valid_to: inDays(100) });
    expect((await material.plan(given)).warnings).toEqual([]);
    await material.applyAndSettle(given);
    expect(await refusal(material.plan(config({ valid_to: inDays(400) })))).toEqual([
      { at: "valid_to", detail: expect.stringMatching(/further than the 365 days/) },
    ]);
    // By the local clock this is still to come.
    expect(await refusal(material.plan(config({ valid_to: inDays(-10) })))).toEqual([
      { at: "valid_to", detail: expect.stringMatching(/which is past/) },
    ]);
  });

  it.each<[string, number, RegExp]>([
    ["past", -1, /which is past/],
    ["too far ahead", 366, /further than the 365 days/],
  ])("refuses a date that is %s, of new material and of material that is there", async (_what, days, why) => {
    await key.refresh();
    expect(await refusal(material.plan(config({ valid_to: inDays(days) })))).toEqual([
      { at: "valid_to", detail: expect.stringMatching(why) },
    ]);
    await material.applyAndSettle(config({ valid_to: inDays(30) }));
    expect(await refusal(material.plan(config({ valid_to: inDays(days) })))).toEqual([
      { at: "valid_to", detail: expect.stringMatching(why) },
    ]);
  });

  it("warns only where the KMS has not been asked", async () => {
    for (const [days, why] of [
      [-1, /which is past/],
      [400, /further than/],
    ] as const) {
      const arns: ConfigInput[string][] = [UNKNOWN, textIn(key, "arn")];
      for (const key_arn of arns) {
        const { warnings } = await material.plan(config({ key_arn, valid_to: inDays(days) }));
        expect(warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(why)]);
        expect(warnings[0]?.detail).toMatch(/judged by the local clock/);
      }
    }
    // The apply has the last word.
    const past = config({ valid_to: inDays(-1) });
    expect(await refusal(material.apply(past))).toHaveLength(1);
    expect(material.state).toBeNull();
  });

  it("is not looked at for a date that was set before", async () => {
    const given = config({ valid_to: inDays(30) });
    await material.applyAndSettle(given);
    on.life.kms.clock.advance("60d");
    expect((await material.plan(given)).action).toBe("no-op");
    expect((await material.plan({ ...given, valid_to: given["valid_to"] ?? null }, { refresh: false })).action).toBe(
      "no-op",
    );
  });
});
