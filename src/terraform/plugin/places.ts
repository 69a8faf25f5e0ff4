/** What kind of error it is. Not its message: that of an error which nobody foresaw may quote any value. */
export function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : "something that is no error was thrown";
}

/** The lines of an error's stack that say where it was thrown: none where they cannot be told from its message. */
export function placesOf(error: unknown): readonly string[] {
  const { stack = "", message } = error instanceof Error ? error : { message: "" };
  const begin = stack.indexOf(message);
  if (begin < 0) return [];
  const lines = stack.slice(begin + message.length).split("\n");
  return lines.filter((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line));
}
