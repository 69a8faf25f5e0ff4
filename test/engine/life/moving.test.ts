import { DeleteImportedKeyMaterialCommand, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import { announceNeed } from "../../../src/engine/announcements";
import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { blankRecord } from "../../../src/engine/material-record";
import { observeMaterial } from "../../../src/engine/material-observation";
import { leaveFormerKey, moveMaterial, releaseMaterial } from "../../../src/engine/material-release";
import { emptySource, bytesSource, type Life, newBytes, plaintext, startLife } from "../../support/life";
import { type ImportedKey, importedKey, newKey, settings } from "../../support/imported-key";
import { type QkmsLife, startQkmsLife } from "../../support/qkms";
import { importNewMaterial } from "../../support/new-material";

const remove = "DeleteImportedKeyMaterial";

describe("material that moves to another key", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const leaving = async (): Promise<ImportedKey & { ciphertext: Uint8Array }> => {
    const one = await importedKey(life);
    const ciphertext = await life.encrypt(one.key.arn);
    life.calls();
    return { ...one, ciphertext };
  };

  it("is imported there first, and then deleted from the former key by its id", async () => {
    const one = await leaving();
    const two = await newKey(life);
    life.calls();
    const old = { record: one.record, policy: "delete" } as const;
    const { record, proof, warnings } = await moveMaterial(life.run(), settings(two.arn), one.source, old);
    expect(record).toMatchObject({ keyArn: two.arn, verified: true, fingerprint: one.record.fingerprint });
    expect(proof).toMatchObject({ keyArn: two.arn, fingerprint: one.record.fingerprint });
    expect(warnings).toEqual([]);
    const calls = life.calls();
    expect(calls.indexOf("ImportKeyMaterial")).toBeLessThan(calls.indexOf(remove));
    expect(await life.decrypt(one.ciphertext)).toBe("KMSInvalidStateException");
  });

  it("stays in the former key under retain, and that is reported", async () => {
    const one = await leaving();
    const two = await newKey(life);
    const old = { record: one.record, policy: "retain" } as const;
    const { warnings } = await moveMaterial(life.run(), settings(two.arn), one.source, old);
    expect(warnings).toEqual([expect.stringContaining(`stays in ${one.key.arn}`)]);
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });

  it.each([
    ["an absent source", emptySource()],
    ["no source at all", undefined],
  ])("is not deleted where the key to come holds other material and there is %s", async (_title, source) => {
    const one = await leaving();
    const two = await importedKey(life);
    const old = { record: one.record, policy: "delete" } as const;
    await expect(moveMaterial(life.run(), settings(two.key.arn), source, old)).rejects.toMatchObject({
      code: "import_refused",
      attribute: "key_arn",
      message: expect.stringContaining("Nothing was imported into"),
    });
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });

  it("is not deleted where the key to come needs the bytes and they are not there", async () => {
    const one = await leaving();
    const two = await newKey(life);
    const old = { record: one.record, policy: "delete" } as const;
    await expect(moveMaterial(life.run(), settings(two.arn), emptySource(), old)).rejects.toMatchObject({
      code: "material_missing",
    });
    expect(life.calls()).not.toContain(remove);
  });

  it("is not deleted where the key to come refuses the bytes", async () => {
    const one = await leaving();
    const two = await importedKey(life);
    const old = { record: one.record, policy: "delete" } as const;
    await expect(moveMaterial(life.run(), settings(two.key.arn), one.source, old)).rejects.toMatchObject({
      code: "different_material",
    });
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });

  it("is not deleted where deletions from the key to come are only reported", async () => {
    const one = await leaving();
    const two = await importedKey(life, {}, {}, one.bytes);
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: two.key.arn }));
    const wanted = { ...settings(two.key.arn), onDeletion: "report" } as const;
    const old = { record: one.record, policy: "delete" } as const;
    await expect(moveMaterial(life.run(), wanted, one.source, old)).rejects.toMatchObject({
      code: "import_refused",
      attribute: "key_arn",
      message: expect.stringContaining("set `on_deletion` to reimport"),
    });
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
    const { proof } = await moveMaterial(life.run(), settings(two.key.arn), one.source, old);
    expect(proof).toBeDefined();
  });

  it("is not deleted where the key to come got other bytes", async () => {
    const one = await leaving();
    const two = await newKey(life);
    const old = { record: one.record, policy: "delete" } as const;
    const { warnings } = await moveMaterial(life.run(), settings(two.arn), bytesSource(newBytes()), old);
    expect(warnings).toEqual([expect.stringContaining("The new key holds other bytes")]);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });

  it("is not deleted where no import of byok's has proved what the former key holds", async () => {
    const one = await leaving();
    const two = await newKey(life);
    const old = { record: { ...one.record, verified: false }, policy: "delete" } as const;
    const { warnings } = await moveMaterial(life.run(), settings(two.arn), one.source, old);
    expect(warnings).toEqual([expect.stringContaining("No import of byok's has proved")]);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });

  it("is not deleted where the key to come cannot be used yet, since it has lost other material too", async () => {
    const two = await importedKey(life);
    const bytes = newBytes();
    await importNewMaterial(life.client(), two.key.arn, bytes);
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: two.key.arn }));
    const one = await importedKey(life, {}, {}, bytes);
    const ciphertext = await life.encrypt(one.key.arn);
    const current = await applyMaterial(life.run(), settings(two.key.arn), one.source, undefined);
    for (const KeyMaterialId of [two.record.materialId, current.record.materialId]) {
      await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: two.key.arn, KeyMaterialId }));
    }
    life.calls();
    const old = { record: one.record, policy: "delete" } as const;
    const { warnings } = await moveMaterial(life.run(), settings(two.key.arn), one.source, old);
    expect(warnings.at(-1)).toContain("The new key cannot be used yet.");
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is not deleted where the bytes have gone from the key to come since their import", async () => {
    const one = await leaving();
    const two = await newKey(life);
    const moved = await applyMaterial(life.run(), settings(two.arn), one.source, undefined);
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: two.arn }));
    life.kms.clock.advance("2m");
    const { condition } = await observeMaterial(life.run(), two.arn, moved.record, settings(two.arn));
    const left = await leaveFormerKey(life.run(), one.record, "delete", { proof: moved.proof, condition });
    expect(left.warnings).toEqual([expect.stringContaining("The new key does not hold them now.")]);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });

  it("is not deleted where another resource of the run needs it in the former key", async () => {
    const one = await leaving();
    const two = await newKey(life);
    const run = life.run();
    announceNeed(run, one.key.arn, one.record.fingerprint);
    const old = { record: one.record, policy: "delete" } as const;
    const { warnings } = await moveMaterial(run, settings(two.arn), one.source, old);
    expect(warnings).toEqual([expect.stringContaining("another resource of this run needs it there")]);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });

  it("has moved, also where the former key refuses the deletion", async () => {
    const two = await newKey(life);
    const one = await leaving();
    life.kms.permissions.deny("kms:DeleteImportedKeyMaterial");
    const old = { record: one.record, policy: "delete" } as const;
    const { record, error, warnings } = await moveMaterial(life.run(), settings(two.arn), one.source, old);
    expect(record).toMatchObject({ keyArn: two.arn, verified: true });
    expect(error).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("was left as it is")]);
  });

  it("has moved, also where the former key is gone", async () => {
    const two = await newKey(life);
    const one = await leaving();
    const record = { ...one.record, keyArn: one.key.arn.replace(/.{4}$/, "0000") };
    const { warnings } = await moveMaterial(life.run(), settings(two.arn), one.source, { record, policy: "delete" });
    expect(warnings).toEqual([expect.stringContaining("was not deleted from")]);
  });

  it("is never deleted from the key that it moves to", async () => {
    const one = await leaving();
    const old = { record: one.record, policy: "delete" } as const;
    const { warnings } = await moveMaterial(life.run(), one.wanted, one.source, old);
    expect(warnings).toEqual([expect.stringContaining("imported into")]);
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(one.ciphertext)).toBe(plaintext);
  });
});

describe("material that moves to a key whose KMS imports into empty keys only", () => {
  let life: QkmsLife;
  beforeEach(async () => {
    life = await startQkmsLife();
  });
  afterEach(() => life.close());

  const wantedKey = { kms: "qkms", region: "", multiRegion: false } as const;

  it("is not deleted from the former key where the other one holds what nothing proves", async () => {
    const [one, two] = [
      (await ensureKey(life.run(), wantedKey, undefined)).record.arn,
      (await ensureKey(life.run(), wantedKey, undefined)).record.arn,
    ];
    const source = bytesSource(newBytes());
    const { record } = await applyMaterial(life.run(), settings(one), source, undefined);
    await applyMaterial(life.run(), settings(two), source, undefined);
    await life.ask("UntagResource", { KeyId: two, TagKeys: ["byok:fingerprint"] });
    const ciphertexts = [await life.encrypt(one), await life.encrypt(two)];
    life.calls();
    await expect(moveMaterial(life.run(), settings(two), source, { record, policy: "delete" })).rejects.toMatchObject({
      code: "import_refused",
      attribute: "key_arn",
    });
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags"]);
    for (const ciphertext of ciphertexts) expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});

describe("material whose move to another key has no answer", () => {
  let life: QkmsLife;
  beforeEach(async () => {
    life = await startQkmsLife();
  });
  afterEach(() => life.close());

  it("stays in the former key, for nothing proves what the other one holds", async () => {
    const wantedKey = { kms: "qkms", region: "", multiRegion: false } as const;
    const [one, two] = [
      (await ensureKey(life.run(), wantedKey, undefined)).record.arn,
      (await ensureKey(life.run(), wantedKey, undefined)).record.arn,
    ];
    const source = bytesSource(newBytes());
    const { record } = await applyMaterial(life.run(), settings(one), source, undefined);
    const ciphertext = await life.encrypt(one);
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "drop", when: "after" });
    const moved = await moveMaterial(life.run(), settings(two), source, { record, policy: "delete" });
    expect(moved.record).toMatchObject({ keyArn: two, verified: false });
    expect(moved.warnings.at(-1)).toContain("No import has proved that the new key holds the same bytes.");
    expect(life.calls()).not.toContain(remove);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    const left = await leaveFormerKey(life.run(), record, "delete", moved);
    expect(left.warnings).toEqual(moved.warnings.slice(-1));
  });
});

describe("material whose resource is destroyed with `delete`", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  it("stays where no import of byok's has proved it, and the error says how to prove it", async () => {
    const { key, record } = await importedKey(life);
    const ciphertext = await life.encrypt(key.arn);
    for (const unproved of [{ ...record, verified: false } as const, blankRecord(key.arn)]) {
      life.calls();
      await expect(releaseMaterial(life.run(), unproved, "delete")).rejects.toMatchObject({
        code: "material_not_proved",
        attribute: "deletion_policy",
        message: expect.stringContaining("Apply once with the bytes at hand"),
      });
      expect(life.calls()).toEqual(["DescribeKey"]);
    }
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is no matter where the key is empty or gone", async () => {
    const { key } = await importedKey(life);
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.arn }));
    life.calls();
    const unproved = blankRecord(key.arn);
    expect(await releaseMaterial(life.run(), unproved, "delete")).toEqual({ warnings: [] });
    const gone = blankRecord(key.arn.replace(/.{4}$/, "0000"));
    expect((await releaseMaterial(life.run(), gone, "delete")).warnings).toEqual([
      expect.stringContaining("gone or pending deletion"),
    ]);
    expect(life.calls()).toEqual(["DescribeKey", "DescribeKey"]);
  });

  it("stays where its resource was renamed: the plan of the other one has announced that it needs it", async () => {
    const { key, record } = await importedKey(life);
    const ciphertext = await life.encrypt(key.arn);
    for (const fingerprint of [record.fingerprint, undefined]) {
      const run = life.run();
      announceNeed(run, key.arn, fingerprint);
      const { warnings } = await releaseMaterial(run, record, "delete");
      expect(warnings).toEqual([expect.stringContaining("another resource of this run needs it there")]);
    }
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is deleted alone from a key that holds others, and not at all where its id is not known", async () => {
    const { key, record } = await importedKey(life);
    const ciphertext = await life.encrypt(key.arn);
    await importNewMaterial(life.client(), key.arn, newBytes());
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: key.arn }));
    await expect(releaseMaterial(life.run(), { ...record, materialId: undefined }, "delete")).rejects.toMatchObject({
      code: "material_not_proved",
      attribute: "deletion_policy",
    });
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    await releaseMaterial(life.run(), record, "delete");
    const deletions = life.kms.requests.since(0).filter(({ operation }) => operation === remove);
    expect(deletions).toHaveLength(1);
  });
});
