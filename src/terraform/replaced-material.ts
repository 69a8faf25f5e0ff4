import type { Call } from "../engine/call";
import { type Fingerprint, isFingerprint } from "../engine/fingerprint";
import type { KeyMaterialSource } from "../engine/key-material-source";
import type { MaterialRecord } from "../engine/material-record";
import { openSource } from "../engine/opened-source";

/** What is to be created: the key, and the bytes as far as they are configured. */
interface Created {
  readonly keyArn: string;
  readonly fingerprint: string | null;
  /** Material that succeeds another is never the only one of its key. */
  readonly succeeds: string | null;
  readonly source: KeyMaterialSource | undefined;
}

/**
 * The records of material whose resource is destroyed only to be created again. Terraform hands nothing on from the one
 * half to the other, and does not say which creations are halves: a key may hold several materials.
 */
export class ReplacedMaterial {
  readonly #records: MaterialRecord[] = [];

  leave(record: MaterialRecord): void {
    this.#records.push(record);
  }

  /** The record of the only material of a key: in one that holds nothing else there is no other that it could be. */
  onlyIn(keyArn: string): MaterialRecord | undefined {
    const [first, ...more] = this.#in(keyArn);
    return first === undefined || more.length > 0 || holdsOthers(first) ? undefined : first;
  }

  /** What is on record of the material that is created again, so that other bytes are refused still. */
  async recordFor(created: Created, call: Call): Promise<MaterialRecord | undefined> {
    const { keyArn, fingerprint, succeeds, source } = created;
    const only = succeeds === null ? this.onlyIn(keyArn) : undefined;
    const left = this.#in(keyArn);
    if (only !== undefined || left.length === 0) return only;
    const offered = await fingerprintOf(fingerprint, source, call);
    return offered === undefined ? undefined : left.find((record) => record.fingerprint === offered);
  }

  #in(keyArn: string): readonly MaterialRecord[] {
    return this.#records.filter((record) => record.keyArn === keyArn);
  }
}

function holdsOthers({ otherMaterials = [] }: MaterialRecord): boolean {
  return otherMaterials.length > 0;
}

async function fingerprintOf(
  configured: string | null,
  source: KeyMaterialSource | undefined,
  call: Call,
): Promise<Fingerprint | undefined> {
  if (configured !== null && isFingerprint(configured)) return configured;
  const { material } = await openSource(source, call);
  material?.destroy();
  return material?.fingerprint;
}
