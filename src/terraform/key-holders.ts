/**
 * Which resources of one plan have a key on record, and what becomes of it in each: two may have the same one, where one
 * that was renamed found the key by its token before the other had let it go. Terraform gives a provider no name of a
 * resource, so each has one of its own in its private state.
 */
export class KeyHolders {
  readonly #keeping = new Map<string, Set<string>>();
  readonly #leaving = new Map<string, Set<string>>();

  /** A resource keeps the key. @returns whether the plan of another one schedules its deletion */
  keep(keyArn: string, holder: string): boolean {
    note(this.#keeping, keyArn, holder);
    return hasAnother(this.#leaving, keyArn, holder);
  }

  /** A resource is to be destroyed. @returns whether another one keeps the key */
  leave(keyArn: string, holder: string): boolean {
    if (hasAnother(this.#keeping, keyArn, holder)) return true;
    note(this.#leaving, keyArn, holder);
    return false;
  }
}

/** A name for a resource, which its private state keeps. */
export function newHolder(): string {
  return crypto.randomUUID();
}

function note(book: Map<string, Set<string>>, keyArn: string, holder: string): void {
  book.set(keyArn, (book.get(keyArn) ?? new Set<string>()).add(holder));
}

function hasAnother(book: ReadonlyMap<string, ReadonlySet<string>>, keyArn: string, holder: string): boolean {
  return [...(book.get(keyArn) ?? [])].some((one) => one !== holder);
}
