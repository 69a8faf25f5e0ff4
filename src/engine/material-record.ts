import type { Fingerprint } from "./fingerprint";
import type { EpochSeconds } from "./instant";
import type { ExpirationModel } from "./key";
import type { Lifetime } from "./lifetime";

/**
 * What earlier runs left on record of the material in one key: what byok did, and what it last saw. It is what a face
 * keeps in its state. There is no secret in it.
 */
export interface MaterialRecord {
  readonly keyArn: string;
  /** Of the bytes of the last import, or as configured for a key that was taken over. */
  readonly fingerprint?: Fingerprint | undefined;
  /** True once an import of these bytes succeeded: only then is the fingerprint proved. */
  readonly verified: boolean;
  /** The KMS's own id of the material, where it has one. */
  readonly materialId?: string | undefined;
  /** When byok imported it last. Absent: it never did. */
  readonly importedAt?: EpochSeconds | undefined;
  /** The lifetime that was configured at the last import. */
  readonly lifetime?: Lifetime | undefined;
  /** The material's description at the last import. */
  readonly description?: string | undefined;
  /** What the KMS was told, or says since the last look. Absent `validTo` beside a model: never expires. */
  readonly expirationModel?: ExpirationModel | undefined;
  readonly validTo?: EpochSeconds | undefined;
  /** The expiry that the last import asked for; differs from `validTo` when someone else changed it since. */
  readonly importedValidTo?: EpochSeconds | undefined;
  /** Material was seen in the key, whose lifetime neither the KMS nor an import of ours tells. */
  readonly seenImported?: boolean | undefined;
  /** The material was seen to be gone before its time: a deletion, and no expiry once its date has come. */
  readonly deletedEarly?: boolean | undefined;
  /** Whether the key was Disabled when it was last seen with material in it. */
  readonly keyDisabled?: boolean | undefined;
  /** Ids of other materials in the key, once any were seen. */
  readonly otherMaterials?: readonly string[] | undefined;
}

/** The fingerprint that an import has proved. Any other is a claim and decides nothing. */
export function provedFingerprint(record: MaterialRecord | undefined): Fingerprint | undefined {
  return record?.verified === true ? record.fingerprint : undefined;
}
