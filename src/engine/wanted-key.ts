import type { Tags } from "./key";
import type { KeySpec } from "./key-spec";
import type { Kms } from "./kms-profile";

/** What the configuration asks of a key. What is undefined is unmanaged: it is read and shown, never changed. */
export interface WantedKey {
  /** The KMS to have the key in. */
  readonly kms: Kms;
  /** The Region to have the key in. Empty where the KMS has none. */
  readonly region: string;
  /** Default: the KMS's own default. Undefined on a replica, which takes its primary's. */
  readonly spec?: KeySpec | undefined;
  /** Default: the first usage that the KMS gives for the spec. Undefined on a replica. */
  readonly usage?: string | undefined;
  /** Whether the key is a primary that can have replicas, or a replica. */
  readonly multiRegion: boolean;
  /** Set on a replica. */
  readonly primaryKeyArn?: string | undefined;
  /** What the key is for. Undefined: unmanaged. */
  readonly description?: string | undefined;
  /** The key policy in JSON, compared by its meaning. Undefined: unmanaged. */
  readonly policy?: string | undefined;
  /** Default false. */
  readonly bypassPolicyLockoutSafetyCheck?: boolean | undefined;
  /** Whether the key is to be Enabled or Disabled. Undefined: unmanaged. */
  readonly enabled?: boolean | undefined;
  /** Tags of the key. Undefined: unmanaged. */
  readonly tags?: Tags | undefined;
  /** The KMS instance to create the key in. */
  readonly dkmsInstanceId?: string | undefined;
  /** `SOFTWARE` or `HSM`. */
  readonly protectionLevel?: string | undefined;
  /** Whether the KMS is to refuse to schedule the key's deletion. Undefined: unmanaged. */
  readonly deletionProtection?: boolean | undefined;
  /** Makes the creation safe to repeat: the same in each run, different for each key. */
  readonly creationToken?: string | undefined;
}
