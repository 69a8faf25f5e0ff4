import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { newBytes, plaintext } from "../support/life";
import type { ResourceInstance } from "../../src/terraform/plugin/testing/host";

const team = new Map([["team", "payments"]]);
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "kms:*", Resource: "*" },
  ],
});
const managed = { description: "payments", policy, tags: team };

describe("a denial, as Terraform sees it", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  let ciphertext: Uint8Array;
  const bytes = newBytes();
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    await key.applyAndSettle(managed);
    material = on.host.resource("byok_imported_key_material");
    await material.applyAndSettle(imported());
    ciphertext = await on.life.encrypt(arn());
  });
  afterEach(() => on.close());

  const arn = (): string => textIn(key, "arn");
  const imported = () => ({
    key_arn: arn(),
    key_material_wo: bytes.toString("base64"),
    valid_for: "90d",
  });

  /** The work fails for lack of the permission, with its name and that of the key. */
  async function expectDenied(action: string, work: () => Promise<unknown>): Promise<void> {
    on.life.kms.permissions.deny(action, { accessKeyId: "AKIAENGINE" });
    const errors = await refusal(work());
    expect(errors).toEqual([
      { at: expect.any(String), detail: expect.stringContaining(`permission ${action} on ${arn()}`) },
    ]);
    on.life.kms.permissions.allow();
  }

  it.each(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListResourceTags"])(
    "of %s in the refresh of a key is an error, and neither a key that is gone nor a change",
    async (action) => {
      await on.restart();
      const before = key.state;
      await expectDenied(action, () => key.refresh());
      expect(key.state).toEqual(before);
      await expectDenied(action, () => key.plan(managed));
      expect(key.state).toEqual(before);
      expect((await key.plan(managed)).action).toBe("no-op");
    },
  );

  it("in the refresh of material is an error, and neither material that is gone nor a change", async () => {
    for (const age of ["1d", "70d", "30d"]) {
      on.life.kms.clock.advance(age);
      await on.restart();
      const before = material.state;
      await expectDenied("kms:DescribeKey", () => material.refresh());
      expect(material.state).toEqual(before);
      await expectDenied("kms:DescribeKey", () => material.plan(imported()));
      expect(material.state).toEqual(before);
    }
    // It has expired meanwhile, which is what is planned once that can be seen.
    expect((await material.plan(imported())).action).toBe("update");
    await material.applyAndSettle(imported());
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it.each(["kms:GetParametersForImport", "kms:ImportKeyMaterial"])(
    "of %s leaves the state as it was, and the next apply imports",
    async (action) => {
      on.life.kms.clock.advance("91d");
      await on.restart();
      await expectDenied(action, () => material.apply(imported()));
      expect(material.tainted).toBe(false);
      expect(material.state).toMatchObject({ key_arn: arn(), verified: true });
      await material.applyAndSettle(imported());
      expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    },
  );

  it("of a first import leaves no state, and no tainted resource", async () => {
    const empty = on.host.resource("byok_external_key");
    await empty.applyAndSettle({});
    const first = on.host.resource("byok_imported_key_material");
    const config = { ...imported(), key_arn: textIn(empty, "arn") };
    on.life.kms.permissions.deny("kms:ImportKeyMaterial");
    await expect(first.apply(config)).rejects.toThrow(/kms:ImportKeyMaterial/);
    expect(first.state).toBeNull();
    on.life.kms.permissions.allow();
    await first.applyAndSettle(config);
  });

  it("of the deletion of a key, or of its material, leaves both in the state", async () => {
    const deleting = { ...imported(), deletion_policy: "delete" };
    await material.applyAndSettle(deleting);
    await on.restart();
    await expectDenied("kms:DeleteImportedKeyMaterial", () => material.destroy());
    expect(material.state).not.toBeNull();
    await expectDenied("kms:ScheduleKeyDeletion", () => key.destroy());
    expect(key.state).not.toBeNull();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("of what the data source reads is an error", async () => {
    for (const action of ["kms:DescribeKey", "kms:ListResourceTags"]) {
      await on.restart();
      await expectDenied(action, () => on.host.readDataSource("byok_external_key", { key_id: arn() }));
    }
  });
});
