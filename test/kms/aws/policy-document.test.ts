import * as fc from "fast-check";
import { checkPolicy, samePolicy } from "../../../src/kms/aws/policy-document";

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
