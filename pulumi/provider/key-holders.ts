/** A resource of the program that manages a key. */
interface Holder {
  /** The name of its arguments. */
  readonly inputs: string;
  /** What has shown it; `replaced`: its diff, and one with the same arguments was created since. */
  readonly since: "check" | "diff" | "creation" | "replaced";
  /** Its name in the state, where its diff has shown it. */
  readonly name?: string;
}

/**
 * The resources of the program that manage a key: a key that one resource leaves may belong to another, such as one that
 * was renamed and takes it over. A resource is in the program if it was checked. Several may agree in all that they are
 * named by, and one may be now what another was before, so each is counted.
 */
export class KeyHolders {
  /** Names of resources that were checked, by their arguments. */
  readonly #checked = new Set<string>();
  readonly #holders = new Map<string, readonly Holder[]>();

  /** To be called when a resource is checked. Its arguments say which key it is, or else its diff or its creation. */
  check(inputs: string, existingKeyArn: string | undefined): void {
    this.#checked.add(inputs);
    if (existingKeyArn !== undefined) this.#add(existingKeyArn, { inputs, since: "check" });
  }

  /** A resource is to keep its key. Does nothing for what no program has: Pulumi also diffs what a refresh has found. */
  keep(keyArn: string, name: string, inputs: string): void {
    if (this.#checked.has(inputs)) this.#add(keyArn, { inputs, since: "diff", name });
  }

  /**
   * A resource has got this key by its creation. One with the same arguments that was to keep its key is replaced by it,
   * and will leave; or it stays, and both are in the program.
   */
  arrive(keyArn: string, inputs: string): void {
    for (const [arn, holders] of this.#holders) {
      const kept = holders.find((one) => one.since === "diff" && one.inputs === inputs);
      if (kept === undefined) continue;
      this.#drop(arn, kept);
      this.#add(arn, { ...kept, since: "replaced" });
      break;
    }
    this.#add(keyArn, { inputs, since: "creation" });
  }

  /**
   * A resource leaves its key: it was replaced, or is not in the program. So it is none of those that hold the key, although
   * it may have the same name.
   */
  leave(keyArn: string, leaving: string): { readonly another: boolean } {
    this.#drop(
      keyArn,
      this.#of(keyArn).find(({ since, name }) => since === "replaced" && name === leaving),
    );
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
