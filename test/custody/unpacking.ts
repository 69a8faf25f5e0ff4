import { constants, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** What else stands in a content than its own bytes: what is compressed in it, and its text without line breaks. */
export function unpacked(content: Buffer): Buffer[] {
  return [...compressed(content, deepest), ...joinedLines(content)];
}

/** How deep archives may lie in archives. */
const deepest = 3;
const largestBytes = 1 << 28;

/** Everything compressed that begins anywhere in a content: files of archives (plan files are some), gzip, zlib. */
function compressed(content: Buffer, depth: number): Buffer[] {
  if (depth === 0) return [];
  const found = [
    ...places(content, zipHead).flatMap((start) => zipped(content, start)),
    ...places(content, gzipHead).flatMap((start) => inflated(gunzipSync, content.subarray(start))),
    ...zlibHeads
      .flatMap((head) => places(content, head))
      .flatMap((start) => inflated(inflateSync, content.subarray(start))),
    ...places(content, Buffer.from("H4sI")).flatMap((start) => inflated(gunzipSync, base64At(content, start))),
    ...places(content, Buffer.from("UEsDB")).map((start) => base64At(content, start)),
  ];
  return found.flatMap((part) => [part, ...joinedLines(part), ...compressed(part, depth - 1)]);
}

/**
 * The text as it was before it was printed: without line breaks, indentation, colours, and the escapes that stand for
 * line breaks in JSON.
 */
function joinedLines(content: Buffer): Buffer[] {
  const joined = Buffer.allocUnsafe(content.length);
  let length = 0;
  for (let at = 0; at < content.length; at += 1) {
    const byte = content[at] ?? 0;
    if (isBlank[byte] === 1) continue;
    const next = content[at + 1];
    if (byte === escapeCharacter && next === bracket) {
      // A colour, up to the letter that ends it.
      at += 2;
      while (at < content.length && (content[at] ?? 0) < 0x40) at += 1;
    } else if (byte === backslash && (next === 0x6e || next === 0x72 || next === 0x74)) {
      at += 1;
    } else {
      joined[length] = byte;
      length += 1;
    }
  }
  return length === content.length ? [] : [joined.subarray(0, length)];
}

const isBlank = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x20 || byte === 0 || (byte >= 9 && byte <= 13) ? 1 : 0,
);
const escapeCharacter = 0x1b;
const bracket = 0x5b;
const backslash = 0x5c;

const zipHead = Buffer.from([0x50, 0x4b, 3, 4]);
const gzipHead = Buffer.from([0x1f, 0x8b, 8]);
const zlibHeads = [0x01, 0x5e, 0x9c, 0xda].map((level) => Buffer.from([0x78, level]));

function places(content: Buffer, head: Buffer): number[] {
  const found: number[] = [];
  for (let at = content.indexOf(head); at >= 0; at = content.indexOf(head, at + 1)) found.push(at);
  return found;
}

/** A file of an archive by its local header (APPNOTE.TXT, 4.3.7); one that is stored stands in the content as it is. */
function zipped(content: Buffer, start: number): Buffer[] {
  if (start + 30 > content.length || content.readUInt16LE(start + 8) === 0) return [];
  const begin = start + 30 + content.readUInt16LE(start + 26) + content.readUInt16LE(start + 28);
  return inflated(inflateRawSync, content.subarray(begin));
}

/** What comes out, also of something that was cut off; nothing where it was no such thing. */
function inflated(inflate: typeof inflateSync, content: Buffer): Buffer[] {
  try {
    const result = inflate(content, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: largestBytes });
    return result.length === 0 ? [] : [result];
  } catch {
    return [];
  }
}

function base64At(content: Buffer, start: number): Buffer {
  let end = start;
  while (base64Signs.has(content[end] ?? 0)) end += 1;
  return Buffer.from(content.toString("latin1", start, end), "base64");
}

const base64Signs = new Set(Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="));
