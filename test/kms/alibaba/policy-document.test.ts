import { checkPolicy, samePolicy } from "../../../src/kms/alibaba/policy-document";

const statement = { Effect: "Allow", Action: ["kms:*"], Resource: ["*"] };
const policy = (...Statement: readonly unknown[]): string => JSON.stringify({ Version: "1", Statement });
/** A value within so many lists. */
const nested = (depth: number): unknown => (depth === 0 ? "x" : [nested(depth - 1)]);

describe("two policies", () => {
  it.each([
    ["orders of members", '{"a":1,"b":2}', '{"b":2,"a":1}'],
    ["orders of lists", '{"a":[1,2,3]}', '{"a":[3,1,2]}'],
    ["lists of one", '{"a":["x"]}', '{"a":"x"}'],
    ["items twice", '{"a":["x","x"]}', '{"a":"x"}'],
    ["whitespace", '{ "a": 1 }', '{"a":1}'],
    ["whitespace around nothing", '{ "a": null }', '{"a":null}'],
    ["lists within", '{"a":[{"b":[1,2]}]}', '{"a":{"b":[2,1]}}'],
    ["the same text, though it is none", "x", "x"],
  ])("mean the same in spite of other %s", (_what, one, other) => {
    expect([samePolicy(one, other), samePolicy(other, one)]).toEqual([true, true]);
  });

  it.each([
    ["values", '{"a":1}', '{"a":2}'],
    ["kinds of values", '{"a":1}', '{"a":"1"}'],
    ["members", '{"a":1}', '{"b":1}'],
    ["numbers of members", '{"a":1}', '{"a":1,"b":2}'],
    ["lists", '{"a":[1,2]}', '{"a":[1,3]}'],
    ["lengths of lists", '{"a":[1,2]}', '{"a":[1]}'],
    ["names that hold what separates", '{"a":["x,y","z"]}', '{"a":["x","y,z"]}'],
    ["how numbers are parted", '{"a":[1,23]}', '{"a":[12,3]}'],
    ["nothing and null", '{"a":null}', "{}"],
    ["nothing and an empty list", '{"a":[]}', "{}"],
    ["lists and objects", '{"a":[]}', '{"a":{}}'],
    ["texts that are none", "x", "y"],
    ["an object and none", "{}", "[]"],
    ["two lists at the top", "[1,2]", "[2,1]"],
    ["two nulls at the top", "null", " null"],
  ])("differ by %s", (_what, one, other) => {
    expect([samePolicy(one, other), samePolicy(other, one)]).toEqual([false, false]);
  });

  it("are compared to a depth that no policy has", () => {
    const [deep, deeper] = [31, 32].map((depth) => JSON.stringify({ a: nested(depth) }));
    expect(samePolicy(String(deep), ` ${deep}`)).toBe(true);
    expect(samePolicy(String(deeper), ` ${deeper}`)).toBe(false);
    const beside = JSON.stringify({ a: nested(32), b: "x" });
    expect(samePolicy(beside, ` ${beside}`)).toBe(false);
  });
});

describe("a policy", () => {
  const refused = (says: string) =>
    expect.objectContaining({
      code: "invalid_policy",
      attribute: "policy",
      rawMessage: expect.stringMatching(new RegExp(`^\`policy\` ${says}`)),
    });

  it("may be as long as Alibaba Cloud takes it", () => {
    const padded = (bytes: number): string => policy(statement).padEnd(bytes);
    expect(() => checkPolicy(padded(32_768))).not.toThrow();
    expect(() => checkPolicy(padded(32_769))).toThrow(refused("has 32769 bytes, and .* at most 32768. Shorten it."));
    // Bytes and not characters.
    expect(() => checkPolicy(policy({ Sid: "ä".repeat(17_000) }))).toThrow(refused("has 34\\d{3} bytes"));
  });

  it.each(["", "[]", '"x"', "null", "{", JSON.stringify({ a: nested(32) })])(
    "is a JSON object, and not %.20s",
    (text) => {
      expect(() => checkPolicy(text)).toThrow(refused("is not a JSON object. Give a policy document"));
    },
  );

  it("has the one version and a statement", () => {
    for (const Version of ["2", 1, undefined]) {
      expect(() => checkPolicy(JSON.stringify({ Version, Statement: [statement] }))).toThrow(
        refused('has another `Version` than "1"'),
      );
    }
    for (const Statement of [[], statement, undefined, "x"]) {
      expect(() => checkPolicy(JSON.stringify({ Version: "1", Statement }))).toThrow(
        refused("has no `Statement`. Say in it who"),
      );
    }
    expect(() => checkPolicy(policy(statement))).not.toThrow();
  });
});
