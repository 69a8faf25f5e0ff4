import type { KeyMetadata, RotationsListEntry } from "@aws-sdk/client-kms";
import { keyDescription, materialEntry, reader, sameKey, sameLookup, tagRecord } from "../../../src/kms/aws/answers";
import { keyArn, keyId } from "./surroundings";

const metadata: KeyMetadata = {
  Arn: keyArn,
  KeyId: keyId,
  KeyState: "Enabled",
  Origin: "EXTERNAL",
  KeySpec: "SYMMETRIC_DEFAULT",
  KeyUsage: "ENCRYPT_DECRYPT",
  CreationDate: new Date(1_600_000_000_999),
};
const replica = keyArn.replace("eu-central-1", "eu-west-1");
const regions = {
  MultiRegionKeyType: "PRIMARY",
  PrimaryKey: { Arn: keyArn, Region: "eu-central-1" },
  ReplicaKeys: [{ Arn: replica, Region: "eu-west-1" }],
} as const;

// The SDK lets anything through that has the shape of JSON, whatever its types say.
const described = (changes: object = {}) => keyDescription({ ...metadata, ...changes }, "DescribeKey");

/** Refused, naming what is wrong with which answer. */
const lacking = (member: string, operation = "DescribeKey") =>
  expect.objectContaining({
    code: "untrusted_answer",
    retry: "never",
    effectUnknown: true,
    rawMessage: expect.stringMatching(
      new RegExp(`^The answer to ${operation} lacks \`${member}\`, or has something there.*check the endpoint`),
    ),
  });

describe("a key", () => {
  it("is read in the engine's terms; what is not there is not told", () => {
    expect(described()).toEqual({
      arn: keyArn,
      keyId,
      state: "Enabled",
      origin: "EXTERNAL",
      spec: "SYMMETRIC_DEFAULT",
      usage: "ENCRYPT_DECRYPT",
      description: "",
      creationDate: 1_600_000_000,
    });
    expect(described({ Description: 7 }).description).toBe("");
    expect(described({ Description: "d" }).description).toBe("d");
  });

  it("of several Regions tells them, and one of a single Region none", () => {
    expect(described({ MultiRegion: true, MultiRegionConfiguration: regions }).multiRegion).toEqual({
      type: "PRIMARY",
      primaryArn: keyArn,
      replicaArns: [replica],
    });
    const alone = { ...regions, ReplicaKeys: undefined };
    expect(described({ MultiRegion: true, MultiRegionConfiguration: alone }).multiRegion?.replicaArns).toEqual([]);
    for (const MultiRegion of [false, undefined, "true"]) {
      expect(described({ MultiRegion, MultiRegionConfiguration: regions })).not.toHaveProperty("multiRegion");
    }
    expect(described({ MultiRegion: true })).not.toHaveProperty("multiRegion");
  });

  it("tells the lifetime of its material, and its own end", () => {
    const validTo = new Date(1_900_000_000_500);
    expect(described({ ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: validTo })).toMatchObject({
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo: 1_900_000_000,
    });
    const endless = described({ ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE", ValidTo: validTo });
    expect(endless.expirationModel).toBe("KEY_MATERIAL_DOES_NOT_EXPIRE");
    expect(endless).not.toHaveProperty("validTo");
    expect(described({ ValidTo: validTo })).not.toHaveProperty("expirationModel");
    expect(described({ DeletionDate: validTo }).deletionDate).toBe(1_900_000_000);
    expect(described({ CurrentKeyMaterialId: "id" }).materialId).toBe("id");
  });

  it.each([
    [
      "Arn",
      [
        undefined,
        7,
        "",
        "x",
        `x${keyArn}`,
        `${keyArn}/x`,
        keyArn.replace("1111", "111"),
        keyArn.replace("key", "alias"),
      ],
    ],
    ["KeyId", [undefined, 7, ""]],
    ["KeyState", [undefined, "enabled"]],
    ["Origin", [undefined, ""]],
    ["KeySpec", [undefined, ""]],
    ["KeyUsage", [undefined, ""]],
    ["CreationDate", [undefined, 1_600_000_000, "2026-01-01", new Date(Number.NaN), new Date(-1)]],
    ["CurrentKeyMaterialId", [7, "", null]],
    ["DeletionDate", [7, null]],
    ["ExpirationModel", ["SOMETIMES", null]],
  ])("cannot have another kind of %s", (member, values) => {
    for (const value of values) expect(() => described({ [member]: value })).toThrow(lacking(member));
  });

  it.each([
    ["MultiRegionKeyType", { MultiRegionKeyType: "BOTH" }],
    ["PrimaryKey", { PrimaryKey: undefined }],
    ["PrimaryKey", { PrimaryKey: { Arn: "x" } }],
    ["ReplicaKeys", { ReplicaKeys: [{ Arn: "x" }] }],
    ["ReplicaKeys", { ReplicaKeys: ["x"] }],
    ["ReplicaKeys", { ReplicaKeys: {} }],
  ])("cannot have another kind of %s: %j", (member, change) => {
    const MultiRegionConfiguration = { ...regions, ...change };
    expect(() => described({ MultiRegion: true, MultiRegionConfiguration })).toThrow(lacking(member));
  });

  it("that expires says when", () => {
    for (const ValidTo of [undefined, 7, new Date(253_402_300_800_000)]) {
      expect(() => described({ ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo })).toThrow(lacking("ValidTo"));
    }
  });

  it("is not nothing", () => {
    expect(() => keyDescription(undefined, "CreateKey")).toThrow(lacking("KeyMetadata", "CreateKey"));
  });
});

describe("a material", () => {
  const entry: RotationsListEntry = { KeyMaterialId: "id", ImportState: "IMPORTED", KeyMaterialState: "CURRENT" };
  const read = (changes: object = {}) => materialEntry({ ...entry, ...changes }, "ListKeyRotations");

  it("is read in the engine's terms", () => {
    expect(read()).toEqual({ materialId: "id", imported: true, state: "CURRENT" });
    expect(read({ ImportState: "PENDING_IMPORT" }).imported).toBe(false);
    expect(read({ KeyMaterialDescription: "one" }).description).toBe("one");
    expect(read({ KeyMaterialDescription: "" })).not.toHaveProperty("description");
    for (const state of ["NON_CURRENT", "PENDING_ROTATION", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"]) {
      expect(read({ KeyMaterialState: state }).state).toBe(state);
    }
    expect(read({ ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: new Date(2_000) }).validTo).toBe(2);
  });

  it.each([
    ["KeyMaterialId", undefined],
    ["ImportState", undefined],
    ["ImportState", "LOST"],
    ["KeyMaterialState", "LOST"],
    ["ExpirationModel", "SOMETIMES"],
  ])("cannot have another kind of %s", (member, value) => {
    expect(() => read({ [member]: value })).toThrow(lacking(member, "ListKeyRotations"));
  });
});

it("reads tags, whose values may be empty but not missing", () => {
  const tags = (...list: readonly { readonly TagKey?: string; readonly TagValue?: string }[]) =>
    tagRecord(
      list.map(({ TagKey, TagValue }) => ({ TagKey, TagValue })),
      "ListResourceTags",
    );
  expect(tags({ TagKey: "a", TagValue: "b" }, { TagKey: "c", TagValue: "" })).toEqual({ a: "b", c: "" });
  expect(tagRecord(undefined, "ListResourceTags")).toEqual({});
  expect(() => tagRecord(JSON.parse('["x"]'), "ListResourceTags")).toThrow(lacking("Tags", "ListResourceTags"));
  expect(() => tags({ TagKey: "a" })).toThrow(lacking("TagValue", "ListResourceTags"));
  expect(() => tags({ TagValue: "a" })).toThrow(lacking("TagKey", "ListResourceTags"));
});

describe("a member", () => {
  const read = reader("Asked");
  const refused = lacking("M", "Asked");

  it("may be bytes, up to a bound", () => {
    const whole = Uint8Array.of(9, 1, 2, 3, 9);
    expect([...read.bytes(whole.subarray(1, 4), "M", 3)]).toEqual([1, 2, 3]);
    for (const value of [whole, new Uint8Array(0), "AAEC", undefined]) {
      expect(() => read.bytes(value, "M", 3)).toThrow(refused);
    }
  });

  it("may be an instant that can be written", () => {
    expect(read.instant(new Date(0), "M")).toBe(0);
    expect(read.instant(new Date(253_402_300_799_999), "M")).toBe(253_402_300_799);
    expect(() => read.instant(new Date(253_402_300_800_000), "M")).toThrow(refused);
  });

  it("may be a list of structures, or none", () => {
    expect(read.list([{ a: 1 }], "M")).toEqual([{ a: 1 }]);
    expect(read.list(undefined, "M")).toEqual([]);
    for (const strange of [JSON.parse('["x"]'), JSON.parse("[null]"), JSON.parse("[{}, 7]"), JSON.parse('{"a":1}')]) {
      expect(() => read.list(strange, "M")).toThrow(refused);
    }
  });
});

describe("the key that was asked for", () => {
  const other = expect.objectContaining({
    code: "untrusted_answer",
    effectUnknown: true,
    rawMessage: expect.stringMatching(/^The answer to DescribeKey is about another key.*check the endpoint/),
  });

  it.each([
    [keyArn, keyArn, true],
    [keyId, keyArn, true],
    [keyId.slice(1), keyArn, false],
    [keyArn, replica, false],
    [replica, keyArn, false],
    [`arn:${keyId}`, `x:key/arn:${keyId}`, false],
  ])("%s is %s: %s", (asked, answered, same) => {
    if (same) expect(() => sameKey(asked, answered, "DescribeKey")).not.toThrow();
    else expect(() => sameKey(asked, answered, "DescribeKey")).toThrow(other);
  });

  const place = keyArn.slice(0, keyArn.lastIndexOf(":"));
  it.each([
    ["alias/payments", keyArn, true],
    ["alias/payments", replica, false],
    [`${place}:alias/payments`, keyArn, true],
    [`${place}:alias/payments`, replica, false],
    [`${place.slice(0, -1)}0:alias/payments`, keyArn, false],
    [keyId, keyArn, true],
    [keyArn, replica, false],
    ["payments", keyArn, false],
  ])("looked up by %s is %s: %s", (asked, answered, same) => {
    const look = () => sameLookup(asked, answered, keyArn.split(":")[3] ?? "", "DescribeKey");
    if (same) expect(look).not.toThrow();
    else expect(look).toThrow(other);
  });
});
