import { resolve, sep } from "node:path";
import { checkCall } from "../engine/call";
import type { MaterialEncoding } from "../engine/material-encoding";
import { largestContentBytes, type ByteSource, type MaterialSourceOptions } from "./material-source-options";
import { fileContent } from "./file-content";
import { filePath } from "./file-path";
import { opened } from "./opened";
import { placeAndEncoding, type SourceKindRow } from "./source-text";

/** The path of a file with key material. */
export interface FilePlace {
  readonly path: string;
  readonly encoding?: MaterialEncoding;
}

/** `file:keys/payments.bin`, `file:///var/keys/payments.bin`. */
export const fileKind: SourceKindRow<FilePlace> = {
  parse(text) {
    const { place, ...encoding } = placeAndEncoding(text);
    return { path: filePath(place, text), ...encoding };
  },
  segments: ({ path }, { baseFolder = process.cwd() }) => resolve(baseFolder, path).split(sep),
  source: ({ path, encoding }, options) => fileSource(path, encoding, options),
};

/** Key material in a file of at most 64 KiB. One that others may read or write gives a warning. */
export function fileSource(
  path: string,
  encoding: MaterialEncoding | undefined,
  options: MaterialSourceOptions,
): ByteSource {
  const source = { name: `file:${path}`, attribute: options.attribute };
  return {
    ...source,
    async open(call) {
      checkCall(call);
      const place = resolve(options.baseFolder ?? process.cwd(), path);
      const { content, mode } = await fileContent(place, largestContentBytes, source);
      return opened(content, encoding, source, { warnings: modeWarnings(mode, path) });
    },
  };
}

function modeWarnings(mode: number, path: string): readonly string[] {
  // Windows has no such modes, and Node makes them up there.
  if (process.platform === "win32" || (mode & 0o077) === 0) return [];
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  return [
    `The file ${path} holds key material and is open to other users of this machine (mode ${octal}). Close it: chmod 600 '${path}'`,
  ];
}
