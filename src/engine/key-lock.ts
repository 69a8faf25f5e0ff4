/** Lets what concerns one key happen in order; other keys do not wait. */
export interface KeyLocks {
  /** Runs the work once nobody else holds the key. */
  hold<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function keyLocks(): KeyLocks {
  const last = new Map<string, Promise<unknown>>();
  return {
    async hold(key, work) {
      const before = last.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      last.set(key, mine);
      try {
        return await mine;
      } finally {
        if (last.get(key) === mine) last.delete(key);
      }
    },
  };
}
