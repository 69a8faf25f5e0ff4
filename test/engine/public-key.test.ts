import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { ellipticCurves } from "../../src/engine/key-spec";
import { shapeOfPublicKey } from "../../src/engine/public-key";
import { keysOf } from "../../src/engine/table";
import { ecKey } from "./private-key-spellings";
import { wycheproofRsaKey } from "./wycheproof";

describe("a public key", () => {
  it.each([2048, 3072, 4096] as const)("of RSA with %i bits stands for its private half", (bits) => {
    const publicKey = createPublicKey({ key: wycheproofRsaKey(bits), format: "der", type: "pkcs8" } as never);
    expect(shapeOfPublicKey(publicKey)).toEqual({ kind: "rsa", bits });
  });

  it.each(keysOf(ellipticCurves))("on %s stands for its private half", (curve) => {
    const publicKey = createPublicKey({ key: ecKey(curve), format: "der", type: "pkcs8" } as never);
    expect(shapeOfPublicKey(publicKey)).toEqual({ kind: "ec", curve });
  });

  it("of a size or kind that no KMS imports stands for nothing", () => {
    expect(shapeOfPublicKey(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey)).toBeUndefined();
    expect(shapeOfPublicKey(generateKeyPairSync("ed25519").publicKey)).toBeUndefined();
  });
});
