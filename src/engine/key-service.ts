import type { Call } from "./call";
import type { EpochSeconds } from "./instant";
import type { KeyDescription, MaterialEntry, Tags } from "./key";
import type { KeySpec } from "./key-spec";
import type { KmsProfile } from "./kms-profile";
import type { WrappingAlgorithm } from "./wrapping-algorithm";
import type { WrappingKeySpec } from "./wrapping-key";

/** An answer with the moment that the KMS gave with it, in its `Date` header; the local time where it gave none. */
export interface Observed<T> {
  readonly value: T;
  readonly at: EpochSeconds;
}

/** What a KMS gives out so that material can be wrapped for one of its keys. */
export interface ImportParameters {
  /** The key that they are for, as the KMS names it. */
  readonly keyArn: string;
  /** RSA public key: DER SPKI, or PKCS#1 where a KMS gives that. */
  readonly publicKey: Buffer;
  /** Opaque, and secret until it is used. */
  readonly token: Buffer;
  /** Absent where the KMS does not say. */
  readonly validTo?: EpochSeconds;
}

export interface MaterialImport {
  readonly keyArn: string;
  readonly wrappingAlgorithm: WrappingAlgorithm;
  readonly token: Buffer;
  readonly wrappedMaterial: Buffer;
  /** Absent: the material never expires. */
  readonly validTo?: EpochSeconds;
  /**
   * `new`: the key's first material. `existing`: the bytes that it had before, so that a reimport can never become a
   * rotation. Sent only where the key spec and the KMS know the difference.
   */
  readonly importType?: "new" | "existing";
  /** The id of the material that is imported again. The KMS checks the bytes against it. */
  readonly materialId?: string;
  readonly description?: string;
}

export interface NewKey {
  readonly spec: KeySpec;
  readonly usage: string;
  readonly multiRegion: boolean;
  readonly description?: string;
  readonly policy?: string;
  readonly bypassPolicyLockoutSafetyCheck?: boolean;
  readonly tags: Tags;
  /** Only where the profile has the option; so is `protectionLevel`. */
  readonly dkmsInstanceId?: string;
  readonly protectionLevel?: string;
}

export interface NewReplica {
  readonly primaryArn: string;
  readonly replicaRegion: string;
  readonly description?: string;
  readonly policy?: string;
  readonly bypassPolicyLockoutSafetyCheck?: boolean;
  readonly tags: Tags;
}

export interface KeyReads {
  /** Null where the KMS does not know the key. Takes an ARN or a key id. */
  describe(keyArn: string, call?: Call): Promise<Observed<KeyDescription | null>>;
  /** The key policy, as the KMS spells it. */
  policy(keyArn: string, call?: Call): Promise<string>;
  tags(keyArn: string, call?: Call): Promise<Tags>;
  /** Every material of a key. Called only where `profile.severalMaterials`. */
  materials(keyArn: string, call?: Call): Promise<readonly MaterialEntry[]>;
  /** One page of all keys of the account and Region. `next` is absent on the last page. */
  listKeys(
    marker: string | undefined,
    call?: Call,
  ): Promise<{ readonly arns: readonly string[]; readonly next?: string }>;
  /** The account of the credentials. Undefined where the KMS cannot tell. */
  callerAccount(call?: Call): Promise<string | undefined>;
}

export interface MaterialImports {
  importParameters(
    keyArn: string,
    algorithm: WrappingAlgorithm,
    wrappingKeySpec: WrappingKeySpec,
    call?: Call,
  ): Promise<Observed<ImportParameters>>;
  importMaterial(request: MaterialImport, call?: Call): Promise<Observed<{ readonly materialId?: string }>>;
  /** Deletes the bytes from the key at once. Without an id: the current material. */
  deleteMaterial(keyArn: string, materialId: string | undefined, call?: Call): Promise<void>;
}

export interface KeyWrites {
  create(key: NewKey, call?: Call): Promise<Observed<KeyDescription>>;
  /** Sent to the Region of the primary. The replica starts in state `Creating`. */
  replicate(replica: NewReplica, call?: Call): Promise<Observed<KeyDescription>>;
  setEnabled(keyArn: string, enabled: boolean, call?: Call): Promise<void>;
  setDescription(keyArn: string, description: string, call?: Call): Promise<void>;
  setPolicy(keyArn: string, policy: string, bypassLockoutSafetyCheck: boolean, call?: Call): Promise<void>;
  tag(keyArn: string, tags: Tags, call?: Call): Promise<void>;
  untag(keyArn: string, tagKeys: readonly string[], call?: Call): Promise<void>;
  /** The date at which the key goes. */
  scheduleDeletion(keyArn: string, windowDays: number, call?: Call): Promise<EpochSeconds | undefined>;
  cancelDeletion(keyArn: string, call?: Call): Promise<void>;
  /** Absent where the KMS has no such protection. */
  setDeletionProtection?(keyArn: string, enabled: boolean, call?: Call): Promise<void>;
}

/**
 * What a cloud KMS does for byok, in one Region (or at one endpoint) with one set of credentials.
 *
 * One method is one request, so that whoever counts, paces or repeats requests can wrap the port: see
 * `paced-key-service.ts`. A method repeats nothing by itself. It throws only ByokErrors, classified by the
 * implementation's error table (`retry`, `effectUnknown`).
 */
export interface KeyService extends KeyReads, MaterialImports, KeyWrites {
  readonly profile: KmsProfile;
  /** The Region whose keys this reaches. Empty where the KMS has none. */
  readonly region: string;
}
