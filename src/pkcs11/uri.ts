import { ByokError } from "../engine/errors";

/** Where a PIN is read from, by the child that logs in. */
export type PinSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "env"; readonly variable: string }
  | { readonly kind: "command"; readonly words: readonly [string, ...string[]] };

/** The classes of objects that hold what can be wrapped, by their words in RFC 7512. */
export const objectTypes = ["secret-key", "private"] as const;

export type ObjectType = (typeof objectTypes)[number];

/** A key in a token, as a PKCS#11 URI (RFC 7512) names it. What is absent matches everything. */
export interface Pkcs11Uri {
  /** The token's label. */
  readonly token?: string;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly libraryManufacturer?: string;
  readonly libraryDescription?: string;
  /** Major and minor, such as `3.0`, or the major alone. */
  readonly libraryVersion?: string;
  /** The object's label. */
  readonly object?: string;
  /** CKA_ID. */
  readonly id?: Buffer;
  readonly type?: ObjectType;
  /** The absolute path of the vendor's library, or of the folder that holds the one called `moduleName`. */
  readonly modulePath?: string;
  readonly moduleName?: string;
  readonly pinSource?: PinSource;
}

/** The URI in a canonical spelling, without its query, for messages: `pkcs11:token=hsm;object=payments`. */
export function nameOfUri(uri: Pkcs11Uri): string {
  const id = uri.id === undefined ? [] : [`id=${percentEncoded(uri.id)}`];
  const texts = Object.entries(pathAttributes).flatMap(([name, member]) => {
    const value = member === undefined ? undefined : uri[member];
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  return `pkcs11:${[...texts, ...id].join(";")}`;
}

/** Bytes as a URI writes them, each as `%` and two hexadecimal digits. */
export function percentEncoded(bytes: Buffer): string {
  return bytes.toString("hex").toUpperCase().replaceAll(/../g, "%$&");
}

/**
 * Reads a PKCS#11 URI that names one key: `pkcs11:token=hsm;object=payments?module-path=/usr/lib/x.so&pin-source=file:/run/pin`.
 *
 * Throws `invalid_argument`, without repeating the text: it may hold a PIN, or be a key that was pasted in the wrong place.
 *
 * @param text The whole URI, with its scheme.
 * @param attribute The argument that holds it, for errors.
 */
export function parsePkcs11Uri(text: string, attribute: string): Pkcs11Uri {
  const [, rest] = /^pkcs11:(.*)$/is.exec(text) ?? [];
  if (rest === undefined) throw invalid(attribute, "must begin with `pkcs11:`.");
  const [path = "", query, ...more] = rest.split("?");
  if (more.length > 0 || rest.includes("#"))
    throw invalid(attribute, "has a `?` or `#` too many: write it as %3F or %23.");
  const uri = {
    ...pathOf(attributesIn(path, ";", attribute), attribute),
    ...queryOf(attributesIn(query ?? "", "&", attribute), attribute),
  };
  checkComplete(uri, attribute);
  return uri;
}

/** The attributes of the path whose values are text, and their members. */
const pathAttributes = {
  token: "token",
  serial: "serial",
  manufacturer: "manufacturer",
  model: "model",
  "library-manufacturer": "libraryManufacturer",
  "library-description": "libraryDescription",
  "library-version": "libraryVersion",
  object: "object",
  type: "type",
} as const satisfies Readonly<Record<string, keyof Pkcs11Uri>>;

/** Attributes of RFC 7512 that are refused, and why. */
const refusedAttributes: Readonly<Record<string, string>> = {
  "slot-id":
    "names a slot by its number, which changes when devices come and go. Name the token by `token` or `serial`.",
  "slot-description": "names a slot, which may hold another token tomorrow. Name the token by `token` or `serial`.",
  "slot-manufacturer": "names a slot, which may hold another token tomorrow. Name the token by `token` or `serial`.",
  "pin-value":
    "has a PIN in it, which would be in the state and in logs. Change that PIN, and name where it is read from: `pin-source=file:/…`, `env:NAME` or `|command`.",
};

/** The name and the undecoded value of each attribute, in the order in which they are written. */
function attributesIn(part: string, separator: string, attribute: string): readonly (readonly [string, string])[] {
  const pairs = part
    .split(separator)
    .filter((pair) => pair !== "")
    .map((pair): readonly [string, string] => {
      const equals = pair.indexOf("=");
      if (equals < 1) throw invalid(attribute, "has a part that is no `name=value`.");
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    });
  const names = pairs.map(([name]) => name);
  const refused = names.map((name) => refusedAttributes[name]).find((reason) => reason !== undefined);
  if (refused !== undefined) throw invalid(attribute, refused);
  const twice = names.find((name, index) => names.indexOf(name) !== index && isKnown(name));
  if (twice !== undefined) throw invalid(attribute, `has \`${twice}\` more than once.`);
  return pairs;
}

function isKnown(name: string): boolean {
  return Object.hasOwn(pathAttributes, name) || ["id", "module-path", "module-name", "pin-source"].includes(name);
}

function pathOf(pairs: readonly (readonly [string, string])[], attribute: string): Pkcs11Uri {
  const uri: Record<string, string | Buffer> = {};
  for (const [name, value] of pairs) {
    if (name === "id") uri["id"] = decodedBytes(value, attribute);
    else if (isPathAttribute(name)) uri[pathAttributes[name]] = textIn(value, attribute);
    else {
      throw invalid(
        attribute,
        `has an attribute before its \`?\` that is not supported. Use ${[...Object.keys(pathAttributes), "id"].join(", ")}.`,
      );
    }
  }
  const { type } = uri;
  if (type === undefined || isObjectType(type)) return uri;
  throw invalid(attribute, "must have the `type` of a key that can be wrapped: `secret-key` or `private`.");
}

function queryOf(pairs: readonly (readonly [string, string])[], attribute: string): Pkcs11Uri {
  const readers: Readonly<Record<string, (value: string) => Pkcs11Uri>> = {
    "module-path": (value) => ({ modulePath: absolutePath(value, "module-path", attribute) }),
    "module-name": (value) => ({ moduleName: moduleName(value, attribute) }),
    "pin-source": (value) => ({ pinSource: pinSourceOf(value, attribute) }),
  };
  const parts = pairs.map(([name, value]) => {
    const read = readers[name];
    if (read === undefined) {
      throw invalid(
        attribute,
        `has an attribute behind its \`?\` that is not supported. Use ${Object.keys(readers).join(", ")}.`,
      );
    }
    return read(textIn(value, attribute));
  });
  return Object.assign({}, ...parts);
}

function checkComplete(uri: Pkcs11Uri, attribute: string): void {
  if (uri.token === undefined && uri.serial === undefined)
    throw invalid(attribute, "must name the token by `token` (its label) or `serial`.");
  if (uri.object === undefined && uri.id === undefined)
    throw invalid(attribute, "must name the key by `object` (its label) or `id`.");
  if (uri.modulePath === undefined && uri.moduleName === undefined) {
    throw invalid(
      attribute,
      "must name the vendor's library: `?module-path=/…` with its absolute path, or `?module-name=`.",
    );
  }
}

function pinSourceOf(value: string, attribute: string): PinSource {
  if (value.startsWith("|")) {
    const [command, ...args] = value
      .slice(1)
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => textIn(word, attribute));
    if (command === undefined) throw invalid(attribute, "names no command behind the `|` of its `pin-source`.");
    return { kind: "command", words: [command, ...args] };
  }
  const [, scheme, place = ""] = /^(file|env):(.*)$/s.exec(value) ?? [];
  // `file:///run/pin` and `file:/run/pin` are the same; another authority is another machine.
  const path = place.replace(/^\/\/(localhost)?(?=\/)/, "");
  if (scheme === "file" && !path.startsWith("//"))
    return { kind: "file", path: absolutePath(path, "pin-source", attribute) };
  if (scheme === "env" && /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(place)) return { kind: "env", variable: place };
  throw invalid(
    attribute,
    "must say in its `pin-source` where the PIN is read from, and not the PIN: `file:/…`, `env:NAME` or `|command`.",
  );
}

/** The library of another folder must not be loaded because somebody runs the tool there. */
function absolutePath(value: string, name: string, attribute: string): string {
  const windows = process.platform === "win32" && /^\/?[A-Za-z]:[\\/]/.test(value);
  if (!value.startsWith("/") && !windows) throw invalid(attribute, `must have an absolute path in its \`${name}\`.`);
  return windows ? value.replace(/^\//, "") : value;
}

function moduleName(value: string, attribute: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(value)) return value;
  throw invalid(
    attribute,
    "must have in its `module-name` the bare name of a library. A path goes into `module-path`.",
  );
}

function textIn(value: string, attribute: string): string {
  const bytes = decodedBytes(value, attribute);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(attribute, "has text that is not UTF-8.");
  }
}

/** Percent-decoded. An id is bytes, and so need not be UTF-8. */
function decodedBytes(value: string, attribute: string): Buffer {
  if (/%(?![0-9A-Fa-f]{2})/.test(value))
    throw invalid(attribute, "has a `%` that is not followed by two hexadecimal digits: write it as %25.");
  const pieces = value.split(/(%[0-9A-Fa-f]{2})/);
  const bytes = Buffer.concat(
    pieces.map((piece) => (piece.startsWith("%") ? Buffer.from(piece.slice(1), "hex") : Buffer.from(piece))),
  );
  if (bytes.length === 0) throw invalid(attribute, "has an attribute without a value.");
  return bytes;
}

function isPathAttribute(name: string): name is keyof typeof pathAttributes {
  return Object.hasOwn(pathAttributes, name);
}

function isObjectType(type: string | Buffer): type is ObjectType {
  return objectTypes.some((name) => name === type);
}

function invalid(attribute: string, fault: string): ByokError {
  return new ByokError("invalid_argument", `\`${attribute}\` ${fault}`, { attribute });
}
