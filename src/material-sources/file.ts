import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { checkCall } from "../engine/call";
import { ByokError } from "../engine/errors";
import type { MaterialEncoding } from "../engine/material-encoding";
import { largestContentBytes, type ByteSource, type MaterialSourceOptions } from "./material-source-options";
import { filePath } from "./file-path";
import { opened, type SourceNames, systemErrorCode, tooLong, unavailable } from "./opened";
import { placeAndEncoding, type SourceKindRow } from "./source-text";

/** The path of a file with key material. */
export interface FilePlace {
  readonly path: string;
  readonly encoding?: MaterialEncoding;
}

/** `file:keys/payments.bin`, `file:///var/keys/payments.bin`. */
export const fileKind: SourceKindRow<FilePlace> = {
  parse(text) {
    const { place, ...encoding } = placeAndEncoding(text);
    return { path: filePath(place, text), ...encoding };
  },
  segments: ({ path }, { baseFolder = process.cwd() }) => resolve(baseFolder, path).split(sep),
  source: ({ path, encoding }, options) => fileSource(path, encoding, options),
};

/** Key material in a file of at most 64 KiB. One that others may read or write gives a warning. */
export function fileSource(
  path: string,
  encoding: MaterialEncoding | undefined,
  options: MaterialSourceOptions,
): ByteSource {
  const source = { name: `file:${path}`, attribute: options.attribute };
  return {
    ...source,
    async open(call) {
      checkCall(call);
      const file = await openFile(resolve(options.baseFolder ?? process.cwd(), path), source);
      try {
        const { mode, size } = await checkedStat(file, source);
        const content = await readContent(file, size, source);
        return opened(content, encoding, source, { warnings: modeWarnings(mode, path) });
      } finally {
        await file.close();
      }
    },
  };
}

async function openFile(path: string, source: SourceNames): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK the opening of a named pipe waits for a writer.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unavailable(openFailure(systemErrorCode(error)), source);
  }
}

async function checkedStat(
  file: FileHandle,
  source: SourceNames,
): Promise<{ readonly mode: number; readonly size: number }> {
  const stat = await file.stat();
  if (stat.isDirectory()) throw unavailable("It is a folder, and a file is needed.", source);
  if (!stat.isFile()) throw unavailable("It is a pipe or a device, and a file is needed.", source);
  if (stat.size > largestContentBytes) throw tooLong("It has", source);
  return stat;
}

/** Reads to the end, and no further than a file may be long; it may have grown since its size was asked. */
async function readContent(file: FileHandle, size: number, source: SourceNames): Promise<Buffer> {
  let space: Buffer = Buffer.alloc(size + 1);
  try {
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(space, length, space.length - length, null);
      length += bytesRead;
      if (length > largestContentBytes) throw tooLong("It has", source);
      if (bytesRead === 0) break;
      if (length === space.length) space = moved(space, largestContentBytes + 1);
    }
    return moved(space, length);
  } catch (error) {
    throw error instanceof ByokError ? error : unavailable(`Reading it failed (${systemErrorCode(error)}).`, source);
  } finally {
    space.fill(0);
  }
}

/** The bytes in a buffer of another length; the one that they were in is wiped. */
function moved(bytes: Buffer, length: number): Buffer {
  const copy = Buffer.alloc(length);
  copy.set(bytes.subarray(0, length));
  bytes.fill(0);
  return copy;
}

function modeWarnings(mode: number, path: string): readonly string[] {
  // Windows has no such modes, and Node makes them up there.
  if (process.platform === "win32" || (mode & 0o077) === 0) return [];
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  return [
    `The file ${path} holds key material and is open to other users of this machine (mode ${octal}). Close it: chmod 600 '${path}'`,
  ];
}

function openFailure(code: string): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "There is no such file.";
    case "EACCES":
    case "EPERM":
      return "This user may not read the file.";
    default:
      return `The file cannot be opened (${code}).`;
  }
}
