import { MsgpackReader, MsgpackWriter, type Token } from "./msgpack";
import { canonicalNumber, numberFromDouble, numberFromText, type NumberValue } from "./number";
import type { Path } from "./path";
import { type Type, typeFromJson, typeToJson } from "./type";
import { isDynamic, isNumber, objectFrom, UNKNOWN, type Value } from "./value";
import { ValueError } from "./value-error";

/** A value as it travels: MessagePack, or JSON; with neither it is null. */
export interface EncodedValue {
  readonly msgpack: Uint8Array;
  readonly json: Uint8Array;
}

/**
 * The value of a type, from either encoding. Objects come with all their attributes, maps as Maps, every kind of unknown
 * as UNKNOWN.
 *
 * @throws ValueError, and nothing else, if the bytes are not a value of the type.
 */
export function decodeValue(type: Type, encoded: EncodedValue | undefined): Value {
  if (encoded && encoded.msgpack.length > 0) {
    const reader = new MsgpackReader(encoded.msgpack);
    const value = decode(reader, type, [], 0);
    if (!reader.atEnd) throw new ValueError("bytes after the end of the value");
    return value;
  }
  return encoded && encoded.json.length > 0 ? decodeJson(type, encoded.json) : null;
}

/**
 * The value of a type, from JSON.
 *
 * @param lenient attributes that the type does not have are dropped and those that are missing are null, as when a
 * state of another version is read; otherwise only missing ones are forgiven.
 * @throws ValueError, and nothing else, if the text is not a value of the type.
 */
export function decodeJson(type: Type, json: Uint8Array | string, lenient = false): Value {
  return fromJson(parseJson(json), type, [], { lenient, dynamics: 0 });
}

/**
 * The value in MessagePack. A missing attribute (undefined) is written as null, since the host wants every attribute.
 *
 * @throws ValueError if the value is not of the type.
 */
export function encodeValue(type: Type, value: Value): EncodedValue {
  const writer = new MsgpackWriter();
  encode(writer, type, value, []);
  return { msgpack: writer.bytes(), json: empty };
}

const empty = new Uint8Array();

// --- MessagePack ---------------------------------------------------------------------------------------------------

/** A type bounds how deep its values go, but not one that every value brings along. */
const deepestDynamic = 100;

/** @param dynamics How many values of a dynamic type are around this one. */
function decode(reader: MsgpackReader, type: Type, path: Path, dynamics: number): Value {
  const token = reader.next();
  if (token.kind === "nil") return null;
  if (token.kind === "extension") {
    // 0 is unknown; 12 is unknown with refinements, which only narrow what it may become; later ones are unknown here.
    return UNKNOWN;
  }
  switch (type.kind) {
    case "string":
      return token.kind === "string" ? token.value : mismatch(type, path);
    case "number":
      return number(token) ?? mismatch(type, path);
    case "bool":
      return token.kind === "bool" ? token.value : mismatch(type, path);
    case "dynamic": {
      if (token.kind !== "array" || token.length !== 2) return mismatch(type, path);
      const named = reader.next();
      if (named.kind !== "binary" && named.kind !== "string") return mismatch(type, path);
      const inner = typeFromJson(Buffer.from(named.value).toString());
      if (dynamics > deepestDynamic) throw new ValueError("a value that is nested too deeply", path);
      const value = decode(reader, inner, path, dynamics + 1);
      return { type: inner, value };
    }
    case "list":
    case "set":
      if (token.kind !== "array") return mismatch(type, path);
      return repeat(token.length, (index) => decode(reader, type.element, into(type, path, index), dynamics));
    case "tuple":
      if (token.kind !== "array" || token.length !== type.elements.length) return mismatch(type, path);
      return type.elements.map((element, index) => decode(reader, element, [...path, { index }], dynamics));
    case "map": {
      if (token.kind !== "map") return mismatch(type, path);
      return new Map(
        repeat(token.length, () => {
          const key = keyOf(reader, path);
          return [key, decode(reader, type.element, [...path, { key }], dynamics)] as const;
        }),
      );
    }
    case "object": {
      if (token.kind !== "map") return mismatch(type, path);
      const given = new Map<string, Value>();
      for (let index = 0; index < token.length; index += 1) {
        const name = keyOf(reader, path);
        const of = type.attributes.get(name);
        if (!of) throw new ValueError("an attribute that the type does not have", path);
        given.set(name, decode(reader, of, [...path, { attribute: name }], dynamics));
      }
      return complete(type.attributes, given);
    }
    default:
      return type satisfies never;
  }
}

function number(token: Token): NumberValue | null {
  if (token.kind === "integer") return numberFromText(String(token.value));
  if (token.kind === "double") return numberFromDouble(token.value);
  if (token.kind === "string") return numberFromText(token.value);
  return null;
}

function keyOf(reader: MsgpackReader, path: Path): string {
  const token = reader.next();
  if (token.kind !== "string") throw new ValueError("a key that is not a string", path);
  return token.value;
}

function encode(writer: MsgpackWriter, type: Type, value: Value | undefined, path: Path): void {
  if (value === null || value === undefined) return writer.nil();
  if (value === UNKNOWN) return writer.unknown();
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? writer.string(value) : mismatch(type, path);
    case "number": {
      if (!isNumber(value)) return mismatch(type, path);
      const text = canonicalNumber(value);
      if (text.includes(".") || !writer.integer(BigInt(text))) writer.string(text);
      return;
    }
    case "bool":
      return typeof value === "boolean" ? writer.bool(value) : mismatch(type, path);
    case "dynamic": {
      if (!isDynamic(value)) return mismatch(type, path);
      writer.array(2);
      writer.binary(Buffer.from(typeToJson(value.type)));
      return encode(writer, value.type, value.value, path);
    }
    case "list":
    case "set":
      if (!Array.isArray(value)) return mismatch(type, path);
      writer.array(value.length);
      for (const [index, element] of value.entries()) encode(writer, type.element, element, into(type, path, index));
      return;
    case "tuple":
      if (!Array.isArray(value) || value.length !== type.elements.length) return mismatch(type, path);
      writer.array(value.length);
      for (const [index, element] of type.elements.entries())
        encode(writer, element, value[index], [...path, { index }]);
      return;
    case "map":
      if (!(value instanceof Map)) return mismatch(type, path);
      writer.map(value.size);
      for (const [key, element] of value) {
        if (typeof key !== "string") mismatch(type, path);
        writer.string(key);
        encode(writer, type.element, element, [...path, { key }]);
      }
      return;
    case "object": {
      if (typeof value !== "object" || Array.isArray(value) || value instanceof Map) return mismatch(type, path);
      const extra = Object.keys(value).find((name) => !type.attributes.has(name));
      if (extra !== undefined) throw new ValueError(`an attribute that the schema does not have: ${extra}`, path);
      const given: ReadonlyMap<string, Value> = new Map(Object.entries(value));
      writer.map(type.attributes.size);
      for (const [name, of] of type.attributes) {
        writer.string(name);
        encode(writer, of, given.get(name), [...path, { attribute: name }]);
      }
      return;
    }
    default:
      return type satisfies never;
  }
}

// --- JSON ----------------------------------------------------------------------------------------------------------

// JSON.parse would round numbers and treats the key __proto__ like any other only until it is copied. So every string
// is marked with s and every number becomes a string marked with n before it is parsed.
function parseJson(json: Uint8Array | string): unknown {
  try {
    const text = typeof json === "string" ? json : strict.decode(json);
    JSON.parse(text);
    return JSON.parse(
      text.replace(/"((?:[^"\\]|\\.)*)"|-?\d[\d.eE+-]*/g, (all, content: string | undefined) =>
        content === undefined ? `"n${all}"` : `"s${content}"`,
      ),
    );
  } catch {
    throw new ValueError("a value that is not JSON");
  }
}

interface JsonReading {
  readonly lenient: boolean;
  /** How many values of a dynamic type are around this one. */
  readonly dynamics: number;
}

function fromJson(json: unknown, type: Type, path: Path, reading: JsonReading): Value {
  const { lenient, dynamics } = reading;
  if (json === null || json === undefined) return null;
  switch (type.kind) {
    case "string":
      // Terraform's own conversion: a state may hold 5 or true where the type has become a string.
      if (typeof json === "boolean" && lenient) return String(json);
      if (typeof json !== "string" || (json.startsWith("n") && !lenient)) return mismatch(type, path);
      return json.slice(1);
    case "number":
      return typeof json === "string" ? numberFromText(json.slice(1)) : mismatch(type, path);
    case "bool":
      if (lenient && (json === "strue" || json === "sfalse")) return json === "strue";
      return typeof json === "boolean" ? json : mismatch(type, path);
    case "dynamic": {
      const members = membersOf(json) ?? mismatch(type, path);
      const inner = typeFromJson(JSON.stringify(unmarked(members.get("type"))));
      if (dynamics > deepestDynamic) throw new ValueError("a value that is nested too deeply", path);
      return { type: inner, value: fromJson(members.get("value"), inner, path, { lenient, dynamics: dynamics + 1 }) };
    }
    case "list":
    case "set":
      if (!Array.isArray(json)) return mismatch(type, path);
      return json.map((element, index) => fromJson(element, type.element, into(type, path, index), reading));
    case "tuple":
      if (!Array.isArray(json) || json.length !== type.elements.length) return mismatch(type, path);
      return type.elements.map((element, index) => fromJson(json[index], element, [...path, { index }], reading));
    case "map": {
      const members = membersOf(json) ?? mismatch(type, path);
      return new Map(
        [...members].map(([key, element]) => [key, fromJson(element, type.element, [...path, { key }], reading)]),
      );
    }
    case "object": {
      const members = membersOf(json) ?? mismatch(type, path);
      const given = new Map<string, Value>();
      for (const [name, member] of members) {
        const of = type.attributes.get(name);
        if (of) given.set(name, fromJson(member, of, [...path, { attribute: name }], reading));
        else if (!lenient) throw new ValueError("an attribute that the type does not have", path);
      }
      return complete(type.attributes, given);
    }
    default:
      return type satisfies never;
  }
}

function membersOf(json: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  return new Map(Object.entries(json).map(([key, member]) => [key.slice(1), member]));
}

function unmarked(json: unknown): unknown {
  if (typeof json === "string") return json.slice(1);
  if (Array.isArray(json)) return json.map(unmarked);
  const members = membersOf(json);
  return members ? Object.fromEntries([...members].map(([key, member]) => [key, unmarked(member)])) : json;
}

const strict = new TextDecoder("utf-8", { fatal: true });

// --- both ----------------------------------------------------------------------------------------------------------

function complete(attributes: ReadonlyMap<string, Type>, given: ReadonlyMap<string, Value>): Value {
  return objectFrom([...attributes.keys()].map((name) => [name, given.get(name) ?? null]));
}

function into(type: Type, path: Path, index: number): Path {
  return type.kind === "set" ? path : [...path, { index }];
}

function repeat<T>(times: number, make: (index: number) => T): T[] {
  const made: T[] = [];
  for (let index = 0; index < times; index += 1) made.push(make(index));
  return made;
}

function mismatch(type: Type, path: Path): never {
  throw new ValueError(`a value that is not of the type ${typeToJson(type)}`, path);
}
