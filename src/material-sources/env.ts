import { checkCall } from "../engine/call";
import type { MaterialEncoding } from "../engine/material-encoding";
import type { ByteSource, MaterialSourceOptions } from "./material-source-options";
import { opened, unavailable } from "./opened";
import { decoded, invalid, placeAndEncoding, type SourceKindRow } from "./source-text";

/** The name of a variable with key material. */
export interface EnvPlace {
  readonly variable: string;
  readonly encoding?: MaterialEncoding;
}

/** `env:PAYMENTS_KEY`. */
export const envKind: SourceKindRow<EnvPlace> = {
  parse(text) {
    const { place, ...encoding } = placeAndEncoding(text);
    return { variable: variableName(place, text.attribute), ...encoding };
  },
  segments: ({ variable }) => [variable],
  source: ({ variable, encoding }, options) => envSource(variable, encoding, options),
};

/** Key material in an environment variable. Unset or empty, as CI leaves a secret that it may not give: unavailable. */
export function envSource(
  variable: string,
  encoding: MaterialEncoding | undefined,
  options: MaterialSourceOptions,
): ByteSource {
  const source = { name: `env:${variable}`, attribute: options.attribute };
  options.variablesOfMaterial?.add(variable);
  return {
    ...source,
    async open(call) {
      checkCall(call);
      const value = (options.env ?? process.env)[variable];
      if (value === undefined) throw unavailable(`The environment variable ${variable} is not set.`, source);
      if (value === "") throw unavailable(`The environment variable ${variable} is empty.`, source);
      const content = Buffer.alloc(Buffer.byteLength(value));
      content.write(value);
      return opened(content, encoding, source);
    },
  };
}

function variableName(place: string, attribute: string): string {
  const name = decoded(place, attribute);
  if (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^[0-9A-Fa-f]{32,}$/.test(name)) return name;
  throw invalid(attribute, "must give the name of an environment variable after `env:`, not its value.");
}
