import { createPublicKey, randomBytes } from "node:crypto";
import { aeskwp } from "@noble/ciphers/aes.js";
import forge from "node-forge";

/** Wraps for an import with other people's code: RSAES-OAEP of node-forge, AES key wrap with padding of @noble/ciphers. */
export function wrap(algorithm: string, publicKeyDer: Uint8Array, material: Uint8Array): Uint8Array {
  const hash = algorithm.endsWith("_1") ? "sha1" : "sha256";
  if (algorithm.startsWith("RSAES_OAEP")) return oaep(hash, publicKeyDer, material);
  const kek = randomBytes(32);
  return Buffer.concat([oaep(hash, publicKeyDer, kek), aeskwp(kek).encrypt(material)]);
}

function oaep(hash: "sha1" | "sha256", publicKeyDer: Uint8Array, plaintext: Uint8Array): Buffer {
  const key = createPublicKey({ key: Buffer.from(publicKeyDer), format: "der", type: "spki" });
  const publicKey = forge.pki.publicKeyFromPem(key.export({ format: "pem", type: "spki" }).toString());
  const encrypted = publicKey.encrypt(Buffer.from(plaintext).toString("latin1"), "RSA-OAEP", {
    md: forge.md[hash].create(),
    mgf1: { md: forge.md[hash].create() },
  });
  return Buffer.from(encrypted, "latin1");
}
