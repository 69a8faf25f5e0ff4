/** `before`: nothing has happened yet. `after`: the effect is there, and the answer has not left. */
export type RequestMoment = "before" | "after";

/** A request of a KMS or of STS, as a watcher sees it. */
export interface WatchedRequest {
  /** `kms`, `sts` or `qkms`. */
  readonly service: string;
  /** `ImportKeyMaterial` */
  readonly operation: string;
  /** `qkms` of requests to QKMS. */
  readonly region: string;
  /** The key that it is about, or that it created. */
  readonly keyArn: string | undefined;
  /** Access key id of the caller. */
  readonly accessKeyId: string;
}

/**
 * Called twice for each request, which waits for it. `drop` tears the connection without an answer: before, so that
 * nothing happens; after, so that the effect is there and the caller does not learn of it.
 *
 * For tests that must do something at that very moment, such as killing the process that asked.
 */
export type RequestWatch = (request: WatchedRequest, moment: RequestMoment) => Promise<"drop" | undefined>;
