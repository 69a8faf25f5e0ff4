/** Entries in the order in which they came, which anyone who reads them may ask for from a mark on. */
export interface Recorder<T> {
  all(): readonly T[];
  /** How many entries there were so far, those that were cleared included; to be handed to `since`. */
  mark(): number;
  since(mark: number): readonly T[];
  clear(): void;
  record(entry: T): void;
}

/** @param settle lets the time up to now do its work before anything is read; by default there is none to be done */
export function recorder<T>(settle: () => void = () => {}): Recorder<T> {
  let entries: T[] = [];
  let cleared = 0;
  const settled = (): readonly T[] => {
    settle();
    return entries;
  };
  return {
    all: () => [...settled()],
    mark: () => settled().length + cleared,
    since: (mark) => settled().slice(Math.max(0, mark - cleared)),
    clear: () => {
      cleared += settled().length;
      entries = [];
    },
    record: (entry) => {
      entries.push(entry);
    },
  };
}
