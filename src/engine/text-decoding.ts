/**
 * Hexadecimal and base64 from bytes to bytes: text of key material never becomes a string, which could not be wiped.
 * What is returned has memory of its own.
 */

/** Without the blanks and line ends around it: a view, not a copy. */
export function trimmed(text: Buffer): Buffer {
  let start = 0;
  let end = text.length;
  while (isBlank(text[start])) start++;
  while (isBlank(text[end - 1])) end--;
  return text.subarray(start, end);
}

/**
 * Hexadecimal digits in pairs, in either case. Lines may be broken anywhere, as `xxd -p` does.
 *
 * @returns null where anything else is in the text, or where there is none.
 */
export function decodeHex(text: Buffer): Buffer | null {
  return decodeDigits(text, 4, hexDigits);
}

/**
 * Base64 with the standard alphabet and padding (RFC 4648, section 4), no bit of it spare. CR and LF may stand anywhere,
 * as in Go's decoder and as `base64` and PEM break lines.
 *
 * @returns null where anything else is in the text, or where there is none.
 */
export function decodeBase64(text: Buffer): Buffer | null {
  const { start, length } = paddingOf(text);
  const digits = text.subarray(0, start);
  if ((countDigits(digits) + length) % 4 !== 0 || length > 2) return null;
  return decodeDigits(digits, 6, base64Digits);
}

const hexDigits = digitTable("0123456789abcdef", "0123456789ABCDEF");
const base64Digits = digitTable("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

/** The value of each character that is a digit; -1 for the others. */
function digitTable(...alphabets: readonly string[]): Buffer {
  const table = Buffer.alloc(256, -1);
  for (const alphabet of alphabets) {
    for (const [value, digit] of Buffer.from(alphabet).entries()) table[digit] = value;
  }
  return table;
}

/** Digits of so many bits each, the highest first. What is left at the end is less than a digit, and zero. */
function decodeDigits(text: Buffer, bitsPerDigit: number, values: Buffer): Buffer | null {
  const bytes = Buffer.alloc(Math.floor((countDigits(text) * bitsPerDigit) / 8));
  let pending = 0;
  let pendingBits = 0;
  let at = 0;
  for (const character of text) {
    if (isLineEnd(character)) continue;
    const value = values.readInt8(character);
    if (value < 0) return wiped(bytes);
    pending = ((pending << bitsPerDigit) | value) & 0xfff;
    pendingBits += bitsPerDigit;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes[at++] = pending >> pendingBits;
    pending &= (1 << pendingBits) - 1;
  }
  const whole = at > 0 && pendingBits < bitsPerDigit && pending === 0;
  return whole ? bytes : wiped(bytes);
}

function wiped(bytes: Buffer): null {
  bytes.fill(0);
  return null;
}

function countDigits(text: Buffer): number {
  let count = 0;
  for (const character of text) if (!isLineEnd(character)) count++;
  return count;
}

/** Where the padding at the end of a text begins, and how many characters it has besides line ends. */
function paddingOf(text: Buffer): { readonly start: number; readonly length: number } {
  let start = text.length;
  let length = 0;
  for (; start > 0; start--) {
    const character = text[start - 1];
    if (character === 0x3d) length++;
    else if (!isLineEnd(character)) break;
  }
  return { start, length };
}

function isLineEnd(character: number | undefined): boolean {
  return character === 0x0a || character === 0x0d;
}

function isBlank(character: number | undefined): boolean {
  return character === 0x20 || character === 0x09 || isLineEnd(character);
}
