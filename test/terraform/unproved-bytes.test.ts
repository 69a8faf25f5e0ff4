import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { type ByokHost, byokHost, textIn } from "../support/byok-host";
import { newBytes } from "../support/life";
import { askQkms } from "../support/qkms";

describe("bytes that a plan showed and whose apply imported nothing", () => {
  let on: ByokHost;
  const [held, shown] = [newBytes(), newBytes()];
  beforeEach(async () => {
    on = await byokHost();
    await start();
  });
  afterEach(() => on.close());

  const start = () => on.restart({ qkms: { access_key: "test", secret_key: "test", endpoint: on.life.kms.qkmsUrl } });

  async function keyWithMaterial(kms: string): Promise<string> {
    const key = on.host.resource("byok_external_key");
    await key.apply({ kms });
    const keyArn = textIn(key, "arn");
    const material = on.host.resource("byok_imported_key_material");
    await material.apply({ key_arn: keyArn, key_material_wo: held.toString("base64") });
    await start();
    return keyArn;
  }

  /** The host holds the apply to its plan; what stays on record of it is what is there. */
  async function expectForgotten(material: ResourceInstance, config: ConfigInput): Promise<void> {
    expect(material.state).toMatchObject({ fingerprint: fingerprintOfRaw(shown), verified: false });
    await start();
    const next = await material.plan(config);
    expect(next.action).toBe("no-op");
    expect(next.planned).toMatchObject({ fingerprint: null, verified: false });
  }

  const warned = expect.arrayContaining([
    expect.objectContaining({ detail: expect.stringMatching(/^Nothing was imported.*not what the key holds/) }),
  ]);

  it("are not what a full key is said to hold, where the KMS takes imports into empty keys only", async () => {
    const keyArn = await keyWithMaterial("qkms");
    await askQkms(on.life.kms, "UntagResource", { KeyId: keyArn, TagKeys: ["byok:fingerprint"] });
    const config = { key_arn: keyArn, key_material_wo: shown.toString("base64") };
    const material = on.host.resource("byok_imported_key_material");
    expect((await material.apply(config)).warnings).toEqual(warned);
    await expectForgotten(material, config);
  });

  it("are not what a key is said to have held whose material was deleted before the apply", async () => {
    const keyArn = await keyWithMaterial("aws");
    const material = on.host.resource("byok_imported_key_material");
    await material.import(keyArn);
    const config = { key_arn: keyArn, key_material_wo: shown.toString("base64"), on_deletion: "report" };
    const between = async (): Promise<void> => {
      await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: keyArn }));
    };
    expect((await material.apply(config, { between })).warnings).toEqual(warned);
    await expectForgotten(material, config);
  });

  it("stay in the state where they are configured", async () => {
    const keyArn = await keyWithMaterial("qkms");
    await askQkms(on.life.kms, "UntagResource", { KeyId: keyArn, TagKeys: ["byok:fingerprint"] });
    const fingerprint = fingerprintOfRaw(shown);
    const config = { key_arn: keyArn, key_material_wo: shown.toString("base64"), fingerprint };
    const material = on.host.resource("byok_imported_key_material");
    await material.applyAndSettle(config);
    expect(material.state).toMatchObject({ fingerprint, verified: false });
  });
});
