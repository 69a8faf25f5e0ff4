import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ByokError } from "../engine/errors";
import { named, type SourceNames, systemErrorCode, unavailable } from "./opened";

/** What is in a file. Anyone who reads key material wipes it. */
export interface FileContent {
  readonly content: Buffer;
  /** The permissions, as the operating system keeps them. */
  readonly mode: number;
}

/**
 * Reads a file that has no more than so many bytes. No copy of its content stays behind.
 *
 * @throws ByokError `material_unavailable` where there is no file that can be read, `malformed_material` where it is
 * longer.
 */
export async function fileContent(path: string, largest: number, source: SourceNames): Promise<FileContent> {
  const file = await openFile(path, source);
  try {
    const { mode, size } = await checkedStat(file, largest, source);
    return { content: await readContent(file, size, largest, source), mode };
  } finally {
    await file.close();
  }
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
  largest: number,
  source: SourceNames,
): Promise<{ readonly mode: number; readonly size: number }> {
  const stat = await file.stat();
  if (stat.isDirectory()) throw unavailable("It is a folder, and a file is needed.", source);
  if (!stat.isFile()) throw unavailable("It is a pipe or a device, and a file is needed.", source);
  if (stat.size > largest) throw tooLongFile(largest, source);
  return stat;
}

/** Reads to the end, and no further than a file may be long; it may have grown since its size was asked. */
async function readContent(file: FileHandle, size: number, largest: number, source: SourceNames): Promise<Buffer> {
  let space: Buffer = Buffer.alloc(size + 1);
  try {
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(space, length, space.length - length, null);
      length += bytesRead;
      if (length > largest) throw tooLongFile(largest, source);
      if (bytesRead === 0) break;
      if (length === space.length) space = moved(space, largest + 1);
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

function tooLongFile(largest: number, source: SourceNames): ByokError {
  return named(
    new ByokError("malformed_material", `It has more than ${largest / 1024} KiB, and no such file is as long.`),
    source,
  );
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
