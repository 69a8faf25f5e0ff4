/** What the QKMS side of the emulator can be set to. */
export interface QkmsOptions {
  /** Secrets by access key id; any other access key is refused. Default `{ test: "test" }`. */
  readonly credentials?: Readonly<Record<string, string>>;
  /**
   * Whether a key that holds its material takes an import of the same bytes. Default false, as the documentation says;
   * true for the reading that QKMS does as AWS does.
   */
  readonly reimportInPlace?: boolean;
  /** The headers that a signature must cover, and no others. Default those of the vendor's own client. */
  readonly signedHeaders?: readonly string[];
}

export type QkmsRules = Required<QkmsOptions>;

export function qkmsRules(options: QkmsOptions = {}): QkmsRules {
  return {
    credentials: { test: "test" },
    reimportInPlace: false,
    signedHeaders: ["content-type", "host", "x-amz-date", "x-amz-target"],
    ...options,
  };
}
