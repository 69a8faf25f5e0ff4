import { assess } from "../../src/engine/assessment";
import type { NeverImported } from "../../src/engine/material-condition";
import type { KeyDescription, MaterialEntry } from "../../src/engine/key";
import { type Succession, successionIn } from "../../src/engine/succession";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
const [first, second] = ["a".repeat(64), "b".repeat(64)];
const key: KeyDescription = {
  arn: keyArn,
  keyId: "mrk-1234abcd12ab34cd56ef1234567890ab",
  state: "Enabled",
  origin: "EXTERNAL",
  spec: "SYMMETRIC_DEFAULT",
  usage: "ENCRYPT_DECRYPT",
  description: "",
  creationDate: 0,
};
const replica: KeyDescription = { ...key, multiRegion: { type: "REPLICA", primaryArn: keyArn, replicaArns: [keyArn] } };
const entry = (materialId: string, state: MaterialEntry["state"]): MaterialEntry => ({
  materialId,
  state,
  imported: true,
});

describe("material that succeeds one which waits for its rotation", () => {
  it.each(["PENDING_ROTATION", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"] as const)(
    "is early while that is %s, and awaited in a replica, which shows a rotation later",
    (state) => {
      const materials = [entry(first, "CURRENT"), entry(second, state)];
      expect(successionIn(key, materials, second)).toEqual({ kind: "early", current: first });
      expect(successionIn(replica, materials, second)).toEqual({ kind: "awaited", primaryArn: keyArn });
    },
  );

  it.each([
    [first, first],
    [undefined, "none"],
  ])("is planned, and refused by an apply that comes before the rotation", (current, named) => {
    const succession: Succession = { kind: "early", current };
    const condition: NeverImported = {
      state: "never_imported",
      keyState: "Enabled",
      succession,
      missingMaterials: [],
      otherMaterials: [],
      keyDisabled: false,
    };
    const assessment = assess({
      wanted: { keyArn, succeeds: second, lifetime: { kind: "forever" }, onDeletion: "reimport" },
      condition,
      offer: { kind: "later" },
    });
    expect(assessment).toMatchObject({ row: "wrong_predecessor", action: "create", warnings: [] });
    expect(assessment.problem).toMatchObject({ code: "wrong_predecessor", attribute: "succeeds" });
    expect(assessment.problem?.rawMessage).toContain(`${second} waits for its rotation in ${keyArn}`);
    expect(assessment.problem?.rawMessage).toContain(`whose current one is ${named}.`);
  });

  it("is said once where the materials may not be listed", () => {
    const condition: NeverImported = {
      state: "never_imported",
      keyState: "Enabled",
      succession: { kind: "unlisted" },
      unlisted: true,
      missingMaterials: [],
      otherMaterials: [],
      keyDisabled: false,
    };
    const { warnings } = assess({
      wanted: { keyArn, succeeds: second, lifetime: { kind: "forever" }, onDeletion: "reimport" },
      condition,
      offer: { kind: "later" },
    });
    expect(warnings).toHaveLength(1);
  });
});
