import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, textIn } from "../support/byok-host";
import { newBytes } from "../support/life";

describe("a key whose `enabled` is known only in the apply", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  let config: ConfigInput;
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    material = on.host.resource("byok_imported_key_material");
    await key.apply({ enabled: true });
    config = { key_arn: textIn(key, "arn"), key_material_wo: newBytes().toString("base64") };
    await material.applyAndSettle(config);
    await on.restart();
  });
  afterEach(() => on.close());

  it.each([
    [false, "Disabled"],
    [true, "Enabled"],
  ])("leaves no stale state with its material: %s", async (enabled, state) => {
    await key.plan({ enabled: UNKNOWN });
    // What an apply does between the two plans of the material.
    const between = async (): Promise<void> => {
      await on.restart();
      await key.apply({ enabled });
      on.life.calls();
    };
    const plan = await material.apply(config, { between });
    expect(plan).toMatchObject({ action: "update", planned: { key_state: UNKNOWN, verified: true } });
    expect(on.life.calls().filter((name) => !/^(?:Describe|List)/.test(name))).toEqual([]);
    expect(material.state).toMatchObject({ key_state: state });
    await on.restart();
    expect([(await key.plan({ enabled })).action, (await material.plan(config)).action]).toEqual(["no-op", "no-op"]);
  });
});
