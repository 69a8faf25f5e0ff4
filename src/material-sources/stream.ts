import type { KeyMaterial } from "../engine/key-material";
import type { MaterialEncoding } from "../engine/material-encoding";
import { largestContentBytes } from "./material-source-options";
import { opened, type SourceNames, tooLong, unavailable } from "./opened";

/** Key material from a stream, such as standard input, read to its end or to 64 KiB. */
export async function readStream(
  stream: AsyncIterable<Buffer | string>,
  encoding: MaterialEncoding | undefined,
  source: SourceNames,
): Promise<KeyMaterial> {
  const content = new BoundedContent();
  try {
    for await (const piece of stream) {
      if (!content.add(typeof piece === "string" ? Buffer.from(piece) : piece)) throw tooLong("It has", source);
    }
    if (content.length === 0) throw unavailable("Nothing came.", source);
    return opened(content.take(), encoding, source);
  } finally {
    content.wipe();
  }
}

/** Space for what arrives in pieces. Each piece is wiped as soon as it is copied. */
export class BoundedContent {
  #length = 0;
  readonly #space = Buffer.alloc(largestContentBytes);

  get length(): number {
    return this.#length;
  }

  /** False where the piece goes beyond what a source may give. */
  add(piece: Buffer): boolean {
    const fits = this.#length + piece.length <= this.#space.length;
    if (fits) {
      this.#space.set(piece, this.#length);
      this.#length += piece.length;
    }
    piece.fill(0);
    return fits;
  }

  /** What has arrived, in memory of its own. */
  take(): Buffer {
    const content = Buffer.alloc(this.#length);
    content.set(this.#space.subarray(0, this.#length));
    return content;
  }

  wipe(): void {
    this.#space.fill(0);
  }
}
