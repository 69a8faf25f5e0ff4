import {
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ListResourceTagsCommand,
} from "@aws-sdk/client-kms";
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
    expect(warnings.map(({ summary }) => summary)).toEqual(["Key to Stay Disabled"]);
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
});
