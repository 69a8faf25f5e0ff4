import { createCipheriv } from "node:crypto";

/**
 * AES-CMAC (NIST SP 800-38B, RFC 4493).
 *
 * @param key 16, 24 or 32 bytes.
 * @returns 16 bytes.
 */
export function aesCmac(key: Buffer, message: Buffer): Buffer {
  const subkey = encryptBlocks(key, Buffer.alloc(blockBytes));
  doubleInField(subkey);
  const whole = message.length > 0 && message.length % blockBytes === 0;
  const padded = Buffer.alloc(whole ? message.length : message.length - (message.length % blockBytes) + blockBytes);
  padded.set(message);
  if (!whole) {
    padded[message.length] = 0x80;
    doubleInField(subkey);
  }
  const last = padded.subarray(padded.length - blockBytes);
  for (const [index, byte] of subkey.entries()) last.writeUInt8(last.readUInt8(index) ^ byte, index);
  const chained = encryptBlocks(key, padded);
  subkey.fill(0);
  padded.fill(0);
  return chained.subarray(chained.length - blockBytes);
}

const blockBytes = 16;

/** AES-CBC from a zero block, which for a single block is AES-ECB. */
function encryptBlocks(key: Buffer, blocks: Buffer): Buffer {
  // Whole blocks come out at once; the end of the cipher, which would add its padding, is not asked for.
  return createCipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(blockBytes)).update(blocks);
}

/** Multiplies by x modulo x^128 + x^7 + x^2 + x + 1, in place. */
function doubleInField(block: Buffer): void {
  let carry = 0;
  for (let index = block.length - 1; index >= 0; index--) {
    const doubled = (block.readUInt8(index) << 1) | carry;
    block[index] = doubled & 0xff;
    carry = doubled >> 8;
  }
  const lowest = block.length - 1;
  block.writeUInt8(block.readUInt8(lowest) ^ (carry * 0x87), lowest);
}
