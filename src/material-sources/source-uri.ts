import { ByokError } from "../engine/errors";
import { isMaterialEncoding, type MaterialEncoding, materialEncodings } from "../engine/material-encoding";
import { envSource } from "./env";
import { execSource } from "./exec";
import { fileSource } from "./file";
import type { ByteSource, MaterialSourceOptions } from "./material-source-options";

/** The kinds of source, by the scheme of their URI. */
export const sourceKinds = ["file", "env", "exec"] as const;

export type SourceKind = (typeof sourceKinds)[number];

/** A source as its URI says it, checked as far as it can be without opening it. */
export type ParsedSource =
  | { readonly kind: "file"; readonly path: string; readonly encoding?: MaterialEncoding }
  | { readonly kind: "env"; readonly variable: string; readonly encoding?: MaterialEncoding }
  | { readonly kind: "exec"; readonly words: readonly [string, ...string[]]; readonly encoding?: MaterialEncoding };

/**
 * The source that a URI names: `file:keys/payments.bin`, `file:///var/keys/payments.bin`, `env:PAYMENTS_KEY`,
 * `exec:/usr/bin/get-key payments`, each with an optional `?encoding=raw|hex|base64|pem|der`.
 *
 * Throws `invalid_argument` for a malformed URI and `source_not_allowed` where `allowed` (the provider's
 * `allowed_material_sources`) leaves the kind out. Nothing is opened. The URI is not repeated in an error: it may be the
 * key itself, pasted in the wrong place.
 */
export function sourceFromUri(
  uri: string,
  options: MaterialSourceOptions & { readonly allowed?: readonly string[] },
): ByteSource {
  const parsed = parseSourceUri(uri, options.attribute);
  checkAllowed(parsed.kind, options.allowed, options.attribute);
  switch (parsed.kind) {
    case "file":
      return fileSource(parsed.path, parsed.encoding, options);
    case "env":
      return envSource(parsed.variable, parsed.encoding, options);
    case "exec":
      return execSource(parsed.words, parsed.encoding, options);
  }
}

/**
 * Reads a source's URI. Paths, names and the words of a command are percent-decoded; a `?` or `#` in them is written
 * `%3F` or `%23`. Words are parted by blanks, so a blank inside of one is written `%20`.
 */
export function parseSourceUri(uri: string, attribute: string): ParsedSource {
  const colon = uri.indexOf(":");
  const kind = sourceKinds.find((name) => name === uri.slice(0, Math.max(colon, 0)).toLowerCase());
  if (kind === undefined) {
    const schemes = sourceKinds.map((name) => `\`${name}:\``).join(", ");
    throw invalid(attribute, `must begin with ${schemes}. ${remedyFor(uri, attribute)}`);
  }
  const [place = "", query, ...more] = uri.slice(colon + 1).split("?");
  if (more.length > 0 || uri.includes("#"))
    throw invalid(attribute, "has a `?` or `#` too many: write it as %3F or %23.");
  const encoding = query === undefined ? {} : { encoding: encodingIn(query, attribute) };
  switch (kind) {
    case "file":
      return { kind, path: filePath(place, attribute), ...encoding };
    case "env":
      return { kind, variable: variableName(place, attribute), ...encoding };
    case "exec":
      return { kind, words: commandWords(place, attribute), ...encoding };
  }
}

/** Checks the provider's `allowed_material_sources`. Throws `invalid_argument` for a word that is no kind of source. */
export function parseAllowedSources(words: readonly string[], attribute: string): readonly SourceKind[] {
  return words.map((word) => {
    const kind = sourceKinds.find((name) => name === word);
    if (kind === undefined)
      throw invalid(attribute, `has a word that is no kind of source. Use ${sourceKinds.join(", ")}.`);
    return kind;
  });
}

/** What was probably meant where no kind of source is named. The text itself is not repeated: it may be the key. */
function remedyFor(text: string, attribute: string): string {
  if (looksLikePath(text)) return "It looks like the path of a file: write `file:` before it.";
  return attribute === "key_material_source"
    ? "The bytes themselves go into `key_material_wo`, in base64."
    : "The bytes themselves are given on standard input, with `-`.";
}

/** Digits of a key have neither a point nor a backslash, and a slash with a `+` or `=` beside it is base64. */
function looksLikePath(text: string): boolean {
  if (/^(~|\.{1,2})?[\\/]|^[A-Za-z]:[\\/]/.test(text)) return !/[+=]/.test(text) && text.length < 256;
  return (
    /^[^\s{}:]{1,200}\.[A-Za-z][A-Za-z0-9]{1,6}$/.test(text) || /^(?=.{1,31}$)[^\s{}:+=]+\/[^\s{}:+=]+$/.test(text)
  );
}

function checkAllowed(kind: SourceKind, allowed: readonly string[] | undefined, attribute: string): void {
  if (allowed === undefined || allowed.includes(kind)) return;
  const remedy = allowed.length === 0 ? "No kind of source is allowed." : `Allowed are ${allowed.join(", ")}.`;
  throw new ByokError(
    "source_not_allowed",
    `\`${attribute}\` names a source of the kind \`${kind}\`, which \`allowed_material_sources\` leaves out. ${remedy}`,
    { attribute },
  );
}

function encodingIn(query: string, attribute: string): MaterialEncoding {
  const [name, value = "", ...more] = query.split("=");
  if (name === "encoding" && more.length === 0 && isMaterialEncoding(value)) return value;
  throw invalid(attribute, `may end with \`?encoding=\` and one of ${materialEncodings.join(", ")}, and nothing else.`);
}

function filePath(place: string, attribute: string): string {
  const authority = /^\/\/([^/]*)(?=\/)/.exec(place);
  if (place.startsWith("//") && (authority === null || !["", "localhost"].includes(authority[1] ?? ""))) {
    throw invalid(attribute, "names another machine. Use `file:///folder/file` or `file:folder/file`.");
  }
  const path = decoded(place.slice(authority?.[0].length ?? 0), attribute);
  if (path === "" || path.endsWith("/")) throw invalid(attribute, "names no file after `file:`.");
  if (path.startsWith("~")) {
    throw invalid(
      attribute,
      "has a `~`, which only a shell understands. Write the whole path; a file of that name is `./~…`.",
    );
  }
  // On Windows a path in file:///C:/keys begins with the letter of its drive.
  return process.platform === "win32" ? path.replace(/^\/(?=[A-Za-z]:)/, "") : path;
}

function variableName(place: string, attribute: string): string {
  const name = decoded(place, attribute);
  if (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^[0-9A-Fa-f]{32,}$/.test(name)) return name;
  throw invalid(attribute, "must give the name of an environment variable after `env:`, not its value.");
}

function commandWords(place: string, attribute: string): readonly [string, ...string[]] {
  const [command, ...args] = place
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => decoded(word, attribute));
  if (command === undefined) throw invalid(attribute, "names no command after `exec:`.");
  return [command, ...args];
}

function decoded(text: string, attribute: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw invalid(attribute, "has a `%` that is not followed by two hexadecimal digits: write it as %25.");
  }
  if (plain.includes("\0")) throw invalid(attribute, "has a zero byte in it.");
  return plain;
}

function invalid(attribute: string, fault: string): ByokError {
  return new ByokError("invalid_argument", `\`${attribute}\` ${fault}`, { attribute });
}
