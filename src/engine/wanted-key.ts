import type { Tags } from "./key";
import type { KeySpec } from "./key-spec";
import type { Kms } from "./kms-profile";

/** What the configuration asks of a key. What is undefined is unmanaged: it is read and shown, never changed. */
export interface WantedKey {
  readonly kms: Kms;
  readonly region: string;
  /** Default: the KMS's own default. Undefined on a replica, which takes its primary's. */
  readonly spec?: KeySpec | undefined;
  /** Default: the first usage that the KMS gives for the spec. Undefined on a replica. */
  readonly usage?: string | undefined;
  readonly multiRegion: boolean;
  /** Set on a replica. */
  readonly primaryKeyArn?: string | undefined;
  readonly description?: string | undefined;
  readonly policy?: string | undefined;
  /** Default false. */
  readonly bypassPolicyLockoutSafetyCheck?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: Tags | undefined;
  /** The KMS instance to create the key in. */
  readonly dkmsInstanceId?: string | undefined;
  /** `SOFTWARE` or `HSM`. */
  readonly protectionLevel?: string | undefined;
  readonly deletionProtection?: boolean | undefined;
  /** Makes the creation safe to repeat: the same in each run, different for each key. */
  readonly creationToken?: string | undefined;
}
