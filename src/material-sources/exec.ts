import { type Call, checkCall } from "../engine/call";
import type { MaterialEncoding } from "../engine/material-encoding";
import { outputOf } from "./child-command";
import { commandSegments, commandWords } from "./command-words";
import type { ByteSource, MaterialSourceOptions } from "./material-source-options";
import { opened } from "./opened";
import { placeAndEncoding, type SourceKindRow } from "./source-text";

/** The words of a command that prints key material. */
export interface ExecPlace {
  readonly words: readonly [string, ...string[]];
  readonly encoding?: MaterialEncoding;
}

/** `exec:/usr/bin/get-key payments`. */
export const execKind: SourceKindRow<ExecPlace> = {
  parse(text) {
    const { place, ...encoding } = placeAndEncoding(text);
    return { words: commandWords(place, text), ...encoding };
  },
  segments: ({ words }, options) => commandSegments(words, options),
  source: ({ words, encoding }, options) => execSource(words, encoding, options),
};

/**
 * Key material that a command prints, within 30 seconds by default. See `outputOf` for how it runs; its standard input is
 * closed.
 */
export function execSource(
  words: readonly [string, ...string[]],
  encoding: MaterialEncoding | undefined,
  options: MaterialSourceOptions,
): ByteSource {
  // Only the command: its arguments may hold what is not for messages.
  const source = { name: `exec:${words[0]}`, attribute: options.attribute };
  return {
    ...source,
    async open(call?: Call) {
      checkCall(call);
      return opened(await outputOf({ words, timeoutMs: 30_000 }, options, source, call), encoding, source);
    },
  };
}
