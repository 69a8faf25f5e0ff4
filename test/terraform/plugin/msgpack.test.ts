import { MsgpackReader, MsgpackWriter, type Token } from "../../../src/terraform/plugin/msgpack";
import { ValueError } from "../../../src/terraform/plugin/value-error";

// The forms of https://github.com/msgpack/msgpack/blob/master/spec.md, each at both ends of what it holds.

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

function tokens(hex: string): Token[] {
  // In the middle of other bytes, as a value lies in a message.
  const bytes = bytesOf(`ff${hex}ff`).subarray(1, -1);
  const reader = new MsgpackReader(bytes);
  const all: Token[] = [];
  while (!reader.atEnd) all.push(reader.next());
  return all;
}

function written(write: (writer: MsgpackWriter) => unknown): string {
  const writer = new MsgpackWriter();
  write(writer);
  return Buffer.from(writer.bytes()).toString("hex");
}

const zeros = (count: number): string => "00".repeat(count);
const text = (length: number): string => "a".repeat(length);
const hexOf = (content: string): string => Buffer.from(content).toString("hex");

describe("a token of MessagePack", () => {
  it.each<[string, Token]>([
    ["c0", { kind: "nil" }],
    ["c2", { kind: "bool", value: false }],
    ["c3", { kind: "bool", value: true }],
    ["00", { kind: "integer", value: 0n }],
    ["7f", { kind: "integer", value: 127n }],
    ["e0", { kind: "integer", value: -32n }],
    ["ff", { kind: "integer", value: -1n }],
    ["cc ff", { kind: "integer", value: 255n }],
    ["cd 0100", { kind: "integer", value: 256n }],
    ["cd ffff", { kind: "integer", value: 65_535n }],
    ["ce 80000000", { kind: "integer", value: 2n ** 31n }],
    ["cf ffffffffffffffff", { kind: "integer", value: 2n ** 64n - 1n }],
    ["d0 80", { kind: "integer", value: -128n }],
    ["d1 8000", { kind: "integer", value: -32_768n }],
    ["d2 80000000", { kind: "integer", value: -(2n ** 31n) }],
    ["d3 8000000000000000", { kind: "integer", value: -(2n ** 63n) }],
    ["ca 3fc00000", { kind: "double", value: 1.5 }],
    ["cb 3ff8000000000000", { kind: "double", value: 1.5 }],
    ["a0", { kind: "string", value: "" }],
    [`bf ${hexOf(text(31))}`, { kind: "string", value: text(31) }],
    ["d9 01 61", { kind: "string", value: "a" }],
    ["da 0001 61", { kind: "string", value: "a" }],
    ["db 00000001 61", { kind: "string", value: "a" }],
    ["a4 efbbbf61", { kind: "string", value: "\uFEFFa" }],
    ["c4 01 61", { kind: "binary", value: Buffer.from("a") }],
    ["c5 0001 61", { kind: "binary", value: Buffer.from("a") }],
    ["c6 00000001 61", { kind: "binary", value: Buffer.from("a") }],
    ["c7 03 0c 010203", { kind: "extension", type: 12 }],
    ["c8 0001 0c 01", { kind: "extension", type: 12 }],
    ["c9 00000001 0c 01", { kind: "extension", type: 12 }],
    ["d4 00 00", { kind: "extension", type: 0 }],
    [`d5 ff ${zeros(2)}`, { kind: "extension", type: -1 }],
    [`d6 01 ${zeros(4)}`, { kind: "extension", type: 1 }],
    [`d7 01 ${zeros(8)}`, { kind: "extension", type: 1 }],
    [`d8 01 ${zeros(16)}`, { kind: "extension", type: 1 }],
  ])("%s is read as one", (hex, token) => {
    const [only, ...more] = tokens(hex);
    expect(more).toEqual([]);
    expect(only?.kind === "binary" ? { ...only, value: Buffer.from(only.value) } : only).toEqual(token);
  });

  it.each<[string, "array" | "map", number]>([
    ["90", "array", 0],
    ["9f", "array", 15],
    ["dc 0002", "array", 2],
    ["dd 00000002", "array", 2],
    ["80", "map", 0],
    ["8f", "map", 15],
    ["de 0002", "map", 2],
    ["df 00000002", "map", 2],
  ])("%s announces an %s of %i", (hex, kind, length) => {
    expect(tokens(`${hex} ${zeros(length)}`)).toEqual([
      { kind, length },
      ...Array.from({ length }, () => ({ kind: "integer", value: 0n })),
    ]);
  });

  it.each([
    ["c1", "a byte that MessagePack does not use"],
    ["", "a value that ends too early"],
    ["cd 00", "a value that ends too early"],
    ["cf 00000000000000", "a value that ends too early"],
    ["ca 000000", "a value that ends too early"],
    ["a2 61", "a value that ends too early"],
    ["c4 02 61", "a value that ends too early"],
    ["d5 00 00", "a value that ends too early"],
    ["d4", "a value that ends too early"],
    ["92 00", "a value that ends too early"],
    ["81", "a value that ends too early"],
    ["dd ffffffff 00", "a value that ends too early"],
    ["a1 ff", "a string that is not UTF-8"],
    ["a2 c3 28", "a string that is not UTF-8"],
  ])("%s is refused: %s", (hex, problem) => {
    const reader = new MsgpackReader(bytesOf(hex));
    expect(() => reader.next()).toThrow(new ValueError(problem));
    expect(() => new MsgpackReader(bytesOf(hex)).next()).toThrow(ValueError);
  });

  it.each<[string, (writer: MsgpackWriter) => unknown]>([
    ["c0", (writer) => writer.nil()],
    ["c3", (writer) => writer.bool(true)],
    ["c2", (writer) => writer.bool(false)],
    ["d40000", (writer) => writer.unknown()],
    ["a0", (writer) => writer.string("")],
    [`bf${hexOf(text(31))}`, (writer) => writer.string(text(31))],
    [`d920${hexOf(text(32))}`, (writer) => writer.string(text(32))],
    [`d9ff${hexOf(text(255))}`, (writer) => writer.string(text(255))],
    [`da0100${hexOf(text(256))}`, (writer) => writer.string(text(256))],
    [`daffff${hexOf(text(65_535))}`, (writer) => writer.string(text(65_535))],
    [`db00010000${hexOf(text(65_536))}`, (writer) => writer.string(text(65_536))],
    ["a2c3a9", (writer) => writer.string("é")],
    ["c40161", (writer) => writer.binary(Buffer.from("a"))],
    [`c4ff${zeros(255)}`, (writer) => writer.binary(new Uint8Array(255))],
    [`c50100${zeros(256)}`, (writer) => writer.binary(new Uint8Array(256))],
    [`c600010000${zeros(65_536)}`, (writer) => writer.binary(new Uint8Array(65_536))],
    ["90", (writer) => writer.array(0)],
    ["9f", (writer) => writer.array(15)],
    ["dc0010", (writer) => writer.array(16)],
    ["dcffff", (writer) => writer.array(65_535)],
    ["dd00010000", (writer) => writer.array(65_536)],
    ["80", (writer) => writer.map(0)],
    ["8f", (writer) => writer.map(15)],
    ["de0010", (writer) => writer.map(16)],
    ["deffff", (writer) => writer.map(65_535)],
    ["df00010000", (writer) => writer.map(65_536)],
  ])("%# is written in its shortest form", (hex, write) => {
    expect(written(write) === hex).toBe(true);
  });

  it.each<[bigint, string]>([
    [0n, "00"],
    [127n, "7f"],
    [128n, "cc80"],
    [255n, "ccff"],
    [256n, "cd0100"],
    [65_535n, "cdffff"],
    [65_536n, "ce00010000"],
    [2n ** 32n - 1n, "ceffffffff"],
    [2n ** 32n, "cf0000000100000000"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [-1n, "ff"],
    [-32n, "e0"],
    [-33n, "d3ffffffffffffffdf"],
    [-(2n ** 63n), "d38000000000000000"],
  ])("for %s is written as %s", (value, hex) => {
    expect(written((writer) => expect(writer.integer(value)).toBe(true))).toBe(hex);
    expect(tokens(hex)).toEqual([{ kind: "integer", value }]);
  });

  it.each([2n ** 64n, -(2n ** 63n) - 1n])("for %s does not exist, and nothing is written", (value) => {
    expect(written((writer) => expect(writer.integer(value)).toBe(false))).toBe("");
  });

  it("follows the one before it", () => {
    expect(
      written((writer) => {
        writer.array(2);
        writer.nil();
        writer.string("a");
      }),
    ).toBe("92c0a161");
  });
});
