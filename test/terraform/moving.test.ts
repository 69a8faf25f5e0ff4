import { randomBytes } from "node:crypto";
import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { settings } from "../support/imported-key";
import { bytesSource, plaintext } from "../support/life";

describe("material that moves to another key", () => {
  let on: ByokHost;
  let material: ResourceInstance;
  let bytes: Buffer;
  let here: string;
  let there: string;
  let ciphertext: Uint8Array;
  let config: ConfigInput;
  beforeEach(async () => {
    on = await byokHost();
    bytes = randomBytes(32);
    const [one, two] = [on.host.resource("byok_external_key"), on.host.resource("byok_external_key")];
    await one.apply({});
    await two.apply({});
    here = textIn(one, "arn");
    there = textIn(two, "arn");
    material = on.host.resource("byok_imported_key_material");
    config = { key_arn: here, key_material_wo: bytes.toString("base64"), deletion_policy: "delete" };
    await material.applyAndSettle(config);
    ciphertext = await on.life.encrypt(here);
    await on.restart();
    on.life.calls();
  });
  afterEach(() => on.close());

  const writes = (): string[] => on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));
  const moved = (more: ConfigInput = {}): ConfigInput => ({ ...config, key_arn: there, ...more });

  /** The former key works, everything on record of it is there, and nothing is due. */
  async function nothingLost(): Promise<void> {
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await on.restart();
    expect(material.state).toMatchObject({ key_arn: here, verified: true, material_state: "imported" });
    for (const refresh of [false, true]) expect((await material.plan(config, { refresh })).action).toBe("no-op");
    const other = { ...config, key_material_wo: randomBytes(32).toString("base64") };
    expect(await refusal(material.plan(other))).toEqual([
      { at: "key_material_wo", detail: expect.stringMatching(/than the key holds/) },
    ]);
  }

  it("imports there first, and then deletes here", async () => {
    expect((await material.apply(moved())).action).toBe("update");
    expect(writes()).toEqual(["ImportKeyMaterial", "DeleteImportedKeyMaterial"]);
    await on.restart();
    await material.applyAndSettle(moved());
    expect(await on.life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
  });

  it.each<[string, unknown]>([
    ["a key that is known", undefined],
    ["a key that is not known yet", UNKNOWN],
  ])("is refused while planning without the bytes: %s", async (_what, arn) => {
    const key_arn = arn === UNKNOWN ? UNKNOWN : there;
    const without = moved({ key_arn, key_material_wo: null, key_material_source: "file:/absent.bin" });
    expect(await refusal(material.plan(without))).toEqual([
      { at: "key_material_source", detail: expect.stringMatching(/Key material is needed: it moves from/) },
    ]);
    expect(await refusal(material.plan(moved({ key_arn, key_material_wo: null })))).toHaveLength(1);
    await nothingLost();
  });

  it("deletes nothing where the bytes that a plan expected are not there in its apply", async () => {
    const late = material.apply(moved({ key_material_wo: UNKNOWN }), { then: moved({ key_material_wo: null }) });
    expect(await refusal(late)).toHaveLength(1);
    expect(writes()).toEqual([]);
    await nothingLost();
  });

  it.each<[string, ConfigInput, () => Promise<unknown>]>([
    [
      "holds other material",
      {},
      () => applyMaterial(on.life.run(), settings(there), bytesSource(randomBytes(32)), undefined),
    ],
    [
      "has lost its material, which is only reported",
      { on_deletion: "report" },
      async () => {
        await applyMaterial(on.life.run(), settings(there), bytesSource(bytes), undefined);
        await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: there }));
      },
    ],
    ["may not be imported into", {}, async () => on.life.kms.permissions.deny("kms:ImportKeyMaterial")],
  ])("fails and loses nothing where the new key %s", async (_what, more, arrange) => {
    await arrange();
    config = { ...config, ...more };
    if (Object.keys(more).length > 0) await material.apply(config);
    await on.restart();
    on.life.calls();
    expect(await refusal(material.apply(moved()))).toHaveLength(1);
    expect(writes()).not.toContain("DeleteImportedKeyMaterial");
    on.life.kms.permissions.allow();
    await nothingLost();
  });

  it("is an ordinary update where a key that was not known turns out to be the same", async () => {
    const late: ConfigInput = { ...config, key_arn: UNKNOWN, valid_for: "90d" };
    const plan = await material.apply(late, { then: { ...config, valid_for: "90d" }, between: () => on.restart() });
    expect(plan.action).toBe("update");
    expect(writes()).toEqual(["ImportKeyMaterial"]);
    config = { ...config, valid_for: "90d" };
    await nothingLost();
    // Other bytes are refused in the apply, by what is on record.
    await on.restart();
    const other = { ...config, key_material_wo: randomBytes(32).toString("base64") };
    expect(await refusal(material.apply({ ...other, key_arn: UNKNOWN }, { then: other }))).toEqual([
      { at: "key_material_wo", detail: expect.stringMatching(/than the key holds/) },
    ]);
    await nothingLost();
  });

  it("is refused where another resource of the same plan needs the bytes, unless they are to stay", async () => {
    const other = on.host.resource("byok_imported_key_material");
    await other.applyAndSettle({ ...config, deletion_policy: "retain" });
    await on.restart();
    // The apply makes only the plans of what changes again, so that it would not know of the other resource.
    await other.plan({ ...config, deletion_policy: "retain" });
    expect(await refusal(material.plan(moved()))).toEqual([
      { at: "deletion_policy", detail: expect.stringMatching(/another resource of this plan needs it there/) },
    ]);
    await material.applyAndSettle(moved({ deletion_policy: "retain" }));
    expect(writes()).not.toContain("DeleteImportedKeyMaterial");
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });
});
