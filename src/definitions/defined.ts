/** An object type whose properties may be absent in place of undefined. Those that are never undefined stay required. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without the properties that are undefined, as optional properties want it; nested objects stay as they are. */
export function defined<T extends object>(values: T): Defined<T>;
export function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Those of the values that are meant by their names and are not undefined. */
export function only<T extends object>(values: T, isMeant: (name: string) => boolean): Partial<Defined<T>>;
export function only(values: object, isMeant: (name: string) => boolean): object {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== undefined && isMeant(name)));
}
