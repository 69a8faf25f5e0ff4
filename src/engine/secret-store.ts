import type { Call } from "./call";

/** Which secret is meant, in a store that a cloud has for them. */
export interface SecretReference {
  /** The store's own name for it, or its ARN. */
  readonly name: string;
  /** The version that is wanted. Undefined: the current one. */
  readonly version?: string | undefined;
  /** Where it is. Undefined: where its ARN says, otherwise the Region in force. */
  readonly region?: string | undefined;
}

/** A secret that was read. */
export interface ReadSecret {
  /** What is in it, decoded from the answer and not yet read as key material. In memory of its own, for the caller to wipe. */
  readonly content: Buffer;
  /** The version that it is, as the store names it. Undefined: the store did not say. */
  readonly version?: string | undefined;
}

/** The stores of secrets that clouds have, reached as their KMSs are. Nothing is connected before it is needed. */
export interface SecretStores {
  /**
   * Reads a secret: one request, or none where another reader is waiting for the same answer.
   *
   * @param store Its name, which is the scheme of its sources: `secretsmanager`.
   * @throws ByokError `material_unavailable` where there is no such secret or version; `access_denied`,
   *   `credentials_missing`, `throttled`, `service_unavailable`, `service_refused`, `untrusted_answer`; and for settings
   *   that cannot be used `invalid_argument`, `endpoint_not_allowed`. Nothing of an answer is in the message.
   */
  read(store: string, secret: SecretReference, call?: Call): Promise<ReadSecret>;
}
