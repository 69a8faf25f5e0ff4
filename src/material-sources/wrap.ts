import { outputOf } from "./child-command";
import { commandSegments, commandWords } from "./command-words";
import { DeviceMaterial } from "./device-material";
import type { KeyMaterialSource } from "../engine/key-material-source";
import type { MaterialSourceOptions } from "./material-source-options";
import { placeAndQuery, invalid, type SourceKindRow } from "./source-text";
import { descriptionFrom, describeRequest, wrappedFrom, wrapRequest } from "./wrapping-protocol";

/** The words of a command that wraps key material. */
export interface WrapPlace {
  readonly words: readonly [string, ...string[]];
}

/** `wrap:/usr/bin/vendor-wrap payments`. */
export const wrapKind: SourceKindRow<WrapPlace> = {
  parse(text) {
    const { place, query } = placeAndQuery(text);
    if (query !== undefined)
      throw invalid(text.attribute, "has a `?`, and a command that wraps takes no encoding. Write it as %3F.");
    return { words: commandWords(place, text) };
  },
  segments: ({ words }, options) => commandSegments(words, options),
  source: ({ words }, options) => wrapSource(words, options),
};

/**
 * Key material that a command holds and wraps, in the words of the wrapping protocol. It is started once for each question
 * and has 60 seconds by default; see `outputOf` for how it runs.
 */
export function wrapSource(words: readonly [string, ...string[]], options: MaterialSourceOptions): KeyMaterialSource {
  // Only the command: its arguments may hold what is not for messages.
  const source = { name: `wrap:${words[0]}`, attribute: options.attribute };
  return {
    ...source,
    async open(call) {
      const ask = (input: string, asking = call) =>
        outputOf({ words, input, timeoutMs: 60_000 }, options, source, asking);
      const description = descriptionFrom(await ask(describeRequest()), source);
      return new DeviceMaterial(
        {
          ...description,
          async wrap(key, algorithm, during) {
            return wrappedFrom(await ask(wrapRequest(key, algorithm, description.fingerprint), during), source);
          },
        },
        source,
      );
    },
  };
}
