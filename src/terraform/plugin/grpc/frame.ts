import { GrpcError, statusCode } from "./status";

// gRPC over HTTP/2 puts every message into a frame: one byte that says whether it is compressed, four bytes of length.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

/** A message in its frame. */
export function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/**
 * The one message of a request.
 *
 * @throws GrpcError if there is not exactly one, or if it is compressed.
 */
export function unframe(body: Buffer): Uint8Array {
  if (body.length < 5) throw new GrpcError(statusCode.invalidArgument, "the request has no message");
  if (body[0] !== 0) throw new GrpcError(statusCode.unimplemented, "compressed messages are not supported");
  if (body.readUInt32BE(1) !== body.length - 5) {
    throw new GrpcError(statusCode.invalidArgument, "the request is not one whole message");
  }
  return body.subarray(5);
}
