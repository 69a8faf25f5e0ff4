import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import { releaseMaterial } from "../../../src/engine/imported-key-material";
import { importedKey } from "../../support/imported-key";
import { type Life, startLife } from "../../support/life";

describe("material that is to be deleted from a key", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  it("is deleted at once, and once more without harm", async () => {
    const { key, record } = await importedKey(life);
    expect(await releaseMaterial(life.run(), record, "delete")).toEqual({ warnings: [] });
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.arn }));
    expect(await releaseMaterial(life.run(), record, "delete")).toEqual({ warnings: [] });
  });

  it("is gone with its key: that is told, and no failure", async () => {
    const { record } = await importedKey(life);
    const gone = { ...record, keyArn: record.keyArn.replace(/.{4}$/, "0000") };
    const { warnings } = await releaseMaterial(life.run(), gone, "delete");
    expect(warnings.join("")).toMatch(/^The key material was not deleted from arn:/);
  });
});
