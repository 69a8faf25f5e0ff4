import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { ByokError } from "../../../src/engine/errors";
import { KeyMaterial } from "../../../src/engine/key-material";
import type { OfferedMaterial } from "../../../src/engine/key-material-source";
import { type WrappingKey, wrappingKeyFrom } from "../../../src/engine/wrapping-key";
import { sourceFromUri } from "../../../src/material-sources/source-uri";
import { unwrap } from "../../engine/judge";
import { rejected } from "../../engine/thrown";
import { hurriedClock } from "../../support/hurried-clock";
import { guidePolicy } from "../../support/vault/guide-policy";
import { testVaults, type TestVault } from "../../support/vault/subject";

const attribute = "key_material_source";
const pair = generateKeyPairSync("rsa", { modulusLength: 3072 });
const opener = pair.privateKey.export({ format: "der", type: "pkcs8" });
const wrappingKey: WrappingKey = wrappingKeyFrom(pair.publicKey.export({ format: "der", type: "spki" }), "RSA_3072");

describe.each(testVaults)("a key in the Transit engine of %s", (_, start) => {
  let vault: TestVault;
  beforeAll(async () => {
    vault = await start();
  });
  afterAll(() => vault.close());

  const uriOf = (key: string): string => `vault-transit:${vault.mount}/${key}`;
  const open = (uri: string, more: object = {}): Promise<OfferedMaterial> =>
    sourceFromUri(uri, { attribute, env: vault.env, clock: hurriedClock(), ...more }).open();
  const fingerprintOf = (pkcs8: Buffer) => KeyMaterial.take(pkcs8).fingerprint;
  const publicKeyOf = async (key: string, version = 1): Promise<KeyObject> => {
    const answer = (await vault.admin("GET", `${vault.mount}/keys/${key}`)) as {
      data: { keys: Record<string, { public_key: string }> };
    };
    return createPublicKey(answer.data.keys[version]?.public_key ?? "");
  };
  const halfOf = (pkcs8: Buffer): KeyObject => createPublicKey({ key: pkcs8, format: "der", type: "pkcs8" } as never);

  it.each([
    ["rsa-2048", { kind: "rsa", bits: 2048 }],
    ["ecdsa-p256", { kind: "ec", curve: "prime256v1" }],
    ["ecdsa-p384", { kind: "ec", curve: "secp384r1" }],
    ["ecdsa-p521", { kind: "ec", curve: "secp521r1" }],
  ])("of type %s is described, and Vault wraps it", async (type, shape) => {
    await vault.createKey(type, type);
    const material = await open(`${uriOf(type)}?version=1`);
    expect(material).toMatchObject({
      shape,
      algorithms: ["RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"],
      warnings: [],
    });
    expect(material.checkValues?.()).toEqual([]);
    for (const algorithm of ["RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"] as const) {
      const bytes = unwrap(await material.wrap(wrappingKey, algorithm), opener, 3072, algorithm);
      expect(halfOf(bytes).equals(await publicKeyOf(type))).toBe(true);
      expect(fingerprintOf(bytes)).toBe(material.fingerprint);
    }
    expect(material.warnings).toEqual([]);
    expect((await vault.keyNames()).filter((name) => name.startsWith("byok-"))).toEqual([]);
    material.destroy();
  });

  it.each([
    ["aes256-gcm96", 32],
    ["aes128-gcm96", 16],
    ["hmac", 32],
  ])("of type %s is read where that is asked for", async (type, bytes) => {
    await vault.admin("POST", `${vault.mount}/keys/read-${type}`, {
      type,
      exportable: true,
      ...(type === "hmac" ? { key_size: 32 } : {}),
    });
    const material = await open(`${uriOf(`read-${type}`)}?export=true&version=1`);
    expect(material).toMatchObject({ shape: { kind: "raw", bytes }, warnings: [] });
    expect(material.algorithms).toBeUndefined();
    material.destroy();
  });

  it("needs no more than the policy of the guide", async () => {
    await vault.createKey("least", "ecdsa-p256");
    await vault.createKey("least-read", "aes256-gcm96");
    const token = await vault.tokenFor(guidePolicy(vault.mount, "least") + guidePolicy(vault.mount, "least-read"));
    const env = { ...vault.env, VAULT_TOKEN: token };
    const material = await open(uriOf("least"), { env });
    expect((await material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256")).length).toBeGreaterThan(384);
    expect(material.warnings).toHaveLength(1);
    (await open(`${uriOf("least-read")}?export=true`, { env })).destroy();
  });

  it("is the version that was named, and without one the latest, with a warning", async () => {
    await vault.createKey("versions", "ecdsa-p256");
    await vault.admin("POST", `${vault.mount}/keys/versions/rotate`);
    const [first, latest] = [await open(`${uriOf("versions")}?version=1`), await open(uriOf("versions"))];
    expect(first.warnings).toEqual([]);
    expect(latest.warnings).toEqual([expect.stringMatching(/latest.*which is 2 now.*\?version=2.*`fingerprint`/)]);
    expect((await open(uriOf("versions"), { isFingerprintConfigured: true })).warnings).toEqual([]);
    expect(latest.fingerprint).not.toBe(first.fingerprint);
    const bytes = unwrap(
      await first.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"),
      opener,
      3072,
      "RSA_AES_KEY_WRAP_SHA_256",
    );
    expect(fingerprintOf(bytes)).toBe(first.fingerprint);
  });

  it("stays the version that was described, whatever is rotated meanwhile", async () => {
    await vault.createKey("rotated", "ecdsa-p256");
    const material = await open(uriOf("rotated"));
    await vault.admin("POST", `${vault.mount}/keys/rotated/rotate`);
    const bytes = unwrap(
      await material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"),
      opener,
      3072,
      "RSA_AES_KEY_WRAP_SHA_256",
    );
    expect(fingerprintOf(bytes)).toBe(material.fingerprint);
  });

  describe("is refused", () => {
    const refusedFor = async (uri: string, more: object = {}): Promise<ByokError> => {
      const error = await rejected(open(uri, more));
      expect(error.attribute).toBe(attribute);
      expect(error.message).not.toContain(vault.env["VAULT_TOKEN"]);
      return error;
    };

    it("where it is not there", async () => {
      const error = await refusedFor(uriOf("absent"));
      expect(error.code).toBe("material_unavailable");
      expect(error.message).toMatch(/`vault-transit:transit-\w+\/absent`: Vault has nothing at .*\(HTTP 404\)/);
    });

    it("where there is no such mount", async () => {
      const error = await refusedFor("vault-transit:no-such-mount/payments");
      expect(error).toMatchObject({ code: "material_unavailable" });
      expect(error.message).toContain("no such mount");
    });

    it("where the token may not read it, or there is nothing: both are said", async () => {
      const VAULT_TOKEN = await vault.tokenFor(`path "elsewhere" { capabilities = ["read"] }`);
      const error = await refusedFor(uriOf("rsa-2048"), { env: { ...vault.env, VAULT_TOKEN } });
      expect(error.code).toBe("material_unavailable");
      expect(error.message).toMatch(/forbids `read` on .*\(HTTP 403\).*expired.*policy.*no such path/);
      const unknown = await refusedFor(uriOf("rsa-2048"), { env: { ...vault.env, VAULT_TOKEN: "hvs.unknown" } });
      expect(unknown).toMatchObject({ code: "material_unavailable" });
    });

    it("where the version is not there, or below the least that is decrypted", async () => {
      await vault.createKey("few", "ecdsa-p256");
      await vault.admin("POST", `${vault.mount}/keys/few/rotate`);
      const none = await refusedFor(`${uriOf("few")}?version=3`);
      expect(none).toMatchObject({ code: "material_unavailable" });
      expect(none.message).toMatch(/no version 3 .* there is version 1, 2\./);
      await vault.admin("POST", `${vault.mount}/keys/few/config`, { min_decryption_version: 2 });
      expect((await refusedFor(`${uriOf("few")}?version=1`)).message).toMatch(/there is version 2\./);
      await vault.createKey("few-read", "aes256-gcm96");
      expect(await refusedFor(`${uriOf("few-read")}?version=3&export=true`)).toMatchObject({
        code: "material_unavailable",
        message: expect.stringContaining("no such version"),
      });
    });

    it("where it is not exportable, with what makes it so", async () => {
      await vault.createKey("kept", "ecdsa-p256", false);
      await vault.createKey("kept-read", "aes256-gcm96", false);
      for (const uri of [uriOf("kept"), `${uriOf("kept-read")}?export=true`]) {
        const error = await refusedFor(uri);
        expect(error.code).toBe("wrapper_refused");
        expect(error.message).toMatch(/not exportable.*vault write transit-\w+\/keys\/[\w-]+\/config exportable=true/);
      }
    });

    it("where it is symmetric and is not to be read, or private and is", async () => {
      await vault.createKey("symmetric", "aes256-gcm96");
      const symmetric = await refusedFor(uriOf("symmetric"));
      expect(symmetric.code).toBe("unsupported_wrapping");
      expect(symmetric.message).toMatch(/symmetric key \(aes256-gcm96\).*RSA_AES_KEY_WRAP.*add `export=true`/);
      await vault.createKey("private", "ecdsa-p256");
      const asked = await refusedFor(`${uriOf("private")}?export=true`);
      expect(asked.code).toBe("invalid_argument");
      expect(asked.message).toContain("Take `export=true` away");
    });

    it("where no KMS imports its type", async () => {
      await vault.createKey("edwards", "ed25519");
      expect(await refusedFor(uriOf("edwards"))).toMatchObject({ code: "wrong_material" });
    });

    it("by Vault when it wraps, since it is gone meanwhile", async () => {
      await vault.createKey("going", "ecdsa-p256");
      const material = await open(uriOf("going"));
      await vault.admin("POST", `${vault.mount}/keys/going/config`, { deletion_allowed: true });
      await vault.admin("DELETE", `${vault.mount}/keys/going`);
      const error = await rejected(material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"));
      expect(error).toMatchObject({ code: "material_unavailable", attribute });
      expect(error.message).toContain("The key is gone");
      expect((await vault.keyNames()).filter((name) => name.startsWith("byok-"))).toEqual([]);
    });
  });

  describe("the key that Vault wraps for", () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const otherKey = wrappingKeyFrom(other.publicKey.export({ format: "der", type: "spki" }), "RSA_2048");
    const pemOf = (key: KeyObject): string => key.export({ format: "pem", type: "spki" }).toString();
    /** What it is called while it is there. */
    const nameOf = async (material: OfferedMaterial, token: string): Promise<string> => {
      const env = { ...vault.env, VAULT_TOKEN: token };
      const held = await open(uriOf("destined"), { env });
      await held.wrap(otherKey, "RSA_AES_KEY_WRAP_SHA_256");
      expect(held.warnings.at(-1)).toMatch(/holds only a public key.*vault delete/);
      material.destroy();
      const name = (await vault.keyNames()).find((one) => one.startsWith("byok-")) ?? "";
      expect(held.warnings.at(-1)).toContain(name);
      return name;
    };

    it("is left with a warning where it cannot be deleted, reused then, and never taken for another", async () => {
      await vault.createKey("destined", "ecdsa-p256");
      const material = await open(`${uriOf("destined")}?version=1`);
      // May import, but not delete.
      const token = await vault.tokenFor(guidePolicy(vault.mount, "destined").replace(`, "delete"`, ""));
      const name = await nameOf(material, token);
      expect(name).toMatch(/^byok-[0-9a-f]{32}$/);

      await material.wrap(otherKey, "RSA_AES_KEY_WRAP_SHA_256");
      expect(material.warnings).toEqual([]);
      expect(await vault.keyNames()).not.toContain(name);

      await vault.admin("POST", `${vault.mount}/keys/${name}/import`, {
        type: "rsa-3072",
        public_key: pemOf(pair.publicKey),
      });
      const error = await rejected(material.wrap(otherKey, "RSA_AES_KEY_WRAP_SHA_256"));
      expect(error).toMatchObject({ code: "wrapper_refused", attribute });
      expect(error.message).toMatch(/not touched, and nothing was wrapped/);
      expect(await vault.keyNames()).toContain(name);
    });
  });
});
