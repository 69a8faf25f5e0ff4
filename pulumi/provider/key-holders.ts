/** A resource of the program that stands for a key. */
interface Holder {
  /** Its name in the state, or that of its arguments as long as it is only checked. */
  readonly name: string;
  /** The name of its arguments. */
  readonly inputs: string;
  /** How it is known: by its check, by its diff, or by its creation; `replaced`: by its diff, and one like it was created since. */
  readonly since: "check" | "diff" | "creation" | "replaced";
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
    // One with the same arguments may be another that has become like this one.
    const made = this.#of(keyArn).find((one) => one.since === "creation" && one.name === name && one.inputs !== inputs);
    this.#drop(keyArn, made);
    this.#add(keyArn, made === undefined ? { name, inputs, since: "diff" } : { ...made, inputs });
  }

  /**
   * A resource has got this key by its creation. One with the same arguments that was to keep its key is replaced by it,
   * and will leave; or it stays, and both are in the program.
   */
  arrive(keyArn: string, name: string, inputs: string): void {
    for (const [arn, holders] of this.#holders) {
      const kept = holders.find((one) => one.since === "diff" && one.inputs === inputs);
      if (kept === undefined) continue;
      this.#change(arn, kept, { since: "replaced" });
      break;
    }
    this.#add(keyArn, { name, inputs, since: "creation" });
  }

  /** A resource that keeps its key has other outputs now. */
  update(keyArn: string, former: string, name: string): void {
    const known = this.#of(keyArn).find((holder) => holder.name === former);
    if (known !== undefined) this.#change(keyArn, known, { name });
  }

  /**
   * A resource leaves its key. One that was to keep it is another than the one that leaves, although it may have the same
   * name: what leaves is not in the program, or was replaced.
   */
  leave(keyArn: string, leaving: string): { readonly another: boolean } {
    const alike = this.#of(keyArn).filter(({ name }) => name === leaving);
    const gone = alike.find(({ since }) => since === "replaced") ?? alike.find(({ since }) => since === "creation");
    this.#drop(keyArn, gone);
    return { another: this.#of(keyArn).length > 0 };
  }

  /** What was only checked is known better now. */
  #add(keyArn: string, holder: Holder): void {
    this.#drop(
      keyArn,
      this.#of(keyArn).find(({ since, inputs }) => since === "check" && inputs === holder.inputs),
    );
    this.#holders.set(keyArn, [...this.#of(keyArn), holder]);
  }

  #change(keyArn: string, holder: Holder, change: Partial<Holder>): void {
    const changed = this.#of(keyArn).map((one) => (one === holder ? { ...one, ...change } : one));
    this.#holders.set(keyArn, changed);
  }

  #drop(keyArn: string, holder: Holder | undefined): void {
    this.#holders.set(
      keyArn,
      this.#of(keyArn).filter((one) => one !== holder),
    );
  }

  #of(keyArn: string): readonly Holder[] {
    return this.#holders.get(keyArn) ?? [];
  }
}
