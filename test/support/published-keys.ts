import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

// THESE KEYS ARE PUBLIC. They are the private keys of Project Wycheproof's test vectors, which everybody has: they are
// here so that no test waits for a key to be made. Nothing may ever be protected by them.

const vectors = join(__dirname, "../vectors/wycheproof");

const sizes = [2048, 3072, 4096] as const;

type Bits = (typeof sizes)[number];

/** The published RSA private key of a size, in PEM. */
export function publishedPem(bits: Bits): string {
  const file: { testGroups: { privateKeyPem: string }[] } = JSON.parse(
    readFileSync(join(vectors, `rsa_oaep_${bits}_sha256_mgf1sha256_test.json`), "utf8"),
  );
  const [group] = file.testGroups;
  if (group === undefined) throw new Error(`There is no published key of ${bits} bits.`);
  return group.privateKeyPem;
}

/** A published RSA key pair. Tests that need a key that is nobody else's make one of another kind. */
export function publishedPair(bits: Bits = 2048): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const privateKey = createPrivateKey(publishedPem(bits));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

export const publishedSizes: readonly Bits[] = sizes;
