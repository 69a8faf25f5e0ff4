import { type ByokHost, byokHost } from "../support/byok-host";
import { newKey } from "../support/imported-key";
import { newBytes } from "../support/life";

describe("taking over, at the level of the protocol", () => {
  let on: ByokHost;
  beforeEach(async () => {
    on = await byokHost();
  });
  afterEach(() => on.close());

  it("imports by identity, and shows the identity of what it has", async () => {
    const { life, host } = on;
    const { arn } = await newKey(life);
    const key = host.resource("byok_external_key");
    await key.import({ arn });
    expect(key.identity).toEqual({ arn });
    expect(key.state).toMatchObject({ arn, pending_deletion: false });
    expect((await key.plan({})).action).toBe("no-op");
    const material = host.resource("byok_imported_key_material");
    await material.import({ key_arn: arn });
    expect(material.identity).toEqual({ key_arn: arn, key_material_id: null });
    expect(material.state).toMatchObject({ material_state: "never_imported", verified: false });
    const { action, warnings } = await material.plan({ key_arn: arn });
    expect(action).toBe("update");
    expect(warnings).toHaveLength(1);
    await material.applyAndSettle({ key_arn: arn, key_material_wo: newBytes().toString("base64") });
    await expect(
      key.import("arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"),
    ).rejects.toThrow(/does not know/);
  });

  it("refuses the state of what it does not know, and drops what is not its own", async () => {
    const { life, host } = on;
    const { arn, keyId } = await newKey(life);
    const key = host.resource("byok_external_key");
    const from = (provider: string, type: string) =>
      key.moveFrom({ provider, type, state: { arn, key_id: keyId, key_material_base64: "c2VjcmV0", policy: "{}" } });
    await expect(from("registry.terraform.io/hashicorp/aws", "aws_kms_key")).rejects.toThrow(/cannot take over/);
    await expect(from("registry.terraform.io/evil/aws", "aws_kms_external_key")).rejects.toThrow(/cannot take over/);
    for (const provider of [
      "registry.terraform.io/hashicorp/aws",
      "registry.opentofu.org/hashicorp/aws",
      "aws",
      "registry.terraform.io/byok/byok",
    ]) {
      await from(provider, "aws_kms_external_key");
      expect(key.state).toMatchObject({ arn });
    }
    expect(JSON.stringify(key.state)).not.toContain("c2VjcmV0");
    await key.refresh();
    expect((await key.plan({})).action).toBe("no-op");

    // As a later version of the schema would find it: with attributes that are gone, and without those that came.
    for (const [type, attribute] of [
      ["byok_external_key", "arn"],
      ["byok_imported_key_material", "key_arn"],
    ] as const) {
      const stored = host.resource(type);
      await stored.load(0, { [attribute]: arn, id: arn, given_up: { of: ["old"] }, key_material_wo: "c2VjcmV0" });
      expect(stored.state).toMatchObject({ [attribute]: arn, timeouts: null });
      expect(stored.state).not.toHaveProperty("given_up");
      expect(JSON.stringify(stored.state)).not.toContain("c2VjcmV0");
      await expect(stored.load(1, { id: arn })).rejects.toThrow(/later version/);
      await stored.refresh();
      const planned = await stored.plan(type === "byok_external_key" ? {} : { key_arn: arn });
      expect(planned.action).toBe("update");
      expect(planned.replacePaths).toEqual([]);
    }
  });
});
