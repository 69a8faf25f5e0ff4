import { ByokError } from "../engine/errors";
import { KeyMaterial, type MaterialDetails } from "../engine/key-material";
import { isEmpty, type MaterialEncoding, readMaterial } from "../engine/material-encoding";
import { largestContentBytes } from "./material-source-options";

/** What the errors of a source say of it. */
export interface SourceNames {
  readonly name: string;
  readonly attribute: string;
}

/** Key material out of the content of a source; an empty one is absent. The content is wiped, whatever comes of it. */
export function opened(
  content: Buffer,
  encoding: MaterialEncoding | undefined,
  source: SourceNames,
  details: MaterialDetails = {},
): KeyMaterial {
  try {
    if (isEmpty(content)) throw new ByokError("material_unavailable", "It is empty.");
    return KeyMaterial.take(readMaterial(content, encoding), details);
  } catch (error) {
    throw named(ByokError.from(error), source);
  } finally {
    content.fill(0);
  }
}

/** An error of the source, told with its name and on its argument. */
export function named(error: ByokError, { name, attribute }: SourceNames): ByokError {
  return error.with({ message: `\`${name}\`: ${error.rawMessage}`, attribute });
}

/** There is nothing to read now: normal where somebody plans without seeing the bytes. */
export function unavailable(reason: string, source: SourceNames): ByokError {
  return named(new ByokError("material_unavailable", reason), source);
}

export function tooLong(what: string, source: SourceNames): ByokError {
  const limit = `${largestContentBytes / 1024} KiB`;
  return named(new ByokError("malformed_material", `${what} more than ${limit}, and no key is as long.`), source);
}

/** The operating system's name of a failure, such as ENOENT. Its message is left out. */
export function systemErrorCode(error: unknown): string {
  const hasCode = typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
  return hasCode ? String(error.code) : "unknown reason";
}
