import type { IConstruct } from "constructs";
import type { KeySpec } from "../src/engine/key-spec";
import type { KmsName } from "../src/kms/clouds";

/** A key that takes imported material, whether it is this app's or not. */
export interface IExternalKey extends IConstruct {
  /** The key's ARN. */
  readonly keyArn: string;
  /** The key's id, the last part of its ARN. */
  readonly keyId: string;
  /** The KMS, as far as the app knows it. */
  readonly kms: KmsName | undefined;
  /** The spec, as far as the app knows it: neither of a replica nor of a key that is only referred to. */
  readonly keySpec: KeySpec | undefined;
  /** Whether it is known to be a replica of a multi-Region key. */
  readonly isReplica: boolean;
}
