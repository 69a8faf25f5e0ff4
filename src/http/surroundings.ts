import type { Milliseconds } from "../engine/clock";

/** Names and values of environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How long a request may take. */
export interface Timeouts {
  /** Until a connection stands. Default 5 s. */
  readonly connect: Milliseconds;
  /** From sending a request to the end of its answer. Default 30 s. */
  readonly request: Milliseconds;
}

export const defaultTimeouts: Timeouts = { connect: 5_000, request: 30_000 };

/** The vendor of a service, as far as messages about requests to it must tell of it. */
export interface Vendor {
  /** `AWS`. */
  readonly name: string;
  /** Where certificates to trust are named, in words: "`custom_ca_bundle` or NODE_EXTRA_CA_CERTS". */
  readonly trusts: string;
  /** What says where requests go, in words. Default: "the Region and the endpoint". */
  readonly place?: string;
}
