import type { Call } from "./call";
import type { EpochSeconds } from "./instant";
import type { KeyDescription, MaterialEntry, Tags } from "./key";
import type { KeySpec } from "./key-spec";
import type { KmsProfile } from "./kms-profile";
import type { WrappingAlgorithm } from "./wrapping-algorithm";
import type { WrappingKeySpec } from "./wrapping-key";

/** An answer with the moment that the KMS gave with it, in its `Date` header; the local time where it gave none. */
export interface Observed<T> {
  /** What was answered. */
  readonly value: T;
  /** The moment of the answer. */
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

/** An import of material that is wrapped already. */
export interface MaterialImport {
  /** The key to import into. */
  readonly keyArn: string;
  /** How the bytes are wrapped: the one that the parameters were asked for. */
  readonly wrappingAlgorithm: WrappingAlgorithm;
  /** Of the parameters that the bytes were wrapped with. */
  readonly token: Buffer;
  /** The wrapped bytes. */
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
  /** What the KMS is to note beside the material, where it can. */
  readonly description?: string;
}

/** A key to create, without material. */
export interface NewKey {
  /** Kind of the key. */
  readonly spec: KeySpec;
  /** What the key is for. */
  readonly usage: string;
  /** Whether it is a primary that can have replicas. */
  readonly multiRegion: boolean;
  /** Absent: none. */
  readonly description?: string;
  /** The key policy in JSON. Absent: the KMS's default. */
  readonly policy?: string;
  /** Whether a policy is accepted that locks the caller out. Default false. */
  readonly bypassPolicyLockoutSafetyCheck?: boolean;
  /** Tags that the key has from its first moment. */
  readonly tags: Tags;
  /** Only where the profile has the option; so is `protectionLevel`. */
  readonly dkmsInstanceId?: string;
  /** `SOFTWARE` or `HSM`. */
  readonly protectionLevel?: string;
}

/** A replica of a multi-Region key to create, without material. */
export interface NewReplica {
  /** ARN of the primary, which must be Enabled. */
  readonly primaryArn: string;
  /** The Region to make the replica in. */
  readonly replicaRegion: string;
  /** Absent: none. */
  readonly description?: string;
  /** The key policy in JSON. Absent: the KMS's default. */
  readonly policy?: string;
  /** Whether a policy is accepted that locks the caller out. Default false. */
  readonly bypassPolicyLockoutSafetyCheck?: boolean;
  /** Tags that the replica has from its first moment. */
  readonly tags: Tags;
}

/**
 * Which KMS it is, as data: nothing here is a request. Every port has it.
 */
export interface KmsIdentity {
  /** What the KMS can do, and in which ways it differs from others. */
  readonly profile: KmsProfile;
  /** The Region whose keys this reaches. Empty where the KMS has none. */
  readonly region: string;
}

/*
 * The ports, each of which is what one kind of work needs, so that the type of a function says what it may do to a key.
 * What holds for every method stands at `KeyService`. Where nothing else is said of repetition, `paced-key-service.ts`
 * repeats what was throttled or had no answer; a method that changes something is one whose repetition does no harm.
 */

/** Looks at a key. */
export interface KeyReading {
  /**
   * What the KMS says of a key; null where it does not know it. Takes an ARN or a key id, and what else a KMS looks keys
   * up by (`KeyArns.lookup`).
   *
   * Through `pacedKeyService`, requests for the same key at the same time are one.
   */
  describe(keyArn: string, call?: Call): Promise<Observed<KeyDescription | null>>;
}

/** Reads a key's policy. */
export interface PolicyReading {
  /** The key policy, as the KMS spells it. Throws `key_not_found`, `access_denied`. */
  policy(keyArn: string, call?: Call): Promise<string>;
}

/** Reads a key's tags. */
export interface TagReading {
  /** All tags of a key. Throws `key_not_found`, `access_denied`; on some KMSs `key_pending_deletion`. */
  tags(keyArn: string, call?: Call): Promise<Tags>;
}

/** Lists the materials of a key. */
export interface MaterialListing {
  /**
   * Every material that a key holds or once held. Called only where `profile.severalMaterials`. Throws `access_denied`,
   * and `service_refused` for a key that keeps no such list.
   */
  materials(keyArn: string, call?: Call): Promise<readonly MaterialEntry[]>;
}

/** Lists keys. */
export interface KeyListing {
  /**
   * One page of all keys of the account and Region. `next` is absent on the last page.
   *
   * @param marker The `next` of the page before. Undefined: the first page.
   */
  listKeys(
    marker: string | undefined,
    call?: Call,
  ): Promise<{ readonly arns: readonly string[]; readonly next?: string }>;
}

/** Tells whose credentials are used. */
export interface CallerIdentity {
  /** The account of the credentials. Undefined where the KMS cannot tell. */
  callerAccount(call?: Call): Promise<string | undefined>;
}

/** Brings material into a key. */
export interface MaterialImporting {
  /**
   * What material for this key is to be wrapped with. Asked again, the KMS gives others. Throws `key_unusable` where the
   * state of the key takes no import.
   */
  importParameters(
    keyArn: string,
    algorithm: WrappingAlgorithm,
    wrappingKeySpec: WrappingKeySpec,
    call?: Call,
  ): Promise<Observed<ImportParameters>>;
  /**
   * Brings material into a key, which is Enabled then. The answer proves which bytes the key holds, and may have the
   * KMS's own id of the material.
   *
   * Throws `different_material` where the key takes other bytes only; `key_unusable` where its state takes none, also
   * where an attempt before this one, whose reply was lost, has filled it; errors to be repeated with
   * `fresh_parameters`.
   */
  importMaterial(request: MaterialImport, call?: Call): Promise<Observed<{ readonly materialId?: string }>>;
}

/** Only material-deletion.ts calls it, and asks for a proof. */
export interface MaterialDeleting {
  /**
   * Deletes the bytes from the key at once. Throws `key_unusable` where there is nothing to delete and the KMS says so:
   * a repeated attempt may find what the one before did.
   *
   * @param materialId Undefined: the current material.
   */
  deleteMaterial(keyArn: string, materialId: string | undefined, call?: Call): Promise<void>;
}

/** Makes other material the current one of its key. */
export interface KeyRotating {
  /**
   * Begins the rotation of a key, in all its Regions, to the material that waits for one: asynchronous, so that
   * `materials` shows it a little later. Sent to the primary. Absent where the KMS cannot rotate to imported material.
   *
   * Throws `key_unusable` where nothing waits for a rotation, also where an attempt before this one, whose reply was lost,
   * has begun it; `key_disabled`; `limit_exceeded` where the key was rotated too often in its life.
   */
  rotate?(keyArn: string, call?: Call): Promise<void>;
  /**
   * Whether a rotation was begun that `materials` does not show yet: the material still is among those that wait, and becomes
   * the current one, whatever is done to it. Absent where `rotate` is.
   */
  isRotating?(keyArn: string, call?: Call): Promise<boolean>;
}

/** Makes keys. */
export interface KeyCreating {
  /** Makes a key, another one each time: never repeated where it may have taken effect. */
  create(key: NewKey, call?: Call): Promise<Observed<KeyDescription>>;
}

/** Makes replicas of multi-Region keys. */
export interface KeyReplicating {
  /**
   * Makes a replica. Sent to the Region of the primary; the replica starts in state `Creating`. Never repeated where it
   * may have taken effect.
   *
   * Throws `key_conflict` where the Region has one already; an error of `primary_key_arn` where that key is no primary
   * or has no material yet.
   */
  replicate(replica: NewReplica, call?: Call): Promise<Observed<KeyDescription>>;
}

/** Enables and disables keys. */
export interface KeyEnabling {
  /** Enables or disables a key. Throws `key_unusable` for a key that holds no material or waits for its deletion. */
  setEnabled(keyArn: string, enabled: boolean, call?: Call): Promise<void>;
}

/** Changes settings of a key. */
export interface KeySettings {
  /** Changes the description. */
  setDescription(keyArn: string, description: string, call?: Call): Promise<void>;
  /** Whether the KMS refuses to schedule the key's deletion. Absent where it has no such protection. */
  setDeletionProtection?(keyArn: string, enabled: boolean, call?: Call): Promise<void>;
}

/** Replaces a key's policy. */
export interface PolicyWriting {
  /** Throws `invalid_policy`; to be repeated with `settling` where it names a principal that is not known everywhere yet. */
  setPolicy(keyArn: string, policy: string, bypassLockoutSafetyCheck: boolean, call?: Call): Promise<void>;
}

/** Changes a key's tags. */
export interface TagWriting {
  /** Sets these tags and leaves all others. */
  tag(keyArn: string, tags: Tags, call?: Call): Promise<void>;
  /** Removes the tags of these names; what is not there is no error. */
  untag(keyArn: string, tagKeys: readonly string[], call?: Call): Promise<void>;
}

/** Schedules the deletion of keys. */
export interface DeletionScheduling {
  /**
   * Schedules the deletion of the key itself. Gives the date at which it goes, where the KMS tells it. Throws
   * `key_pending_deletion` or `key_unusable` where it is scheduled already.
   */
  scheduleDeletion(keyArn: string, windowDays: number, call?: Call): Promise<EpochSeconds | undefined>;
}

/** Brings back keys that wait for their deletion. */
export interface DeletionCanceling {
  /**
   * Brings back a key that waits for its deletion; whether it is Enabled then depends on the KMS. Throws `key_unusable`
   * where there is nothing to cancel, also where an attempt before, whose reply was lost, has done it.
   */
  cancelDeletion(keyArn: string, call?: Call): Promise<void>;
}

/** All that writes nothing. */
export interface KeyReads extends KeyReading, PolicyReading, TagReading, MaterialListing, KeyListing, CallerIdentity {}

/** All that concerns the bytes in a key. */
export interface MaterialImports extends MaterialImporting, MaterialDeleting {}

/** All that makes, changes or schedules keys. */
export interface KeyWrites
  extends KeyCreating,
    KeyReplicating,
    KeyRotating,
    KeyEnabling,
    KeySettings,
    PolicyWriting,
    TagWriting,
    DeletionScheduling,
    DeletionCanceling {}

/**
 * What a cloud KMS does for byok, in one Region (or at one endpoint) with one set of credentials.
 *
 * One method is one request, so that anyone who counts, paces or repeats requests can wrap the port: see
 * `paced-key-service.ts`. A method repeats nothing by itself. It throws only ByokErrors, classified by the
 * implementation's error table (`retry`, `effectUnknown`).
 */
export interface KeyService extends KmsIdentity, KeyReads, MaterialImports, KeyWrites {}
