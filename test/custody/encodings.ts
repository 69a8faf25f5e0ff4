/** The bytes that a search looks for, under a name for its report. */
export interface Canary {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A piece of a canary in one spelling. */
export interface Needle {
  readonly canary: string;
  readonly encoding: EncodingName;
  readonly content: Buffer;
}

/** How many bytes in a row make a leak: half of the bytes of most keys would leave the other half to be guessed. */
export const windowBytes = 12;

/** Spellings in which each byte is written by itself. */
const byteByByte = {
  raw: (bytes) => bytes,
  "hex, lower case": (bytes) => bytes.toString("hex"),
  "hex, upper case": (bytes) => bytes.toString("hex").toUpperCase(),
  "hex with colons": (bytes) => pairs(bytes).join(":"),
  "hex with colons, upper case": (bytes) => pairs(bytes).join(":").toUpperCase(),
  "hex with blanks, as Node prints a Buffer": (bytes) => pairs(bytes).join(" "),
  "array of hex numbers": (bytes) =>
    pairs(bytes)
      .map((pair) => `0x${pair}`)
      .join(","),
  "array of hex numbers, as Go prints it": (bytes) => [...bytes].map((byte) => `0x${byte.toString(16)}`).join(","),
  "array of decimal numbers, as JSON of a Buffer": (bytes) => [...bytes].join(","),
  "array of decimal numbers with blanks": (bytes) => [...bytes].join(", "),
  "decimal numbers, as Go prints bytes": (bytes) => [...bytes].join(" "),
  "percent-encoded": (bytes) =>
    pairs(bytes)
      .map((pair) => `%${pair.toUpperCase()}`)
      .join(""),
  "percent-encoded, lower case": (bytes) =>
    pairs(bytes)
      .map((pair) => `%${pair}`)
      .join(""),
  "percent-encoded where needed": (bytes) =>
    eachByte(bytes, /[A-Za-z0-9\-_.~]/, (byte) => `%${hex(byte, 2).toUpperCase()}`),
  "latin1 text in UTF-8": (bytes) => bytes.toString("latin1"),
  "JSON text": (bytes) => quotedJson(bytes.toString("latin1")),
  "JSON text in JSON": (bytes) => quotedJson(quotedJson(bytes.toString("latin1"))),
  "JSON text in ASCII": (bytes) => asciiJson(bytes),
  "JSON text in ASCII, upper case": (bytes) =>
    asciiJson(bytes).replaceAll(/\\u..../g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
  "JSON text, as Go writes it": (bytes) =>
    quotedJson(bytes.toString("latin1")).replaceAll(/[<>&]/g, (sign) => `\\u00${hex(sign.charCodeAt(0), 2)}`),
  "unicode escapes": (bytes) => [...bytes].map((byte) => `\\u${hex(byte, 4)}`).join(""),
  "unicode escapes, upper case": (bytes) => [...bytes].map((byte) => `\\u${hex(byte, 4).toUpperCase()}`).join(""),
  "hex escapes": (bytes) =>
    pairs(bytes)
      .map((pair) => `\\x${pair}`)
      .join(""),
  "hex escapes, as Go quotes text": (bytes) =>
    eachByte(bytes, /[ !#-[\]-~]/, (byte) => shortEscapes.get(byte) ?? `\\x${hex(byte, 2)}`),
  "octal escapes, as protobuf quotes text": (bytes) =>
    eachByte(bytes, /[ !#-&(-[\]-~]/, (byte) => protobufEscapes.get(byte) ?? `\\${byte.toString(8).padStart(3, "0")}`),
  "HTML entities": (bytes) => [...bytes].map((byte) => `&#${byte};`).join(""),
  "HTML entities in hex": (bytes) =>
    pairs(bytes)
      .map((pair) => `&#x${pair};`)
      .join(""),
  "quoted-printable": (bytes) => eachByte(bytes, /[ -<>-~]/, (byte) => `=${hex(byte, 2).toUpperCase()}`),
  "UTF-16, little-endian": (bytes) => Buffer.from(bytes.toString("latin1"), "utf16le"),
  "UTF-16, big-endian": (bytes) => Buffer.from(bytes.toString("latin1"), "utf16le").swap16(),
  "hex in UTF-16": (bytes) => Buffer.from(bytes.toString("hex"), "utf16le"),
} as const satisfies Record<string, (bytes: Buffer) => string | Buffer>;

/** Spellings in which bytes share signs, so that it matters how many bytes stand before them. */
const inGroups = {
  base64: { group: 3, encode: (bytes) => bytes.toString("base64"), signBits: 6 },
  base64url: { group: 3, encode: (bytes) => bytes.toString("base64url"), signBits: 6 },
  base32: { group: 5, encode: base32, signBits: 5 },
} as const satisfies Record<string, Grouped>;

/** What is done to text that is base64 or hex already. */
const again = {
  "base64 in JSON with escaped slashes": { of: "base64", write: (text) => text.replaceAll("/", "\\/") },
  "base64 in JSON with unicode escapes": {
    of: "base64",
    write: (text) => text.replaceAll(/[+/=]/g, (sign) => `\\u${hex(sign.charCodeAt(0), 4)}`),
  },
  "base64, percent-encoded": { of: "base64", write: (text) => encodeURIComponent(text) },
  "base64 in UTF-16": { of: "base64", write: (text) => Buffer.from(text, "utf16le") },
  "hex of base64": { of: "base64", write: (text) => Buffer.from(text).toString("hex") },
  "decimal numbers of base64": { of: "base64", write: (text) => [...Buffer.from(text)].join(",") },
  "base64 as Node prints a Buffer": { of: "base64", write: (text) => pairs(Buffer.from(text)).join(" ") },
} as const satisfies Record<string, { readonly of: "base64"; readonly write: (text: string) => string | Buffer }>;

/** Base64 of text that is a spelling already. */
const wrapped = {
  "base64 of base64": (bytes) => middles(bytes, inGroups.base64),
  "base64 of hex": (bytes) => [bytes.toString("hex")],
  "base64 of upper-case hex": (bytes) => [bytes.toString("hex").toUpperCase()],
  "base64 of JSON text": (bytes) => [quotedJson(bytes.toString("latin1"))],
  "base64 of an array of numbers": (bytes) => [[...bytes].join(",")],
} as const satisfies Record<string, (bytes: Buffer) => readonly string[]>;

/** What loses some of the bytes is looked for as a whole: of a part there may be too little left to be told from others. */
const lossy = {
  "text with replacement signs": (bytes) => bytes.toString("utf8"),
} as const satisfies Record<string, (bytes: Buffer) => string>;

/** So many signs that are no replacements make it certain. */
const certainSigns = 8;

export type EncodingName =
  | keyof typeof lossy
  | keyof typeof byteByByte
  | keyof typeof inGroups
  | keyof typeof again
  | keyof typeof wrapped;

/** Every spelling that is looked for. */
export const encodingNames: readonly EncodingName[] = [byteByByte, inGroups, again, wrapped, lossy].flatMap(
  // Keys of tables are known to be these; Object.keys is typed more widely.
  (table) => Object.keys(table).filter(isEncodingName),
);

/** Encodings of which a part is not looked for. */
export const onlyWhole: readonly EncodingName[] = encodingNames.filter((name) => isIn(lossy, name));

function isEncodingName(name: string): name is EncodingName {
  return name in byteByByte || name in inGroups || name in again || name in wrapped || name in lossy;
}

/** What to look for so that no twelve bytes of a canary in a row stay unseen, in any spelling and at any alignment. */
export function needlesOf({ name: canary, bytes }: Canary): Needle[] {
  const needles = new Map<string, Needle>();
  const add = (encoding: EncodingName, content: string | Buffer): void => {
    const needle = Buffer.from(content);
    // The first spelling of a content keeps it: many pieces have no sign that would have to be escaped.
    const key = needle.toString("latin1");
    if (!needles.has(key)) needles.set(key, { canary, encoding, content: needle });
  };
  for (const name of encodingNames) {
    if (isIn(byteByByte, name)) {
      for (const piece of windows(bytes, windowBytes)) add(name, byteByByte[name](piece));
    } else if (isIn(inGroups, name)) {
      for (const piece of pieces(bytes, inGroups[name])) add(name, piece);
    } else if (isIn(again, name)) {
      for (const piece of pieces(bytes, inGroups[again[name].of])) add(name, again[name].write(piece));
    } else if (isIn(lossy, name)) {
      // The signs at the ends depend on what stands beside them.
      const signs = Array.from(lossy[name](bytes)).slice(1, -1);
      if (signs.filter((sign) => sign !== "\ufffd").length >= certainSigns) add(name, signs.join(""));
    } else {
      const texts = windows(bytes, windowBytes).flatMap(wrapped[name]);
      for (const piece of texts.flatMap((text) => middles(Buffer.from(text), inGroups.base64))) add(name, piece);
    }
  }
  return [...needles.values()];
}

/** Bytes as one encoding writes them whole, with so many other bytes before them. For planting. */
export function written(bytes: Buffer, name: EncodingName, before = 0): Buffer {
  const whole = Buffer.concat([Buffer.alloc(before, "~"), bytes]);
  if (isIn(byteByByte, name)) return Buffer.from(byteByByte[name](bytes));
  if (isIn(inGroups, name)) return Buffer.from(inGroups[name].encode(whole));
  if (isIn(again, name)) return Buffer.from(again[name].write(whole.toString("base64")));
  if (isIn(lossy, name)) return Buffer.from(lossy[name](bytes));
  const [text = ""] = name === "base64 of base64" ? [whole.toString("base64")] : wrapped[name](bytes);
  return Buffer.from(Buffer.concat([Buffer.alloc(before, "~"), Buffer.from(text)]).toString("base64"));
}

interface Grouped {
  /** After so many bytes the signs repeat their alignment. */
  readonly group: number;
  readonly signBits: number;
  readonly encode: (bytes: Buffer) => string;
}

function isIn<T extends object>(table: T, name: PropertyKey): name is keyof T {
  return name in table;
}

function windows(bytes: Buffer, length: number): Buffer[] {
  const count = Math.max(bytes.length - length, 0) + 1;
  return Array.from({ length: count }, (_, start) => bytes.subarray(start, start + length));
}

/** Every piece of the encoded text that stands for so many bytes at least, at every alignment. */
function pieces(bytes: Buffer, how: Grouped): string[] {
  // At the worst alignment, the first and the last sign of a piece hold bits of its neighbours.
  const signs = Math.floor((windowBytes * 8 - how.signBits + 1) / how.signBits);
  return middles(bytes, how).flatMap((text) =>
    Array.from({ length: Math.max(text.length - signs, 0) + 1 }, (_, start) => text.slice(start, start + signs)),
  );
}

/** The encoded text at every alignment, without the signs at its ends in which other bytes have a part. */
function middles(bytes: Buffer, { group, signBits, encode }: Grouped): string[] {
  return Array.from({ length: group }, (_, before) => {
    const text = encode(Buffer.concat([Buffer.alloc(before), bytes]));
    return text.slice(Math.ceil((before * 8) / signBits), Math.floor(((before + bytes.length) * 8) / signBits));
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function pairs(bytes: Buffer): string[] {
  return [...bytes].map((byte) => hex(byte, 2));
}

function quotedJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function asciiJson(bytes: Buffer): string {
  return quotedJson(bytes.toString("latin1")).replaceAll(
    /[\u007f-\u00ff]/g,
    (sign) => `\\u${hex(sign.charCodeAt(0), 4)}`,
  );
}

function eachByte(bytes: Buffer, plain: RegExp, escape: (byte: number) => string): string {
  return [...bytes]
    .map((byte) => (plain.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : escape(byte)))
    .join("");
}

const protobufEscapes: ReadonlyMap<number, string> = new Map([
  [9, "\\t"],
  [10, "\\n"],
  [13, "\\r"],
  [34, '\\"'],
  [39, "\\'"],
  [92, "\\\\"],
]);

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five.padEnd(5, "0"), 2)])
    .join("");
}
