import { decoded, invalid, placeAndQuery, type SourceText } from "../source-text";

/** A key in a Transit engine, as its source names it. */
export interface TransitPlace {
  /** The path of the mount, without slashes around it: `transit`, `team/transit`. */
  readonly mount: string;
  readonly key: string;
  /** Absent: the latest one. */
  readonly version?: number;
  /** Whether the bytes are read, instead of wrapped by Vault. Absent: they are wrapped. */
  readonly exported?: true;
}

/** `transit/payments?version=3&export=true`. @throws ByokError `invalid_argument` */
export function transitPlace(text: SourceText): TransitPlace {
  const { place, query } = placeAndQuery(text);
  const path = decoded(place, text.attribute);
  const slash = path.lastIndexOf("/");
  const [mount, key] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
  if (!isMount(mount) || !keyName.test(key)) {
    throw invalid(
      text.attribute,
      `must give the mount of a Transit engine and the name of a key after \`${text.scheme}:\`, such as \`${text.scheme}:transit/payments\`.`,
    );
  }
  return { mount, key, ...(query === undefined ? {} : asked(query, text.attribute)) };
}

/** What Vault takes for a key's name. */
const keyName = /^\w(?:[\w.-]{0,254}\w)?$/;

function isMount(mount: string): boolean {
  const segments = mount.split("/");
  return segments.every((one) => one !== "" && one !== "." && one !== ".." && !/[\p{Cc}\p{Cs}]/u.test(one));
}

/** What may stand behind the `?`, each at most once. */
type Asked = Pick<TransitPlace, "version" | "exported">;

function asked(query: string, attribute: string): Asked {
  const read = query.split("&").map(partOf);
  const names = new Set(read.flatMap((part) => Object.keys(part ?? {})));
  if (!read.includes(undefined) && names.size === read.length) return Object.assign({}, ...read);
  throw invalid(
    attribute,
    "may end with `?version=` and a number from 1, and with `export=true` to read a symmetric key, parted by `&`; with nothing else.",
  );
}

function partOf(word: string): Asked | undefined {
  if (word === "export=true") return { exported: true };
  const [, digits] = /^version=([1-9]\d{0,8})$/.exec(word) ?? [];
  return digits === undefined ? undefined : { version: Number(digits) };
}
