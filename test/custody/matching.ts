import { type Canary, type EncodingName, type Needle, needlesOf } from "./encodings";

/** A piece of a canary that stands somewhere. */
export interface Match {
  readonly canary: string;
  readonly encoding: EncodingName;
  readonly offset: number;
}

/** Finds canaries in contents. */
export interface Matcher {
  readonly needles: number;
  /** The longest needle, in bytes: by so much must the pieces of one content overlap. */
  readonly longest: number;
  /** The first match of each canary in each encoding. */
  matches(content: Buffer): Match[];
}

/**
 * Looks for all needles in one pass: the first eight bytes at each place are looked up in a table of bits, and only
 * where that has a bit, the needles that begin so are compared. So a hundred thousand needles cost no more than one.
 */
export function matcher(canaries: readonly Canary[]): Matcher {
  const needles = canaries.flatMap(needlesOf);
  const bits = new Uint8Array(1 << (tableBits - 3));
  const byHead = new Map<number, Needle[]>();
  for (const needle of needles) {
    if (needle.content.length < headBytes) throw new Error(`A needle of ${needle.encoding} is too short to be told.`);
    const head = headOf(needle.content.readUInt32BE(0), needle.content.readUInt32BE(4));
    bits[head >>> 3] = (bits[head >>> 3] ?? 0) | (1 << (head & 7));
    const there = byHead.get(head);
    if (there === undefined) byHead.set(head, [needle]);
    else there.push(needle);
  }
  return {
    needles: needles.length,
    longest: needles.reduce((longest, { content }) => Math.max(longest, content.length), 0),
    matches(content) {
      const found = new Map<string, Match>();
      if (content.length < headBytes) return [];
      let first = content.readUInt32BE(0);
      let second = content.readUInt32BE(4);
      for (let offset = 0; ; offset += 1) {
        const head = headOf(first, second);
        if (((bits[head >>> 3] ?? 0) & (1 << (head & 7))) !== 0) {
          for (const { canary, encoding, content: needle } of byHead.get(head) ?? []) {
            const end = offset + needle.length;
            if (end > content.length || needle.compare(content, offset, end) !== 0) continue;
            const key = `${canary} ${encoding}`;
            if (!found.has(key)) found.set(key, { canary, encoding, offset });
          }
        }
        const next = content[offset + headBytes];
        if (next === undefined) return [...found.values()];
        first = ((first << 8) | (second >>> 24)) >>> 0;
        second = ((second << 8) | next) >>> 0;
      }
    },
  };
}

/** Looked up once: under jest, each look at a global costs more than the work on a byte. */
const { imul } = Math;

const headBytes = 8;
const tableBits = 22;

function headOf(first: number, second: number): number {
  return (imul(first, 0x9e3779b1) ^ imul(second, 0x85ebca6b)) >>> (32 - tableBits);
}
