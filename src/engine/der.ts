/** One value of DER (ITU-T X.690): its tag, its content, and how far it reaches in the bytes that it was read from. */
export interface DerValue {
  readonly tag: number;
  /** A view of the bytes read from, not a copy. */
  readonly content: Buffer;
  readonly end: number;
}

/** The tags that keys are made of. */
export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
} as const satisfies Record<string, number>;

/** The value that starts at an offset, or null where none does. Only tags of one byte and shortest definite lengths. */
export function readDer(bytes: Buffer, offset = 0): DerValue | null {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null;
  if (first < 0x80) return within(bytes, tag, offset + 2, first);
  const lengthBytes = first & 0x7f;
  const start = offset + 2 + lengthBytes;
  // Two bytes of length reach 64 KiB, which no key does.
  if (lengthBytes < 1 || lengthBytes > 2 || start > bytes.length) return null;
  const length = bytes.readUIntBE(offset + 2, lengthBytes);
  const shortest = length >= (lengthBytes === 1 ? 0x80 : 0x100);
  return shortest ? within(bytes, tag, start, length) : null;
}

/** The values that fill a content one after the other, or null where something else is among them. */
export function derChildren(content: Buffer): readonly DerValue[] | null {
  const children: DerValue[] = [];
  for (let offset = 0; offset < content.length; ) {
    const child = readDer(content, offset);
    if (child === null) return null;
    children.push(child);
    offset = child.end;
  }
  return children;
}

/** The members of the one SEQUENCE that the bytes are, or null where they are anything else or go on behind it. */
export function derSequence(bytes: Buffer): readonly DerValue[] | null {
  const outer = readDer(bytes);
  return outer !== null && outer.tag === derTag.sequence && outer.end === bytes.length
    ? derChildren(outer.content)
    : null;
}

/** Whether the members begin with these tags, in this order. */
export function startsWithTags(members: readonly DerValue[], tags: readonly number[]): boolean {
  return tags.every((tag, index) => members[index]?.tag === tag);
}

function within(bytes: Buffer, tag: number, start: number, length: number): DerValue | null {
  const end = start + length;
  return end <= bytes.length ? { tag, content: bytes.subarray(start, end), end } : null;
}
