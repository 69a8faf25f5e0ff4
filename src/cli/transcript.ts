import { createHash } from "node:crypto";
import { appendFile, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Option } from "commander";
import { digestOf } from "../ceremony/json-file";
import type { CheckValue } from "../engine/check-values";
import { ByokError } from "../engine/errors";
import { systemErrorCode } from "../material-sources/opened";
import type { CeremonyFile } from "./ceremony-file";
import { installedPackage } from "./installed-package";

/** The options by which a command writes down what it did. */
export interface TranscriptFlags {
  readonly transcript?: string;
  readonly present?: readonly string[];
}

/** What was done. Never a byte of key material. */
export interface TranscriptNotes {
  readonly read?: CeremonyFile;
  readonly written?: CeremonyFile;
  /** The ARNs of the keys that it is about. */
  readonly keys?: readonly string[];
  readonly fingerprint?: string | undefined;
  readonly checkValues?: readonly CheckValue[];
  /** Check values of each component, in the order in which they were given. */
  readonly components?: readonly (readonly CheckValue[])[];
  /** What became of each key, where a KMS was asked. */
  readonly results?: readonly KeyResult[];
}

/** What became of one key. */
export interface KeyResult {
  readonly keyArn: string;
  readonly imported: boolean;
  readonly said: string;
}

export function transcriptOption(): Option {
  return new Option("--transcript <file>", "append a line of JSON that says what was done, for those who audit it");
}

export function presentOption(): Option {
  return new Option(
    "--present <name>",
    "name of somebody who is present, for the transcript; may be given again",
  ).argParser(andBefore);
}

/** Of an option that may be given again, all its values. */
export function andBefore(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/**
 * Does the work of a command and appends what was done, or why it was not: with the program that did it, by its own
 * digest, and the digests of all files. A transcript that cannot be written is found before anything is done.
 *
 * @param work Notes what it does as it goes.
 * @throws ByokError `invalid_argument` where the line cannot be written; what `work` throws.
 */
export async function transcribed(
  { transcript, present = [] }: TranscriptFlags,
  verb: string,
  work: (note: (notes: TranscriptNotes) => void) => Promise<void>,
): Promise<void> {
  if (transcript === undefined) return work(() => {});
  const program = await thisProgram();
  await append(transcript, "");
  let notes: TranscriptNotes = {};
  const line = (outcome: object) => {
    const at = new Date().toISOString();
    return `${JSON.stringify({ at, verb, ...outcome, program, present, ...shown(notes) })}\n`;
  };
  try {
    await work((more) => {
      notes = { ...notes, ...more };
    });
  } catch (error) {
    const { code, message } = ByokError.from(error);
    await append(transcript, line({ outcome: code, said: message }));
    throw error;
  }
  await append(transcript, line({ outcome: "done" }));
}

/** Files stand there by their names and digests. */
function shown({ read, written, ...notes }: TranscriptNotes): object {
  return {
    ...notes,
    ...(read === undefined ? {} : { read: digestLine(read) }),
    ...(written === undefined ? {} : { written: digestLine(written) }),
  };
}

function digestLine({ path, digest }: CeremonyFile): { readonly file: string; readonly sha256: string } {
  return { file: path, sha256: digest };
}

/** What this program is. Its files by one digest: SHA-256 of what `sha256sum` prints of them, in the order of their names. */
async function thisProgram(): Promise<object> {
  const { folder, version } = installedPackage();
  const digest = async (file: string) => digestOf(await readFile(join(folder, file)));
  const sums = createHash("sha256");
  for (const file of await filesOf(folder)) sums.update(`${await digest(file)}  ${file}\n`);
  return { name: "byok", version, main: await digest("dist/src/cli/main.js"), files: sums.digest("hex") };
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, "dist/src"), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

async function append(transcript: string, text: string): Promise<void> {
  try {
    await appendFile(transcript, text, { mode: 0o600 });
  } catch (error) {
    throw new ByokError(
      "invalid_argument",
      `The transcript ${transcript} cannot be written (${systemErrorCode(error)}). Name another file.`,
      { attribute: "transcript" },
    );
  }
}
