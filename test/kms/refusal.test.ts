import { ByokError } from "../../src/engine/errors";
import { type Attempt, type ErrorTable, refusalError, refusalOf, settledError } from "../../src/kms/refusal";

const vendor = { name: "Example Cloud", trusts: "`its_bundle`" };
const change: Attempt = { action: "kms:TagResource", changes: true, resource: "arn:key" };
const read: Attempt = { ...change, action: "kms:DescribeKey", changes: false };

const said = (more: { name?: string; words?: string; status?: number | undefined } = {}) => ({
  name: "Surprise",
  words: "words",
  status: 400,
  ...more,
});

const error = (attempt: Attempt, more: Parameters<typeof said>[0] = {}, table: ErrorTable = {}): ByokError =>
  refusalError(refusalOf(attempt, said(more)), attempt, table, vendor);

describe("a refusal", () => {
  it("tells what the request was about: a key, a Region, or neither", () => {
    expect(refusalOf(change, said()).on).toBe(" on arn:key");
    expect(refusalOf({ ...change, region: "eu-central-1" }, said()).on).toBe(" on arn:key");
    expect(refusalOf({ action: "kms:ListKeys", changes: false, region: "eu-central-1" }, said()).on).toBe(
      " in eu-central-1",
    );
    expect(refusalOf({ action: "kms:ListKeys", changes: false }, said()).on).toBe("");
  });

  it.each([
    ["NotFoundException", "NotFoundException"],
    ["Forbidden.KeyNotFound", "Forbidden.KeyNotFound"],
    ["a".repeat(64), "a".repeat(64)],
    ["a".repeat(65), "Unknown"],
    ["", "Unknown"],
    ["two words", "Unknown"],
    [" padded", "Unknown"],
    ["broken\n", "Unknown"],
  ])("may be named %j", (name, told) => {
    expect(refusalOf(change, said({ name })).name).toBe(told);
  });

  it.each([
    ["", ""],
    [" \n ", ""],
    ["UnknownError", ""],
    ["An UnknownError", ": An UnknownError"],
    ["It ends.", ": It ends"],
    ["It. Goes on", ": It. Goes on"],
    ["two\nlines", ": two lines"],
  ])("may say %j", (words, told) => {
    expect(refusalOf(change, said({ words })).said).toBe(told);
  });
});

describe("a refusal by a name that is in no table", () => {
  it.each([
    [300, "untrusted_answer", "never", false],
    [399, "untrusted_answer", "never", false],
    [299, "service_refused", "never", false],
    [400, "service_refused", "never", false],
    [403, "service_refused", "never", false],
    [428, "service_refused", "never", false],
    [429, "throttled", "backoff", false],
    [499, "service_refused", "never", false],
    [500, "service_unavailable", "backoff", true],
    [599, "service_unavailable", "backoff", true],
    [undefined, "service_refused", "never", false],
  ])("is judged by the status %s", (status, code, retry, effectUnknown) => {
    expect(error(change, { status })).toMatchObject({ code, retry, effectUnknown, serviceCode: "Surprise" });
    expect(error(read, { status })).toMatchObject({ code, retry, effectUnknown: false });
    expect(error(change, { status }).attribute).toBeUndefined();
  });

  it("is reported with what was asked for, and what to do", () => {
    expect(error(change).rawMessage).toMatch(
      /^Example Cloud refused kms:TagResource on arn:key \(Surprise\): words\. Look the name up/,
    );
    expect(error(change, { status: 301 }).rawMessage).toMatch(
      /kms:TagResource was a redirect \(HTTP 301\).*Correct the endpoint/,
    );
    expect(error(change, { status: 429 }).rawMessage).toMatch(
      /^Example Cloud keeps answering that kms:TagResource requests come too fast\. Run again later\.$/,
    );
    expect(error(change, { status: 502 }).rawMessage).toBe(
      "Example Cloud failed at kms:TagResource (Surprise, HTTP 502): words. Try again later.",
    );
  });

  it.each(["constructor", "toString", "__proto__"])("may be named %s", (name) => {
    expect(error(change, { name })).toMatchObject({ code: "service_refused", serviceCode: name });
  });
});

describe("a table", () => {
  const table: ErrorTable = {
    Surprise: [
      { when: ({ said: words }) => words.includes("first"), code: "throttled", message: () => "The first row." },
      {
        when: ({ said: words }) => words.includes("second"),
        code: "invalid_argument",
        retry: "settling",
        effectUnknown: true,
        attribute: ({ said: words }) => (words.includes("tags") ? "tags" : undefined),
        message: () => "The second row.",
      },
      { code: "key_conflict", attribute: "region", message: () => "The last row." },
    ],
    Empty: [],
  };

  it("is gone through in its order; a row without a condition takes all", () => {
    expect(error(change, { words: "first second" }, table)).toMatchObject({ code: "throttled", retry: "never" });
    expect(error(change, { words: "second" }, table)).toMatchObject({ code: "invalid_argument", retry: "settling" });
    expect(error(change, { words: "" }, table)).toMatchObject({
      code: "key_conflict",
      retry: "never",
      attribute: "region",
      effectUnknown: false,
      rawMessage: "The last row.",
    });
  });

  it("names an argument where it finds one", () => {
    expect(error(change, { words: "second: tags" }, table).attribute).toBe("tags");
    expect(error(change, { words: "second" }, table).attribute).toBeUndefined();
    expect(error(change, { words: "first" }, table).attribute).toBeUndefined();
  });

  it("leaves a question only where something changes", () => {
    expect(error(change, { words: "second" }, table).effectUnknown).toBe(true);
    expect(error(read, { words: "second" }, table).effectUnknown).toBe(false);
  });

  it("leaves a name without rows to its status", () => {
    expect(error(change, { name: "Empty", status: 503 }, table).code).toBe("service_unavailable");
  });
});

describe("an error that is settled", () => {
  const cause = new Error("the whole answer");
  const options = { attribute: "tags", retry: "backoff", effectUnknown: true, serviceCode: "X", cause } as const;

  it("keeps everything but its cause, and the question only where something changes", () => {
    const settled = settledError(new ByokError("throttled", "slowly", options), change);
    expect(settled).toMatchObject({
      code: "throttled",
      rawMessage: "slowly",
      attribute: "tags",
      retry: "backoff",
      effectUnknown: true,
      serviceCode: "X",
    });
    expect(settled.cause).toBeUndefined();
    expect(settledError(new ByokError("throttled", "slowly", options), read).effectUnknown).toBe(false);
  });

  it("has no more than it had", () => {
    const bare = settledError(new ByokError("throttled", "slowly"), change);
    expect(bare).toMatchObject({ retry: "never", effectUnknown: false });
    expect(bare.attribute).toBeUndefined();
    expect(bare.serviceCode).toBeUndefined();
  });
});
