import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import { type ByokHost, byokHost, textIn } from "../support/byok-host";

describe("`enabled` of a key that has lost its material", () => {
  let on: ByokHost;
  beforeEach(async () => {
    on = await byokHost();
  });
  afterEach(() => on.close());

  it.each([true, false])("stays as configured once it was applied: %s", async (enabled) => {
    const [key, material] = [on.host.resource("byok_external_key"), on.host.resource("byok_imported_key_material")];
    await key.applyAndSettle({});
    const arn = textIn(key, "arn");
    await material.applyAndSettle({ key_arn: arn, key_material_wo: Buffer.alloc(32, 7).toString("base64") });
    await on.restart();
    // It was Enabled when it last held material, which says nothing of what is wanted now.
    await key.plan({});
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
    await on.restart();
    await key.apply({ enabled });
    await on.restart();
    expect((await key.plan({ enabled })).action).toBe("no-op");
    expect(key.state?.["enabled"]).toBe(enabled);
  });
});
