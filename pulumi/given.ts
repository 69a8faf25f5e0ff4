/** The same without what is undefined, as optional properties want it. */
export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function given<T extends object>(values: T): Given<T> {
  const kept = { ...values };
  for (const name of Object.keys(kept)) {
    if (Reflect.get(kept, name) === undefined) Reflect.deleteProperty(kept, name);
  }
  return isGiven(kept) ? kept : {};
}

function isGiven<T extends object>(values: T): values is T & Given<T> {
  return Object.values(values).every((value) => value !== undefined);
}
