/** A resource of the program that stands for a key. */
interface Holder {
  /** Its name in the state, or that of its arguments as long as it is only checked. */
  readonly name: string;
  /** The name of its arguments. */
  readonly inputs: string;
  readonly since: "check" | "diff" | "creation";
}

/**
 * The resources of the program that stand for a key: a key that one resource leaves, another may hold, such as one that
 * was renamed and takes it over. A resource is in the program if it was checked. Two may agree in all that they are named
 * by, so that each is counted.
 */
export class KeyHolders {
  /** Names of resources that were checked, by their arguments. */
  readonly #checked = new Set<string>();
  readonly #holders = new Map<string, readonly Holder[]>();

  /** To be called when a resource is checked. Which key it is, its arguments tell, or else its diff or its creation. */
  check(name: string, existingKeyArn: string | undefined): void {
    this.#checked.add(name);
    if (existingKeyArn === undefined) return;
    this.#add(existingKeyArn, { name, inputs: name, since: "check" });
  }

  /** A resource is to keep its key. Does nothing for what no program has: Pulumi also diffs what a refresh has found. */
  keep(keyArn: string, name: string, inputs: string): void {
    if (!this.#checked.has(inputs)) return;
    const kept: Holder = { name, inputs, since: "diff" };
    const made = this.#of(keyArn).find((one) => one.since === "creation" && one.name === name);
    if (made !== undefined) this.#drop(keyArn, (holder) => holder === made);
    this.#add(keyArn, made === undefined ? kept : { ...made, inputs: kept.inputs });
  }

  /** A resource has got this key by its creation. One with the same arguments that was to keep its key is replaced by it. */
  arrive(keyArn: string, name: string, inputs: string): void {
    const arrived: Holder = { name, inputs, since: "creation" };
    for (const arn of this.#holders.keys()) {
      if (this.#drop(arn, ({ since, inputs: of }) => since === "diff" && of === arrived.inputs)) break;
    }
    this.#add(keyArn, arrived);
  }

  /** A resource that keeps its key has other outputs now. */
  update(keyArn: string, former: string, name: string): void {
    const known = this.#of(keyArn).find((holder) => holder.name === former);
    if (known === undefined) return;
    this.#drop(keyArn, (holder) => holder === known);
    this.#add(keyArn, { ...known, name });
  }

  /**
   * A resource leaves its key. One that was to keep it is another than the one that leaves, although it may have the same
   * name: what leaves is not in the program, or was replaced.
   */
  leave(keyArn: string, leaving: string): { readonly another: boolean } {
    this.#drop(keyArn, ({ name, since }) => since === "creation" && name === leaving);
    return { another: this.#of(keyArn).length > 0 };
  }

  /** What was only checked is known better now. */
  #add(keyArn: string, holder: Holder): void {
    this.#drop(keyArn, ({ since, inputs }) => since === "check" && inputs === holder.inputs);
    this.#holders.set(keyArn, [...this.#of(keyArn), holder]);
  }

  /** @returns Whether there was one */
  #drop(keyArn: string, isMeant: (holder: Holder) => boolean): boolean {
    const holders = this.#of(keyArn);
    const index = holders.findIndex(isMeant);
    if (index === -1) return false;
    this.#holders.set(keyArn, holders.toSpliced(index, 1));
    return true;
  }

  #of(keyArn: string): readonly Holder[] {
    return this.#holders.get(keyArn) ?? [];
  }
}
