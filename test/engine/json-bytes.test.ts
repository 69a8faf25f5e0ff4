import fc from "fast-check";
import { jsonMembers, jsonText } from "../../src/engine/json-bytes";

function membersOf(text: string): Record<string, string> | undefined {
  const members = jsonMembers(Buffer.from(text));
  return members === undefined
    ? undefined
    : Object.fromEntries([...members].map(([name, value]) => [name, value.toString()]));
}

function textOf(json: string): string | undefined {
  return jsonText(Buffer.from(json))?.toString();
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON as services write it: with blanks, and with characters escaped that need not be. */
const written = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom("", " ", "\n\t", "\r\n  "))
  .map(([value, blank]) => JSON.stringify(value, null, blank));

describe("the members of a JSON object", () => {
  it("are views of their values, by their names", () => {
    const json = Buffer.from('{"a": "x", "b":[1,{"c":"d"}],"c":{}, "e":[] }');
    const members = jsonMembers(json);
    expect(membersOf(json.toString())).toEqual({ a: '"x"', b: '[1,{"c":"d"}]', c: "{}", e: "[]" });
    json.fill(0);
    expect(members?.get("a")).toEqual(Buffer.alloc(3));
  });

  it.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}'])("take the last of a name that stands there twice: %s", (text) => {
    expect(membersOf(text)).toEqual({ a: "2" });
  });

  it("are none where there are none", () => {
    expect(membersOf(" { } ")).toEqual({});
  });

  it.each([
    "",
    "[]",
    "1",
    "{",
    "{}x",
    "{a:1}",
    '{"a"}',
    '{"a" 1}',
    '{"a":}',
    '{"a":1,}',
    '{"a":1 "b":2}',
    '{"a":[1}',
    '{"a":tru}',
    '{"a":-}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":1e}',
    '{"a":1e+}',
    '{"a":"x}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\u12',
    '{"a',
  ])("are not read out of %j", (text) => {
    expect(membersOf(text)).toBeUndefined();
    expect(parses(text) && text.startsWith("{")).toBe(false);
  });

  it.each(['{"a":-0.5E-10}', '{"a":1E+2}', '{"a":10e5,"b":0}', '{"a":true,"b":false,"c":null}'])(
    "are read in %s",
    (text) => {
      expect(parses(text)).toBe(true);
      expect(membersOf(text)).toBeDefined();
    },
  );

  it("are not looked for in what is deeper than any secret", () => {
    const nested = (depth: number): string => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(membersOf(nested(64))).toBeDefined();
    expect(membersOf(nested(65))).toBeUndefined();
    expect(membersOf(`{"a":${"[".repeat(100_000)}`)).toBeUndefined();
  });

  it("are those that JSON.parse finds", () => {
    fc.assert(
      fc.property(written, (text) => {
        const value: unknown = JSON.parse(text);
        const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
        const members = membersOf(text);
        if (!isObject) return expect(members).toBeUndefined();
        expect(new Map(Object.entries(members ?? {}).map(([name, json]) => [name, JSON.parse(json)]))).toEqual(
          new Map(Object.entries(value)),
        );
      }),
    );
  });

  it("are found exactly where JSON.parse finds some, whatever the text", () => {
    const token = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "\\u",
      "00e4",
      "a",
      "-",
      "0",
      "1",
      ".",
      "e",
      " ",
      "true",
      "nul",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = `{"a":${tokens.join("")}}`;
        expect(membersOf(text) !== undefined).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the text of a JSON string", () => {
  it.each([
    ['""', ""],
    ['"a"', "a"],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['"\\u0041\\u00e4\\u20AC"', "Aä€"],
    ['"\\ud83d\\uDE00"', "😀"],
    ['"\\ud83d"', "\ufffd"],
    ['"\\ud83dx"', "\ufffdx"],
    ['"\\ud83d\\n"', "\ufffd\n"],
    ['"\\ud83d\\u0041"', "\ufffdA"],
    ['"\\ude00\\ud83d"', "\ufffd\ufffd"],
  ])("of %s", (json, text) => {
    expect(textOf(json)).toBe(text);
  });

  it.each(["", "1", '"', '"a', '"a"b', "{}", "null"])("is none of %j", (json) => {
    expect(textOf(json)).toBeUndefined();
  });

  it("is what JSON.parse reads", () => {
    const escaped = (text: string): string =>
      Array.from(text, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary-ascii" }), (one, other) => {
        const json = `${JSON.stringify(one).slice(0, -1)}${escaped(other)}"`;
        expect(textOf(json)).toBe(JSON.parse(json));
      }),
    );
  });

  it("is in memory of its own", () => {
    const json = Buffer.from('"abc"');
    const text = jsonText(json);
    json.fill(0);
    expect(text?.toString()).toBe("abc");
    expect(text?.buffer).not.toBe(json.buffer);
  });
});
