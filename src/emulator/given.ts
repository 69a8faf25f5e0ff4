/** The same without what is undefined, as answers and optional members want it. */
export function given<T extends object>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> };
export function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
