/**
 * JSON from bytes to bytes: where a secret stands in JSON, its text never becomes a string, which could not be wiped. Only
 * the names of members do.
 */

/** Objects and lists within each other; a secret is no program. */
const deepest = 64;

/**
 * The members of a JSON object by their names, each with its value as it stands there: views, not copies. Of a name that
 * stands there twice the last counts, as with `JSON.parse`.
 *
 * @returns undefined where the text is no JSON object, whole and well-formed.
 */
export function jsonMembers(json: Buffer): ReadonlyMap<string, Buffer> | undefined {
  const members = new Map<string, Buffer>();
  const start = afterBlanks(json, 0);
  if (json[start] !== brace.open) return undefined;
  const end = endOfList(json, start, brace, 0, (name, value) => {
    const text = decoded(name);
    members.set(text.toString(), value);
    text.fill(0);
  });
  return end !== none && afterBlanks(json, end) === json.length ? members : undefined;
}

/**
 * The text of a JSON string, in UTF-8 and in memory of its own, for the caller to wipe.
 *
 * @returns undefined where the value is no string.
 */
export function jsonText(value: Buffer): Buffer | undefined {
  return endOfString(value, 0) === value.length ? decoded(value) : undefined;
}

/** Of what is known to be a string. */
function decoded(value: Buffer): Buffer {
  const space = Buffer.alloc(value.length);
  let length = 0;
  for (let at = 1; at < value.length - 1; ) {
    if (value[at] !== backslash) {
      space[length++] = value.readUInt8(at++);
      continue;
    }
    const { bytes, next } = unescaped(value, at + 1);
    for (const byte of bytes) space[length++] = byte;
    at = next;
  }
  const text = Buffer.alloc(length);
  text.set(space.subarray(0, length));
  space.fill(0);
  return text;
}

const none = -1;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const brace = { open: 0x7b, close: 0x7d };
const bracket = { open: 0x5b, close: 0x5d };

/** What stands behind a backslash, and the byte that it means. */
const escapes: ReadonlyMap<number | undefined, number> = new Map(
  [0x22, 0x5c, 0x2f]
    .map((itself) => [itself, itself] as const)
    .concat([
      [0x62, 0x08],
      [0x66, 0x0c],
      [0x6e, 0x0a],
      [0x72, 0x0d],
      [0x74, 0x09],
    ]),
);
const unicode = 0x75;

/** What an escape means, from behind its backslash; where a string has ended well, it is one. */
function unescaped(json: Buffer, at: number): { readonly bytes: readonly number[]; readonly next: number } {
  const byte = escapes.get(json[at]);
  if (byte !== undefined) return { bytes: [byte], next: at + 1 };
  const unit = codeUnit(json, at + 1);
  const isPair = isBetween(unit, 0xd800, 0xdbff) && json[at + 5] === backslash && json[at + 6] === unicode;
  const low = isPair ? codeUnit(json, at + 7) : 0;
  if (isBetween(low, 0xdc00, 0xdfff)) {
    return { bytes: utf8(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)), next: at + 11 };
  }
  // Half of a pair is no character; it becomes the one that stands for those that are none.
  return { bytes: utf8(isBetween(unit, 0xd800, 0xdfff) ? 0xfffd : unit), next: at + 5 };
}

function codeUnit(json: Buffer, at: number): number {
  return [0, 1, 2, 3].reduce((unit, digit) => unit * 16 + hexValue(json[at + digit]), 0);
}

function utf8(point: number): readonly number[] {
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}

/** Where the value that begins at a place ends; `none` where there is none. */
function endOfValue(json: Buffer, at: number, depth: number): number {
  if (depth > deepest) return none;
  const first = json[at];
  if (first === quote) return endOfString(json, at);
  const list = [brace, bracket].find(({ open }) => open === first);
  return list === undefined ? endOfWord(json, at) : endOfList(json, at, list, depth);
}

/** An object, which has names before its values, or an array. */
function endOfList(
  json: Buffer,
  start: number,
  { open, close }: typeof brace,
  depth: number,
  found: (name: Buffer, value: Buffer) => void = () => {},
): number {
  let at = afterBlanks(json, start + 1);
  if (json[at] === close) return at + 1;
  for (;;) {
    let name = json.subarray(at, at);
    if (open === brace.open) {
      const end = endOfString(json, at);
      const mark = end === none ? none : afterBlanks(json, end);
      if (mark === none || json[mark] !== colon) return none;
      name = json.subarray(at, end);
      at = afterBlanks(json, mark + 1);
    }
    const end = endOfValue(json, at, depth + 1);
    if (end === none) return none;
    found(name, json.subarray(at, end));
    at = afterBlanks(json, end);
    if (json[at] === close) return at + 1;
    if (json[at] !== comma) return none;
    at = afterBlanks(json, at + 1);
  }
}

function endOfString(json: Buffer, start: number): number {
  if (json[start] !== quote) return none;
  for (let at = start + 1; ; at++) {
    const byte = json[at];
    if (byte === undefined || byte < 0x20) return none;
    if (byte === quote) return at + 1;
    if (byte !== backslash) continue;
    at++;
    if (escapes.has(json[at])) continue;
    if (json[at] !== unicode || ![1, 2, 3, 4].every((digit) => hexValue(json[at + digit]) >= 0)) return none;
    at += 4;
  }
}

const words = ["true", "false", "null"].map((word) => Buffer.from(word));

function endOfWord(json: Buffer, at: number): number {
  const word = words.find((one) => json.subarray(at, at + one.length).equals(one));
  return word === undefined ? endOfNumber(json, at) : at + word.length;
}

function endOfNumber(json: Buffer, start: number): number {
  const afterDigits = (from: number): number => {
    let at = from;
    while (isBetween(json[at], 0x30, 0x39)) at++;
    return at;
  };
  const whole = json[start] === 0x2d ? start + 1 : start;
  let end = json[whole] === 0x30 ? whole + 1 : afterDigits(whole);
  if (end === whole) return none;
  if (json[end] === 0x2e) {
    const digits = end + 1;
    end = afterDigits(digits);
    if (end === digits) return none;
  }
  if (json[end] === 0x65 || json[end] === 0x45) {
    const digits = json[end + 1] === 0x2b || json[end + 1] === 0x2d ? end + 2 : end + 1;
    end = afterDigits(digits);
    if (end === digits) return none;
  }
  return end;
}

function afterBlanks(json: Buffer, start: number): number {
  let at = start;
  while (json[at] === 0x20 || json[at] === 0x09 || json[at] === 0x0a || json[at] === 0x0d) at++;
  return at;
}

/** The value of a hexadecimal digit; below zero for what is none. */
function hexValue(byte: number | undefined): number {
  if (isBetween(byte, 0x30, 0x39)) return byte - 0x30;
  // Bit 5 is what capitals lack.
  const letter = (byte ?? 0) | 0x20;
  return isBetween(letter, 0x61, 0x66) ? letter - 0x57 : none;
}

function isBetween(byte: number | undefined, first: number, last: number): byte is number {
  return byte !== undefined && byte >= first && byte <= last;
}
