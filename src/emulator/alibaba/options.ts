/** Of Alibaba Cloud's side of the emulator. */
export interface AlibabaOptions {
  /** Region of requests that name none. Default cn-hangzhou. */
  readonly region?: string;
  /** Account of callers whose access key says nothing else. Default 1234567890123456. */
  readonly accountId?: string;
  /** Secrets by access key id; signatures are verified with them. Default: `test` with the secret `test`. */
  readonly accessKeys?: Readonly<Record<string, string>>;
}
