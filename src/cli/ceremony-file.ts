import { access, rename, rm, writeFile } from "node:fs/promises";
import { digestOf, largestFileBytes, spokenDigest } from "../ceremony/json-file";
import { ByokError } from "../engine/errors";
import { fileContent } from "../material-sources/file-content";
import { systemErrorCode } from "../material-sources/opened";
import type { Streams } from "./streams";

/** A file of a ceremony, and its SHA-256 in hexadecimal. */
export interface CeremonyFile {
  readonly path: string;
  readonly content: Buffer;
  readonly digest: string;
}

/**
 * Reads a file, and says its digest, to be compared with what was read aloud where it comes from.
 *
 * @throws ByokError `invalid_argument` for a file that cannot be read.
 */
export async function readCeremonyFile(path: string, attribute: string, { out }: Streams): Promise<CeremonyFile> {
  const { content } = await fileContent(path, largestFileBytes, { name: path, attribute }).catch((error: unknown) => {
    throw new ByokError("invalid_argument", ByokError.from(error).rawMessage, { attribute });
  });
  const digest = digestOf(content);
  out(`${path}: digest ${spokenDigest(digest)}\n`);
  return { path, content, digest };
}

/**
 * Looks before anything is done for it whether a file may be written.
 *
 * @param replaces Whether a file of that name may be replaced.
 * @throws ByokError `invalid_argument`.
 */
export async function checkNotThere(path: string, replaces: boolean): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere && !replaces) throw notWritten(path, "EEXIST");
}

/** Writes a file that only its owner may read, and says its digest, to be read aloud where the file is carried to. */
export async function writeCeremonyFile(
  path: string,
  content: Buffer,
  replaces: boolean,
  { out }: Streams,
): Promise<CeremonyFile> {
  try {
    await (replaces ? replaceFile(path, content) : writeFile(path, content, { mode: 0o600, flag: "wx" }));
  } catch (error) {
    throw notWritten(path, systemErrorCode(error));
  }
  const digest = digestOf(content);
  out(`${path}: digest ${spokenDigest(digest)}\n`);
  return { path, content, digest };
}

/** A file that is there keeps its permissions when it is written, so that another one takes its place. */
async function replaceFile(path: string, content: Buffer): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    await writeFile(beside, content, { mode: 0o600, flag: "wx" });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

function notWritten(path: string, code: string): ByokError {
  const why =
    code === "EEXIST"
      ? "It exists already. Name another file, or replace it with --force."
      : `The system says ${code}.`;
  return new ByokError("invalid_argument", `${path} was not written. ${why}`, { attribute: "out" });
}
