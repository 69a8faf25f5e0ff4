import { objectType, sameType, type Type, typeFromJson, typeToJson } from "../../../src/terraform/plugin/type";
import {
  attributeOf,
  canonical,
  elementsOf,
  entriesOf,
  isDynamic,
  isNumber,
  objectFrom,
  objectOf,
  UNKNOWN,
  type Value,
  valuesEqual,
  wholeKnown,
} from "../../../src/terraform/plugin/value";
import { ValueError } from "../../../src/terraform/plugin/value-error";

const string: Type = { kind: "string" };
const number: Type = { kind: "number" };
const bool: Type = { kind: "bool" };
const list: Type = { kind: "list", element: string };
const object = objectType({ b: string, a: number });

describe("the form by which values are compared", () => {
  it.each<[Type, Value | undefined, string]>([
    [string, null, "null"],
    [string, undefined, "null"],
    [string, UNKNOWN, "unknown"],
    [string, 'a"b', '"a\\"b"'],
    [string, "Cafe\u0301", '"Caf\u00e9"'],
    [string, 5, "not a string"],
    [number, 1e3, "1000"],
    [number, { decimal: "1.50" }, "1.5"],
    [number, "5", "not a number"],
    [bool, true, "true"],
    [bool, false, "false"],
    [{ kind: "dynamic" }, { type: bool, value: true }, '"bool"true'],
    [{ kind: "dynamic" }, true, "not dynamic"],
    [list, ["b", null, "a"], '["b",null,"a"]'],
    [list, [], "[]"],
    [{ kind: "set", element: string }, ["b", "a", "b"], '{"a","b"}'],
    [{ kind: "tuple", elements: [string, bool] }, ["a", true], '["a",true]'],
    [{ kind: "tuple", elements: [string, bool] }, [], "[null,null]"],
    [
      { kind: "map", element: bool },
      new Map([
        ["b", true],
        ["a", false],
      ]),
      '{"a":false,"b":true}',
    ],
    [{ kind: "map", element: bool }, new Map([["Cafe\u0301", true]]), '{"Caf\u00e9":true}'],
    [object, { b: "x", a: 5 }, '{"a":5,"b":"x"}'],
    [object, {}, '{"a":null,"b":null}'],
  ])("of the type %j for %j is %s", (type, value, text) => {
    expect(canonical(type, value)).toBe(text);
  });

  it("tells values apart", () => {
    const same = ["a", "b"];
    expect(valuesEqual(list, same, same)).toBe(true);
    expect(valuesEqual(list, same, ["a", "b"])).toBe(true);
    expect(valuesEqual(list, same, ["ab"])).toBe(false);
    expect(valuesEqual(list, ["a,b"], same)).toBe(false);
  });
});

describe("what is known of a value", () => {
  it("is the same in every copy of this library", () => {
    expect(UNKNOWN).toBe(Symbol.for("terraform.unknown"));
  });

  it.each<[unknown, boolean]>([
    [UNKNOWN, false],
    [null, true],
    ["", true],
    [undefined, true],
    [[], true],
    [["a", UNKNOWN], false],
    [["a", null], true],
    [
      new Map<string, unknown>([
        ["k", UNKNOWN],
        ["l", "v"],
      ]),
      false,
    ],
    [new Map([["k", "v"]]), true],
    [{ a: [UNKNOWN] }, false],
    [{ a: ["x"], b: UNKNOWN }, false],
    [{ a: ["x"] }, true],
  ])("%#", (value, known) => {
    expect(wholeKnown(value)).toBe(known);
  });
});

describe("the parts of a value", () => {
  it("tells numbers", () => {
    for (const value of [0, Number.NaN, 5n, { decimal: "1" }]) expect(isNumber(value)).toBe(true);
    const others: Value[] = ["5", true, null, UNKNOWN, {}, { decimal: 5 }, { decimals: "5" }, [5], new Map()];
    for (const value of others) expect(isNumber(value)).toBe(false);
  });

  it("tells values that bring their type", () => {
    expect(isDynamic({ type: bool, value: null })).toBe(true);
    const array: Value = Object.assign([], { type: "a", value: "b" });
    const others: Value[] = [null, "type", { type: "a" }, { value: "a" }, [], UNKNOWN, array];
    for (const value of others) expect(isDynamic(value)).toBe(false);
  });

  it("has elements only as an array, entries only as a map, attributes only as an object", () => {
    const [array, map, plain] = [["a"], new Map([["k", "v"]]), { a: "x" }];
    expect([array, map, plain, null, UNKNOWN, "a"].map((value) => elementsOf(value))).toEqual([
      array,
      [],
      [],
      [],
      [],
      [],
    ]);
    expect([array, map, plain, null, UNKNOWN, "a"].map((value) => entriesOf(value).size)).toEqual([0, 1, 0, 0, 0, 0]);
    expect([array, map, plain, null, UNKNOWN, "a"].map((value) => objectOf(value))).toEqual([
      null,
      null,
      plain,
      null,
      null,
      null,
    ]);
    expect(entriesOf(map)).toBe(map);
  });

  it("has null for attributes that it lacks, whatever their names", () => {
    expect(attributeOf({ a: "x" }, "a")).toBe("x");
    expect(attributeOf({ a: "x" }, "b")).toBeNull();
    expect(attributeOf({}, "toString")).toBeNull();
    expect(attributeOf(null, "a")).toBeNull();
    expect(attributeOf(undefined, "a")).toBeNull();
    const odd: Record<string, Value | undefined> = { a: undefined };
    expect(attributeOf(odd as Record<string, Value>, "a")).toBeNull();
  });

  it("is an object without a prototype", () => {
    const made = objectFrom([["__proto__", "x"]]);
    expect(Object.getPrototypeOf(made)).toBeNull();
    expect(Object.keys(made)).toEqual(["__proto__"]);
  });
});

describe("a type", () => {
  it("is written with its attributes in order", () => {
    expect(typeToJson(objectType({ b: string, c: bool, a: number }))).toBe(
      '["object",{"a":"number","b":"string","c":"bool"}]',
    );
    expect(typeToJson({ kind: "tuple", elements: [bool, list] })).toBe('["tuple",["bool",["list","string"]]]');
    expect(sameType(object, objectType({ a: number, b: string }))).toBe(true);
    expect(sameType(object, objectType({ a: number }))).toBe(false);
    expect(sameType(list, { kind: "set", element: string })).toBe(false);
  });

  it.each<[string, Type]>([
    ['"dynamic"', { kind: "dynamic" }],
    ['["set","bool"]', { kind: "set", element: bool }],
    ['["map",["list","string"]]', { kind: "map", element: list }],
    ['["tuple",[]]', { kind: "tuple", elements: [] }],
    ['["tuple",["bool","number"]]', { kind: "tuple", elements: [bool, number] }],
    ['["object",{}]', { kind: "object", attributes: new Map() }],
    ['["object",{"a":"number","b":"string"}]', objectType({ a: number, b: string })],
  ])("is read from %s", (text, type) => {
    expect(typeFromJson(text)).toEqual(type);
  });

  it.each([
    ["", "a type that is not JSON"],
    ["bool", "a type that is not JSON"],
    ['"int"', "a type that is not known"],
    ["null", "a type that is not known"],
    ["{}", "a type that is not known"],
    ["[]", "a type that is not known"],
    ['["list"]', "a type that is not known"],
    ['["array","bool"]', "a type that is not known"],
    ['["tuple","bool"]', "a type that is not known"],
    ['["array",[]]', "a type that is not known"],
    ['["object","bool"]', "a type that is not known"],
    ['["object",null]', "a type that is not known"],
    ['["object",""]', "a type that is not known"],
    ['["object",5]', "a type that is not known"],
    ['["object",["bool"]]', "a type that is not known"],
    ['["record",{}]', "a type that is not known"],
    ['["object",{"a":"int"}]', "a type that is not known"],
  ])("is not read from %s: %s", (text, problem) => {
    expect(() => typeFromJson(text)).toThrow(new ValueError(problem));
  });

  it.each([
    ["lists", '["list",', "]"],
    ["tuples", '["tuple",[', "]]"],
    ["objects", '["object",{"a":', "}]"],
  ])("may be a hundred %s deep, and no deeper", (_, open, close) => {
    const nested = (depth: number): string => `${open.repeat(depth)}"bool"${close.repeat(depth)}`;
    expect(typeToJson(typeFromJson(nested(100)))).toBe(nested(100));
    expect(() => typeFromJson(nested(101))).toThrow(new ValueError("a type that is nested too deeply"));
  });
});

describe("the error of a value", () => {
  it("has a name and a place, which is the whole value where none is given", () => {
    const error = new ValueError("a value", [{ index: 5 }]);
    expect([error.name, error.message, error.path]).toEqual(["ValueError", "a value", [{ index: 5 }]]);
    expect(new ValueError("a value").path).toEqual([]);
  });
});
