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
  /** The KMS's own id of the material: one with which an import of ours was answered. An id that was merely seen is none. */
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
  /** The key is to be Disabled and is not yet: DisableKey failed after an import of ours. */
  readonly toDisable?: boolean | undefined;
  /** The tag that said so is still on the key, since the caller may not remove it. It is fulfilled and counts no more. */
  readonly noteLeft?: boolean | undefined;
  /** Made from what a state shows, since what was kept beside it was lost in a crash: whether the key was Disabled is not known. */
  readonly rebuilt?: boolean | undefined;
  /** Ids of other materials in the key, once any were seen. */
  readonly otherMaterials?: readonly string[] | undefined;
}

/** The fingerprint that an import has proved. Any other is a claim and decides nothing. */
export function provedFingerprint(record: MaterialRecord | undefined): Fingerprint | undefined {
  return record?.verified === true ? record.fingerprint : undefined;
}

/**
 * Whether a look found what a later look cannot tell: material deleted before its time looks expired once its date has
 * come, a key without material no longer shows that it was Disabled. It has to be recorded although nothing else is due.
 */
export function newlySeen(before: MaterialRecord | undefined, after: MaterialRecord): boolean {
  const facts = (record: MaterialRecord | undefined): readonly unknown[] => [
    record?.deletedEarly ?? false,
    record?.keyDisabled ?? false,
    record?.toDisable ?? false,
    (record?.otherMaterials ?? []).toSorted().join(),
  ];
  const [one, other] = [facts(before), facts(after)];
  return before?.rebuilt === true || one.some((fact, i) => fact !== other[i]);
}
