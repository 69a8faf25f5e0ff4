import { rawSizes } from "./key-spec";
import { decodeBase64, decodeHex, trimmed } from "./text-decoding";

/** A form in which keys are often given by mistake. */
export interface MistakenForm {
  /** What is behind the words "it is", such as `base64 of a PEM`. */
  readonly seen: string;
  /** What to do, in whole sentences, by where the key was given. */
  readonly remedy: { readonly source: string; readonly inline: string };
}

/** Where a key was given: as the content of a source, or as the inline value, which is base64 and nothing else. */
export type Place = keyof MistakenForm["remedy"];

/**
 * The form that a content has by mistake, or undefined. It is asked only of what could not be read, or could only be
 * read as raw bytes, so that no form takes anything away from a key that is written right.
 */
export function mistakenForm(content: Buffer, place: Place): MistakenForm | undefined {
  const text = trimmed(content);
  return recognisers.find(({ only, sees }) => (only === undefined || only === place) && sees(text));
}

interface Recogniser extends MistakenForm {
  /** Default: in both places. */
  readonly only?: Place;
  readonly sees: (text: Buffer) => boolean;
}

const sameRemedy = (remedy: string): MistakenForm["remedy"] => ({ source: remedy, inline: remedy });

const derOfPem = "`openssl pkey -in KEY.pem -outform DER | base64`";

/** The first one that sees its form counts. */
const recognisers: readonly Recogniser[] = [
  {
    seen: "text in UTF-16, as PowerShell's `>` writes it",
    remedy: sameRemedy(
      "Convert it to ASCII: `iconv -f UTF-16 -t ASCII`, or PowerShell's `Set-Content -Encoding Ascii`.",
    ),
    sees: isUtf16,
  },
  {
    seen: "a PEM with the two characters `\\n` for its line ends, as in JSON",
    remedy: {
      source: "Turn them into line ends, such as with `printf '%b'`, and leave out `?encoding=`.",
      inline: `Turn them into line ends, such as with \`printf '%b'\`, and give base64 of its DER: ${derOfPem}.`,
    },
    sees: (text) => text.includes(pemBegin) && text.includes("-----\\n"),
  },
  {
    seen: 'a PEM, as `file("key.pem")` gives',
    remedy: {
      source: "Leave out `?encoding=`, or set it to `pem`.",
      inline: `Name the file in \`key_material_source\` (\`file:key.pem\`), or give base64 of its DER: ${derOfPem}.`,
    },
    sees: (text) => text.includes(pemBegin),
  },
  {
    seen: "base64 of a PEM",
    remedy: {
      source: "Decode it once, such as with `base64 -d`: the PEM itself can be read.",
      inline: `Give base64 of the key's DER instead: ${derOfPem}. Or name the PEM file in \`key_material_source\`.`,
    },
    sees: (text) => decodesTo(decodeBase64(text), (bytes) => bytes.includes(pemBegin)),
  },
  {
    seen: "a JSON Web Key (JWK)",
    remedy: sameRemedy(
      "Convert it first: the bytes of an `oct` key are its member `k`, in base64url; RSA and EC keys go into PKCS#8.",
    ),
    sees: (text) => isJson(text) && text.includes('"kty"'),
  },
  {
    seen: "JSON",
    remedy: sameRemedy("Give only the key that is in it: `jq -r .NAME` prints one member."),
    sees: isJson,
  },
  {
    seen: "hex",
    only: "inline",
    remedy: sameRemedy(
      "Convert it: `xxd -r -p | base64`. Or name it in `key_material_source`, which reads hex with `?encoding=hex`.",
    ),
    sees: (text) => decodesTo(decodeHex(text), isKeySize),
  },
  {
    seen: "hex with something between its digits (colons, blanks, `0x`)",
    remedy: {
      source: "Leave only the digits, such as with `tr -d ': '`, and no `0x`.",
      inline: "Leave only the digits and convert them to base64: `xxd -r -p | base64`.",
    },
    sees: isSeparatedHex,
  },
  {
    seen: "base64url (`-` and `_` in place of `+` and `/`)",
    remedy: sameRemedy("Convert it with `tr -- -_ +/`, and add `=` until its length is a multiple of 4."),
    sees: isBase64Url,
  },
  {
    seen: "base64 without its padding",
    remedy: sameRemedy("Add `=` until its length is a multiple of 4."),
    sees: isUnpadded,
  },
  {
    seen: "the path of a file, not what is in it",
    remedy: {
      source: "Name the file itself as the source: `file:` and the path.",
      inline: "Name the file in `key_material_source`: `file:` and the path.",
    },
    sees: isPath,
  },
];

const pemBegin = "-----BEGIN ";

function isUtf16(text: Buffer): boolean {
  const marked = [0xfffe, 0xfeff].includes(text.length < 2 ? 0 : text.readUInt16BE(0));
  const characters = marked ? text.subarray(2) : text;
  // Blanks around the text may have been taken from one half of a character.
  if (characters.length < 15) return false;
  return [0, 1].some((first) => characters.every((byte, at) => (at % 2 === first ? byte === 0 : isAscii(byte))));
}

/** Braces alone are no sign of JSON: one raw key in 65536 begins and ends with them. */
function isJson(text: Buffer): boolean {
  return text[0] === 0x7b && text.at(-1) === 0x7d && text.every((byte) => isAscii(byte) || byte === 0x09);
}

function isSeparatedHex(text: Buffer): boolean {
  const digits = without(text, (byte, at) => separators.includes(byte) || isPrefix(text, at));
  const separated = digits.length < text.length;
  return decodesTo(decodeHex(digits), (bytes) => separated && isKeySize(bytes), digits);
}

/** Whether a byte belongs to `0x` or to the `x` of `\\x`. */
function isPrefix(text: Buffer, at: number): boolean {
  if (isX(text[at])) return text[at - 1] === 0x30 || text[at - 1] === 0x5c;
  return text[at] === 0x30 && isX(text[at + 1]);
}

function isBase64Url(text: Buffer): boolean {
  const isOfUrls = (byte: number): boolean => byte === 0x2d || byte === 0x5f;
  if (!text.some(isOfUrls)) return false;
  const others = without(text, (byte) => isOfUrls(byte) || byte === 0x3d);
  const seen = others.every((byte) => isBase64OrLineEnd(byte) && byte !== 0x2b && byte !== 0x2f);
  others.fill(0);
  return seen && isBase64Length(countDigits(text));
}

/** Digits that lack their padding; hex, whose digits are ones of base64 too, is none of them. */
function isUnpadded(text: Buffer): boolean {
  if (!text.every(isBase64OrLineEnd) || countDigits(text) % 4 === 0) return false;
  return isBase64Length(countDigits(text)) && !decodesTo(decodeHex(text), () => true);
}

/** Whether so many digits of base64 give as many bytes as a key has. */
function isBase64Length(digits: number): boolean {
  return digits % 4 !== 1 && isKeyLength(Math.floor((digits * 3) / 4));
}

function countDigits(text: Buffer): number {
  let count = 0;
  for (const byte of text) if (!isLineEnd(byte) && byte !== 0x3d) count++;
  return count;
}

function isPath(text: Buffer): boolean {
  if (text.length > longestPath || !text.every(isAscii)) return false;
  return (
    pathBeginnings.some((beginning) => text.indexOf(beginning) === 0) ||
    pathEndings.some((ending) => text.subarray(-ending.length).equals(Buffer.from(ending)))
  );
}

const pathBeginnings = ["file:", "~/", "./", "../"];
const pathEndings = [".pem", ".key", ".der", ".bin", ".hex", ".b64", ".base64", ".txt", ".p8", ".pk8", ".jwk"];
const longestPath = 255;

/** Colon, blank, tab, comma, hyphen, line feed, carriage return, backslash. */
const separators: readonly number[] = [0x3a, 0x20, 0x09, 0x2c, 0x2d, 0x0a, 0x0d, 0x5c];

function isX(byte: number | undefined): boolean {
  return byte === 0x78 || byte === 0x58;
}

function isAscii(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || isLineEnd(byte);
}

function isLineEnd(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function isBase64OrLineEnd(byte: number): boolean {
  return base64Alphabet.includes(byte) || isLineEnd(byte);
}

const base64Alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

function isKeySize({ length }: Buffer): boolean {
  return isKeyLength(length);
}

/** The sizes of symmetric keys, and those that private keys begin with. */
function isKeyLength(bytes: number): boolean {
  return rawSizes.includes(bytes) || bytes >= shortestPrivateKey;
}

/** A SEC1 key on secp256k1 without its public half has 48 bytes, and is a raw size; with it, 118. */
const shortestPrivateKey = 118;

/** Whether a decoded content has some property; it is wiped, and so is what it was decoded from where that is given. */
function decodesTo(bytes: Buffer | null, has: (bytes: Buffer) => boolean, from?: Buffer): boolean {
  const answer = bytes !== null && has(bytes);
  bytes?.fill(0);
  from?.fill(0);
  return answer;
}

/** The bytes that are not dropped, in memory of their own. */
function without(text: Buffer, isDropped: (byte: number, at: number) => boolean): Buffer {
  const kept = Buffer.alloc(text.length);
  let length = 0;
  for (const [at, byte] of text.entries()) {
    if (!isDropped(byte, at)) kept[length++] = byte;
  }
  return kept.subarray(0, length);
}
