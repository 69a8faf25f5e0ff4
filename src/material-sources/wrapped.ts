import { resolve, sep } from "node:path";
import { largestFileBytes } from "../ceremony/json-file";
import { readWrapped, type WrappedFile } from "../ceremony/wrapped-file";
import { checkCall } from "../engine/call";
import { type CheckValue, checkValuesOf } from "../engine/check-values";
import { ByokError } from "../engine/errors";
import type { Fingerprint } from "../engine/fingerprint";
import type { KeyMaterialSource, OfferedMaterial, WrappedForKey } from "../engine/key-material-source";
import type { MaterialShape } from "../engine/key-spec";
import type { WrappingAlgorithm } from "../engine/wrapping-algorithm";
import { fileContent } from "./file-content";
import { filePath } from "./file-path";
import type { MaterialSourceOptions } from "./material-source-options";
import { named, type SourceNames } from "./opened";
import { invalid, placeAndQuery, type SourceKindRow } from "./source-text";

/** The path of a file that `byok wrap` wrote. */
export interface WrappedPlace {
  readonly path: string;
}

/** `wrapped:payments.wrapped.json`. */
export const wrappedKind: SourceKindRow<WrappedPlace> = {
  parse(text) {
    const { place, query } = placeAndQuery(text);
    if (query !== undefined)
      throw invalid(text.attribute, "has a `?`, and a wrapped file takes no encoding. Write it as %3F.");
    return { path: filePath(place, text) };
  },
  segments: ({ path }, { baseFolder = process.cwd() }) => resolve(baseFolder, path).split(sep),
  source: ({ path }, options) => wrappedSource(path, options),
};

/** Key material that was wrapped elsewhere, for certain keys and for as long as their import tokens are valid. */
function wrappedSource(path: string, options: MaterialSourceOptions): KeyMaterialSource {
  const source = { name: `wrapped:${path}`, attribute: options.attribute };
  return {
    ...source,
    async open(call) {
      checkCall(call);
      const place = resolve(options.baseFolder ?? process.cwd(), path);
      const { content } = await fileContent(place, largestFileBytes, source);
      return new WrappedMaterial(readFile(content, source), source);
    },
  };
}

function readFile(content: Buffer, source: SourceNames): WrappedFile {
  try {
    return readWrapped(content, source.attribute);
  } catch (error) {
    throw named(new ByokError("malformed_material", ByokError.from(error).rawMessage), source);
  }
}

/** What a wrapped file offers: material whose bytes are not here, for the keys that it names. */
export class WrappedMaterial implements OfferedMaterial {
  readonly fingerprint: Fingerprint;
  readonly shape: MaterialShape;
  readonly algorithms: readonly WrappingAlgorithm[];
  readonly warnings: readonly string[] = [];
  readonly #file: WrappedFile;
  readonly #source: SourceNames;

  constructor(file: WrappedFile, source: SourceNames) {
    this.fingerprint = file.fingerprint;
    this.shape = file.shape;
    this.algorithms = [...new Set(file.keys.map(({ algorithm }) => algorithm))];
    this.#file = file;
    this.#source = source;
  }

  checkValues(): readonly CheckValue[] {
    return checkValuesOf(this.fingerprint);
  }

  /** @throws ByokError `wrapper_refused` for another key, naming those of the file. */
  wrappedFor(keyArn: string): WrappedForKey {
    const found = this.#file.keys.find((key) => key.keyArn === keyArn);
    if (found !== undefined) return found;
    throw this.#refusal(
      `It was not wrapped for ${keyArn}, but for ${listed(this.#file)}. Nothing was sent. Name that key, or run \`byok params\` and \`byok wrap\` for this one.`,
    );
  }

  /** @throws ByokError `wrapper_refused`, always: the bytes are not here. */
  async wrap(): Promise<Buffer> {
    throw this.#refusal("It is wrapped already, for the keys that it names, and cannot be wrapped for another.");
  }

  /** Nothing to wipe: no byte is here unwrapped. */
  destroy(): void {}

  #refusal(message: string): ByokError {
    return named(new ByokError("wrapper_refused", message), this.#source);
  }
}

/** The keys of a file, as far as they fit into a message. */
function listed({ keys }: WrappedFile): string {
  const shown = keys.slice(0, mostListed).map(({ keyArn }) => keyArn);
  const more = keys.length - shown.length;
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
}

const mostListed = 20;
