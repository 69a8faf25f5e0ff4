import { createHash, createPrivateKey } from "node:crypto";
import { aeskwp } from "@noble/ciphers/aes.js";

/**
 * Opens wrapped key material as a KMS would, with none of the code that wrapped it: textbook RSA and OAEP written from
 * RFC 8017, which the Wycheproof vectors prove, and AES-KWP by @noble/ciphers.
 */
export function unwrap(wrapped: Buffer, privateKeyPkcs8: Buffer, modulusBits: number, algorithm: string): Buffer {
  if (algorithm === "RSAES_PKCS1_V1_5") return openPkcs1(wrapped, privateKeyPkcs8);
  const hash = algorithm.endsWith("_SHA_1") ? "sha1" : "sha256";
  if (!algorithm.startsWith("RSA_AES_KEY_WRAP")) return openOaep(wrapped, privateKeyPkcs8, hash);
  const aesKey = openOaep(wrapped.subarray(0, modulusBits / 8), privateKeyPkcs8, hash);
  if (aesKey.length !== 32) throw new Error("The AES key has not 32 bytes.");
  return Buffer.from(aeskwp(aesKey).decrypt(wrapped.subarray(modulusBits / 8)));
}

/** RSAES-OAEP-DECRYPT (RFC 8017, section 7.1.2) with the same hash for the label and for MGF1. */
export function openOaep(
  wrapped: Buffer,
  privateKeyPkcs8: Buffer,
  hash: "sha1" | "sha256",
  label: Buffer = Buffer.alloc(0),
): Buffer {
  const encoded = decrypted(wrapped, privateKeyPkcs8);
  const hashed = createHash(hash).update(label).digest();
  const seedEnd = 1 + hashed.length;
  const block = encoded.subarray(seedEnd);
  const seed = masked(encoded.subarray(1, seedEnd), mask(block, hashed.length, hash));
  const data = masked(block, mask(seed, block.length, hash));
  const end = data.indexOf(1, hashed.length);
  const padding = data.subarray(hashed.length, end);
  const right = encoded[0] === 0 && data.subarray(0, hashed.length).equals(hashed) && end >= 0;
  if (!right || padding.some((byte) => byte !== 0)) throw new Error("The padding is wrong.");
  return data.subarray(end + 1);
}

/** RSAES-PKCS1-V1_5-DECRYPT (RFC 8017, section 7.2.2). */
export function openPkcs1(wrapped: Buffer, privateKeyPkcs8: Buffer): Buffer {
  const encoded = decrypted(wrapped, privateKeyPkcs8);
  const end = encoded.indexOf(0, 2);
  if (encoded[0] !== 0 || encoded[1] !== 2 || end < 10) throw new Error("The padding is wrong.");
  return encoded.subarray(end + 1);
}

/** MGF1 (RFC 8017, appendix B.2.1). */
function mask(seed: Buffer, length: number, hash: "sha1" | "sha256"): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0; Buffer.concat(blocks).length < length; counter++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    blocks.push(createHash(hash).update(seed).update(count).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function masked(bytes: Buffer, pad: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (pad[index] ?? 0)));
}

/** RSADP over the primes (RFC 8017, section 5.1.2). */
function decrypted(wrapped: Buffer, privateKeyPkcs8: Buffer): Buffer {
  const jwk = createPrivateKey({ key: privateKeyPkcs8, format: "der", type: "pkcs8" }).export({ format: "jwk" });
  const modulus = Buffer.from(jwk.n ?? "", "base64url");
  const cipher = big(wrapped);
  if (wrapped.length !== modulus.length || cipher >= big(modulus)) throw new Error("The ciphertext is out of range.");
  const [p, q, dp, dq, qi] = [jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map((text) =>
    big(Buffer.from(text ?? "", "base64url")),
  );
  if (p === undefined || q === undefined || dp === undefined || dq === undefined || qi === undefined) {
    throw new Error("The key has not two primes.");
  }
  const viaQ = power(cipher, dq, q);
  const difference = (power(cipher, dp, p) - viaQ) * qi;
  const plain = viaQ + (((difference % p) + p) % p) * q;
  return Buffer.from(plain.toString(16).padStart(modulus.length * 2, "0"), "hex");
}

function big(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString("hex")}`);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}
