import { ByokError } from "./errors";
import { rawSizes } from "./key-spec";
import { readPem } from "./pem";
import { checkPemLabel, likenessToDer, readPrivateKey } from "./private-key";
import { decodeBase64, decodeHex, trimmed } from "./text-decoding";

export const materialEncodings = ["raw", "hex", "base64", "pem", "der"] as const;

export type MaterialEncoding = (typeof materialEncodings)[number];

export function isMaterialEncoding(text: string): text is MaterialEncoding {
  return materialEncodings.some((encoding) => encoding === text);
}

/**
 * The key material in what a source gave: 16, 24, 28, 32, 48 or 64 bytes, or a private key in canonical DER PKCS#8.
 *
 * Without an encoding every reading counts, and there must be one only: a wrong guess would be permanent. Raw bytes and
 * DER are read as they are; of hex, base64 and PEM the blanks and line ends around them are dropped.
 *
 * Returns memory of its own; `content` is left to the caller to wipe. Throws `ambiguous_material`, `malformed_material`
 * and, for private keys that no KMS imports, `wrong_material`. No message quotes the content.
 */
export function readMaterial(content: Buffer, encoding?: MaterialEncoding): Buffer {
  if (content.length === 0) throw malformed("The key material is empty.");
  const tried = encoding === undefined ? materialEncodings : [encoding];
  const readings = tried.flatMap((name) => readers[name](content).map((reading) => ({ ...reading, name })));
  return decide(readings, () => whatWasSeen(content, encoding), encoding);
}

/**
 * The key material in an inline value: padded standard base64 and nothing else, of raw bytes or DER PKCS#8.
 *
 * Returns memory of its own. Throws as `readMaterial` does.
 */
export function readMaterialValue(text: string): Buffer {
  if (text === "") throw malformed("The key material is empty.");
  const characters = Buffer.alloc(Buffer.byteLength(text));
  characters.write(text);
  try {
    const decoded = /[\r\n]/.test(text) ? null : decodeBase64(characters);
    if (decoded === null) throw malformed(`The key material must be padded standard base64: ${base64Fault(text)}.`);
    const readings = rawAndDer(decoded).map((reading) => ({ ...reading, name: "base64" as const }));
    const isPem = decoded.includes("-----BEGIN ");
    const seen = isPem ? "The base64 holds PEM" : `The base64 holds ${decoded.length} bytes`;
    decoded.fill(0);
    return decide(readings, () => `${seen}, and ${needed} is needed.`, "base64");
  } finally {
    characters.fill(0);
  }
}

/** One way to read a content: to bytes, or to the reason why what it plainly is cannot be used. */
type Reading =
  | { readonly kind: "bytes"; readonly bytes: Buffer; readonly words: string }
  /** `certain`: the content is such a key beyond chance, so no other reading may win over the refusal. */
  | { readonly kind: "refused"; readonly error: ByokError; readonly certain: boolean };

type NamedReading = Reading & { readonly name: MaterialEncoding };

const needed = `a key of ${rawSizes.slice(0, -1).join(", ")} or ${rawSizes.at(-1)} bytes, or a private key in DER PKCS#8,`;

const readers = {
  raw: readRaw,
  hex: (content) => readDecoded(decodeHex(trimmed(unmarked(content)))),
  base64: (content) => readDecoded(decodeBase64(trimmed(unmarked(content)))),
  pem: readPemBlock,
  der: readDerKey,
} as const satisfies Record<MaterialEncoding, (content: Buffer) => readonly Reading[]>;

/** Without the mark of UTF-8 that programs on Windows write before text: a view, not a copy. */
function unmarked(content: Buffer): Buffer {
  return content.indexOf(byteOrderMark) === 0 ? content.subarray(byteOrderMark.length) : content;
}

const byteOrderMark = Buffer.from("\u{feff}");

function readRaw(bytes: Buffer): readonly Reading[] {
  if (!rawSizes.includes(bytes.length)) return [];
  const own = Buffer.alloc(bytes.length);
  own.set(bytes);
  return [{ kind: "bytes", bytes: own, words: `${bytes.length} bytes` }];
}

function readDerKey(der: Buffer): readonly Reading[] {
  const likeness = likenessToDer(der);
  return likeness === "none" ? [] : attempt(() => readPrivateKey(der).pkcs8, likeness === "pkcs8");
}

function readPemBlock(content: Buffer): readonly Reading[] {
  const read = (): Buffer | null => {
    const block = readPem(content);
    if (block === null) return null;
    try {
      checkPemLabel(block.label);
      return readPrivateKey(block.der).pkcs8;
    } finally {
      block.der.fill(0);
    }
  };
  return attempt(read, true);
}

function attempt(read: () => Buffer | null, certain: boolean): readonly Reading[] {
  try {
    const bytes = read();
    return bytes === null ? [] : [{ kind: "bytes", bytes, words: "a private key" }];
  } catch (error) {
    return [{ kind: "refused", error: ByokError.from(error), certain }];
  }
}

function rawAndDer(bytes: Buffer): readonly Reading[] {
  return [...readRaw(bytes), ...readDerKey(bytes)];
}

function readDecoded(bytes: Buffer | null): readonly Reading[] {
  if (bytes === null) return [];
  const readings = rawAndDer(bytes);
  bytes.fill(0);
  return readings;
}

/** The one reading that gives bytes; all others are wiped. */
function decide(readings: readonly NamedReading[], seen: () => string, encoding: MaterialEncoding | undefined): Buffer {
  const found: Extract<NamedReading, { kind: "bytes" }>[] = [];
  const refused: Extract<NamedReading, { kind: "refused" }>[] = [];
  for (const reading of readings) {
    if (reading.kind === "bytes") found.push(reading);
    else refused.push(reading);
  }
  const refusal = refused.find(({ certain }) => certain) ?? (found.length === 0 ? refused[0] : undefined);
  const [first, ...others] = found;
  if (refusal === undefined && first !== undefined && others.every(({ bytes }) => bytes.equals(first.bytes))) {
    for (const { bytes } of others) bytes.fill(0);
    return first.bytes;
  }
  for (const { bytes } of found) bytes.fill(0);
  if (refusal !== undefined) throw refusal.error;
  if (first === undefined) throw malformed(seen());
  throw ambiguous(found, encoding);
}

function ambiguous(
  found: readonly { readonly name: MaterialEncoding; readonly words: string }[],
  encoding: MaterialEncoding | undefined,
): ByokError {
  const list = found.map(({ name, words }) => `${name} (${words})`).join(", ");
  const names = [...new Set(found.map(({ name }) => name))];
  const remedy =
    encoding === undefined && names.length > 1
      ? `Say which one is meant with ${names.map((name) => `\`?encoding=${name}\``).join(" or ")}.`
      : "Keep the bytes themselves in a file and say `?encoding=der` or `?encoding=raw`.";
  return new ByokError("ambiguous_material", `The key material can be read in more than one way: ${list}. ${remedy}`);
}

function whatWasSeen(content: Buffer, encoding: MaterialEncoding | undefined): string {
  const size = `${content.length} ${content.length === 1 ? "byte" : "bytes"}`;
  const how = encoding === undefined ? "" : ` as ${encoding}`;
  const text = trimmed(content);
  const shorter = content.length - text.length;
  const hint =
    rawSizes.includes(text.length) && shorter > 0
      ? ` Without the ${shorter} blanks or line ends around it, it would be ${text.length} raw bytes: remove them if they were added.`
      : textHint(trimmed(unmarked(content)));
  return `The key material has ${size} and cannot be read${how}: ${needed} is needed.${hint}`;
}

/** Sizes of what the text decodes to; the most frequent slip is a key of the wrong length. */
function textHint(text: Buffer): string {
  const hex = decodeHex(text);
  const base64 = hex === null ? decodeBase64(text) : null;
  const hint = hex === null ? "" : ` It is hex of ${hex.length} bytes.`;
  const other = base64 === null ? hint : ` It is base64 of ${base64.length} bytes.`;
  hex?.fill(0);
  base64?.fill(0);
  return other;
}

function base64Fault(text: string): string {
  if (/\s/.test(text)) return "it has blanks or line ends in it";
  if (/[-_]/.test(text)) return "it uses the URL alphabet (- and _ in place of + and /)";
  if (/[^A-Za-z0-9+/=]/.test(text)) return "it has characters that are not base64";
  if (/=[^=]/.test(text)) return "it has padding before its end";
  return text.length % 4 === 0
    ? "its last digit has bits to spare"
    : "its length is no multiple of 4: padding or digits are missing";
}

function malformed(message: string): ByokError {
  return new ByokError("malformed_material", message);
}
