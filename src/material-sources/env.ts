import { checkCall } from "../engine/call";
import type { MaterialEncoding } from "../engine/material-encoding";
import type { ByteSource, MaterialSourceOptions } from "./material-source-options";
import { opened, unavailable } from "./opened";

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
