import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

export const rsaBits = [2048, 3072, 4096] as const;
export type RsaBits = (typeof rsaBits)[number];

/** The emulator's RSA wrapping keys: one pair per size, made when it is first asked for, since 4096 bits take seconds. */
export interface WrappingKeys {
  publicKeyDer(bits: RsaBits): Promise<Buffer>;
  /** The private key of a pair whose public key was given out; undefined where it never was. */
  privateKey(bits: RsaBits): KeyObject | undefined;
}

const generatePair = promisify(generateKeyPair);

/**
 * @param readyPem PKCS#8 or PKCS#1 private keys to be used instead of generated ones
 * @throws TypeError where a ready key is not RSA of one of the three sizes
 */
export function wrappingKeys(readyPem: readonly string[] = []): WrappingKeys {
  const pairs = new Map<RsaBits, Promise<KeyObject>>();
  const given = new Map<RsaBits, KeyObject>();
  for (const pem of readyPem) {
    const key = createPrivateKey(pem);
    const bits = rsaBits.find((size) => size === key.asymmetricKeyDetails?.modulusLength);
    if (key.asymmetricKeyType !== "rsa" || bits === undefined) {
      throw new TypeError("A ready wrapping key must be an RSA private key of 2048, 3072 or 4096 bits.");
    }
    pairs.set(bits, Promise.resolve(key));
  }
  return {
    publicKeyDer: async (bits) => {
      const made = pairs.get(bits) ?? generatePair("rsa", { modulusLength: bits }).then((pair) => pair.privateKey);
      pairs.set(bits, made);
      const privateKey = await made;
      given.set(bits, privateKey);
      return createPublicKey(privateKey).export({ format: "der", type: "spki" });
    },
    privateKey: (bits) => given.get(bits),
  };
}
