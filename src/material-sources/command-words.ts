import { resolve } from "node:path";
import type { MaterialSourceOptions } from "./material-source-options";
import { decoded, invalid, type SourceText } from "./source-text";

/** The words of a command: parted by blanks, then percent-decoded, so that a blank inside of one is written `%20`. */
export function commandWords(place: string, { scheme, attribute }: SourceText): readonly [string, ...string[]] {
  const [command, ...args] = place
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => decoded(word, attribute));
  if (command === undefined) throw invalid(attribute, `names no command after \`${scheme}:\`.`);
  return [command, ...args];
}

/** A command and its words, each whole; one that is found by its path is the same however that is spelled. */
export function commandSegments(
  [command, ...args]: readonly [string, ...string[]],
  { baseFolder = process.cwd() }: Pick<MaterialSourceOptions, "baseFolder">,
): readonly string[] {
  return [/[\\/]/.test(command) ? resolve(baseFolder, command) : command, ...args];
}
