import { announceNeed } from "../../src/engine/announcements";
import type { Fingerprint } from "../../src/engine/fingerprint";
import type { Run } from "../../src/engine/run";

/**
 * The bytes that the resources of the program are configured to have in a key: what one resource deletes at the end of a
 * run, another may need. A resource is in the program if it was checked; which bytes are its own is known then, or only
 * from its record or its import. It goes by the name of its arguments, see resource-name.ts.
 */
export class Needs {
  /** Keys of resources whose bytes are not known so far, by their arguments. */
  readonly #open = new Map<string, string>();

  /** @param fingerprint Of the bytes. Undefined: `settle` will tell. */
  register(run: Run, keyArn: string, inputsName: string, fingerprint: Fingerprint | undefined): void {
    if (fingerprint === undefined) this.#open.set(inputsName, keyArn);
    else announceNeed(run, keyArn, fingerprint);
  }

  /** Does nothing for what no program has registered: Pulumi also diffs what a refresh has found. */
  settle(run: Run, inputsName: string, fingerprint: Fingerprint | undefined): void {
    const keyArn = this.#open.get(inputsName);
    if (keyArn === undefined || fingerprint === undefined) return;
    this.#open.delete(inputsName);
    announceNeed(run, keyArn, fingerprint);
  }

  /** To be called before bytes are deleted: what is not known by now may be any bytes. */
  close(run: Run, keyArn: string): void {
    if ([...this.#open.values()].includes(keyArn)) announceNeed(run, keyArn, undefined);
  }
}
