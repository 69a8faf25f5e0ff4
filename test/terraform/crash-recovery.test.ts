import { randomBytes } from "node:crypto";
import {
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  TagResourceCommand,
} from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { plaintext } from "../support/life";

// Terraform keeps the attributes of a resource whose provider dies in an update, and drops what is kept beside them.

describe("after the provider died in an update", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  let bytes: Buffer;
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    material = on.host.resource("byok_imported_key_material");
    bytes = randomBytes(32);
  });
  afterEach(() => on.close());

  const arn = (): string => textIn(key, "arn");
  const imported = async (more: ConfigInput = {}, keyLines: ConfigInput = {}): Promise<ConfigInput> => {
    await key.apply(keyLines);
    const config = { key_arn: arn(), key_material_wo: bytes.toString("base64"), ...more };
    await material.applyAndSettle(config);
    await on.restart();
    on.life.calls();
    return config;
  };
  const crash = async (): Promise<void> => {
    material.losePrivate();
    key.losePrivate();
    await on.restart();
  };
  const inDays = (days: number): string =>
    `${new Date(on.life.kms.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
  const remove = () => on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
  const writes = (): string[] => on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));

  it("is settled by one update that records, and knows which bytes are right all along", async () => {
    const config = await imported({ valid_for: "90d", material_description: "safe 7" });
    await crash();
    for (const refresh of [false, true]) {
      const other = { ...config, key_material_wo: randomBytes(32).toString("base64") };
      expect(await refusal(material.plan(other, { refresh }))).toEqual([
        { at: "key_material_wo", detail: expect.stringMatching(/than the key holds/) },
      ]);
    }
    await material.applyAndSettle(config);
    expect(writes()).toEqual([]);
    expect(material.state).toMatchObject({ verified: true, material_state: "imported" });
  });

  it("reports deleted HMAC material still, and does not take it for never imported", async () => {
    const config = await imported(
      { on_deletion: "report" },
      { key_spec: "HMAC_256", key_usage: "GENERATE_VERIFY_MAC" },
    );
    await crash();
    on.life.kms.clock.advance("1h");
    await remove();
    const plan = await material.plan(config);
    expect(plan.warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(/reported and not brought back/)]);
    await material.apply(config);
    expect(writes()).toEqual([]);
    expect(material.state).toMatchObject({ material_state: "deleted" });
  });

  it("brings expired material back where only deletions are reported", async () => {
    const config = await imported({ on_deletion: "report", valid_for: "90d" });
    const ciphertext = await on.life.encrypt(arn());
    await crash();
    on.life.kms.clock.advance("91d");
    expect((await material.plan(config)).action).toBe("update");
    expect(material.state?.["reason"]).toMatch(/^expired on/);
    await material.applyAndSettle(config);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("remembers a deletion by its state, also once the date of expiry has passed", async () => {
    const config = await imported({ on_deletion: "report", valid_for: "90d" });
    await remove();
    await material.apply(config);
    await crash();
    on.life.kms.clock.advance("91d");
    await material.apply(config);
    expect(writes()).toEqual([]);
    expect(material.state).toMatchObject({ material_state: "deleted" });
  });

  it.each([false, true])("leaves a key Disabled that had lost its material, refreshed: %s", async (refresh) => {
    const config = await imported({ valid_for: "90d" });
    await on.life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    await material.apply(config);
    on.life.kms.clock.advance("91d");
    // The run that dies is about to import, and has noted what is to be done then.
    const Tags = [{ TagKey: "byok:enabled", TagValue: "false" }];
    await on.life.client().send(new TagResourceCommand({ KeyId: arn(), Tags }));
    await crash();
    await material.apply(config, { refresh });
    expect(writes()).toEqual(["ImportKeyMaterial", "DisableKey", "UntagResource"]);
    expect(material.state).toMatchObject({ key_state: "Disabled", verified: true });
  });

  it.each([false, true])("leaves material that ended on a fixed date; seen before: %s", async (seen) => {
    const config = await imported({ valid_to: inDays(30) });
    if (seen) {
      on.life.kms.clock.advance("31d");
      await material.refresh();
    }
    await crash();
    on.life.kms.clock.advance("31d");
    const plan = await material.plan(config);
    expect(plan.warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(/as `valid_to` says/)]);
    await material.apply(config);
    expect((await material.plan(config)).action).toBe("no-op");
    expect(writes()).toEqual([]);
  });

  it("deletes by what the attributes prove", async () => {
    await imported({ deletion_policy: "delete" });
    await crash();
    await material.destroy();
    expect(writes()).toEqual(["DeleteImportedKeyMaterial"]);
  });

  it("moves, and lets go of the former key by what the attributes prove", async () => {
    const config = await imported({ deletion_policy: "delete" });
    const other = on.host.resource("byok_external_key");
    await other.apply({});
    await crash();
    on.life.calls();
    await material.apply({ ...config, key_arn: textIn(other, "arn") });
    expect(writes()).toEqual(["ImportKeyMaterial", "DeleteImportedKeyMaterial"]);
  });

  it("makes no record of material that was imported into the state only", async () => {
    await imported();
    const taken = on.host.resource("byok_imported_key_material");
    await taken.import(arn());
    expect(taken.state).toMatchObject({ verified: false, imported_at: null });
    expect(taken.private.get("record")).not.toHaveProperty("rebuilt");
  });

  it("a key's `enabled` stays managed where it was, and unmanaged where it was not", async () => {
    await imported({}, { enabled: true });
    const loose = on.host.resource("byok_external_key");
    await loose.apply({});
    await crash();
    loose.losePrivate();
    await on.life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    await key.refresh();
    await loose.refresh();
    expect([key.state?.["enabled"], loose.state?.["enabled"]]).toEqual([false, null]);
    expect((await loose.plan({})).action).toBe("no-op");
    await key.apply({ enabled: true });
    const { KeyMetadata } = await on.life.client().send(new DescribeKeyCommand({ KeyId: arn() }));
    expect(KeyMetadata?.KeyState).toBe("Enabled");
  });
});
