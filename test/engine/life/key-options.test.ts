import { ensureKey, readKey } from "../../../src/engine/external-key";
import type { KeyLocation } from "../../../src/engine/key-services";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { type AlibabaLife, alibabaRegion, startAlibabaLife } from "../../support/alibaba";

const wanted: WantedKey = { kms: "alibaba", region: alibabaRegion, multiRegion: false };

describe("what only some KMSs have", () => {
  let life: AlibabaLife;
  beforeEach(async () => {
    life = await startAlibabaLife();
  });
  afterEach(() => life.close());

  it("is reported where it could not be set on a new key, which is there all the same", async () => {
    life.kms.permissions.deny("kms:SetDeletionProtection");
    const { record, warnings } = await ensureKey(life.run(), { ...wanted, deletionProtection: true }, undefined);
    expect(record).toMatchObject({ state: "PendingImport", deletionProtection: false });
    expect(warnings).toEqual([expect.stringContaining("the next apply repairs it")]);
  });

  it("counts when a key is continued with: one in another instance is another key", async () => {
    const tokened = { ...wanted, creationToken: "payments", dkmsInstanceId: "kst-1" };
    const { record } = await ensureKey(life.run(), tokened, undefined);
    expect((await ensureKey(life.run(), tokened, undefined)).record.arn).toBe(record.arn);
    await expect(ensureKey(life.run(), { ...tokened, dkmsInstanceId: "kst-2" }, undefined)).rejects.toMatchObject({
      code: "key_conflict",
    });
    // Anyone who names no instance takes it in the one where it is.
    const anywhere = { ...wanted, creationToken: "payments" };
    expect((await ensureKey(life.run(), anywhere, undefined)).record.arn).toBe(record.arn);
  });

  it("may be an ARN without an account, of which only the age of the key speaks", async () => {
    const { record } = await ensureKey(life.run(), wanted, undefined);
    life.kms.faults.add({
      operation: "DescribeKey",
      kind: "error",
      code: "Forbidden.KeyNotFound",
      status: 404,
      times: 9,
    });
    const run = life.run();
    const nameless = (location: KeyLocation): KeyLocation => ({ ...location, accountId: undefined });
    const services = { ...run.services, locate: (arn: string, at: string) => nameless(run.services.locate(arn, at)) };
    await expect(
      readKey({ ...run, services }, record.arn, record, { policy: false, tags: false }),
    ).rejects.toMatchObject({ code: "key_not_found", message: expect.stringContaining("within a week") });
    life.kms.clock.advance("8d");
    await expect(
      readKey({ ...run, services }, record.arn, record, { policy: false, tags: false }),
    ).resolves.toBeUndefined();
  });
});
