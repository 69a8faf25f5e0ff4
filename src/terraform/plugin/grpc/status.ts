/** The status codes of gRPC that this server answers with. */
export const statusCode = {
  ok: 0,
  invalidArgument: 3,
  unimplemented: 12,
  internal: 13,
} as const;

/** A call that fails as a call: for faults of the transport, since what goes wrong inside is said in messages. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: number;

  constructor(code: (typeof statusCode)[keyof typeof statusCode], message: string) {
    super(message);
    this.code = code;
  }
}
