import type { Fingerprint } from "./fingerprint";
import { isProved, type MaterialRecord } from "./material-record";

/** What an import's answer proves: which bytes a key holds. */
interface Proved {
  readonly keyArn: string;
  readonly fingerprint: Fingerprint;
  /** The KMS's own id of the material, where it answered with one. */
  readonly materialId: string | undefined;
}

/**
 * Proof that a key holds the bytes of a fingerprint. Only the answer to an import of ours makes one, or a record of such
 * an answer: no intention, no lifetime that happens to fit, no id that was merely seen. Anyone who deletes material has to
 * show one, see material-deletion.ts.
 */
export class ImportProof implements Proved {
  /** The key that holds the bytes. */
  readonly keyArn: string;
  /** The bytes that an import has proved. */
  readonly fingerprint: Fingerprint;
  /** The KMS's own id of the material, where the import was answered with one. */
  readonly materialId: string | undefined;

  private constructor({ keyArn, fingerprint, materialId }: Proved) {
    this.keyArn = keyArn;
    this.fingerprint = fingerprint;
    this.materialId = materialId;
  }

  /** To be called with the KMS's answer to an import, and nowhere else. */
  static ofAnswer(proved: Proved): ImportProof {
    return new ImportProof(proved);
  }

  /** Undefined where the record tells of no import of ours that succeeded. */
  static onRecord(record: MaterialRecord): ImportProof | undefined {
    if (!isProved(record)) return undefined;
    const { keyArn, fingerprint, materialId } = record;
    return new ImportProof({ keyArn, fingerprint, materialId });
  }

  /** From the tag that is set after an import's answer, where a KMS keeps no id of its material: see delete-first.ts. */
  static inTag(keyArn: string, fingerprint: Fingerprint): ImportProof {
    return new ImportProof({ keyArn, fingerprint, materialId: undefined });
  }
}
