import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { ensureKey, scheduleKeyDeletion } from "../../src/engine/external-key";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { wantedKey } from "../support/imported-key";
import { newBytes } from "../support/life";

// A resource that was renamed is one that is destroyed and another one that is created, in any order.

describe("a key that another resource takes over in the run that destroys its own", () => {
  let on: ByokHost;
  let former: ResourceInstance;
  let latter: ResourceInstance;
  beforeEach(async () => {
    on = await byokHost();
    former = on.host.resource("byok_external_key");
    latter = on.host.resource("byok_external_key");
  });
  afterEach(() => on.close());

  const schedules = (): string[] => on.life.calls().filter((call) => call === "ScheduleKeyDeletion");
  const stateOf = async (KeyId: string, region?: string): Promise<string | undefined> =>
    (await on.life.client(region).send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  const details = (diagnostics: readonly { readonly detail: string }[]): string =>
    diagnostics.map(({ detail }) => detail).join();

  async function livingReplica(): Promise<ConfigInput> {
    const primary = on.host.resource("byok_external_key");
    await primary.apply({ multi_region: true });
    const key_material_wo = newBytes().toString("base64");
    const [here, there] = [1, 2].map(() => on.host.resource("byok_imported_key_material"));
    await here?.apply({ key_arn: textIn(primary, "arn"), key_material_wo });
    const config = { creation_token: "ours", primary_key_arn: textIn(primary, "arn"), region: "eu-west-1" };
    await former.apply(config);
    await there?.apply({ key_arn: textIn(former, "arn"), key_material_wo });
    return config;
  }

  it.each<[string, string, string, () => Promise<ConfigInput>]>([
    ["a replica", "eu-west-1", "Enabled", livingReplica],
    [
      "a key without material",
      "eu-central-1",
      "PendingImport",
      async () => {
        await former.apply({ creation_token: "ours" });
        return { creation_token: "ours" };
      },
    ],
  ])("is not scheduled for deletion where its token shows it: %s", async (_what, region, state, arrange) => {
    const config = await arrange();
    await on.restart();
    await latter.apply(config);
    expect(textIn(latter, "arn")).toBe(textIn(former, "arn"));
    expect(details(await former.destroy())).toMatch(/was not scheduled|will not be scheduled/);
    expect(schedules()).toEqual([]);
    expect(await stateOf(textIn(latter, "arn"), region)).toBe(state);
    // Once it is on record alone, it is destroyed as any other.
    await on.restart();
    await latter.applyAndSettle(config);
    await latter.destroy();
    expect(schedules()).toEqual(["ScheduleKeyDeletion"]);
  });

  it("is not scheduled for deletion where it is imported, in either order of the plans", async () => {
    await former.applyAndSettle({});
    const arn = textIn(former, "arn");
    await on.restart();
    await latter.import(arn);
    await latter.plan({});
    expect(details(await former.destroy())).toMatch(/has the key, too/);
    expect(schedules()).toEqual([]);

    await former.import(arn);
    await on.restart();
    await latter.plan(null);
    expect(await refusal(former.plan({}))).toEqual([
      { at: "arn", detail: expect.stringMatching(/which this one has, too.*`moved` block/) },
    ]);
  });

  it("is not scheduled for deletion where both have it on record, since its deletion failed when the other was made", async () => {
    const config = { creation_token: "ours" };
    await former.applyAndSettle(config);
    await on.restart();
    on.life.kms.permissions.deny("kms:ScheduleKeyDeletion");
    expect(await refusal(former.destroy())).toHaveLength(1);
    await latter.apply(config);
    on.life.kms.permissions.allow();
    const arn = textIn(latter, "arn");
    expect(textIn(former, "arn")).toBe(arn);
    on.life.calls();

    // Whichever is planned first.
    await on.restart();
    await latter.plan(null);
    expect(await refusal(former.plan(config))).toEqual([
      { at: "arn", detail: expect.stringMatching(/which this one has, too.*`removed` block and `destroy = false`/) },
    ]);
    await on.restart();
    expect((await latter.plan(config)).action).toBe("no-op");
    expect(details(await former.destroy())).toMatch(/has the key, too/);
    expect(schedules()).toEqual([]);
    expect(await stateOf(arn)).toBe("PendingImport");

    await on.restart();
    await latter.applyAndSettle({ ...config, description: "payments" });
    await latter.destroy();
    expect(schedules()).toEqual(["ScheduleKeyDeletion"]);
  });

  it("is scheduled where all that have it on record are destroyed", async () => {
    await former.applyAndSettle({});
    const arn = textIn(former, "arn");
    await latter.import(arn);
    await on.restart();
    await former.destroy();
    await latter.destroy();
    expect(await stateOf(arn)).toBe("PendingDeletion");
  });

  it("is scheduled in a run that goes on, once it has been on record", async () => {
    const run = on.life.run();
    const { record } = await ensureKey(run, wantedKey, undefined);
    await ensureKey(run, wantedKey, record, {}, "taken_over");
    expect((await scheduleKeyDeletion(run, record, 7)).warnings).toEqual([expect.stringMatching(/took the key over/)]);
    expect(schedules()).toEqual([]);
    await ensureKey(run, wantedKey, record);
    await scheduleKeyDeletion(run, record, 7);
    expect(schedules()).toEqual(["ScheduleKeyDeletion"]);
  });
});
