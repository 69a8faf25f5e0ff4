import {
  type AnswerReader,
  keyDescription,
  reader,
  sameKey,
  tagRecord,
  untrusted,
} from "../../../src/kms/alibaba/answers";
import { keyArn, keyId } from "./surroundings";

const metadata = {
  Arn: keyArn,
  KeyId: keyId,
  KeyState: "Enabled",
  Origin: "EXTERNAL",
  KeySpec: "Aliyun_AES_256",
  KeyUsage: "ENCRYPT/DECRYPT",
  CreationDate: "2026-01-01T00:00:00Z",
};
const described = (changes: object = {}) => keyDescription({ KeyMetadata: { ...metadata, ...changes } }, "DescribeKey");

/** Refused, naming what is wrong with which answer. */
const lacking = (member: string, operation = "DescribeKey") =>
  expect.objectContaining({
    code: "untrusted_answer",
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
      spec: "Aliyun_AES_256",
      usage: "ENCRYPT/DECRYPT",
      description: "",
      creationDate: Date.UTC(2026, 0, 1) / 1000,
      expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
  });

  it("has what may be there read too", () => {
    expect(
      described({
        Description: "payments",
        DeleteDate: "2026-02-01T00:00:00Z",
        DeletionProtection: "Disabled",
        DKMSInstanceId: "kst-1",
        ProtectionLevel: "HSM",
        MaterialExpireTime: "2026-03-01T00:00:00Z",
      }),
    ).toMatchObject({
      description: "payments",
      deletionDate: Date.UTC(2026, 1, 1) / 1000,
      deletionProtection: false,
      dkmsInstanceId: "kst-1",
      protectionLevel: "HSM",
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo: Date.UTC(2026, 2, 1) / 1000,
    });
    expect(described({ DeletionProtection: "Enabled" }).deletionProtection).toBe(true);
  });

  it.each([null, "", undefined])("has no member that is %j", (nothing) => {
    const given = {
      DeleteDate: nothing,
      DeletionProtection: nothing,
      DKMSInstanceId: nothing,
      ProtectionLevel: nothing,
    };
    expect(described({ ...given, MaterialExpireTime: nothing })).toEqual(described());
  });

  it.each([
    ["Enabled", true],
    ["Disabled", true],
    ["PendingImport", false],
    ["PendingDeletion", false],
  ])("that is %s says when its material expires: %s", (KeyState, says) => {
    for (const MaterialExpireTime of ["", "2026-03-01T00:00:00Z"]) {
      const key = described({ KeyState, MaterialExpireTime });
      expect(key.state).toBe(KeyState);
      expect("expirationModel" in key).toBe(says);
      expect("validTo" in key).toBe(says && MaterialExpireTime !== "");
    }
  });

  it.each([
    ["Arn", [undefined, 7, "", "x", `x${keyArn}`, `${keyArn}/x`, keyArn.replace("1234567890123456", "me")]],
    ["KeyId", [undefined, 7, ""]],
    ["KeyState", [undefined, "enabled", "Creating"]],
    ["Origin", [undefined, 7, ""]],
    ["KeySpec", [undefined, 7, ""]],
    ["KeyUsage", [undefined, 7, ""]],
    ["CreationDate", [undefined, "", "2026-01-01", 1_700_000_000]],
    ["DeleteDate", ["soon", 7]],
    ["DeletionProtection", ["perhaps", true]],
    ["DKMSInstanceId", [7]],
    ["ProtectionLevel", [7]],
    ["MaterialExpireTime", ["soon", 7]],
  ])("cannot have another kind of %s", (member, values) => {
    for (const value of values) expect(() => described({ [member]: value })).toThrow(lacking(member));
  });

  it.each([undefined, null, [], "x", 7])("is not %j", (KeyMetadata) => {
    expect(() => keyDescription({ KeyMetadata }, "CreateKey")).toThrow(lacking("KeyMetadata", "CreateKey"));
  });
});

describe("tags", () => {
  const tags = (Tag: unknown) => tagRecord({ Tags: { Tag } }, "ListResourceTags");

  it("are read; a value that is none is empty", () => {
    expect(tags([{ TagKey: "a", TagValue: "b" }, { TagKey: "c", TagValue: null }, { TagKey: "d" }])).toEqual({
      a: "b",
      c: "",
      d: "",
    });
    expect(tags([])).toEqual({});
  });

  it.each([
    ["Tags", {}],
    ["Tag", { Tags: {} }],
    ["Tag", { Tags: { Tag: ["x"] } }],
    ["TagKey", { Tags: { Tag: [{ TagValue: "b" }] } }],
  ])("cannot lack `%s`: %j", (member, answer) => {
    expect(() => tagRecord(answer, "ListResourceTags")).toThrow(lacking(member, "ListResourceTags"));
  });
});

describe("a member", () => {
  const read = reader("Asked");
  const refused = lacking("M", "Asked");

  it.each<[string, (read: AnswerReader) => unknown, unknown]>([
    ["bytes", (r) => r.bytes("AAEC", "M", 3).toString("hex"), "000102"],
    ["bytes with padding", (r) => r.bytes("AA==", "M", 3).toString("hex"), "00"],
    ["the instant 1970-01-01T00:00:01.999Z", (r) => r.instant("1970-01-01T00:00:01.999Z", "M"), 1],
    ["the instant 1970-01-01T00:00:01Z", (r) => r.instant("1970-01-01T00:00:01Z", "M"), 1],
    ["the number 0", (r) => r.wholeNumber(0, "M"), 0],
    ["the number 101", (r) => r.wholeNumber(101, "M"), 101],
    ["an object", (r) => r.fields({ a: 1 }, "M"), { a: 1 }],
    ["a list", (r) => r.list([1], "M"), [1]],
  ])("may be %s", (_what, ask, value) => {
    expect(ask(read)).toEqual(value);
  });

  it.each(["", "AAECAw==", "AA EC", "%%%%", "=AAE", "AAE\n", 7, undefined])("may not be the bytes %j", (value) => {
    expect(() => read.bytes(value, "M", 3)).toThrow(refused);
  });

  it("may not be base64 of no bytes", () => {
    expect(() => read.bytes("A", "M", 3)).toThrow(refused);
  });

  it.each([
    "1970-01-01T00:00:01",
    "1970-01-01T00:00:01+01:00",
    "1970-01-01 00:00:01Z",
    "on 1970-01-01T00:00:01Z",
    "1970-01-01T00:00:01Z!",
    "1970-13-01T00:00:01Z",
    "1970-01-01T00:00Z",
    "70-01-01T00:00:01Z",
    7,
  ])("may not be the instant %j", (value) => {
    expect(() => read.instant(value, "M")).toThrow(refused);
  });

  it.each([-1, 1.5, "1", Number.NaN, 2 ** 53, undefined])("may not be the number %j", (value) => {
    expect(() => read.wholeNumber(value, "M")).toThrow(refused);
  });

  it.each([undefined, null, [], "x"])("may not be the object %j", (value) => {
    expect(() => read.fields(value, "M")).toThrow(refused);
  });

  it.each([undefined, null, {}, "x"])("may not be the list %j", (value) => {
    expect(() => read.list(value, "M")).toThrow(refused);
  });
});

it("is about the key that was asked for", () => {
  expect(() => sameKey(keyArn, keyArn, "DescribeKey")).not.toThrow();
  expect(() => sameKey(keyArn, `${keyArn}0`, "DescribeKey")).toThrow(
    expect.objectContaining({
      code: "untrusted_answer",
      effectUnknown: true,
      rawMessage: expect.stringMatching(/^The answer to DescribeKey is about another key.*check the endpoint/),
    }),
  );
  expect(untrusted("A", "B").retry).toBe("never");
});
