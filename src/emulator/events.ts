/** An event of a key, in the form in which Amazon EventBridge delivers it. */
export interface KmsEvent {
  /** Of the form: `0`. */
  readonly version: string;
  /** A UUID, of this event. */
  readonly id: string;
  /** `KMS CMK Rotation`. */
  readonly "detail-type": string;
  /** `aws.kms`. */
  readonly source: string;
  /** Account of the key. */
  readonly account: string;
  /** By the emulator's clock, ISO 8601, in seconds. */
  readonly time: string;
  /** Region of the key; of a multi-Region key that of its primary. */
  readonly region: string;
  /** ARN of the key. */
  readonly resources: readonly string[];
  /** By type. Of a rotation: `key-id`, `key-origin`, `rotation-type`, `previous-key-material-id`, `current-key-material-id`. */
  readonly detail: Readonly<Record<string, string>>;
}

/** All events in the order in which they happened. Time up to now has done its work before anything is read. */
export interface EventLog {
  /** Every event since the start or the last `clear`. */
  all(): readonly KmsEvent[];
  /** How many events there were so far, those that were cleared included; to be handed to `since`. */
  mark(): number;
  /** Events after a mark. */
  since(mark: number): readonly KmsEvent[];
  /** Forgets all of them. */
  clear(): void;
}
