import { parseFingerprint } from "../../src/engine/fingerprint";
import { ImportProof } from "../../src/engine/import-proof";
import { type MaterialRecord, newlySeen, type ProvedRecord, provedFingerprint } from "../../src/engine/material-record";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const fingerprint = parseFingerprint(`cmac:${"0".repeat(32)}`, "fingerprint");
const record: ProvedRecord = {
  keyArn,
  verified: true,
  fingerprint,
  importedAt: 1_800_000_000,
  lifetime: { kind: "forever" },
  materialId: "aa",
  otherMaterials: ["bb"],
};

describe("what a look found that a later look cannot tell", () => {
  it.each<[string, MaterialRecord | undefined, MaterialRecord, boolean]>([
    ["nothing new", record, record, false],
    ["a date, which the next look shows too", record, { ...record, validTo: 7 }, false],
    ["a deletion before its time", record, { ...record, deletedEarly: true }, true],
    ["that it is back", { ...record, deletedEarly: true }, record, true],
    ["that others disabled the key", record, { ...record, keyDisabled: true }, true],
    ["that others enabled it", { ...record, keyDisabled: true }, { ...record, keyDisabled: false }, true],
    ["that it was never said whether it is Disabled", record, { ...record, keyDisabled: false }, false],
    ["that the key is still to be Disabled", record, { ...record, toDisable: true }, true],
    ["another material, which the next look shows too", record, { ...record, otherMaterials: ["bb", "cc"] }, false],
    ["what was lost with a record that had to be rebuilt", { ...record, rebuilt: true }, record, true],
    ["the first look at a key that is well", undefined, { keyArn, verified: false, keyDisabled: false }, false],
    ["the first look at a Disabled key", undefined, { keyArn, verified: false, keyDisabled: true }, true],
  ])("is %s", (_name, before, after, expected) => {
    expect(newlySeen(before, after)).toBe(expected);
  });
});

describe("what is proved", () => {
  it("is a fingerprint that an import has proved, and no claim", () => {
    expect(provedFingerprint(record)).toBe(fingerprint);
    expect(provedFingerprint({ ...record, verified: false })).toBeUndefined();
    expect(provedFingerprint(undefined)).toBeUndefined();
  });

  it("is so by a verified record with a fingerprint only", () => {
    expect(ImportProof.onRecord(record)).toMatchObject({ keyArn, fingerprint, materialId: "aa" });
    expect(ImportProof.onRecord({ ...record, verified: false })).toBeUndefined();
    expect(ImportProof.onRecord({ keyArn, verified: true, lifetime: record.lifetime })).toBeUndefined();
  });
});
