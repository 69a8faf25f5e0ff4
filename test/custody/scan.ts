import { open, readdir, readlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Artefact, type ArtefactKind, kindOfFile } from "./artefacts";
import type { Canary, EncodingName } from "./encodings";
import { type Matcher, matcher } from "./matching";
import { unpacked } from "./unpacking";

/** Bytes that stand where they should not. */
export interface Leak extends Artefact {
  readonly canary: string;
  readonly encoding: EncodingName;
  /** True where it was compressed, or parted by line breaks. */
  readonly hidden: boolean;
}

/** What was looked through and what was found. Nothing of the bytes is in it. */
export interface Report {
  readonly artefacts: ReadonlyMap<ArtefactKind, number>;
  readonly files: number;
  readonly bytes: number;
  readonly leaks: readonly Leak[];
}

/** A search for canaries: contents are added one after the other. */
export class Scan {
  readonly #matcher: Matcher;
  readonly #artefacts = new Map<ArtefactKind, number>();
  readonly #leaks = new Map<string, Leak>();
  #files = 0;
  #bytes = 0;

  constructor(canaries: readonly Canary[]) {
    this.#matcher = matcher(canaries);
  }

  get needles(): number {
    return this.#matcher.needles;
  }

  /** Looks through a content, with what is compressed in it. */
  content(artefact: Artefact, content: Buffer): void {
    this.#count(artefact.kind);
    this.#search(artefact, content);
  }

  /** Looks through every file below a folder, their names and what links point to. Links are not followed. */
  async folder(root: string, given: ReadonlySet<string> = new Set()): Promise<void> {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (given.has(path)) continue;
      const name = relative(root, path);
      this.#search({ kind: "name of a file", name }, Buffer.from(name));
      if (entry.isSymbolicLink()) {
        this.content({ kind: "name of a file", name }, Buffer.from(await readlink(path)));
      } else if (entry.isFile()) {
        await this.#file(path, { kind: kindOfFile(name), name });
      }
    }
  }

  report(): Report {
    return {
      artefacts: this.#artefacts,
      files: this.#files,
      bytes: this.#bytes,
      leaks: [...this.#leaks.values()],
    };
  }

  /** In pieces that overlap, so that no file is too large. */
  async #file(path: string, artefact: Artefact): Promise<void> {
    const file = await open(path);
    try {
      this.#count(artefact.kind);
      this.#files += 1;
      const { size } = await file.stat();
      const piece = Buffer.alloc(Math.min(size, pieceBytes));
      for (let at = 0; at < size; at += pieceBytes - overlapBytes) {
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        this.#search(artefact, piece.subarray(0, bytesRead));
        if (at + bytesRead >= size) break;
      }
    } finally {
      await file.close();
    }
  }

  #count(kind: ArtefactKind): void {
    this.#artefacts.set(kind, (this.#artefacts.get(kind) ?? 0) + 1);
  }

  #search(artefact: Artefact, content: Buffer): void {
    this.#bytes += content.length;
    // A hole in a sparse file.
    if (content.length === pieceBytes && content.equals(hole)) return;
    for (const [part, hidden] of parts(content)) {
      for (const { canary, encoding } of this.#matcher.matches(part)) {
        const leak: Leak = { ...artefact, canary, encoding, hidden };
        const key = [leak.kind, leak.name, canary, encoding].join("\n");
        if (!this.#leaks.has(key)) this.#leaks.set(key, leak);
      }
    }
  }
}

/** Compressed content is found where a piece holds it whole or from its beginning. */
const pieceBytes = 1 << 22;
const overlapBytes = 1 << 16;
const hole = Buffer.alloc(pieceBytes);

function parts(content: Buffer): (readonly [Buffer, boolean])[] {
  return [[content, false], ...unpacked(content).map((part) => [part, true] as const)];
}
