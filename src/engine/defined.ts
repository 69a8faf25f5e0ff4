/** The same without what is undefined, as optional properties want it. */
export type Defined<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy of an object without the properties whose value is undefined. Only its own level is looked at. */
export function defined<T extends object>(values: T): Defined<T>;
export function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Those of the values that are meant by their names and are not undefined. */
export function only<T extends object>(values: T, isMeant: (name: string) => boolean): Partial<Defined<T>>;
export function only(values: object, isMeant: (name: string) => boolean): object {
  return Object.fromEntries(Object.entries(defined(values)).filter(([name]) => isMeant(name)));
}
