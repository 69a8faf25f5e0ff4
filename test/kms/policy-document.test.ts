import * as fc from "fast-check";
import { ByokError } from "../../src/engine/errors";
import { checkPolicy, samePolicy } from "../../src/kms/policy-document";

const root = "arn:aws:iam::111122223333:root";
const statement = { Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" };
const policy = (...statements: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const changed = (changes: object): string => policy({ ...statement, ...changes });

describe("samePolicy", () => {
  it.each([
    ["whitespace", policy(statement), JSON.stringify(JSON.parse(policy(statement)), null, 2)],
    ["account id", policy(statement), changed({ Principal: { AWS: "111122223333" } })],
    [
      "account id in another partition",
      policy(statement),
      changed({ Principal: { AWS: "arn:aws-cn:iam::111122223333:root" } }),
    ],
    ["everybody", changed({ Principal: "*" }), changed({ Principal: { AWS: ["*"] } })],
    ["lists of one", policy(statement), changed({ Action: ["kms:*"], Resource: ["*"], Principal: { AWS: [root] } })],
    [
      "one statement without a list",
      policy(statement),
      JSON.stringify({ Version: "2012-10-17", Statement: statement }),
    ],
    [
      "order of actions",
      changed({ Action: ["kms:Encrypt", "kms:Decrypt"] }),
      changed({ Action: ["kms:Decrypt", "kms:Encrypt"] }),
    ],
    ["action twice", changed({ Action: ["kms:Encrypt", "kms:Encrypt"] }), changed({ Action: "kms:Encrypt" })],
    ["case of actions", changed({ Action: "kms:Encrypt" }), changed({ Action: "KMS:encrypt" })],
    [
      "order of statements",
      policy(statement, { ...statement, Effect: "Deny" }),
      policy({ ...statement, Effect: "Deny" }, statement),
    ],
    [
      "values of conditions",
      changed({ Condition: { Bool: { "kms:GrantIsForAWSResource": true }, NumericEquals: { "kms:x": 5 } } }),
      changed({ Condition: { NumericEquals: { "kms:x": ["5"] }, Bool: { "KMS:grantisforawsresource": "true" } } }),
    ],
    [
      "absent version",
      JSON.stringify({ Statement: [statement] }),
      JSON.stringify({ Version: "2008-10-17", Statement: [statement] }),
    ],
    ["texts that are no policies", "nonsense", "nonsense"],
  ])("is true: %s", (_name, one, other) => {
    expect(samePolicy(one, other)).toBe(true);
    expect(samePolicy(other, one)).toBe(true);
  });

  it.each([
    ["effect", policy(statement), changed({ Effect: "Deny" })],
    ["action", policy(statement), changed({ Action: "kms:Encrypt" })],
    [
      "NotAction",
      policy(statement),
      policy({ Effect: "Allow", Principal: { AWS: root }, NotAction: "kms:*", Resource: "*" }),
    ],
    ["principal", policy(statement), changed({ Principal: { AWS: "444455556666" } })],
    ["kind of principal", policy(statement), changed({ Principal: { Service: root } })],
    [
      "a role is not its account",
      policy(statement),
      changed({ Principal: { AWS: "arn:aws:iam::111122223333:role/root" } }),
    ],
    [
      "account id as a service",
      changed({ Principal: { Service: "111122223333" } }),
      changed({ Principal: { Service: root } }),
    ],
    ["resource's case", changed({ Resource: "arn:x" }), changed({ Resource: "arn:X" })],
    ["condition", policy(statement), changed({ Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } } })],
    [
      "condition's value",
      changed({ Condition: { StringEquals: { a: "1" } } }),
      changed({ Condition: { StringEquals: { a: "2" } } }),
    ],
    [
      "operator",
      changed({ Condition: { StringEquals: { a: "1" } } }),
      changed({ Condition: { StringLike: { a: "1" } } }),
    ],
    ["Sid", policy(statement), changed({ Sid: "a" })],
    ["one statement more", policy(statement), policy(statement, { ...statement, Action: "kms:Encrypt" })],
    ["version", policy(statement), JSON.stringify({ Statement: [statement] })],
    ["a list is not its text", changed({ Action: ["kms:a", "kms:b"] }), changed({ Action: "kms:a,kms:b" })],
    ["no policy", "[]", "[1]"],
    ["no policy, spelled otherwise", "[]", "[ ]"],
    ["broken", policy(statement), `${policy(statement)}}`],
    ["nested too deep", `{"Statement":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, "{}"],
  ])("is false: %s", (_name, one, other) => {
    expect(samePolicy(one, other)).toBe(false);
    expect(samePolicy(other, one)).toBe(false);
  });

  const account = fc.constantFrom("111122223333", "444455556666");
  const names = fc.uniqueArray(fc.constantFrom("kms:Encrypt", "kms:Decrypt", "kms:Sign", "kms:*"), { minLength: 1 });
  const statements = fc.record({
    Effect: fc.constantFrom("Allow", "Deny"),
    Principal: fc.record({ AWS: fc.uniqueArray(account, { minLength: 1 }) }),
    Action: names,
    Resource: fc.constant("*"),
    Condition: fc.record({
      StringEquals: fc.record({ "aws:SourceAccount": fc.uniqueArray(account, { minLength: 1 }) }),
    }),
  });
  const policies = fc.record({
    Version: fc.constant("2012-10-17"),
    Statement: fc
      .array(statements, { minLength: 1, maxLength: 4 })
      .map((list) => list.map((one, index) => ({ ...one, Sid: `s${index}` }))),
  });

  it("holds through every rewriting that AWS does", () => {
    fc.assert(
      fc.property(policies, fc.infiniteStream(fc.boolean()), (document, coins) => {
        const toss = (): boolean => coins.next().value === true;
        const shuffled = <T>(list: readonly T[]): T[] => (toss() ? list.toReversed() : [...list]);
        const short = <T>(list: readonly T[]): T | T[] | undefined =>
          list.length === 1 && toss() ? list[0] : shuffled(list);
        const rewritten = {
          Statement: short(
            document.Statement.map((one) => ({
              Condition: {
                StringEquals: { "AWS:sourceaccount": short(one.Condition.StringEquals["aws:SourceAccount"]) },
              },
              Resource: toss() ? "*" : ["*"],
              Action: short(one.Action),
              Principal: { AWS: short(one.Principal.AWS.map((id) => (toss() ? `arn:aws:iam::${id}:root` : id))) },
              Effect: one.Effect,
              Sid: one.Sid,
            })),
          ),
          Version: document.Version,
        };
        expect(samePolicy(JSON.stringify(document), JSON.stringify(rewritten, null, toss() ? 2 : 0))).toBe(true);
      }),
    );
  });

  it("sees every change of an effect, an action or a principal", () => {
    const changes = fc.constantFrom<
      (one: { Effect: string; Action: string[]; Principal: { AWS: string[] } }) => object
    >(
      (one) => ({ ...one, Effect: one.Effect === "Allow" ? "Deny" : "Allow" }),
      (one) => ({ ...one, Action: [...one.Action, "kms:Verify"] }),
      (one) => ({ ...one, Principal: { AWS: [...one.Principal.AWS, "777788889999"] } }),
    );
    fc.assert(
      fc.property(policies, changes, fc.nat(), (document, change, which) => {
        const index = which % document.Statement.length;
        const statementsAfter = document.Statement.map((one, at) => (at === index ? change(one) : one));
        expect(samePolicy(JSON.stringify(document), JSON.stringify({ ...document, Statement: statementsAfter }))).toBe(
          false,
        );
      }),
    );
  });
});

describe("checkPolicy", () => {
  it("takes policies", () => {
    expect(() => checkPolicy(policy(statement))).not.toThrow();
    expect(() => checkPolicy(JSON.stringify({ Statement: statement }))).not.toThrow();
  });

  it.each([
    ["", /not a JSON object/],
    ["{", /not a JSON object/],
    ['"text"', /not a JSON object/],
    ["{}", /no `Statement`/],
    [policy(), /no `Statement`/],
    [policy(statement, [] as object), /number 2\) that is not a JSON object/],
    [changed({ Effect: "allow" }), /without an `Effect`/],
    [policy({ Effect: "Allow", Action: "kms:*", Resource: "*" }), /without a `Principal`/],
    [policy({ Effect: "Allow", Principal: "*", Resource: "*" }), /without an `Action`/],
    [changed({ Sid: "x".repeat(33_000) }), /32768/],
  ])("refuses %#", (text, advice) => {
    const check = (): void => checkPolicy(text);
    expect(check).toThrow(advice);
    expect(check).toThrow(expect.objectContaining({ code: "invalid_policy", attribute: "policy" }));
  });
});

describe("what is wrong with a policy", () => {
  const wrong = (text: string): string => {
    try {
      checkPolicy(text);
    } catch (error) {
      return error instanceof ByokError ? error.rawMessage : String(error);
    }
    return "nothing";
  };
  /** A value within so many lists. */
  const nested = (depth: number): unknown => (depth === 0 ? "x" : [nested(depth - 1)]);

  it("is said of the policy, with what to do", () => {
    expect(wrong("{")).toBe("`policy` is not a JSON object. Give a policy document, for example with `jsonencode`.");
    expect(wrong("{}")).toBe("`policy` has no `Statement`. Say in it who may use and administer the key.");
    expect(wrong(policy(statement, ["x"]))).toBe("`policy` has a statement (number 2) that is not a JSON object.");
    expect(wrong(changed({ Effect: "Permit" }))).toBe(
      '`policy` has a statement (number 1) without an `Effect` of "Allow" or "Deny".',
    );
  });

  it("is its length in bytes from one beyond 32 KiB on", () => {
    const padded = (bytes: number): string => policy(statement).padEnd(bytes);
    expect(wrong(padded(32_768))).toBe("nothing");
    expect(wrong(padded(32_769))).toBe("`policy` has 32769 bytes, and AWS KMS takes at most 32768. Shorten it.");
    expect(wrong(changed({ Sid: "ä".repeat(17_000) }))).toContain("bytes");
  });

  it("is a depth that no policy has", () => {
    expect(wrong(JSON.stringify({ Statement: statement, a: nested(31) }))).toBe("nothing");
    expect(wrong(JSON.stringify({ Statement: statement, a: nested(32) }))).toContain("not a JSON object");
    const deep = JSON.stringify({ a: nested(32) });
    expect(samePolicy(deep, ` ${deep}`)).toBe(false);
  });

  it.each([
    ["Deny", { Effect: "Deny" }],
    ["NotPrincipal", { Principal: undefined, NotPrincipal: { AWS: root } }],
    ["NotAction", { Action: undefined, NotAction: "kms:*" }],
    ["a statement without a resource", { Resource: undefined }],
  ])("is not %s", (_what, changes) => {
    expect(wrong(changed(changes))).toBe("nothing");
  });
});

describe("policies that differ in one place only", () => {
  const bothWays = (one: object, other: object) => [
    samePolicy(changed(one), changed(other)),
    samePolicy(changed(other), changed(one)),
  ];

  it.each([
    ["the case of a resource", { Resource: "arn:a" }, { Resource: "arn:A" }],
    ["the case of a NotResource", { NotResource: "a" }, { NotResource: "A" }],
    ["a member that IAM does not know", { Other: ["a", "b"] }, { Other: ["b", "a"] }],
    [
      "a service that looks like an account",
      { Principal: { Service: "111122223333" } },
      { Principal: { Service: root } },
    ],
    ["a list and an object with numbers for names", { Other: ["a"] }, { Other: { 0: "a" } }],
    ["a user and the account", { Principal: { AWS: root.replace("root", "user/root") } }, { Principal: { AWS: root } }],
    ["what only ends like the account", { Principal: { AWS: `x${root}` } }, { Principal: { AWS: root } }],
    ["what only begins like the account", { Principal: { AWS: `${root}/x` } }, { Principal: { AWS: root } }],
    ["everybody in other hands", { Principal: { Federated: "*" } }, { Principal: "*" }],
    ["a principal that is none", { Principal: "x" }, { Principal: { AWS: "x" } }],
    ["the case of the value of a condition", { Condition: { A: { k: "v" } } }, { Condition: { A: { k: "V" } } }],
    ["the case of an operator", { Condition: { Bool: { k: "v" } } }, { Condition: { bool: { k: "v" } } }],
    ["null for a value", { Condition: { A: { k: null } } }, { Condition: { A: { k: "null" } } }],
    ["a condition that is none", { Condition: "x" }, { Condition: { x: {} } }],
    ["an operator without keys", { Condition: { A: "x" } }, { Condition: { A: ["x"] } }],
    ["one key twice", { Condition: { A: { k: "1", K: "2" } } }, { Condition: { A: { k: "2", K: "2" } } }],
    ["a number and text of an action", { Action: [1] }, { Action: ["1"] }],
  ])("are not the same: %s", (_what, one, other) => {
    expect(bothWays(one, other)).toEqual([false, false]);
  });

  it.each([
    ["NotPrincipal", { NotPrincipal: { AWS: root } }, { NotPrincipal: { AWS: ["111122223333"] } }],
    ["NotAction", { NotAction: ["kms:A", "kms:B"] }, { NotAction: ["KMS:b", "KMS:a"] }],
    ["NotResource", { NotResource: ["a", "b"] }, { NotResource: ["b", "a"] }],
    ["Resource", { Resource: ["a", "b"] }, { Resource: ["b", "a"] }],
    [
      "the accounts of other partitions",
      { Principal: { AWS: root } },
      { Principal: { AWS: root.replace("aws", "aws-us-gov") } },
    ],
    [
      "the order of condition keys",
      { Condition: { A: { k: "1", l: "2" } } },
      { Condition: { A: { L: ["2"], K: ["1"] } } },
    ],
    ["the order of values", { Condition: { A: { k: ["1", "2"] } } }, { Condition: { A: { k: ["2", "1", "2"] } } }],
    ["nothing as a value", { Condition: { A: { k: null } }, Sid: "a" }, { Sid: "a", Condition: { A: { k: [null] } } }],
    ["a number", { Condition: { A: { k: 5 } } }, { Condition: { A: { k: "5" } } }],
    ["the order of members", { Sid: "a", Effect: "Allow" }, { Effect: "Allow", Sid: "a" }],
  ])("are the same: %s", (_what, one, other) => {
    expect(bothWays(one, other)).toEqual([true, true]);
  });

  it("are judged outside of the statements too", () => {
    const withMore = (more: object): string => JSON.stringify({ ...JSON.parse(policy(statement)), ...more });
    expect(samePolicy(withMore({ Id: ["a", "b"] }), withMore({ Id: ["b", "a"] }))).toBe(false);
    expect(samePolicy(withMore({ Id: "a" }), withMore({}))).toBe(false);
    expect(samePolicy(withMore({ Statement: ["x"] }), withMore({ Statement: "x" }))).toBe(true);
    expect(samePolicy("[1]", " [1]")).toBe(false);
    expect(samePolicy("{", " {")).toBe(false);
  });
});
