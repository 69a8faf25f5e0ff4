import type { Props } from "./props";
import { inputsName, stateName } from "./resource-name";

/**
 * The resources of the program that stand for a key: a key that one resource leaves, another may hold, such as one that
 * was renamed and takes it over by its ARN. A resource is in the program if it was checked.
 */
export class KeyHolders {
  /** Names of resources that were checked, by their arguments. */
  readonly #checked = new Set<string>();
  /** Names of resources, by the ARN of their key. */
  readonly #holders = new Map<string, Set<string>>();

  /** To be called when a resource is checked. Which key it is, its arguments tell, or else its diff or its creation. */
  check(inputs: Props, existingKeyArn: string | undefined): void {
    const name = inputsName(inputs);
    this.#checked.add(name);
    if (existingKeyArn !== undefined) this.#of(existingKeyArn).add(name);
  }

  /** A resource is to keep its key. Does nothing for what no program has: Pulumi also diffs what a refresh has found. */
  keep(keyArn: string, outs: Props, inputs: Props): void {
    if (this.#checked.has(inputsName(inputs))) this.#settle(keyArn, inputsName(inputs), outs);
  }

  /** A resource has got this key by its creation. */
  arrive(keyArn: string, outs: Props, inputs: Props): void {
    this.#settle(keyArn, inputsName(inputs), outs);
  }

  /** A resource that keeps its key has other outputs now. */
  update(keyArn: string, before: Props, outs: Props): void {
    this.#settle(keyArn, stateName(keyArn, before), outs);
  }

  /** A resource leaves its key. */
  leave(keyArn: string, outs: Props): { readonly another: boolean } {
    const holders = this.#of(keyArn);
    holders.delete(stateName(keyArn, outs));
    return { another: holders.size > 0 };
  }

  #settle(keyArn: string, former: string, outs: Props): void {
    const holders = this.#of(keyArn);
    holders.delete(former);
    holders.add(stateName(keyArn, outs));
  }

  #of(keyArn: string): Set<string> {
    const known = this.#holders.get(keyArn) ?? new Set();
    this.#holders.set(keyArn, known);
    return known;
  }
}
