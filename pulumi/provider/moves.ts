import type { MaterialOutcome } from "../../src/engine/imported-key-material";
import type { MaterialRecord } from "../../src/engine/material-record";
import { hasUnknown, type Props } from "./props";

/** Another key for the same resource: its bytes go there first, and leave the old key when that is proved. */
interface Move {
  /** The ARN of the other key. Undefined: not known yet. */
  readonly to: string | undefined;
}

/** What is known of the key that material has moved to. */
export type Arrival = Pick<MaterialOutcome, "record" | "proof" | "condition">;

/**
 * Replacements of material by material in another key. Pulumi asks for the two halves as if they were an unrelated
 * creation and deletion; if a run ends between them, a later one asks for the second.
 */
export class Moves {
  /** By the name of what is replaced, see `stateName`. */
  readonly #moves = new Map<string, Move>();
  /** What is replaced, by the name of what is to be created: see `formerName`. */
  readonly #targets = new Map<string, readonly string[]>();
  readonly #arrived: Arrival[] = [];
  /** What an earlier run has replaced and not come to delete, by `formerName`. Undefined: its bytes move on. */
  readonly #left = new Map<string, Arrival | undefined>();

  /**
   * To be called when a diff plans to replace material.
   *
   * @param formers What this has itself taken the place of, in earlier runs.
   */
  announce(stateName: string, inputs: Props, record: MaterialRecord, formers: readonly string[]): void {
    const { keyArn } = inputs;
    this.#moves.set(stateName, {
      to: typeof keyArn === "string" && !hasUnknown(keyArn) ? keyArn : undefined,
    });
    this.#targets.set(targetName(inputs), [...formers, formerName(record)]);
    for (const former of formers) this.#left.set(former, undefined);
  }

  /** What is replaced by what is to be created, which goes on record with that. None: it is no replacement. */
  formersOf(inputs: Props): readonly string[] {
    return this.#targets.get(targetName(inputs)) ?? [];
  }

  /** To be called with what came of the creation. */
  arrive(arrival: Arrival, formers: readonly string[]): void {
    this.#arrived.push(arrival);
    this.stay(arrival, formers);
  }

  /** To be called with what is seen of material that an earlier run has put in the place of other. */
  stay(arrival: Arrival, formers: readonly string[]): void {
    for (const former of formers) this.#left.set(former, arrival);
  }

  /** Whether this was material that is replaced, as opposed to such that is to be destroyed. */
  isMoving(stateName: string, record: MaterialRecord): boolean {
    return this.#moves.has(stateName) || this.#left.has(formerName(record));
  }

  /** The key to which the material moves. Undefined: it was not known when the replacement was planned. */
  target(stateName: string): string | undefined {
    return this.#moves.get(stateName)?.to;
  }

  /** What came of the creation that takes the place of this material. Undefined: there was none so far. */
  arrival(stateName: string, record: MaterialRecord): Arrival | undefined {
    const to = this.target(stateName);
    const there = this.#arrived.filter(({ record: { keyArn } }) => keyArn === to);
    // Several materials of one key may have moved to the same other one.
    const proved = there.find(({ proof }) => proof?.fingerprint === record.fingerprint);
    return proved ?? there[0] ?? this.#left.get(formerName(record));
  }
}

/** Material that is replaced, by what stays of it in the state until it is deleted. */
function formerName({ keyArn, fingerprint, importedAt }: MaterialRecord): string {
  return `${keyArn} ${fingerprint} ${importedAt}`;
}

/**
 * Before it creates the replacement, Pulumi has it checked again from the program's own arguments, in which those count
 * that the diff was to ignore. The key and the bytes are the same.
 */
function targetName({ keyArn, keyMaterialFingerprint, keyMaterialSource, fingerprint }: Props): string {
  return JSON.stringify([keyArn, keyMaterialFingerprint, keyMaterialSource, fingerprint]);
}
