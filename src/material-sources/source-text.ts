import { ByokError } from "../engine/errors";
import type { KeyMaterialSource } from "../engine/key-material-source";
import { isMaterialEncoding, type MaterialEncoding, materialEncodings } from "../engine/material-encoding";
import type { MaterialSourceOptions } from "./material-source-options";

/** What stands behind the colon of a source's URI, with the scheme and the argument for messages. */
export interface SourceText {
  readonly scheme: string;
  readonly text: string;
  readonly attribute: string;
}

/** A kind of source: how its URI is read, and the source itself. */
export interface SourceKindRow<Place extends object> {
  /** @throws ByokError `invalid_argument`, without repeating the text: it may be the key itself. */
  parse(text: SourceText): Place;
  /**
   * The place as `allowed_material_sources` compares it: decoded and normalised, from what is general to what is particular.
   * Two places that are the same have the same segments. Absent: the kind can be allowed as a whole only.
   */
  segments?(place: Place, options: Pick<MaterialSourceOptions, "baseFolder">): readonly string[];
  /** Nothing is opened. */
  source(place: Place, options: MaterialSourceOptions): KeyMaterialSource;
}

/** Parts a place from its `?encoding=`. The place is not decoded yet. */
export function placeAndEncoding({ text, attribute }: SourceText): {
  readonly place: string;
  readonly encoding?: MaterialEncoding;
} {
  const { place, query } = placeAndQuery({ text, attribute });
  return query === undefined ? { place } : { place, encoding: encodingIn(query, attribute) };
}

/** Parts a place from what stands behind its `?`. Neither is decoded yet. */
export function placeAndQuery({ text, attribute }: Pick<SourceText, "text" | "attribute">): {
  readonly place: string;
  readonly query: string | undefined;
} {
  const [place = "", query, ...more] = text.split("?");
  if (more.length > 0 || text.includes("#"))
    throw invalid(attribute, "has a `?` or `#` too many: write it as %3F or %23.");
  return { place, query };
}

/** Percent-decoded text. */
export function decoded(text: string, attribute: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw invalid(attribute, "has a `%` that is not followed by two hexadecimal digits: write it as %25.");
  }
  if (plain.includes("\0")) throw invalid(attribute, "has a zero byte in it.");
  return plain;
}

/** The error for a URI that cannot be read. `fault` follows the name of the argument. */
export function invalid(attribute: string, fault: string): ByokError {
  return new ByokError("invalid_argument", `\`${attribute}\` ${fault}`, { attribute });
}

function encodingIn(query: string, attribute: string): MaterialEncoding {
  const [name, value = "", ...more] = query.split("=");
  if (name === "encoding" && more.length === 0 && isMaterialEncoding(value)) return value;
  throw invalid(attribute, `may end with \`?encoding=\` and one of ${materialEncodings.join(", ")}, and nothing else.`);
}
