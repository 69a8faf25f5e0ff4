import type { IncomingHttpHeaders } from "node:http";

/** A request whose body has arrived. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The error's name in the words of the wire, for the request log. */
  readonly errorCode?: string;
}

/** An answer, and how much of it reaches the caller. */
export interface Delivery {
  readonly answer: WireAnswer;
  readonly transport: "whole" | "truncated" | "dropped";
}

/** One cloud's way of talking HTTP. */
export interface Wire {
  /** Whether the request speaks this wire. The first wire that says so answers. */
  accepts(request: WireRequest): boolean;
  /** Never rejects: what goes wrong is an answer too. */
  answer(request: WireRequest): Promise<Delivery>;
}
