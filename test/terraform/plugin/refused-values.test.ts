import { MsgpackWriter } from "../../../src/terraform/plugin/msgpack";
import { decodeJson, decodeValue, encodeValue } from "../../../src/terraform/plugin/dynamic-value";
import type { Path } from "../../../src/terraform/plugin/path";
import { objectType, type Type } from "../../../src/terraform/plugin/type";
import { UNKNOWN, type Value } from "../../../src/terraform/plugin/value";
import { ValueError } from "../../../src/terraform/plugin/value-error";

const none = new Uint8Array();
const string: Type = { kind: "string" };
const number: Type = { kind: "number" };
const bool: Type = { kind: "bool" };
const dynamic: Type = { kind: "dynamic" };
const list: Type = { kind: "list", element: bool };
const set: Type = { kind: "set", element: bool };
const map: Type = { kind: "map", element: bool };
const tuple: Type = { kind: "tuple", elements: [string, bool] };
const object = objectType({ a: bool, b: list });

const boolean = 'a value that is not of the type "bool"';

function refusal(attempt: () => unknown): readonly [string, Path] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ValueError) return [error.message, error.path];
    throw error;
  }
  throw new Error("Nothing was refused.");
}

const fromHex = (type: Type, hex: string): Value =>
  decodeValue(type, { msgpack: Buffer.from(hex.replaceAll(" ", ""), "hex"), json: none });

describe("a value in MessagePack", () => {
  it.each<[Type, string, string, Path]>([
    [string, "c3", 'a value that is not of the type "string"', []],
    [string, "05", 'a value that is not of the type "string"', []],
    [string, "c40161", 'a value that is not of the type "string"', []],
    [number, "c3", 'a value that is not of the type "number"', []],
    [number, "90", 'a value that is not of the type "number"', []],
    [number, "a178", "a number that cannot be read", []],
    [number, "cb7ff0000000000000", "a number that is not finite", []],
    [bool, "a0", boolean, []],
    [dynamic, "a0", 'a value that is not of the type "dynamic"', []],
    [dynamic, "82 a0c0 a0c0", 'a value that is not of the type "dynamic"', []],
    [dynamic, "91 a0", 'a value that is not of the type "dynamic"', []],
    [dynamic, "93 a6 22626f6f6c22 c3 c0", 'a value that is not of the type "dynamic"', []],
    [dynamic, "92 05 c3", 'a value that is not of the type "dynamic"', []],
    [dynamic, "92 a178 c3", "a type that is not JSON", []],
    [dynamic, "92 a6 22626f6f6c22 05", boolean, []],
    [list, "c3", 'a value that is not of the type ["list","bool"]', []],
    [list, "81 c3c3", 'a value that is not of the type ["list","bool"]', []],
    [list, "92 c3 05", boolean, [{ index: 1 }]],
    [set, "c3", 'a value that is not of the type ["set","bool"]', []],
    [set, "92 c3 05", boolean, []],
    [map, "91 c3", 'a value that is not of the type ["map","bool"]', []],
    [map, "81 05 c3", "a key that is not a string", []],
    [map, "82 a16b c3 a16c 05", boolean, [{ key: "l" }]],
    [tuple, "82 a0a0 a0a0", 'a value that is not of the type ["tuple",["string","bool"]]', []],
    [tuple, "91 a0", 'a value that is not of the type ["tuple",["string","bool"]]', []],
    [tuple, "92 a0 a0", boolean, [{ index: 1 }]],
    [object, "92 a161 c3", 'a value that is not of the type ["object",{"a":"bool","b":["list","bool"]}]', []],
    [object, "81 05 c3", "a key that is not a string", []],
    [object, "81 a163 c3", "an attribute that the type does not have", []],
    [object, "82 a161 c3 a162 9105", boolean, [{ attribute: "b" }, { index: 0 }]],
    [bool, "c3 c3", "bytes after the end of the value", []],
    [bool, "c1", "a byte that MessagePack does not use", []],
  ])("of the type %j is not %s: %s", (type, hex, message, path) => {
    expect(refusal(() => fromHex(type, hex))).toEqual([message, path]);
  });

  it.each<[Type, string, Value]>([
    [dynamic, "92 a6 22626f6f6c22 c3", { type: bool, value: true }],
    [dynamic, "92 c406 22626f6f6c22 c2", { type: bool, value: false }],
    [dynamic, "c0", null],
    [dynamic, "d40000", UNKNOWN],
    [number, "a33130 30", 100],
    [number, "cb3ff8000000000000", 1.5],
    [number, "ff", -1],
    [set, "92 c3 c2", [true, false]],
    [tuple, "92 c0 c3", [null, true]],
    [
      map,
      "82 a16b c3 a16c c0",
      new Map([
        ["k", true],
        ["l", null],
      ]),
    ],
  ])("of the type %j is read from %s", (type, hex, value) => {
    expect(fromHex(type, hex)).toEqual(value);
  });

  it.each<[Type, Value, string, Path]>([
    [string, true, 'a value that is not of the type "string"', []],
    [number, "5", 'a value that is not of the type "number"', []],
    [number, { decimal: "x" }, "a number that cannot be read", []],
    [bool, "true", boolean, []],
    [dynamic, true, 'a value that is not of the type "dynamic"', []],
    [dynamic, { type: bool, value: 5 }, boolean, []],
    [list, true, 'a value that is not of the type ["list","bool"]', []],
    [list, [true, 5], boolean, [{ index: 1 }]],
    [set, new Map(), 'a value that is not of the type ["set","bool"]', []],
    [set, [true, 5], boolean, []],
    [tuple, {}, 'a value that is not of the type ["tuple",["string","bool"]]', []],
    [tuple, [null], 'a value that is not of the type ["tuple",["string","bool"]]', []],
    [tuple, [null, 5], boolean, [{ index: 1 }]],
    [map, [], 'a value that is not of the type ["map","bool"]', []],
    [map, new Map([["k", 5]]), boolean, [{ key: "k" }]],
    [object, "a", 'a value that is not of the type ["object",{"a":"bool","b":["list","bool"]}]', []],
    [object, [], 'a value that is not of the type ["object",{"a":"bool","b":["list","bool"]}]', []],
    [object, new Map(), 'a value that is not of the type ["object",{"a":"bool","b":["list","bool"]}]', []],
    [object, { c: true }, "an attribute that the schema does not have: c", []],
    [object, { a: true, b: [5] }, boolean, [{ attribute: "b" }, { index: 0 }]],
  ])("of the type %j cannot be made of %j: %s", (type, value, message, path) => {
    expect(refusal(() => encodeValue(type, value))).toEqual([message, path]);
  });

  it("has keys that are strings", () => {
    const keys = new Map<unknown, Value>([[5, true]]) as ReadonlyMap<string, Value>;
    expect(refusal(() => encodeValue(map, keys))).toEqual(['a value that is not of the type ["map","bool"]', []]);
  });

  it("is written beside no JSON, and read before any", () => {
    const { msgpack, json } = encodeValue(bool, true);
    expect(json).toHaveLength(0);
    expect(decodeValue(bool, { msgpack, json: Buffer.from("false") })).toBe(true);
    expect(decodeValue(bool, { msgpack: none, json: Buffer.from("false") })).toBe(false);
  });

  it("may hold a hundred values of a dynamic type in each other, and not many more", () => {
    const nested = (depth: number): Uint8Array => {
      const writer = new MsgpackWriter();
      for (let i = 0; i < depth; i++) {
        writer.array(2);
        writer.string('"dynamic"');
      }
      writer.nil();
      return writer.bytes();
    };
    const read = (depth: number): Value => decodeValue(dynamic, { msgpack: nested(depth), json: none });
    expect(read(101)).toEqual(expect.objectContaining({ type: dynamic }));
    expect(refusal(() => read(102))).toEqual(["a value that is nested too deeply", []]);
    const json = (depth: number): string => `${'{"type":"dynamic","value":'.repeat(depth)}null${"}".repeat(depth)}`;
    expect(decodeJson(dynamic, json(101))).toEqual(expect.objectContaining({ type: dynamic }));
    expect(refusal(() => decodeJson(dynamic, json(102)))).toEqual(["a value that is nested too deeply", []]);
  });
});

describe("a value in JSON", () => {
  it.each<[Type, string, boolean, string, Path]>([
    [string, "5", false, 'a value that is not of the type "string"', []],
    [string, "true", false, 'a value that is not of the type "string"', []],
    [string, "[]", true, 'a value that is not of the type "string"', []],
    [number, "true", true, 'a value that is not of the type "number"', []],
    [number, '"x"', true, "a number that cannot be read", []],
    [bool, '"true"', false, boolean, []],
    [bool, '"yes"', true, boolean, []],
    [bool, "1", true, boolean, []],
    [dynamic, "true", false, 'a value that is not of the type "dynamic"', []],
    [dynamic, "[]", false, 'a value that is not of the type "dynamic"', []],
    [dynamic, '{"type":"bool","value":5}', false, boolean, []],
    [dynamic, '{"value":5}', false, "a type that is not JSON", []],
    [dynamic, '{"type":null,"value":5}', false, "a type that is not known", []],
    [dynamic, '{"type":["object",null],"value":5}', false, "a type that is not known", []],
    [dynamic, '{"type":["list",true],"value":5}', false, "a type that is not known", []],
    [list, "{}", false, 'a value that is not of the type ["list","bool"]', []],
    [list, "[true,5]", false, boolean, [{ index: 1 }]],
    [set, "{}", false, 'a value that is not of the type ["set","bool"]', []],
    [set, "[true,5]", false, boolean, []],
    [tuple, "{}", false, 'a value that is not of the type ["tuple",["string","bool"]]', []],
    [tuple, '["a"]', true, 'a value that is not of the type ["tuple",["string","bool"]]', []],
    [tuple, '["a",5]', false, boolean, [{ index: 1 }]],
    [map, "[]", false, 'a value that is not of the type ["map","bool"]', []],
    [map, "true", false, 'a value that is not of the type ["map","bool"]', []],
    [map, '{"k":5}', false, boolean, [{ key: "k" }]],
    [object, "[]", false, 'a value that is not of the type ["object",{"a":"bool","b":["list","bool"]}]', []],
    [object, '{"c":true}', false, "an attribute that the type does not have", []],
    [object, '{"b":[5]}', false, boolean, [{ attribute: "b" }, { index: 0 }]],
    [bool, "tru", false, "a value that is not JSON", []],
    [string, '"a', false, "a value that is not JSON", []],
    [number, "1.", false, "a value that is not JSON", []],
    [list, "[1 2]", false, "a value that is not JSON", []],
  ])("of the type %j is not %s (lenient: %s): %s", (type, json, lenient, message, path) => {
    expect(refusal(() => decodeJson(type, json, lenient))).toEqual([message, path]);
  });

  it("is UTF-8", () => {
    expect(refusal(() => decodeJson(string, Buffer.from([0x22, 0xff, 0x22])))).toEqual([
      "a value that is not JSON",
      [],
    ]);
    expect(decodeJson(string, Buffer.from('"é"'))).toBe("é");
  });

  it.each<[Type, string, boolean, Value]>([
    [string, '"5"', false, "5"],
    [string, '"no"', false, "no"],
    [string, '""', false, ""],
    [string, '"a\\"5\\\\"', false, 'a"5\\'],
    [string, '"\\\\"', false, "\\"],
    [string, '"-5, 6"', false, "-5, 6"],
    [string, "5.50", true, "5.50"],
    [string, "false", true, "false"],
    [string, "null", false, null],
    [number, "-5", false, -5],
    [number, "1.5e+3", false, 1_500],
    [number, "1E-1", false, 0.1],
    [number, '"7"', false, 7],
    [bool, "true", true, true],
    [bool, "false", false, false],
    [bool, '"true"', true, true],
    [bool, '"false"', true, false],
    [list, "[true,false,null]", false, [true, false, null]],
    [set, "[true,false]", false, [true, false]],
    [tuple, '["a",true]', false, ["a", true]],
    [
      map,
      '{"s":true,"n":null}',
      false,
      new Map([
        ["s", true],
        ["n", null],
      ]),
    ],
    [dynamic, '{"type":["list","bool"],"value":[true]}', false, { type: list, value: [true] }],
    [
      dynamic,
      '{"type":["object",{"a":"bool","b":["list","bool"]}],"value":{}}',
      false,
      { type: object, value: { a: null, b: null } },
    ],
    [dynamic, '{"type":"bool"}', false, { type: bool, value: null }],
  ])("of the type %j is read from %s (lenient: %s)", (type, json, lenient, value) => {
    expect(decodeJson(type, json, lenient)).toEqual(value);
  });

  it("is read leniently inside of everything", () => {
    const inner = objectType({ t: bool });
    const json = '{"t":"true","more":5}';
    const of: readonly [Type, string, unknown][] = [
      [{ kind: "list", element: inner }, `[${json}]`, [{ t: true }]],
      [{ kind: "tuple", elements: [inner] }, `[${json}]`, [{ t: true }]],
      [{ kind: "map", element: inner }, `{"k":${json}}`, new Map([["k", { t: true }]])],
      [objectType({ o: inner }), `{"o":${json}}`, { o: { t: true } }],
      [dynamic, `{"type":["object",{"t":"bool"}],"value":${json}}`, { type: inner, value: { t: true } }],
    ];
    for (const [type, text, value] of of) {
      expect(decodeJson(type, text, true)).toEqual(value);
      expect(() => decodeJson(type, text)).toThrow(ValueError);
    }
  });
});
