import * as fc from "fast-check";
import { frame, unframe } from "../../../src/terraform/plugin/grpc/frame";
import { GrpcError, statusCode } from "../../../src/terraform/plugin/grpc/status";

const refusal = (hex: string): unknown => {
  try {
    return unframe(Buffer.from(hex, "hex"));
  } catch (error) {
    return error instanceof GrpcError ? [error.code, error.message] : error;
  }
};

describe("a message's frame", () => {
  it("is one byte, four bytes of length, and the message", () => {
    expect(frame(Buffer.from("ab")).toString("hex")).toBe("00000000026162");
    expect(frame(new Uint8Array()).toString("hex")).toBe("0000000000");
  });

  it("gives back what was put into it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        expect(Buffer.from(unframe(frame(message)))).toEqual(Buffer.from(message));
      }),
    );
  });

  it.each([
    ["nothing", "", statusCode.invalidArgument, "the request has no message"],
    ["half a header", "00000000", statusCode.invalidArgument, "the request has no message"],
    ["a compressed message", "010000000161", statusCode.unimplemented, "compressed messages are not supported"],
    ["less than announced", "000000000261", statusCode.invalidArgument, "the request is not one whole message"],
    ["more than announced", "00000000016162", statusCode.invalidArgument, "the request is not one whole message"],
    ["two messages", "00000000000000000000", statusCode.invalidArgument, "the request is not one whole message"],
  ])("is refused when it holds %s", (_, hex, code, message) => {
    expect(refusal(hex)).toEqual([code, expect.stringContaining(message)]);
  });
});
