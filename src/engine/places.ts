/**
 * Where an error was thrown, the innermost place first: `importMaterial (importing.js:12:34)`. Never its message, which
 * may quote any value; where it cannot be told from the places there are none.
 */
export function placesOf(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error) || typeof thrown.stack !== "string") return [];
  const { stack, message } = thrown;
  const begin = stack.indexOf(message);
  if (begin < 0) return [];
  return stack
    .slice(begin + message.length)
    .split("\n")
    .flatMap((line) => {
      const { name, file = "", at = "" } = frame.exec(line)?.groups ?? {};
      if (at === "") return [];
      const place = `${file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1)}:${at}`;
      return [name === undefined ? place : `${name} (${place})`];
    });
}

/** A line of V8's stack traces. */
const frame =
  /^ {4}at (?:(?:async |new )?(?<name>[\w$.<>]+)(?: \[as [\w$.<>]+\])? \()?(?<file>[^()\s]+):(?<at>\d+:\d+)\)?$/;
