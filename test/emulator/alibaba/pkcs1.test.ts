import { createPrivateKey, createPublicKey, constants, publicEncrypt, randomBytes } from "node:crypto";
import { unwrapPkcs1 } from "../../../src/emulator/wrapping";
import { WRAPPING_KEYS } from "../../support/emulator";

const key = createPrivateKey(WRAPPING_KEYS[0] ?? "");
const raw = (padded: Buffer): Buffer =>
  publicEncrypt({ key: createPublicKey(key), padding: constants.RSA_NO_PADDING }, padded);

/** 0, the type, padding of so many bytes, 0, and what is inside. */
function block(type: number, paddingBytes: number, first = 0): Buffer {
  const whole = Buffer.alloc(256, 9);
  whole[0] = first;
  whole[1] = type;
  whole[2 + paddingBytes] = 0;
  return whole;
}

describe("RSAES-PKCS1-v1_5", () => {
  it("is opened", () => {
    const bytes = randomBytes(32);
    const wrapped = publicEncrypt({ key: createPublicKey(key), padding: constants.RSA_PKCS1_PADDING }, bytes);
    expect(unwrapPkcs1(key, wrapped)).toEqual(bytes);
    expect(unwrapPkcs1(key, raw(block(2, 8)))).toHaveLength(245);
  });

  it.each([
    ["too little padding", raw(block(2, 7))],
    ["the type of signatures", raw(block(1, 8))],
    ["another first byte", raw(block(2, 8, 1))],
    ["no end of the padding", raw(Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(254, 9)]))],
    ["another length", Buffer.alloc(255, 1)],
    ["nothing", Buffer.alloc(0)],
  ])("is refused with %s", (_what, wrapped) => {
    expect(() => unwrapPkcs1(key, wrapped)).toThrow(expect.objectContaining({ reason: "unwrap_failed" }));
  });
});
