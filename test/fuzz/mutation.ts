import type { Random } from "./random";

/** No input grows beyond this, in bytes. */
export const longestInput = 128 * 1024;

/** An example with one to four things done to it, blind to what it means. */
export function mutated(random: Random, example: Buffer, examples: readonly Buffer[]): Buffer {
  let bytes = example;
  for (let left = 1 + random.below(4); left > 0; left--) {
    bytes = random.pick(mutations)(random, bytes, examples).subarray(0, longestInput);
  }
  return bytes;
}

/** Pieces of text that parsers stumble over. */
export const oddTexts: readonly string[] = [
  "\0",
  "\r\n",
  " ",
  "\u2028",
  "\u{feff}",
  "\u202e",
  "\ud800",
  "e\u0301\u0301\u0301",
  "\u{1f511}",
  "٣",
  "ſ",
  "K",
  "__proto__",
  "constructor",
  "-0",
  "1e400",
  "99999999999999999999",
  "0x10",
  "NaN",
  "%00",
  "%",
  "\\u0000",
  "../..",
  "${x}",
  ";",
  "=",
  ":",
];

type Mutation = (random: Random, bytes: Buffer, examples: readonly Buffer[]) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(random, bytes) {
    const copy = Buffer.from(bytes);
    const at = random.below(copy.length);
    if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  function setByte(random, bytes) {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.below(copy.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, 0x30, 0x41]);
    return copy;
  },
  (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1)),
  (random, bytes) => bytes.subarray(random.below(bytes.length + 1)),
  function dropSlice(random, bytes) {
    const [from, to] = slice(random, bytes);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeatSlice(random, bytes) {
    const [from, to] = slice(random, bytes);
    const part = bytes.subarray(from, to);
    // Long runs now and then: what takes the square of its input's length shows by them.
    const room = Math.floor((random.oneIn(150) ? longestInput : 512) / Math.max(1, part.length));
    const again = Array.from({ length: Math.min(room, 40_000) }, () => part);
    return Buffer.concat([bytes.subarray(0, to), ...again, bytes.subarray(to)]);
  },
  function insertBytes(random, bytes) {
    return inserted(random, bytes, random.bytes(1 + random.below(8)));
  },
  function insertText(random, bytes) {
    return inserted(random, bytes, Buffer.from(random.pick(oddTexts)));
  },
  function insertNuls(random, bytes) {
    return inserted(random, bytes, Buffer.alloc(1 + random.below(16)));
  },
  function hugeLength(random, bytes) {
    const copy = Buffer.from(bytes);
    if (copy.length >= 4) copy.writeUInt32BE(0xffffffff, random.below(copy.length - 3));
    return copy;
  },
  function splice(random, bytes, examples) {
    const other = random.pick(examples);
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
  function nest(random, bytes) {
    const [open, close] = random.pick([
      ["[", "]"],
      ['{"a":', "}"],
      ["(", ")"],
      ["\x91", ""],
    ]);
    const depth = random.oneIn(40) ? 20_000 : 1 + random.below(200);
    return Buffer.concat([Buffer.from(open.repeat(depth), "latin1"), bytes, Buffer.from(close.repeat(depth))]);
  },
  function swapDigits(random, bytes) {
    const text = bytes.toString("latin1");
    const digits = random.pick(["0", "9999999999", "00000000", "-1", "4294967295"]);
    return Buffer.from(text.replace(/\d+/, digits), "latin1");
  },
  (_random, bytes) => Buffer.from(bytes.toString("latin1").toUpperCase(), "latin1"),
];

function inserted(random: Random, bytes: Buffer, part: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
}

function slice(random: Random, bytes: Buffer): readonly [number, number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.below(random.oneIn(4) ? bytes.length : 8))];
}
