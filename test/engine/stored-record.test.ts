import type { Fingerprint } from "../../src/engine/fingerprint";
import { blankRecord, type MaterialRecord } from "../../src/engine/material-record";
import { recordFrom, type StoredRecord, storedRecord } from "../../src/engine/stored-record";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const fingerprint: Fingerprint = `cmac:${"0".repeat(32)}`;
const lifetime = { kind: "renewed", validFor: 7_776_000, renewBefore: 2_592_000 } as const;
const seen = {
  keyArn,
  expirationModel: "KEY_MATERIAL_EXPIRES",
  validTo: 1_803_095_500,
  keyDisabled: false,
  otherMaterials: ["bb"],
} as const;
const imported = { ...seen, lifetime, importedAt: 1_795_319_500, importedValidTo: 1_803_095_500 };

describe("a record as it is stored", () => {
  it.each<[string, MaterialRecord]>([
    ["nothing imported yet", blankRecord(keyArn)],
    ["somebody else's material", { ...seen, verified: false, seenImported: true }],
    ["a claim", { keyArn, verified: false, fingerprint, materialId: "aa" }],
    ["imported and proved", { ...imported, verified: true, fingerprint, materialId: "aa", description: "payments" }],
    ["imported, and the answer was lost", { ...seen, lifetime, verified: false, fingerprint, importedValidTo: 7 }],
    ["rebuilt after a crash", { ...imported, verified: true, fingerprint, rebuilt: true, keyDisabled: undefined }],
    ["deleted before its time", { ...imported, verified: true, fingerprint, deletedEarly: true }],
    ["to be Disabled still", { ...imported, verified: true, fingerprint, toDisable: true, noteLeft: true }],
  ])("is read as it was: %s", (_name, record) => {
    expect(recordFrom(storedRecord(record))).toEqual(record);
    const written: StoredRecord = JSON.parse(JSON.stringify(storedRecord(record)));
    expect(recordFrom(written)).toEqual(record);
  });

  it.each<[string, Partial<StoredRecord>]>([
    ["its bytes", { fingerprint: undefined }],
    ["its moment", { importedAt: undefined }],
    ["its lifetime", { lifetime: undefined }],
  ])("proves nothing without all that the answer to an import leaves on record: %s", (_name, lost) => {
    const stored = { ...imported, verified: true, fingerprint };
    expect(recordFrom(stored).verified).toBe(true);
    expect(recordFrom({ ...stored, ...lost })).toMatchObject({ ...seen, verified: false });
  });

  it("keeps the moment of an import that an earlier version had not proved", () => {
    expect(recordFrom({ ...imported, verified: false })).toEqual({ ...imported, verified: false });
  });

  it("of no import holds nothing of one", () => {
    const { lifetime: _, ...rest } = imported;
    expect(recordFrom({ ...rest, verified: false, description: "x" })).toEqual({ ...seen, verified: false });
  });
});
