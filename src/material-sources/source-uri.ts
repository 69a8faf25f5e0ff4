import { ByokError } from "../engine/errors";
import type { KeyMaterialSource } from "../engine/key-material-source";
import { keysOf } from "../engine/table";
import { envKind } from "./env";
import { execKind } from "./exec";
import { fileKind } from "./file";
import type { MaterialSourceOptions } from "./material-source-options";
import { pkcs11Kind } from "./pkcs11";
import { invalid, type SourceKindRow, type SourceText } from "./source-text";
import { storeKinds } from "./secret-store";
import { vaultTransitKind } from "./vault-transit";
import { wrapKind } from "./wrap";
import { wrappedKind } from "./wrapped";

/** All kinds of source, by the scheme of their URI. */
const kinds = {
  file: kindOf(fileKind),
  env: kindOf(envKind),
  exec: kindOf(execKind),
  wrap: kindOf(wrapKind),
  wrapped: kindOf(wrappedKind),
  pkcs11: kindOf(pkcs11Kind),
  "vault-transit": kindOf(vaultTransitKind),
  secretsmanager: kindOf(storeKinds.secretsmanager),
  ssm: kindOf(storeKinds.ssm),
  "alibaba-secrets": kindOf(storeKinds["alibaba-secrets"]),
} as const satisfies Record<string, (text: SourceText) => ParsedPlace>;

export type SourceKind = keyof typeof kinds;

/** The kinds of source, by the scheme of their URI. */
export const sourceKinds: readonly SourceKind[] = keysOf(kinds);

type BaseFolder = Pick<MaterialSourceOptions, "baseFolder">;

/** A place as its kind reads it, and the source there. */
interface ParsedPlace {
  readonly place: object;
  /** See `SourceKindRow.segments`. Undefined: the kind has none. */
  segments(options: BaseFolder): readonly string[] | undefined;
  source(options: MaterialSourceOptions): KeyMaterialSource;
}

/** A source as its URI says it, checked as far as it can be without opening it. */
export interface ParsedSource extends ParsedPlace {
  readonly kind: SourceKind;
}

/**
 * The source that a URI names: `file:keys/payments.bin`, `file:///var/keys/payments.bin`, `env:PAYMENTS_KEY`,
 * `exec:/usr/bin/get-key payments`, each with an optional `?encoding=raw|hex|base64|pem|der`,
 * `wrap:/usr/bin/vendor-wrap payments`, `wrapped:payments.wrapped.json`,
 * `pkcs11:token=hsm;object=payments?module-path=/usr/lib/vendor.so`, or `vault-transit:transit/payments?version=3`.
 *
 * Throws `invalid_argument` for a malformed URI and `source_not_allowed` where `allowed` (the provider's
 * `allowed_material_sources`) leaves the kind or the place out. Nothing is opened. The URI is not repeated in an error: it may be the
 * key itself, pasted in the wrong place.
 */
export function sourceFromUri(
  uri: string,
  options: MaterialSourceOptions & { readonly allowed?: readonly string[] },
): KeyMaterialSource {
  const parsed = parseSourceUri(uri, options.attribute);
  checkAllowed(parsed, options);
  return parsed.source(options);
}

/**
 * Reads a source's URI. Paths, names and the words of a command are percent-decoded; a `?` or `#` in them is written
 * `%3F` or `%23`. Words are parted by blanks, so a blank inside of one is written `%20`.
 */
export function parseSourceUri(uri: string, attribute: string): ParsedSource {
  const colon = uri.indexOf(":");
  const scheme = uri.slice(0, Math.max(colon, 0)).toLowerCase();
  const kind = sourceKinds.find((name) => name === scheme);
  if (kind === undefined) {
    const schemes = sourceKinds.map((name) => `\`${name}:\``).join(", ");
    throw invalid(attribute, `must begin with ${schemes}. ${remedyFor(uri, attribute)}`);
  }
  return { kind, ...kinds[kind]({ scheme, text: uri.slice(colon + 1), attribute }) };
}

function kindOf<Place extends object>(row: SourceKindRow<Place>): (text: SourceText) => ParsedPlace {
  return (text) => {
    const place = row.parse(text);
    return {
      place,
      segments: (options) => row.segments?.(place, options),
      source: (options) => row.source(place, options),
    };
  };
}

/**
 * Checks the provider's `allowed_material_sources`: each word is a kind of source, or a kind with the beginning of a place,
 * `file:keys/`.
 *
 * @throws ByokError `invalid_argument` for a word that is neither.
 */
export function parseAllowedSources(words: readonly string[], attribute: string): readonly string[] {
  for (const word of words) allowedSource(word, attribute);
  return words;
}

/** A word of `allowed_material_sources`. */
interface AllowedSource {
  readonly kind: SourceKind;
  /** What is allowed begins so. Absent: every place of the kind is allowed. */
  readonly prefix?: ParsedSource;
  /** Whether only what is below it is allowed, and not the place itself. */
  readonly isFolder: boolean;
}

function allowedSource(word: string, attribute: string): AllowedSource {
  const whole = sourceKinds.find((name) => name === word);
  if (whole !== undefined) return { kind: whole, isFolder: false };
  const isFolder = word.endsWith("/");
  if (!sourceKinds.some((name) => word.startsWith(`${name}:`)) || word.includes("?")) {
    throw invalid(
      attribute,
      `has a word that is no kind of source. Use ${sourceKinds.join(", ")}, each alone or with the beginning of a place, such as \`file:keys/\`.`,
    );
  }
  // Of a folder any place that lies in it stands for all; the root of all folders narrows nothing.
  const isNarrow = isFolder && !word.endsWith(":/");
  const prefix = parseSourceUri(isNarrow ? `${word}x` : word, attribute);
  if (prefix.segments({}) === undefined) {
    throw invalid(
      attribute,
      `narrows \`${prefix.kind}\`, of which places cannot be told apart. Use \`${prefix.kind}\`.`,
    );
  }
  return { kind: prefix.kind, prefix, isFolder };
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

function checkAllowed(
  source: ParsedSource,
  { attribute, allowed, ...base }: MaterialSourceOptions & { readonly allowed?: readonly string[] },
): void {
  if (allowed === undefined) return;
  const ofKind = allowed
    .map((word) => allowedSource(word, "allowed_material_sources"))
    .filter(({ kind }) => kind === source.kind);
  if (ofKind.some((one) => covers(one, source, base))) return;
  const remedy = allowed.length === 0 ? "No kind of source is allowed." : `Allowed are ${allowed.join(", ")}.`;
  const what =
    ofKind.length === 0 ? `a source of the kind \`${source.kind}\`` : `a place of the kind \`${source.kind}\``;
  throw new ByokError(
    "source_not_allowed",
    `\`${attribute}\` names ${what}, which \`allowed_material_sources\` leaves out. ${remedy}`,
    { attribute },
  );
}

/** Compares whole segments: `file:keys/pay` allows nothing of `keys/payroll`, and `..` leads out of what is allowed. */
function covers({ prefix, isFolder }: AllowedSource, source: ParsedSource, base: BaseFolder): boolean {
  if (prefix === undefined) return true;
  const [named = [], place = []] = [prefix.segments(base), source.segments(base)];
  const beginning = isFolder ? named.slice(0, -1) : named;
  const least = isFolder ? beginning.length + 1 : beginning.length;
  return place.length >= least && beginning.every((segment, at) => segment === place[at]);
}
