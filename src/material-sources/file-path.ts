import { decoded, invalid, type SourceText } from "./source-text";

/** The path in a `file:` URI, whose place has not been decoded yet. `scheme` is for messages. */
export function filePath(place: string, { scheme, attribute }: SourceText): string {
  const authority = /^\/\/([^/]*)(?=\/)/.exec(place);
  if (place.startsWith("//") && (authority === null || !["", "localhost"].includes(authority[1] ?? ""))) {
    throw invalid(attribute, `names another machine. Use \`${scheme}:///folder/file\` or \`${scheme}:folder/file\`.`);
  }
  const path = decoded(place.slice(authority?.[0].length ?? 0), attribute);
  if (path === "" || path.endsWith("/")) throw invalid(attribute, `names no file after \`${scheme}:\`.`);
  if (path.startsWith("~")) {
    throw invalid(
      attribute,
      "has a `~`, which only a shell understands. Write the whole path; a file of that name is `./~…`.",
    );
  }
  // On Windows a path in file:///C:/keys begins with the letter of its drive.
  return process.platform === "win32" ? path.replace(/^\/(?=[A-Za-z]:)/, "") : path;
}
