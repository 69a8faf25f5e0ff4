import {
  keyDescription,
  keyPage,
  nextMarker,
  parsedAnswer,
  reader,
  readInstant,
  sameArn,
  tagRecord,
} from "../../../src/kms/qkms/answers";
import { keyArn, keyId } from "./surroundings";

const metadata = { Arn: keyArn, KeyId: keyId, KeyState: "Enabled", Origin: "EXTERNAL", CreationDate: 1_600_000_000 };
const described = (changes: object = {}, asked: string | undefined = keyArn) =>
  keyDescription({ KeyMetadata: { ...metadata, ...changes } }, asked, "DescribeKey");

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
const another = (operation = "DescribeKey") =>
  expect.objectContaining({
    code: "untrusted_answer",
    effectUnknown: true,
    rawMessage: expect.stringMatching(
      new RegExp(`^The answer to ${operation} is about another key than the one asked for.*check the endpoint`),
    ),
  });

describe("a key", () => {
  it("is read in the engine's terms, with what is usual where nothing is said", () => {
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
    const said = { KeySpec: "B", KeyUsage: "C", Description: "D", DeletionDate: 1_700_000_000 };
    expect(described(said)).toMatchObject({ spec: "B", usage: "C", description: "D", deletionDate: 1_700_000_000 });
    expect(described({ ...said, CustomerMasterKeySpec: "A" }).spec).toBe("A");
  });

  it.each([
    [{}, {}],
    [{ ValidTo: 1.7e9 }, { expirationModel: "KEY_MATERIAL_EXPIRES", validTo: 1.7e9 }],
    [
      { ValidTo: 1.7e9, ExpirationModel: "KEY_MATERIAL_EXPIRES" },
      { expirationModel: "KEY_MATERIAL_EXPIRES", validTo: 1.7e9 },
    ],
    [
      { ValidTo: 1.7e9, ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" },
      { expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" },
    ],
  ])("with %j has the lifetime %j", (given, lifetime) => {
    const { expirationModel, validTo } = described(given);
    expect({ expirationModel, validTo }).toEqual({ expirationModel: undefined, validTo: undefined, ...lifetime });
  });

  it.each([
    ["Arn", "x"],
    ["KeyId", undefined],
    ["KeyId", "other"],
    ["KeyState", "enabled"],
    ["Origin", ""],
    ["CustomerMasterKeySpec", 7],
    ["KeySpec", {}],
    ["KeyUsage", 7],
    ["Description", 7],
    ["CreationDate", undefined],
    ["ValidTo", "soon"],
    ["DeletionDate", "soon"],
    ["ExpirationModel", "SOMETIMES"],
    ["QAccountId", "999988887777"],
  ])("cannot have %s %j", (member, value) => {
    expect(() => described({ [member]: value })).toThrow(lacking(member));
  });

  it("that expires says when", () => {
    expect(() => described({ ExpirationModel: "KEY_MATERIAL_EXPIRES" })).toThrow(lacking("ValidTo"));
  });

  it("may be owned by the account of its ARN, by whichever name, and by any where the ARN has none", () => {
    for (const name of ["QAccountId", "AccountId", "AWSAccountId"]) {
      expect(described({ [name]: "111122223333" }).arn).toBe(keyArn);
      expect(() => described({ [name]: "9" })).toThrow(lacking("QAccountId"));
    }
    expect(() => described({ QAccountId: "9", AccountId: "111122223333" })).toThrow(lacking("QAccountId"));
    const nameless = `arn:verenc:key/${keyId}`;
    expect(described({ Arn: nameless, QAccountId: "9" }, nameless).arn).toBe(nameless);
  });

  it("may stand without its wrapping, and is nothing else", () => {
    expect(keyDescription(metadata, keyArn, "DescribeKey").keyId).toBe(keyId);
    for (const KeyMetadata of [[], "x", 7]) {
      expect(() => keyDescription({ KeyMetadata }, keyArn, "DescribeKey")).toThrow(lacking("KeyMetadata"));
    }
  });
});

describe("the ARN of the key that was asked for", () => {
  const spelled = keyArn.replace("arn:", "arn:aws:");
  it.each([
    [keyArn, keyArn, keyArn],
    [keyArn, spelled, keyArn],
    [spelled, keyArn, spelled],
    [keyId, keyArn, keyArn],
    [undefined, spelled, spelled],
    [keyArn, `arn:verenc:key/${keyId}`, keyArn],
    [`arn:verenc:key/${keyId}`, keyArn, `arn:verenc:key/${keyId}`],
  ])("%s is answered by %s", (asked, answered, arn) => {
    expect(sameArn(asked, answered, "DescribeKey")).toBe(arn);
  });

  it.each([
    [keyArn, keyArn.replace("1111", "9999")],
    [keyArn, keyArn.replace("1234abcd", "00000000")],
    [keyId.replace("1234", "0000"), keyArn],
  ])("%s is not answered by %s", (asked, answered) => {
    expect(() => sameArn(asked, answered, "DescribeKey")).toThrow(another());
  });
});

describe("lists", () => {
  it("of tags have empty values where there are none", () => {
    expect(
      tagRecord(
        {
          Tags: [
            { TagKey: "a", TagValue: "b" },
            { TagKey: "c", TagValue: null },
          ],
        },
        "ListResourceTags",
      ),
    ).toEqual({
      a: "b",
      c: "",
    });
    expect(tagRecord({}, "ListResourceTags")).toEqual({});
    expect(() => tagRecord({ Tags: [{}] }, "ListResourceTags")).toThrow(lacking("TagKey", "ListResourceTags"));
    expect(() => tagRecord({ Tags: "x" }, "ListResourceTags")).toThrow(lacking("Tags", "ListResourceTags"));
    expect(() => tagRecord({ Tags: [7] }, "ListResourceTags")).toThrow(lacking("KeyMetadata", "ListResourceTags"));
  });

  it("of keys have their ARNs", () => {
    expect(keyPage({ Keys: [{ KeyArn: keyArn }], NextMarker: "m" }, "ListKeys")).toEqual({ arns: [keyArn], next: "m" });
    expect(keyPage({}, "ListKeys")).toEqual({ arns: [] });
    expect(() => keyPage({ Keys: [{ KeyArn: "x" }] }, "ListKeys")).toThrow(lacking("KeyArn", "ListKeys"));
  });

  it.each([
    [{ Truncated: true, NextMarker: "m" }, { next: "m" }],
    [{ Truncated: false, NextMarker: "m" }, {}],
    [{ NextMarker: "m" }, { next: "m" }],
    [{ NextMarker: "" }, {}],
    [{ Truncated: "true", NextMarker: "m" }, {}],
    [{}, {}],
  ])("go on where %j says so", (answer, next) => {
    expect(nextMarker(answer, "ListKeys")).toEqual(next);
  });

  it("that go on say where", () => {
    expect(() => nextMarker({ Truncated: true }, "ListKeys")).toThrow(lacking("NextMarker", "ListKeys"));
  });
});

describe("a member", () => {
  const read = (M: unknown) => reader({ M }, "Asked");
  const refused = lacking("M", "Asked");

  it("may be bytes, up to a bound, with blanks between them", () => {
    expect(read(" AA\nEC ").bytes("M", 3).toString("hex")).toBe("000102");
    expect(read("AA==").bytes("M", 3).toString("hex")).toBe("00");
    for (const value of ["AAECAw==", "A", "", "   ", "AA%C", "=AAE", "AAEC=x", "AAE===", 7, undefined]) {
      expect(() => read(value).bytes("M", 3)).toThrow(refused);
    }
    // Not decoded at all where it is far too long.
    const decoded = jest.spyOn(Buffer, "from");
    expect(() => read("A".repeat(8)).bytes("M", 3)).toThrow(refused);
    expect(decoded).not.toHaveBeenCalled();
    decoded.mockRestore();
  });

  it("may be missing or null where it need not be there", () => {
    for (const nothing of [undefined, null]) {
      expect(read(nothing).optionalText("M")).toBeUndefined();
      expect(read(nothing).optionalInstant("M")).toBeUndefined();
      expect(read(nothing).list("M")).toEqual([]);
      expect(() => read(nothing).text("M")).toThrow(refused);
      expect(() => read(nothing).instant("M")).toThrow(refused);
    }
    expect(reader({}, "Asked").optionalText("constructor")).toBeUndefined();
  });
});

it.each<[unknown, number | undefined]>([
  [0, 0],
  [1.9, 1],
  [253_402_300_799, 253_402_300_799],
  [253_402_300_800, undefined],
  [-1, undefined],
  [Number.NaN, undefined],
  ["12", 12],
  [" 12.9 ", 12],
  ["1e3", 1_000],
  ["1e10", 10_000_000_000],
  ["1E+3", 1_000],
  ["1.5e3", 1_500],
  ["1e-3", undefined],
  ["12x", undefined],
  ["x12", undefined],
  ["1.", undefined],
  [".5", undefined],
  ["1970-01-01T00:01:00Z", 60],
  ["1970-01-01t00:01:00z", 60],
  ["1970-01-01 00:01:00", 60],
  ["1970-01-01T00:01:00.5", 60],
  ["1970-01-01T02:01:00+02:00", 60],
  ["1970-01-01T02:01:00+0200", 60],
  ["1969-12-31T22:01:00-0200", 60],
  ["1970-01-01T00:01", undefined],
  ["x1970-01-01T00:01:00Z", undefined],
  ["1970-01-01T00:01:00Zx", undefined],
  ["1970-01-01T00:01:00 Z", undefined],
  ["1970-01-01T00:01:00+2", undefined],
  ["1970-01-01X00:01:00", undefined],
  ["1970-13-01T00:01:00Z", undefined],
  ["", undefined],
  [true, undefined],
  [null, undefined],
])("reads the instant %j as %j", (value, instant) => {
  expect(readInstant(value)).toBe(instant);
});

it("takes an empty body for an answer without members, and nothing but an object for one", () => {
  expect(parsedAnswer(Buffer.from(" \n"))).toEqual({});
  expect(parsedAnswer(Buffer.from('{"a":1}'))).toEqual({ a: 1 });
  for (const text of ["[]", "null", "7", '"x"']) {
    expect(() => parsedAnswer(Buffer.from(text))).toThrow("The answer is not a JSON object.");
  }
  expect(() => parsedAnswer(Buffer.from("<html>"))).toThrow(SyntaxError);
});
