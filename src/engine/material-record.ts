import type { Fingerprint } from "./fingerprint";
import type { EpochSeconds } from "./instant";
import type { ExpirationModel } from "./key";
import type { Lifetime } from "./lifetime";

/**
 * What earlier runs left on record of the material in one key: what byok did, and what it last saw. It is what a face
 * keeps in its state, see stored-record.ts. There is no secret in it.
 */
export type MaterialRecord = UnimportedRecord | UnprovedRecord | ProvedRecord | AssumedRecord;

/** What looks leave on record, no matter who imported the material. */
interface Seen {
  readonly keyArn: string;
  /** What the KMS was told, or says since the last look. Absent `validTo` beside a model: never expires. */
  readonly expirationModel?: ExpirationModel | undefined;
  readonly validTo?: EpochSeconds | undefined;
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
  /** Ids of other materials in the key, once any were seen. */
  readonly otherMaterials?: readonly string[] | undefined;
  /** Made from what a state shows, since what was kept beside it was lost in a crash: whether the key was Disabled is not known. */
  readonly rebuilt?: boolean | undefined;
}

/** An import of ours that went out, and what it asked for. */
interface Sent extends Seen {
  /** The lifetime that was configured then. */
  readonly lifetime: Lifetime;
  /** The material's description then. */
  readonly description?: string | undefined;
  /** The expiry that it asked for; differs from `validTo` when someone else changed it since. Absent: none. */
  readonly importedValidTo?: EpochSeconds | undefined;
  /** The KMS's own id of the material, where an import of ours was answered with it. */
  readonly materialId?: string | undefined;
}

/** No import of ours: nothing has been imported yet, or others have. */
export interface UnimportedRecord extends Seen {
  readonly verified: false;
  /** Of the bytes that the key is said to hold. A claim, which decides nothing. */
  readonly fingerprint?: Fingerprint | undefined;
  /** The id that the user named the material by, or one that the state shows and that was merely seen. */
  readonly materialId?: string | undefined;
  readonly importedAt?: undefined;
  readonly lifetime?: undefined;
  readonly description?: undefined;
  readonly importedValidTo?: undefined;
}

/** An import of ours went out, and nothing proves that the key holds its bytes: the answer was lost. */
export interface UnprovedRecord extends Sent {
  readonly verified: false;
  /** Of the bytes that were sent, where it is known still. */
  readonly fingerprint?: Fingerprint | undefined;
  /** Only records of earlier versions have it. */
  readonly importedAt?: EpochSeconds | undefined;
}

/** An import of ours was answered: that proves which bytes the key holds. */
export interface ProvedRecord extends Sent {
  readonly verified: true;
  /** Of the bytes of the last import. */
  readonly fingerprint: Fingerprint;
  /** When byok imported them last. */
  readonly importedAt: EpochSeconds;
}

/** Nothing is on record, and nobody asks for a proof: the material is taken as it is, such as by `byok status`. */
export interface AssumedRecord extends Seen {
  readonly verified: true;
  /** The lifetime that it is held to have. */
  readonly lifetime: Lifetime;
  readonly fingerprint?: undefined;
  readonly importedAt?: undefined;
  readonly materialId?: undefined;
  readonly description?: undefined;
  readonly importedValidTo?: undefined;
}

/** The record of a key of which nothing is on record. */
export function blankRecord(keyArn: string): UnimportedRecord {
  return { keyArn, verified: false };
}

/** Whether an import of ours has proved which bytes the key holds. */
export function isProved(record: MaterialRecord | undefined): record is ProvedRecord {
  return record?.verified === true && record.fingerprint !== undefined;
}

/** The fingerprint that an import has proved. Any other is a claim and decides nothing. */
export function provedFingerprint(record: MaterialRecord | undefined): Fingerprint | undefined {
  return isProved(record) ? record.fingerprint : undefined;
}

/**
 * Whether a look found what a later look cannot tell: material deleted before its time looks expired once its date has
 * come, a key without material no longer shows that it was Disabled. It has to be recorded although nothing else is due.
 * Which other materials a key holds it always shows, so that a rotation changes nothing about the materials before it.
 */
export function newlySeen(before: MaterialRecord | undefined, after: MaterialRecord): boolean {
  const facts = (record: MaterialRecord | undefined): readonly unknown[] => [
    record?.deletedEarly ?? false,
    record?.keyDisabled ?? false,
    record?.toDisable ?? false,
  ];
  const [one, other] = [facts(before), facts(after)];
  return before?.rebuilt === true || one.some((fact, i) => fact !== other[i]);
}
