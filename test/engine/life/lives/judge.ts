import type { RequestMoment, WatchedRequest } from "../../../../src/emulator/index";
import { plaintext } from "../../../support/life";
import { type Embedded, type KeptKey, lasting } from "../../../walks/embedded";
import type { Keeper } from "./keeper";

/** What should never have happened. */
export interface Violation {
  readonly what: string;
  readonly detail: string;
}

interface Ciphertext {
  readonly arn: string;
  readonly materialId: string;
  readonly text: string;
}

/** Judges a life by the requests that the embedded KMS saw and by what it holds; never by what byok says of them. */
export class Judge {
  readonly violations: Violation[] = [];
  /** The bytes of each material that was ever seen, in base64. */
  readonly bytesOf = new Map<string, string>();
  readonly ciphertexts: Ciphertext[] = [];
  /** Whether others act while a run goes on: what a request meets is then not what its run could know. */
  isInterfered = false;
  readonly #embedded: Embedded;
  readonly #keeper: Keeper;
  /** `ARN id` of materials that an import of byok's brought in, whose answer was delivered. */
  readonly #proved = new Set<string>();
  #before: readonly KeptKey[] = [];

  constructor(embedded: Embedded, keeper: Keeper) {
    this.#embedded = embedded;
    this.#keeper = keeper;
  }

  /** @param isLost The answer is not delivered. */
  watch({ operation, keyArn }: WatchedRequest, moment: RequestMoment, isLost: boolean): void {
    if (!writes.has(operation) || keyArn === undefined) return;
    const keys = this.#embedded.keys();
    this.#remember(keys);
    if (moment === "before") {
      this.#before = keys;
      if (operation === "RotateKeyOnDemand" && !isLost) this.#judgeRotation(keys.find(({ arn }) => arn === keyArn));
      return;
    }
    const [before, after] = [this.#before, keys].map((all) => all.find(({ arn }) => arn === keyArn));
    if (before === undefined || after === undefined) return;
    if (operation === "ImportKeyMaterial") this.#judgeImport(before, after, isLost);
    if (operation === "DeleteImportedKeyMaterial") this.#judgeDeletion(before, after);
  }

  #judgeRotation(key: KeptKey | undefined): void {
    const waiting = key?.materials.find(({ role }) => role === "pending_rotation");
    if (key === undefined || waiting === undefined || this.isInterfered) return;
    if (!this.#keeper.leave.rotations.has(waiting.id))
      this.#report("a key was rotated to what no rotation names", waiting.id);
  }

  #judgeImport(before: KeptKey, after: KeptKey, isLost: boolean): void {
    const configured = this.#keeper.leave.configured.get(after.arn);
    for (const material of after.materials) {
      const { id, bytes } = material;
      const was = before.materials.find((one) => one.id === id);
      if (bytes === undefined || JSON.stringify(was) === JSON.stringify(material)) continue;
      if (!isLost) this.#proved.add(`${after.arn} ${id}`);
      const wishes = configured?.get(bytes);
      if (wishes === undefined) {
        this.#report("bytes were imported that no resource is configured for", `${after.arn} ${id}`);
        continue;
      }
      if (was !== undefined) continue;
      const current = before.materials.find(({ role }) => role === "current")?.id;
      const isFirst = before.materials.length === 0 && wishes.has(undefined);
      if (!isFirst && !(current !== undefined && wishes.has(current)) && !this.isInterfered)
        this.#report("new bytes were imported though nothing succeeds the current ones", `${after.arn} ${id}`);
    }
  }

  #judgeDeletion(before: KeptKey, after: KeptKey): void {
    for (const { id, bytes, role } of before.materials) {
      if (bytes === undefined || after.materials.find((one) => one.id === id)?.bytes !== undefined) continue;
      const name = `${before.arn} ${id}`;
      const how = this.#keeper.leave.deletable.get(name);
      if (how === undefined) this.#report("material was deleted that nothing lets go of", `${name} ${role}`);
      const isNeeded = !role.startsWith("pending") || before.onDemandRotation?.materialId === id;
      if (how === "waiting" && isNeeded && !this.isInterfered)
        this.#report("material was dropped that no longer waits", `${name} ${role}`);
      if (!this.#proved.has(name)) this.#report("material was deleted that no import has proved", `${name} ${role}`);
    }
  }

  /** Makes a ciphertext under each material that is a current one for the first time. */
  async note(): Promise<void> {
    const keys = this.#embedded.keys();
    this.#remember(keys);
    for (const key of keys) {
      const current = key.materials.find(({ role }) => role === "current");
      if (current === undefined || this.ciphertexts.some(({ materialId }) => materialId === current.id)) continue;
      const text = await this.#embedded.encrypt(key);
      if (!text.startsWith("!")) this.ciphertexts.push({ arn: key.arn, materialId: current.id, text });
    }
  }

  /** Whether everything that was ever encrypted opens in these keys. */
  async expectOpen(arns: readonly string[]): Promise<void> {
    for (const key of this.#embedded.keys().filter(({ arn }) => arns.includes(arn))) {
      for (const { materialId, text } of this.ciphertexts) {
        const opened = await this.#embedded.decrypt(key, text);
        if (opened !== plaintext) this.#report("a ciphertext does not open", `${key.arn} ${materialId} ${opened}`);
      }
    }
  }

  report(what: string, detail: string): void {
    this.#report(what, detail);
  }

  #remember(keys: readonly KeptKey[]): void {
    for (const { materials } of keys)
      for (const { id, bytes } of materials) if (bytes !== undefined) this.bytesOf.set(id, bytes);
  }

  #report(what: string, detail: string): void {
    this.violations.push({ what, detail });
  }
}

const writes: ReadonlySet<string> = new Set(["ImportKeyMaterial", "DeleteImportedKeyMaterial", "RotateKeyOnDemand"]);

/** The materials that a key needs for good, by id. */
export function lastingIds(key: KeptKey): readonly string[] {
  return lasting(key).map(({ id }) => id);
}
