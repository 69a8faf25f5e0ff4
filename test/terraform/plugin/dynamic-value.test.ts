import { Encoder, ExtensionCodec } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { decodeJson, decodeValue, encodeValue } from "../../../src/terraform/plugin/dynamic-value";
import { canonicalNumber, numberFromDouble, numberFromText } from "../../../src/terraform/plugin/number";
import { type Type, typeFromJson, typeToJson } from "../../../src/terraform/plugin/type";
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
} from "../../../src/terraform/plugin/value";
import { ValueError } from "../../../src/terraform/plugin/value-error";

const none = new Uint8Array();
const string: Type = { kind: "string" };
const number: Type = { kind: "number" };
const dynamic: Type = { kind: "dynamic" };

function decodeHex(type: Type, hex: string): Value {
  return decodeValue(type, { msgpack: Buffer.from(hex.replaceAll(" ", ""), "hex"), json: none });
}

function encodeHex(type: Type, value: Value): string {
  return Buffer.from(encodeValue(type, value).msgpack).toString("hex");
}

function roundTrip(type: Type, value: Value): Value {
  return decodeValue(type, encodeValue(type, value));
}

describe("values in MessagePack", () => {
  // The documented forms: object-wire-format of the plugin protocol.
  it.each<[string, Type, Value, string]>([
    ["null", string, null, "c0"],
    ["an unknown value", string, UNKNOWN, "d40000"],
    ["text", string, "abc", "a3616263"],
    ["a small number", number, 5, "05"],
    ["a negative number", number, -1, "ff"],
    ["a larger number", number, 300, "cd012c"],
    ["the largest of 64 bits", number, 2n ** 64n - 1n, "cfffffffffffffffff"],
    ["the smallest of 64 bits", number, -(2n ** 63n), "d38000000000000000"],
    ["a fraction, in decimals", number, 0.5, "a3302e35"],
    ["an integer beyond 64 bits", number, 2n ** 64n, "b43138343436373434303733373039353531363136"],
    ["a truth value", { kind: "bool" }, true, "c3"],
    ["a list", { kind: "list", element: string }, ["a", null, UNKNOWN], "93a161c0d40000"],
    ["an empty set", { kind: "set", element: string }, [], "90"],
    ["a map", { kind: "map", element: number }, new Map([["k", 1]]), "81a16b01"],
    ["a tuple", { kind: "tuple", elements: [string, number] }, ["a", 1], "92a16101"],
    ["an object", { kind: "object", attributes: new Map([["a", string]]) }, { a: "b" }, "81a161a162"],
    ["a dynamic value", dynamic, { type: string, value: "a" }, "92c40822737472696e6722a161"],
  ])("writes and reads %s", (_, type, value, hex) => {
    expect(encodeHex(type, value)).toBe(hex);
    expect(canonical(type, decodeHex(type, hex))).toBe(canonical(type, value));
  });

  it.each<[string, string]>([
    ["unknown with no refinement", "d40000"],
    ["extension 0 of another length", "c70000"],
    ["a refinement: not null", "c7030c8101c2"],
    ["a refinement with a prefix", "c7060c8102a3616263"],
    ["an extension from the future", "d50d0000"],
  ])("reads %s as unknown", (_, hex) => {
    expect(decodeHex(string, hex)).toBe(UNKNOWN);
    expect(decodeHex({ kind: "list", element: string }, `91${hex}`)).toEqual([UNKNOWN]);
  });

  it("gives every attribute, and null for those that were left out on either side", () => {
    const type: Type = {
      kind: "object",
      attributes: new Map([
        ["a", string],
        ["b", string],
      ]),
    };
    expect(decodeHex(type, "81a161a178")).toEqual({ a: "x", b: null });
    expect(encodeHex(type, { b: "x" })).toBe("82a161c0a162a178");
  });

  it("keeps keys that mean something to JavaScript", () => {
    const map: Type = { kind: "map", element: string };
    const odd = new Map([
      ["__proto__", "p"],
      ["constructor", "c"],
      ["10", "x"],
      ["2", "y"],
    ]);
    expect([...entriesOf(roundTrip(map, odd))]).toEqual([...odd]);
    const object: Type = { kind: "object", attributes: new Map([["__proto__", string]]) };
    const value = roundTrip({ kind: "dynamic" }, { type: object, value: objectFrom([["__proto__", "p"]]) });
    expect(canonical(dynamic, value)).toContain('"__proto__":"p"');
    expect(({} as Record<string, unknown>)["p"]).toBeUndefined();
  });

  it.each<[string, Type, Value]>([
    ["a number for a string", string, 5],
    ["a string for a number", number, "5"],
    ["a number that is none", number, Number.NaN],
    ["an endless number", number, Number.POSITIVE_INFINITY],
    ["an object for a map", { kind: "map", element: string }, {}],
    ["an unknown attribute", { kind: "object", attributes: new Map() }, { a: 1 }],
    ["too short a tuple", { kind: "tuple", elements: [string] }, []],
  ])("refuses to write %s", (_, type, value) => {
    expect(() => encodeValue(type, value)).toThrow(ValueError);
  });

  it("says where a value is wrong, and never what it is", () => {
    const type: Type = { kind: "object", attributes: new Map([["a", { kind: "list", element: { kind: "bool" } }]]) };
    const attempt = (): unknown => encodeValue(type, { a: [true, "s3cret"] });
    expect(attempt).toThrow(expect.objectContaining({ path: [{ attribute: "a" }, { index: 1 }] }));
    expect(attempt).not.toThrow(/s3cret/);
  });

  it("reads what an independent encoder writes", () => {
    fc.assert(
      fc.property(typed(), ([type, value]) => {
        const written = new Encoder({ useBigInt64: true, extensionCodec: unknownCodec }).encode(plain(type, value));
        expect(canonical(type, decodeValue(type, { msgpack: written, json: none }))).toBe(canonical(type, value));
      }),
    );
  });

  it("reads what it has written, for all types", () => {
    fc.assert(
      fc.property(typed(), ([type, value]) => {
        expect(valuesEqual(type, roundTrip(type, value), value)).toBe(true);
        expect(valuesEqual(dynamic, roundTrip(dynamic, { type, value }), { type, value })).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("answers any bytes with a value or with its own error", () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated());
    const property = (): void =>
      fc.assert(
        fc.property(typeArbitrary, bytes, (type, msgpack) => {
          onlyItsOwnError(() => encodeValue(type, decodeValue(type, { msgpack, json: none })));
        }),
        { numRuns: 2_000 },
      );
    expect(property).not.toThrow();
  });

  it("does not reserve memory that a length only promises", () => {
    for (const hex of ["ddffffffff", "dfffffffff", "c6ffffffff", "dbffffffff"]) {
      expect(() => decodeHex({ kind: "list", element: string }, hex)).toThrow(ValueError);
    }
    expect(() => decodeHex(dynamic, `92c47f${Buffer.from(`${'["list",'.repeat(15)}"x"`).toString("hex")}`)).toThrow(
      ValueError,
    );
  });
});

describe("values in JSON", () => {
  const type: Type = {
    kind: "object",
    attributes: new Map<string, Type>([
      ["s", string],
      ["n", number],
      ["m", { kind: "map", element: number }],
      ["d", dynamic],
    ]),
  };

  it("reads exact numbers, odd keys and escapes", () => {
    const json = String.raw`{"s":"a\"1,2\u00e9\\","n":12345678901234567890.5,"m":{"__proto__":1,"2":0.1,"1":1e2},"d":{"type":["list","string"],"value":["x"]}}`;
    const value = decodeJson(type, json);
    expect(value).toMatchObject({ s: 'a"1,2é\\', n: { decimal: "12345678901234567890.5" } });
    expect(canonical(type, value)).toContain('"__proto__":1');
    expect(canonical(type, value)).toContain('"1":100');
  });

  it("refuses or drops what the type does not have", () => {
    expect(() => decodeJson(type, '{"x":1}')).toThrow(ValueError);
    expect(decodeJson(type, '{"x":{"y":[1]},"s":5}', true)).toMatchObject({ s: "5", n: null, m: null, d: null });
  });

  it.each(["", "{", "[1,]", "01", '{"s":1}', '{"n":"x"}', '{"n":1e99999}', '{"d":{}}', '{"m":[]}', "[]"])(
    "refuses %s",
    (json) => {
      expect(() => decodeJson(type, json)).toThrow(ValueError);
    },
  );

  it("is read in place of MessagePack, and nothing at all is null", () => {
    expect(decodeValue(string, { msgpack: none, json: Buffer.from('"x"') })).toBe("x");
    expect(decodeValue(string, { msgpack: none, json: none })).toBeNull();
    expect(decodeValue(string, undefined)).toBeNull();
  });

  it("answers any text with a value or with its own error", () => {
    const text = fc.oneof(fc.string(), fc.json());
    const property = (): void =>
      fc.assert(
        fc.property(typeArbitrary, text, fc.boolean(), (of, json, lenient) => {
          onlyItsOwnError(() => decodeJson(of, json, lenient));
        }),
        { numRuns: 1_000 },
      );
    expect(property).not.toThrow();
  });
});

describe("numbers", () => {
  it("are the decimals that they are written as", () => {
    expect(numberFromText("0.1")).toBe(0.1);
    expect(numberFromText("1e3")).toBe(1_000);
    expect(numberFromText("-0.0")).toBe(0);
    expect(numberFromText("9007199254740993")).toBe(9007199254740993n);
    expect(numberFromText("0.10000000000000000001")).toEqual({ decimal: "0.10000000000000000001" });
    expect(numberFromDouble(0.5)).toBe(0.5);
    // The double next to one tenth, which is what a host sends where a provider computed with doubles.
    expect(numberFromDouble(0.1)).toEqual({ decimal: "0.1000000000000000055511151231257827021181583404541015625" });
  });

  it("are exact for every double", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(Number(canonicalNumber(numberFromDouble(double)))).toBe(double === 0 ? 0 : double);
      }),
    );
  });
});

describe("equality", () => {
  it("takes text in NFC and sets without order", () => {
    expect(valuesEqual(string, "Caf\u0065\u0301", "Caf\u00e9")).toBe(true);
    const set: Type = { kind: "set", element: string };
    expect(valuesEqual(set, ["a", "b"], ["b", "a", "a"])).toBe(true);
    expect(valuesEqual({ kind: "list", element: string }, ["a", "b"], ["b", "a"])).toBe(false);
    expect(valuesEqual(number, 5, 5n)).toBe(true);
    expect(valuesEqual(string, "null", null)).toBe(false);
    expect(valuesEqual(string, "unknown", UNKNOWN)).toBe(false);
  });
});

describe("types in JSON", () => {
  it("are read as they are written", () => {
    fc.assert(
      fc.property(typeArbitrary, (type) => expect(typeToJson(typeFromJson(typeToJson(type)))).toBe(typeToJson(type))),
    );
  });

  it.each(["", "x", '"int"', "[]", '["list"]', '["list","x"]', '["object",[]]', '["tuple",{}]', "5"])(
    "refuses %s",
    (text) => {
      expect(() => typeFromJson(text)).toThrow(ValueError);
    },
  );

  it("refuses a depth that would end the stack", () => {
    expect(() => typeFromJson(`${'["list",'.repeat(200)}"string"${"]".repeat(200)}`)).toThrow(ValueError);
  });
});

// --- arbitrary types and values ------------------------------------------------------------------------------------

const keys = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom("__proto__", "constructor", "toString", "1"));

const { type: typeArbitrary } = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom<Type>(string, number, { kind: "bool" }),
    fc.constant<Type>(dynamic),
    tie("type").map((element): Type => ({ kind: "list", element })),
    tie("type").map((element): Type => ({ kind: "set", element })),
    tie("type").map((element): Type => ({ kind: "map", element })),
    fc.array(tie("type"), { maxLength: 3 }).map((elements): Type => ({ kind: "tuple", elements })),
    fc
      .array(fc.tuple(keys, tie("type")), { maxLength: 3 })
      .map((attributes): Type => ({ kind: "object", attributes: new Map(attributes) })),
  ),
}));

function onlyItsOwnError(attempt: () => unknown): void {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
  }
}

function typed(): fc.Arbitrary<readonly [Type, Value]> {
  return typeArbitrary.chain((type) => valueOf(type).map((value) => [type, value] as const));
}

function valueOf(type: Type): fc.Arbitrary<Value> {
  const known: fc.Arbitrary<Value> = knownOf(type);
  return fc.oneof(
    { weight: 8, arbitrary: known },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(UNKNOWN) },
  );
}

function knownOf(type: Type): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "string":
      return fc.string({ unit: "grapheme", maxLength: 40 });
    case "number":
      return fc.oneof(
        fc.integer(),
        fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => (double === 0 ? 0 : double)),
        fc
          .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat(10 ** 9))
          .map(([whole, part]) => ({ decimal: `${whole}.${part}1` })),
      );
    case "bool":
      return fc.boolean();
    case "dynamic":
      return fc.oneof(
        fc.string().map((value) => ({ type: string, value })),
        fc.boolean().map((value) => ({ type: { kind: "list", element: { kind: "bool" } } as const, value: [value] })),
      );
    case "list":
    case "set":
      return fc.array(valueOf(type.element), { maxLength: 20 });
    case "map":
      return fc.array(fc.tuple(keys, valueOf(type.element)), { maxLength: 20 }).map((entries) => new Map(entries));
    case "tuple":
      return fc.tuple(...type.elements.map(valueOf)).map((elements) => [...elements]);
    case "object":
      return fc
        .tuple(...[...type.attributes].map(([name, of]) => valueOf(of).map((value) => [name, value] as const)))
        .map(objectFrom);
    default:
      return type satisfies never;
  }
}

function mutated(): fc.Arbitrary<Uint8Array> {
  return fc.tuple(typed(), fc.nat(), fc.nat(255)).map(([[type, value], at, byte]) => {
    const bytes = encodeValue(type, value).msgpack;
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });
}

/** The unknown value, for the independent encoder. */
class Unknown {
  readonly unknown = true;
}

const unknownCodec = new ExtensionCodec();
unknownCodec.register({
  type: 0,
  encode: (value) => (value instanceof Unknown ? new Uint8Array([0]) : null),
  decode: () => new Unknown(),
});

/** The value in the independent encoder's own terms. */
function plain(type: Type, value: Value): unknown {
  if (value === null) return null;
  if (value === UNKNOWN) return new Unknown();
  switch (type.kind) {
    case "number": {
      const text = isNumber(value) ? canonicalNumber(value) : "";
      const whole = !text.includes(".") && BigInt(text) >= -(2n ** 63n) && BigInt(text) < 2n ** 63n;
      return whole ? BigInt(text) : text;
    }
    case "list":
    case "set":
      return elementsOf(value).map((element) => plain(type.element, element));
    case "tuple":
      return type.elements.map((of, index) => plain(of, elementsOf(value)[index] ?? null));
    case "map":
      return plainObject([...entriesOf(value)].map(([key, element]) => [key, plain(type.element, element)]));
    case "object":
      return plainObject(
        [...type.attributes].map(([name, of]) => [name, plain(of, attributeOf(objectOf(value), name))]),
      );
    case "dynamic":
      return isDynamic(value) ? [Buffer.from(typeToJson(value.type)), plain(value.type, value.value)] : null;
    case "string":
    case "bool":
      return value;
    default:
      return type satisfies never;
  }
}

function plainObject(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, member] of entries) object[key] = member;
  return object;
}
