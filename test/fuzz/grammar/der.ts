import type { Random } from "../random";

/** A value of DER that can be taken apart and put together again. */
interface Node {
  readonly tag: number;
  /** Of a constructed value. */
  readonly children?: readonly Node[];
  readonly content: Buffer;
}

/**
 * DER with one node changed and every length around it right again, so that the change is looked at and not the damage
 * that it does. What is no DER comes back as it is.
 */
export function hostileDer(random: Random, example: Buffer): Buffer {
  const root = parsed(example);
  if (root === undefined) return example;
  const count = nodes(root);
  let tree = root;
  for (let left = 1 + random.below(2); left > 0; left--) tree = changed(random, tree, random.below(count)).node;
  const bytes = encoded(tree);
  return random.oneIn(10) ? Buffer.concat([bytes, random.bytes(3)]) : bytes;
}

type Change = (random: Random, node: Node) => Node | Buffer;

const changes: readonly Change[] = [
  (random, node) => ({
    tag: random.pick([0x02, 0x03, 0x04, 0x05, 0x06, 0x30, 0x31, 0xa0, 0xa1, 0x1f]),
    content: node.content,
  }),
  (random, node) => ({ tag: node.tag, content: random.bytes(random.below(40)) }),
  (_random, node) => ({ tag: node.tag, content: Buffer.alloc(0) }),
  (random, node) => ({ tag: node.tag, content: Buffer.alloc(random.pick([1, 256, 512, 8_000, 60_000]), 0xff) }),
  (random, node) => ({ tag: node.tag, content: Buffer.alloc(random.pick([1, 64, 300])) }),
  (_random, node) => ({ tag: node.tag, content: Buffer.concat([Buffer.alloc(3), bodyOf(node)]) }),
  (random, node) => flipped(random, node),
  (random, node) => ({ tag: node.tag, content: Buffer.of(random.below(4)) }),
  // Lengths that lie: beyond the end, indefinite, longer than need be, of four bytes and more.
  (_random, node) => Buffer.concat([Buffer.of(node.tag, 0x7f), bodyOf(node)]),
  (_random, node) => Buffer.concat([Buffer.of(node.tag, 0x80), bodyOf(node), Buffer.alloc(2)]),
  (_random, node) => Buffer.concat([Buffer.of(node.tag, 0x82, 0, bodyOf(node).length & 0xff), bodyOf(node)]),
  (_random, node) => Buffer.concat([Buffer.of(node.tag, 0x84, 0xff, 0xff, 0xff, 0xff), bodyOf(node)]),
  (_random, node) => Buffer.concat([Buffer.of(node.tag, 0xff), bodyOf(node)]),
  (random, node) => {
    const [first] = node.children ?? [];
    return first === undefined ? flipped(random, node) : { ...node, children: [...(node.children ?? []), first] };
  },
  (random, node) =>
    node.children === undefined ? flipped(random, node) : { ...node, children: node.children.slice(1) },
  (random, node) =>
    node.children === undefined ? flipped(random, node) : { ...node, children: node.children.toReversed() },
  (random, node) => {
    const depth = random.pick([3, 50, 4_000]);
    let nested = bodyOf(node);
    for (let i = 0; i < depth && nested.length < 60_000; i++) nested = tlv(0x30, nested);
    return nested;
  },
];

function flipped(random: Random, node: Node): Node {
  const content = Buffer.from(bodyOf(node));
  const at = random.below(content.length);
  if (content.length > 0) content[at] = (content[at] ?? 0) ^ (1 << random.below(8));
  return { tag: node.tag, content };
}

/** The tree with the node of a number, counted from the root, changed. */
function changed(random: Random, node: Node, number: number): { readonly node: Node; readonly left: number } {
  if (number === 0) {
    const change = random.pick(changes)(random, node);
    // Raw bytes stand for themselves inside of their parent.
    return { node: Buffer.isBuffer(change) ? { tag: rawBytes, content: change } : change, left: -1 };
  }
  let left = number - 1;
  const children = node.children?.map((child) => {
    if (left < 0) return child;
    const inner = changed(random, child, left);
    left = inner.left;
    return inner.node;
  });
  return { node: children === undefined ? node : { ...node, children }, left };
}

const rawBytes = -1;

function nodes(node: Node): number {
  return 1 + (node.children ?? []).reduce((sum, child) => sum + nodes(child), 0);
}

function encoded(node: Node): Buffer {
  return node.tag === rawBytes ? node.content : tlv(node.tag, bodyOf(node));
}

function bodyOf(node: Node): Buffer {
  return node.children === undefined ? node.content : Buffer.concat(node.children.map(encoded));
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, (length >> 8) & 0xff, length & 0xff), content]);
}

function parsed(bytes: Buffer): Node | undefined {
  const [only, ...more] = parsedAll(bytes) ?? [];
  return more.length === 0 ? only : undefined;
}

function parsedAll(bytes: Buffer): readonly Node[] | undefined {
  const found: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag = 0, first = 0] = bytes.subarray(at);
    const longer = first < 0x80 ? 0 : first & 0x7f;
    if (longer > 2 || at + 2 + longer > bytes.length) return undefined;
    const length = longer === 0 ? first : bytes.readUIntBE(at + 2, longer);
    const start = at + 2 + longer;
    const content = bytes.subarray(start, start + length);
    if (content.length < length) return undefined;
    // What an OCTET STRING holds is DER too, where keys are concerned.
    const children = (tag & 0x20) !== 0 || (tag === 0x04 && length > 16) ? parsedAll(content) : undefined;
    found.push({ tag, content, ...(children === undefined || children.length === 0 ? {} : { children }) });
    at = start + length;
  }
  return found;
}
