import { hasUnknown, isProps, type Props } from "./props";

/** What an argument looks like. */
export type Shape =
  | { readonly kind: "text" }
  | { readonly kind: "flag" }
  | { readonly kind: "number" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "map"; readonly of: Shape }
  | { readonly kind: "object"; readonly fields: Fields };

export type Fields = Readonly<Record<string, Shape>>;

export const text = { kind: "text" } as const;
export const flag = { kind: "flag" } as const;
export const number = { kind: "number" } as const;
export const word = <W extends string>(...words: W[]) => ({ kind: "word", words }) as const;
export const list = <S extends Shape>(of: S) => ({ kind: "list", of }) as const;
export const map = <S extends Shape>(of: S) => ({ kind: "map", of }) as const;
export const object = <F extends Fields>(fields: F) => ({ kind: "object", fields }) as const;

/** The values that have a shape. */
export type ValueOf<S> = S extends { kind: "text" }
  ? string
  : S extends { kind: "flag" }
    ? boolean
    : S extends { kind: "number" }
      ? number
      : S extends { kind: "word"; words: readonly (infer W)[] }
        ? W
        : S extends { kind: "list"; of: infer E }
          ? readonly ValueOf<E>[]
          : S extends { kind: "map"; of: infer E }
            ? Readonly<Record<string, ValueOf<E>>>
            : S extends { kind: "object"; fields: infer F }
              ? ArgumentsOf<F>
              : never;

export type ArgumentsOf<F> = { readonly [K in keyof F]?: ValueOf<F[K]> };

/** What is wrong with one property. The reason may go on from the property's name, "must be text". */
export interface Failure {
  /** The path of the property: `connection.assumeRole[0].roleArn`. */
  readonly property: string;
  readonly reason: string;
}

export interface ReadArguments<F> {
  /** What is set, known and of the right shape. */
  readonly args: ArgumentsOf<F>;
  /** The names of arguments that are not known yet, wholly or in part. */
  readonly unknown: ReadonlySet<string>;
  readonly failures: readonly Failure[];
}

/** Reads properties by a table of shapes, and reports everything that does not fit at once. Null counts as not set. */
export function readArguments<F extends Fields>(fields: F, props: Props): ReadArguments<F> {
  const failures: Failure[] = [];
  const unknown = new Set<string>();
  const args: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(fields)) {
    const value = props[name];
    if (value === undefined || value === null) continue;
    const found = faults(shape, value, name);
    failures.push(...found);
    if (hasUnknown(value)) unknown.add(name);
    else if (found.length === 0) args[name] = withoutNulls(value);
  }
  return { args: areArguments(fields, args) ? args : {}, unknown, failures };
}

/** The loop above has checked each value against its shape; the compiler cannot follow that. */
function areArguments<F extends Fields>(fields: F, args: object): args is ArgumentsOf<F> {
  return Object.keys(args).every((name) => Object.hasOwn(fields, name));
}

/** Properties that no argument of the table has the name of; those of Pulumi itself begin with two underscores. */
export function strangers(fields: Fields, props: Props): readonly Failure[] {
  return Object.keys(props)
    .filter((name) => !Object.hasOwn(fields, name) && !name.startsWith("__"))
    .map((name) => ({ property: name, reason: `\`${name}\` is not an argument. Remove it.` }));
}

function faults(shape: Shape, value: unknown, path: string): readonly Failure[] {
  if (!isContainer(shape) && hasUnknown(value)) return [];
  const wrong = (wanted: string): readonly Failure[] => [{ property: path, reason: `must be ${wanted}.` }];
  switch (shape.kind) {
    case "text":
      return typeof value === "string" ? [] : wrong("text");
    case "flag":
      return typeof value === "boolean" ? [] : wrong("true or false");
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? [] : wrong("a number");
    case "word":
      return shape.words.some((one) => one === value) ? [] : wrong(`one of ${shape.words.join(", ")}`);
    case "list":
      if (hasUnknownItself(value)) return [];
      return Array.isArray(value)
        ? value.flatMap((item: unknown, i) => faults(shape.of, item, `${path}[${i}]`))
        : wrong("a list");
    case "map":
      if (hasUnknownItself(value)) return [];
      return isProps(value)
        ? Object.entries(value).flatMap(([name, item]) => faults(shape.of, item, `${path}.${name}`))
        : wrong("a map of names to values");
    case "object": {
      if (hasUnknownItself(value)) return [];
      if (!isProps(value)) return wrong("an object");
      const inner = Object.entries(shape.fields).flatMap(([name, field]) => {
        const item = value[name];
        return item === undefined || item === null ? [] : faults(field, item, `${path}.${name}`);
      });
      return [
        ...inner,
        ...strangers(shape.fields, value).map((one) => ({ ...one, property: `${path}.${one.property}` })),
      ];
    }
  }
}

function isContainer({ kind }: Shape): boolean {
  return kind === "list" || kind === "map" || kind === "object";
}

/** The value as a whole is not known, as opposed to something in it. */
function hasUnknownItself(value: unknown): boolean {
  return typeof value === "string" && hasUnknown(value);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isProps(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      item === null || item === undefined ? [] : [[name, withoutNulls(item)]],
    ),
  );
}
