/**
 * The words in which arguments, results and settings are defined, once for every face. A definition says what a value is
 * and means; how a face shows it, checks it and writes it down follows from that.
 *
 * Names are Terraform's (`key_arn`); faces in TypeScript respell them (`keyArn`). A description is whole sentences about
 * the value and ends with the default; names of other fields stand in it in backticks, in Terraform's spelling.
 */
export type Kind =
  | { readonly kind: "text" }
  | { readonly kind: "flag" }
  /** A whole number. */
  | { readonly kind: "number" }
  /** One of a closed set of words. */
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "list"; readonly of: Kind }
  | { readonly kind: "map"; readonly of: Kind }
  /** Fields that belong together; a block in Terraform, an object elsewhere. */
  | { readonly kind: "group"; readonly fields: Fields };

export interface Field<K extends Kind = Kind> {
  readonly is: K;
  readonly description: string;
  /** Never shown, and no part of what a state keeps. Default false. */
  readonly secret?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

export const text = { kind: "text" } as const;
export const flag = { kind: "flag" } as const;
export const number = { kind: "number" } as const;
export const choice = <const C extends readonly string[]>(...choices: C) => ({ kind: "choice", choices }) as const;
export const list = <const K extends Kind>(of: K) => ({ kind: "list", of }) as const;
export const map = <const K extends Kind>(of: K) => ({ kind: "map", of }) as const;
export const group = <const F extends Fields>(fields: F) => ({ kind: "group", fields }) as const;

/** `key_arn` as `keyArn`. */
export type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** What a value of a kind is in TypeScript. */
export type ValueOf<K> = K extends { readonly kind: "text" }
  ? string
  : K extends { readonly kind: "flag" }
    ? boolean
    : K extends { readonly kind: "number" }
      ? number
      : K extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] }
        ? C
        : K extends { readonly kind: "list"; readonly of: infer E }
          ? readonly ValueOf<E>[]
          : K extends { readonly kind: "map"; readonly of: infer E }
            ? Readonly<Record<string, ValueOf<E>>>
            : K extends { readonly kind: "group"; readonly fields: infer F }
              ? ValuesOf<F>
              : never;

/** The values of fields, by their names in TypeScript; what is not given is absent. */
export type ValuesOf<F> = {
  readonly [N in keyof F as CamelCase<N>]?: F[N] extends { readonly is: infer K } ? ValueOf<K> : never;
};

/** A name in TypeScript's spelling. */
export function camelCase(name: string): string {
  let spelled = "";
  let start = 0;
  // Each plan spells every name of a resource, so that this is done without a pattern.
  for (let at = name.indexOf("_"); at !== -1; at = name.indexOf("_", start)) {
    spelled += name.slice(start, at) + name.charAt(at + 1).toUpperCase();
    start = at + 2;
  }
  return spelled + name.slice(start);
}
