import { ValueError } from "./value-error";

// The part of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) that values are written in. Read and
// written by the type at hand instead of into generic objects, so that no key of a map can mean something to JavaScript.

/** What comes next in the bytes. Containers announce how many values follow; an extension's content is skipped. */
export type Token =
  | { readonly kind: "nil" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "double"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "binary"; readonly value: Uint8Array }
  | { readonly kind: "array" | "map"; readonly length: number }
  | { readonly kind: "extension"; readonly type: number };

/** Reads one token after another. Every fault of the bytes is a ValueError. */
export class MsgpackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether all bytes are read. */
  get atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  next(): Token {
    const lead = this.#uint(1);
    if (lead <= 0x7f) return { kind: "integer", value: BigInt(lead) };
    if (lead <= 0x8f) return this.#container("map", lead & 0x0f);
    if (lead <= 0x9f) return this.#container("array", lead & 0x0f);
    if (lead <= 0xbf) return this.#string(lead & 0x1f);
    if (lead >= 0xe0) return { kind: "integer", value: BigInt(lead - 0x100) };
    switch (lead) {
      case 0xc0:
        return { kind: "nil" };
      case 0xc2:
      case 0xc3:
        return { kind: "bool", value: lead === 0xc3 };
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return { kind: "binary", value: this.#take(this.#uint(1 << (lead - 0xc4))) };
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(1 << (lead - 0xc7)));
      case 0xca:
        return { kind: "double", value: this.#view.getFloat32(this.#advance(4)) };
      case 0xcb:
        return { kind: "double", value: this.#view.getFloat64(this.#advance(8)) };
      case 0xcc:
      case 0xcd:
      case 0xce:
        return { kind: "integer", value: BigInt(this.#uint(1 << (lead - 0xcc))) };
      case 0xcf:
        return { kind: "integer", value: this.#view.getBigUint64(this.#advance(8)) };
      case 0xd0:
        return { kind: "integer", value: BigInt(this.#view.getInt8(this.#advance(1))) };
      case 0xd1:
        return { kind: "integer", value: BigInt(this.#view.getInt16(this.#advance(2))) };
      case 0xd2:
        return { kind: "integer", value: BigInt(this.#view.getInt32(this.#advance(4))) };
      case 0xd3:
        return { kind: "integer", value: this.#view.getBigInt64(this.#advance(8)) };
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (lead - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#uint(1 << (lead - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#container("array", this.#uint(2 << (lead - 0xdc)));
      case 0xde:
      case 0xdf:
        return this.#container("map", this.#uint(2 << (lead - 0xde)));
      default:
        throw new ValueError("a byte that MessagePack does not use");
    }
  }

  #container(kind: "array" | "map", length: number): Token {
    // Every element takes at least a byte, so that a length cannot promise more than there is.
    if (length > this.#bytes.length - this.#offset) throw new ValueError("a value that ends too early");
    return { kind, length };
  }

  #string(length: number): Token {
    try {
      return { kind: "string", value: utf8.decode(this.#take(length)) };
    } catch (error) {
      if (error instanceof ValueError) throw error;
      throw new ValueError("a string that is not UTF-8");
    }
  }

  #extension(length: number): Token {
    const type = this.#view.getInt8(this.#advance(1));
    this.#advance(length);
    return { kind: "extension", type };
  }

  #uint(size: number): number {
    const at = this.#advance(size);
    return size === 1 ? this.#view.getUint8(at) : size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #take(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  #advance(size: number): number {
    const at = this.#offset;
    if (size > this.#bytes.length - at) throw new ValueError("a value that ends too early");
    this.#offset = at + size;
    return at;
  }
}

/** Collects what is written and joins it once. */
export class MsgpackWriter {
  readonly #parts: Uint8Array[] = [];

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  nil(): void {
    this.#bytes(0xc0);
  }

  bool(value: boolean): void {
    this.#bytes(value ? 0xc3 : 0xc2);
  }

  /** An integer of at most 64 bits; false, and nothing written, if it is larger. */
  integer(value: bigint): boolean {
    if (value < -(1n << 63n) || value >= 1n << 64n) return false;
    if (value >= -32n && value <= 0x7fn) this.#bytes(Number(value) & 0xff);
    else if (value < 0n) this.#wide(0xd3, BigInt.asUintN(64, value));
    else if (value <= 0xffffffffn) this.#header(0xcc, Number(value));
    else this.#wide(0xcf, value);
    return true;
  }

  string(value: string): void {
    const content = Buffer.from(value);
    if (content.length <= 31) this.#bytes(0xa0 | content.length);
    else this.#header(0xd9, content.length);
    this.#parts.push(content);
  }

  binary(value: Uint8Array): void {
    this.#header(0xc4, value.length);
    this.#parts.push(value);
  }

  array(length: number): void {
    if (length <= 15) this.#bytes(0x90 | length);
    else this.#header(0xdb, length, 2);
  }

  map(length: number): void {
    if (length <= 15) this.#bytes(0x80 | length);
    else this.#header(0xdd, length, 2);
  }

  /** Extension 0 with one empty byte: the one way in which an unknown value is written. */
  unknown(): void {
    this.#bytes(0xd4, 0x00, 0x00);
  }

  #bytes(...bytes: readonly number[]): void {
    this.#parts.push(Uint8Array.from(bytes));
  }

  // The lead byte for a length of one byte is followed by those for two and four; some kinds start at two.
  #header(lead: number, length: number, smallest: 1 | 2 = 1): void {
    const step = length <= 0xff && smallest === 1 ? 0 : length <= 0xffff ? 1 : 2;
    const header = Buffer.alloc(1 + (1 << step));
    header[0] = lead + step;
    header.writeUIntBE(length, 1, 1 << step);
    this.#parts.push(header);
  }

  #wide(lead: number, value: bigint): void {
    const header = Buffer.alloc(9);
    header[0] = lead;
    header.writeBigUInt64BE(value, 1);
    this.#parts.push(header);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
