import { DeleteImportedKeyMaterialCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
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

  it("goes with a key that waits for its deletion: that is told, and no failure", async () => {
    const { key, record } = await importedKey(life);
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: key.arn, PendingWindowInDays: 7 }));
    const { warnings } = await releaseMaterial(life.run(), record, "delete");
    expect(warnings.join("")).toMatch(/^The key material was not deleted from arn:/);
  });
});
