/**
 * The resources of the program that stand for a key: a key that one resource leaves, another may hold, such as one that
 * was renamed and takes it over by its ARN. A resource is in the program if it was checked. It goes by the name of its
 * arguments until it is known which key it is, and then by that of its outputs, see resource-name.ts.
 */
export class KeyHolders {
  /** Names of resources that were checked, by their arguments. */
  readonly #checked = new Set<string>();
  /** Names of resources, by the ARN of their key. */
  readonly #holders = new Map<string, Set<string>>();

  /** To be called when a resource is checked. Which key it is, its arguments tell, or else its diff or its creation. */
  check(inputsName: string, existingKeyArn: string | undefined): void {
    this.#checked.add(inputsName);
    if (existingKeyArn !== undefined) this.#of(existingKeyArn).add(inputsName);
  }

  /** A resource is to keep its key. Does nothing for what no program has: Pulumi also diffs what a refresh has found. */
  keep(keyArn: string, stateName: string, inputsName: string): void {
    if (this.#checked.has(inputsName)) this.#settle(keyArn, inputsName, stateName);
  }

  /** A resource has got this key by its creation. */
  arrive(keyArn: string, stateName: string, inputsName: string): void {
    this.#settle(keyArn, inputsName, stateName);
  }

  /** A resource that keeps its key has other outputs now. */
  update(keyArn: string, before: string, after: string): void {
    this.#settle(keyArn, before, after);
  }

  /** A resource leaves its key. */
  leave(keyArn: string, stateName: string): { readonly another: boolean } {
    const holders = this.#of(keyArn);
    holders.delete(stateName);
    return { another: holders.size > 0 };
  }

  #settle(keyArn: string, former: string, name: string): void {
    const holders = this.#of(keyArn);
    holders.delete(former);
    holders.add(name);
  }

  #of(keyArn: string): Set<string> {
    const known = this.#holders.get(keyArn) ?? new Set();
    this.#holders.set(keyArn, known);
    return known;
  }
}
