import { ByokError } from "./errors";
import { rawSizes } from "./key-spec";
import { mistakenForm } from "./mistaken-form";
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
 * DER are read as they are; of hex, base64 and PEM the blanks and line ends around them are dropped. A whole private key
 * in DER is never raw bytes, and what looks like text that was written wrong is raw bytes only with `raw`.
 *
 * Returns memory of its own; `content` is left to the caller to wipe. Throws `ambiguous_material`, `malformed_material`
 * and, for private keys that no KMS imports, `wrong_material`. No message quotes the content.
 */
export function readMaterial(content: Buffer, encoding?: MaterialEncoding): Buffer {
  if (content.length === 0) throw malformed("The key material is empty.");
  const tried = encoding === undefined ? materialEncodings : [encoding];
  const readings = tried.flatMap((name) => readers[name](content).map((reading) => ({ ...reading, name })));
  return decide(readings, {
    doubts: ({ name }) => encoding === undefined && name === "raw",
    mistake: (raw) => (encoding === "raw" ? undefined : mistakeInSource(content, raw)),
    seen: () => whatWasSeen(content, encoding),
  });
}

/** Whether a content is empty: no byte, or nothing but blanks and line ends, and not as many as a key has bytes. */
export function isEmpty(content: Buffer): boolean {
  return trimmed(unmarked(content)).length === 0 && !rawSizes.includes(content.length);
}

/**
 * The key material in an inline value: padded standard base64 of raw bytes or of a private key in DER (PKCS#8, PKCS#1 or
 * SEC1). Line breaks may stand anywhere in it.
 *
 * Returns memory of its own. Throws as `readMaterial` does.
 */
export function readMaterialValue(text: string): Buffer {
  const characters = Buffer.alloc(Buffer.byteLength(text));
  characters.write(text);
  try {
    if (characters.length === 0) throw malformed("The key material is empty.");
    const decoded = decodeBase64(characters);
    const readings = decoded === null ? [] : readDecoded(decoded);
    const size = decoded?.length;
    return decide(
      readings.map((reading) => ({ ...reading, name: "base64" as const })),
      {
        doubts: ({ isPrivateKey }) => !isPrivateKey,
        mistake: () => mistakeInValue(characters),
        seen: () =>
          size === undefined
            ? `The key material must be padded standard base64: ${base64Fault(text)}.`
            : `The base64 holds ${size} bytes, and ${needed} is needed.`,
      },
    );
  } finally {
    characters.fill(0);
  }
}

/** One way to read a content: to bytes, or to the reason why what it plainly is cannot be used. */
type Reading =
  | { readonly kind: "bytes"; readonly bytes: Buffer; readonly isPrivateKey: boolean }
  /** `certain`: the content is such a key beyond chance, so no other reading may win over the refusal. */
  | { readonly kind: "refused"; readonly error: ByokError; readonly certain: boolean };

type NamedReading = Reading & { readonly name: MaterialEncoding };

type Found = Extract<NamedReading, { readonly kind: "bytes" }>;

/** What may be wrong with a content, beside what its readings say. */
interface Doubts {
  /** Whether a reading counts only where the content is in no form that keys are given in by mistake. */
  readonly doubts: (reading: Found) => boolean;
  /** @param raw How many raw bytes were read; undefined where nothing could be read. */
  readonly mistake: (raw: number | undefined) => ByokError | undefined;
  readonly seen: () => string;
}

const needed = `a key of ${rawSizes.slice(0, -1).join(", ")} or ${rawSizes.at(-1)} bytes, or a private key in DER,`;

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
  if (likenessToDer(bytes) === "key") {
    const error = malformed("These bytes are a whole private key in DER and no raw key. Say `?encoding=der`.");
    return [{ kind: "refused", error, certain: false }];
  }
  const own = Buffer.alloc(bytes.length);
  own.set(bytes);
  return [{ kind: "bytes", bytes: own, isPrivateKey: false }];
}

function readDerKey(der: Buffer): readonly Reading[] {
  const likeness = likenessToDer(der);
  return likeness === "none" ? [] : attempt(() => readPrivateKey(der).pkcs8, likeness === "key");
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
    return bytes === null ? [] : [{ kind: "bytes", bytes, isPrivateKey: true }];
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
function decide(readings: readonly NamedReading[], doubts: Doubts): Buffer {
  const found = likely(readings.filter((reading) => reading.kind === "bytes"));
  const refused = readings.filter((reading) => reading.kind === "refused");
  const [first, ...others] = found;
  const problem = refused.find(({ certain }) => certain)?.error ?? problemIn(found, doubts);
  if (first !== undefined && problem === undefined) {
    for (const { bytes } of others) bytes.fill(0);
    return first.bytes;
  }
  for (const { bytes } of found) bytes.fill(0);
  throw problem ?? doubts.mistake(undefined) ?? refused[0]?.error ?? malformed(doubts.seen());
}

/** What is a whole private key in one reading is not raw bytes in another one by chance. */
function likely(found: readonly Found[]): readonly Found[] {
  const keys = found.filter(({ isPrivateKey }) => isPrivateKey);
  if (keys.length === 0) return found;
  for (const { bytes, isPrivateKey } of found) if (!isPrivateKey) bytes.fill(0);
  return keys;
}

function problemIn(found: readonly Found[], { doubts, mistake }: Doubts): ByokError | undefined {
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  if (!others.every(({ bytes }) => bytes.equals(first.bytes))) return ambiguous(found);
  return found.every(doubts) ? mistake(first.bytes.length) : undefined;
}

function mistakeInSource(content: Buffer, raw: number | undefined): ByokError | undefined {
  const form = mistakenForm(unmarked(content), "source");
  if (form === undefined) return undefined;
  const { seen, remedy } = form;
  if (raw === undefined) return malformed(`The key material cannot be read: it is ${seen}. ${remedy.source}`);
  return new ByokError(
    "ambiguous_material",
    `The key material could be ${raw} raw bytes, and looks like ${seen}. ${remedy.source} If these very bytes are the key, say \`?encoding=raw\`.`,
  );
}

function mistakeInValue(characters: Buffer): ByokError | undefined {
  const form = mistakenForm(unmarked(characters), "inline");
  if (form === undefined) return undefined;
  return malformed(
    `The key material must be padded standard base64 of raw bytes or of DER, and it is ${form.seen}. ${form.remedy.inline}`,
  );
}

function ambiguous(found: readonly Found[]): ByokError {
  const list = found.map(({ name, bytes }) => `${name} (${bytes.length} bytes)`);
  const remedy = found.map(({ name }) => `\`?encoding=${name}\``).join(" or ");
  return new ByokError(
    "ambiguous_material",
    `The key material can be read in more than one way: ${list.join(", ")}. Say which one is meant with ${remedy}.`,
  );
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
  if (/[^\S\r\n]/.test(text)) return "it has blanks in it";
  if (/[-_]/.test(text)) return "it uses the URL alphabet (- and _ in place of + and /)";
  if (/[^A-Za-z0-9+/=\r\n]/.test(text)) return "it has characters that are not base64";
  if (/=[\r\n]*[^=\r\n]/.test(text)) return "it has padding before its end";
  const lineEnds = text.match(/[\r\n]/g) ?? [];
  return (text.length - lineEnds.length) % 4 === 0
    ? "its last digit has bits to spare"
    : "its length is no multiple of 4: padding or digits are missing";
}

function malformed(message: string): ByokError {
  return new ByokError("malformed_material", message);
}
