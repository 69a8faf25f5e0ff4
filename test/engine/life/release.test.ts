import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { releaseMaterial } from "../../../src/engine/material-release";
import type { MaterialRecord } from "../../../src/engine/material-record";
import { importedKey, settings } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, startLife } from "../../support/life";
import { type QkmsLife, startQkmsLife } from "../../support/qkms";

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

  it("is gone with its key: that is reported, and no failure", async () => {
    const { record } = await importedKey(life);
    const gone = { ...record, keyArn: record.keyArn.replace(/.{4}$/, "0000") };
    const { warnings } = await releaseMaterial(life.run(), gone, "delete");
    expect(warnings.join("")).toMatch(/^The key material was not deleted from arn:/);
  });
});

describe("material that is to be deleted where a key without any takes no deletion", () => {
  let life: QkmsLife;
  beforeEach(async () => {
    life = await startQkmsLife();
  });
  afterEach(() => life.close());

  const refusing = { operation: "DeleteImportedKeyMaterial", kind: "error", code: "KMSInvalidStateException" } as const;

  async function imported(): Promise<MaterialRecord> {
    const { record } = await ensureKey(life.run(), { kms: "qkms", region: "", multiRegion: false }, undefined);
    return (await applyMaterial(life.run(), settings(record.arn), bytesSource(newBytes()), undefined)).record;
  }

  it("is gone where the reply to the first attempt was lost", async () => {
    const record = await imported();
    life.kms.faults.add({ operation: refusing.operation, kind: "drop", when: "after" });
    life.kms.faults.add({ ...refusing, nth: 2 });
    expect(await releaseMaterial(life.run(), record, "delete")).toEqual({ warnings: [] });
  });

  it("stays where it is refused for another reason", async () => {
    const record = await imported();
    for (const fault of [undefined, "NotFoundException"]) {
      life.kms.faults.clear();
      life.kms.faults.add(refusing);
      if (fault !== undefined) life.kms.faults.add({ operation: "DescribeKey", kind: "error", code: fault });
      await expect(releaseMaterial(life.run(), record, "delete")).rejects.toMatchObject({ code: "key_unusable" });
    }
  });
});
