import {
  CancelKeyDeletionCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import type { ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, textIn } from "../support/byok-host";
import { importNewMaterial } from "../support/new-material";

const bytes = Buffer.alloc(32, 7).toString("base64");

/** A material that is new in a key has nothing on record of it, and an import makes every key Enabled. */
describe("a key without material that is to be Disabled", () => {
  let on: ByokHost;
  beforeEach(async () => {
    on = await byokHost();
  });
  afterEach(() => on.close());

  const resources = () => ({
    key: on.host.resource("byok_external_key"),
    material: on.host.resource("byok_imported_key_material"),
    another: on.host.resource("byok_imported_key_material"),
  });

  const keptKey = async (KeyId: string) => {
    const client = on.life.client();
    const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId }));
    const { Tags: tags = [] } = await client.send(new ListResourceTagsCommand({ KeyId }));
    return { state: key?.KeyState, notes: tags.filter(({ TagKey }) => TagKey === "byok:enabled").length };
  };

  it.each([{ enabled: false }, {}])("stays so for new material in another run: %j", async (config) => {
    const { key, material, another } = resources();
    await key.applyAndSettle(config);
    const arn = textIn(key, "arn");
    await material.apply({ key_arn: arn, key_material_wo: bytes });
    await on.life.client().send(new DisableKeyCommand({ KeyId: arn }));
    await on.restart();
    await key.refresh();
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
    await on.restart();
    // The plan and its apply are two runs, and the apply asks nothing of a key that does not change.
    const { warnings } = await key.apply(config, { between: () => on.restart() });
    expect(warnings.map(({ summary }) => summary)).toEqual([expect.stringMatching(/^Key to Stay Disabled: key\//)]);
    await on.restart();
    await another.apply({ key_arn: arn, key_material_wo: bytes });
    expect(await keptKey(arn)).toEqual({ state: "Disabled", notes: 0 });
    await on.restart();
    expect((await key.plan(config)).action).toBe("no-op");
  });

  it("is noted again where its first material came and went between two looks", async () => {
    const { key, material, another } = resources();
    await key.applyAndSettle({ enabled: false });
    const arn = textIn(key, "arn");
    await material.apply({ key_arn: arn, key_material_wo: bytes });
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
    await on.restart();
    await key.apply({ enabled: false });
    expect(await keptKey(arn)).toEqual({ state: "PendingImport", notes: 1 });
    await on.restart();
    await another.apply({ key_arn: arn, key_material_wo: bytes });
    expect(await keptKey(arn)).toEqual({ state: "Disabled", notes: 0 });
  });

  it("is noted once, also where the note cannot be read", async () => {
    const { key } = resources();
    await key.applyAndSettle({ enabled: false });
    on.life.kms.permissions.deny("kms:ListResourceTags");
    await on.restart();
    expect((await key.plan({ enabled: false })).action).toBe("no-op");
  });

  it("is noted once", async () => {
    const { key } = resources();
    await key.applyAndSettle({ enabled: false });
    expect(await keptKey(textIn(key, "arn"))).toEqual({ state: "PendingImport", notes: 1 });
  });

  it.each([
    { config: { enabled: true }, state: "Enabled" },
    { config: { enabled: false }, state: "Disabled" },
    { config: {}, state: "Disabled" },
  ])("loses the note when others imported: $config", async ({ config, state }) => {
    const { key } = resources();
    await key.applyAndSettle({ enabled: false });
    const arn = textIn(key, "arn");
    await importNewMaterial(on.life.client(), arn, Buffer.alloc(32, 1));
    if (config.enabled === false) await on.life.client().send(new DisableKeyCommand({ KeyId: arn }));
    await on.restart();
    await key.applyAndSettle(config);
    expect(await keptKey(arn)).toEqual({ state, notes: 0 });
  });

  it("asks for the note no more once it is gone", async () => {
    const { key, material } = resources();
    await key.applyAndSettle({ enabled: false });
    const arn = textIn(key, "arn");
    await material.apply({ key_arn: arn, key_material_wo: bytes });
    await on.restart();
    expect((await key.plan({ enabled: false })).action).toBe("no-op");
    await on.life.client().send(new EnableKeyCommand({ KeyId: arn }));
    await key.applyAndSettle({});
    expect(await keptKey(arn)).toEqual({ state: "Enabled", notes: 0 });
  });

  /** Seen Disabled, and without its material since. */
  const emptied = async (key: ResourceInstance, material: ResourceInstance): Promise<string> => {
    await key.applyAndSettle({});
    const arn = textIn(key, "arn");
    await material.apply({ key_arn: arn, key_material_wo: bytes });
    await on.life.client().send(new DisableKeyCommand({ KeyId: arn }));
    await on.restart();
    for (const resource of [key, material]) await resource.refresh();
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
    on.life.kms.clock.advance("1h");
    await on.restart();
    return arn;
  };

  it.each(["kms:ListResourceTags", "kms:TagResource"])(
    "stays so for new material of the same apply, denied: %s",
    async (action) => {
      const { key, material, another } = resources();
      const arn = await emptied(key, material);
      on.life.kms.permissions.deny(action);
      await key.apply({}, { between: () => on.restart() });
      await another.apply({ key_arn: arn, key_material_wo: bytes }, { refresh: false });
      on.life.kms.permissions.allow();
      expect((await keptKey(arn)).state).toBe("Disabled");
    },
  );

  it("is a warning where it cannot be noted, and noted once it can", async () => {
    const { key, material } = resources();
    const arn = await emptied(key, material);
    on.life.kms.permissions.deny("kms:TagResource");
    for (const apply of ["first", "second"]) {
      const { warnings } = await key.apply({});
      expect([apply, ...warnings.map(({ detail }) => detail)]).toEqual([
        apply,
        expect.stringMatching(/hides that it is to be Disabled/),
        expect.stringMatching(/could not be noted on it: the caller may not set its tags/),
      ]);
      await on.restart();
    }
    on.life.kms.permissions.allow();
    await key.applyAndSettle({});
    expect(await keptKey(arn)).toEqual({ state: "PendingImport", notes: 1 });
  });

  it.each([
    { then: {}, notes: 1 },
    { then: { enabled: false }, notes: 1 },
    { then: { enabled: true }, notes: 0 },
  ])("is noted where `enabled` is not known before the apply: $then", async ({ then, notes }) => {
    const { key, material } = resources();
    const arn = await emptied(key, material);
    await key.apply({ enabled: UNKNOWN }, { then, between: () => on.restart() });
    expect(await keptKey(arn)).toEqual({ state: "PendingImport", notes });
  });

  it("is to be so no more once `enabled` was true, also where that is set no longer", async () => {
    const { key, material } = resources();
    const arn = await emptied(key, material);
    await key.applyAndSettle({});
    for (const config of [{ enabled: true }, {}]) {
      await on.restart();
      const { warnings } = await key.applyAndSettle(config);
      expect(warnings).toEqual([]);
      expect(await keptKey(arn)).toEqual({ state: "PendingImport", notes: 0 });
    }
  });

  it("is enabled by its import where `enabled` is true, also where only a refresh looked at it before", async () => {
    const { key, material } = resources();
    const arn = await emptied(key, material);
    await key.apply({ enabled: true });
    await on.restart();
    for (const resource of [key, material]) await resource.refresh();
    const given = { key_arn: arn, key_material_wo: bytes };
    await material.apply(given, { refresh: false, between: () => on.restart() });
    expect((await keptKey(arn)).state).toBe("Enabled");
  });

  describe("a deletion that others canceled", () => {
    const canceled = async (key: ResourceInstance, material: ResourceInstance): Promise<string> => {
      await key.applyAndSettle({});
      const KeyId = textIn(key, "arn");
      await material.apply({ key_arn: KeyId, key_material_wo: bytes });
      await on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      await on.restart();
      for (const resource of [key, material]) await resource.refresh();
      await on.life.client().send(new CancelKeyDeletionCommand({ KeyId }));
      on.life.kms.clock.advance("1h");
      await on.restart();
      return KeyId;
    };

    it("is put right where `enabled` is not known before the apply", async () => {
      const { key, material } = resources();
      const arn = await canceled(key, material);
      await key.apply({ enabled: UNKNOWN }, { then: {}, between: () => on.restart() });
      expect((await keptKey(arn)).state).toBe("Enabled");
    });

    it("leaves the key Enabled that has lost its material since", async () => {
      const { key, material } = resources();
      const arn = await canceled(key, material);
      await on.restart();
      for (const resource of [key, material]) await resource.refresh();
      await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
      await on.restart();
      await key.plan({});
      await material.apply({ key_arn: arn, key_material_wo: bytes }, { between: () => on.restart() });
      expect((await keptKey(arn)).state).toBe("Enabled");
    });
  });
});
