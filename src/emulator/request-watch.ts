/** `before`: nothing has happened yet. `after`: the effect is there, and the answer has not left. */
export type RequestMoment = "before" | "after";

/** A request of a KMS or of STS, as a watcher is reported with it. */
export interface WatchedRequest {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** The key that it is about, or that it created. */
  readonly keyArn: string | undefined;
  readonly accessKeyId: string;
}

/**
 * Is told of each request twice, and the request waits for it. `drop` tears the connection without an answer: before, so
 * that nothing happens; after, so that the effect is there and nobody was told.
 *
 * For tests that must do something at that very moment, such as killing the process that asked.
 */
export type RequestWatch = (request: WatchedRequest, moment: RequestMoment) => Promise<"drop" | undefined>;
