import type { Random } from "../random";

/** MessagePack of any shape, with lies about lengths, endless nesting, extensions and numbers of every width. */
export function hostileMsgpack(random: Random): Buffer {
  if (random.oneIn(12)) return deep(random);
  const parts: Buffer[] = [];
  let left = 1 + random.below(60);
  const value = (depth: number): void => {
    left -= 1;
    if (left < 0 || depth > 40) {
      parts.push(Buffer.of(0xc0));
      return;
    }
    random.pick(forms)(random, parts, () => value(depth + 1));
  };
  value(0);
  return Buffer.concat(parts);
}

type Form = (random: Random, parts: Buffer[], inner: () => void) => void;

const forms: readonly Form[] = [
  (random, parts) => parts.push(Buffer.of(random.pick([0xc0, 0xc1, 0xc2, 0xc3, 0x00, 0x7f, 0xe0, 0xff]))),
  (random, parts) => {
    const lead = random.pick([0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3]);
    parts.push(Buffer.of(lead), random.oneIn(2) ? Buffer.alloc(8, 0xff) : random.bytes(8));
  },
  (random, parts) => parts.push(text(random)),
  (random, parts) => {
    const content = random.bytes(random.below(20));
    parts.push(Buffer.of(0xc4, random.oneIn(5) ? 0xff : content.length), content);
  },
  (random, parts, inner) => {
    const length = random.below(4);
    parts.push(head(random, 0x90, 0xdc, length));
    for (let i = 0; i < length; i++) inner();
  },
  (random, parts, inner) => {
    const length = random.below(4);
    parts.push(head(random, 0x80, 0xde, length));
    for (let i = 0; i < length; i++) {
      parts.push(text(random));
      inner();
    }
  },
  // Unknown, unknown with refinements, and extensions that nobody shows.
  (random, parts) => {
    const type = random.pick([0, 12, 1, 0x7f, 0x80, 0xff]);
    const content = random.oneIn(2) ? Buffer.from("820101a2026100", "hex") : random.bytes(random.below(16));
    parts.push(Buffer.of(random.pick([0xc7, 0xc7, 0xd4, 0xd8]), content.length, type), content);
  },
  (random, parts, inner) => {
    const type = Buffer.from(
      random.pick(['"string"', '"dynamic"', '["list","dynamic"]', '["object",{"a":"number"}]', "x"]),
    );
    parts.push(Buffer.of(0x92, 0xc4, type.length), type);
    inner();
  },
];

function text(random: Random): Buffer {
  const content = random.oneIn(4)
    ? random.bytes(random.below(8))
    : Buffer.from(random.pick(["", "a", "b", "c", "name", "__proto__", "12", "1e5000", "-0.5", "\u00e9"]));
  const length = random.oneIn(12) ? 0x1f : content.length;
  return Buffer.concat([Buffer.of(0xa0 | length), content]);
}

/** A length in its short form or in four bytes, and sometimes one that promises what does not follow. */
function head(random: Random, short: number, long: number, length: number): Buffer {
  if (random.oneIn(8)) return Buffer.of(long + 1, 0xff, 0xff, 0xff, 0xff);
  return random.oneIn(4) ? Buffer.of(long + 1, 0, 0, 0, length) : Buffer.of(short | length);
}

/** Containers in containers, or values of a dynamic type in values of a dynamic type, as far as memory allows. */
function deep(random: Random): Buffer {
  const depth = random.pick([10, 99, 101, random.oneIn(8) ? 9_000 : 3]);
  const level = random.pick([
    Buffer.of(0x91),
    Buffer.from("81a161", "hex"),
    Buffer.concat([Buffer.of(0x92, 0xc4, 9), Buffer.from('"dynamic"')]),
  ]);
  return Buffer.concat([...Array.from({ length: depth }, () => level), Buffer.of(0xc0)]);
}
