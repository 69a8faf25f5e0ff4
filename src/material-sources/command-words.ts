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
