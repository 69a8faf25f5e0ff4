import { createPublicKey, createVerify, type KeyObject, verify } from "node:crypto";
import { GetPublicKeyCommand, SignCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { KeyMaterialSource } from "../../../src/engine/key-material-source";
import { fingerprintCommand } from "../../../src/cli/fingerprint";
import { sourceFromUri } from "../../../src/material-sources/source-uri";
import { inProcess } from "../../cli/in-process";
import { rejected } from "../../engine/thrown";
import { newKey, planAndApply, settings } from "../../support/imported-key";
import { type Life, startLife } from "../../support/life";
import { testVaults, type TestVault } from "../../support/vault/subject";

const attribute = "key_material_source";
const message = Buffer.from("signed by the imported key");

describe.each(testVaults)("a private key in the Transit engine of %s", (_, start) => {
  let [vault, life]: [TestVault, Life] = [] as never;
  beforeAll(async () => {
    [vault, life] = [await start(), await startLife()];
  });
  afterAll(async () => {
    await life.close();
    await vault.close();
  });

  const sourceOf = (key: string): KeyMaterialSource =>
    sourceFromUri(`vault-transit:${vault.mount}/${key}`, { attribute, env: vault.env, isFingerprintConfigured: true });
  const publicKeyOf = async (key: string): Promise<KeyObject> => {
    const { data } = (await vault.admin("GET", `${vault.mount}/keys/${key}`)) as {
      data: { keys: Record<string, { public_key: string }> };
    };
    return createPublicKey(data.keys[1]?.public_key ?? "");
  };
  const byok = async (): Promise<readonly string[]> =>
    (await vault.keyNames()).filter((name) => name.startsWith("byok-"));

  it.each([
    ["RSA_2048", "rsa-2048", "RSASSA_PKCS1_V1_5_SHA_256"],
    ["ECC_NIST_P256", "ecdsa-p256", "ECDSA_SHA_256"],
  ] as const)(
    "goes into a key of %s, lapses, comes back, and gives way to no other version",
    async (keySpec, type, by) => {
      await vault.createKey(type, type);
      const { arn } = await newKey(life, { spec: keySpec, usage: "SIGN_VERIFY" });
      const source = sourceOf(type);
      const wanted = settings(arn, { validFor: "90d" });
      const { outcome } = await planAndApply(life, wanted, source, undefined);
      expect(outcome).toMatchObject({ warnings: [], record: { verified: true } });

      const signed = async (): Promise<Buffer> => {
        const sent = { KeyId: arn, Message: message, SigningAlgorithm: by };
        return Buffer.from((await life.client().send(new SignCommand(sent))).Signature ?? []);
      };
      const held = await publicKeyOf(type);
      const { PublicKey = [] } = await life.client().send(new GetPublicKeyCommand({ KeyId: arn }));
      expect(held.export({ format: "der", type: "spki" }).equals(Buffer.from(PublicKey))).toBe(true);
      expect(
        createVerify("sha256")
          .update(message)
          .verify(held, await signed()),
      ).toBe(true);

      life.kms.clock.advance("91d");
      await expect(signed()).rejects.toMatchObject({ name: "KMSInvalidStateException" });
      const back = await planAndApply(life, wanted, source, outcome.record);
      expect(back.plan.action).toBe("reimport");
      expect(back.outcome).toMatchObject({ warnings: [], record: { fingerprint: outcome.record.fingerprint } });
      expect(verify("sha256", message, held, await signed())).toBe(true);

      await vault.admin("POST", `${vault.mount}/keys/${type}/rotate`);
      life.kms.clock.advance("91d");
      const other = await rejected(applyMaterial(life.run(), wanted, source, back.outcome.record));
      expect(other).toMatchObject({ code: "different_material", attribute });
      const pinned = await planAndApply(life, wanted, sourceOf(`${type}?version=1`), back.outcome.record);
      expect(pinned.outcome.record.verified).toBe(true);
      expect(verify("sha256", message, held, await signed())).toBe(true);
      expect(await byok()).toEqual([]);
    },
  );

  it("does not go by what Vault cannot do, or into a key of another kind", async () => {
    await vault.createKey("elsewhere", "ecdsa-p256");
    const symmetric = settings((await newKey(life)).arn);
    expect(await rejected(applyMaterial(life.run(), symmetric, sourceOf("elsewhere"), undefined))).toMatchObject({
      code: "wrong_material",
    });
    const { arn } = await newKey(life, { spec: "ECC_NIST_P256", usage: "SIGN_VERIFY" });
    const oaep = { ...settings(arn), wrappingAlgorithm: "RSAES_OAEP_SHA_256" };
    expect(await rejected(applyMaterial(life.run(), oaep, sourceOf("elsewhere"), undefined))).toMatchObject({
      code: "unsupported_wrapping",
      message: expect.stringContaining("What holds the key material wraps by RSA_AES_KEY_WRAP_SHA_256"),
    });
    expect(await byok()).toEqual([]);
  });

  it("is imported although Vault keeps the wrapping key, and the outcome says so", async () => {
    await vault.createKey("littering", "ecdsa-p256");
    const policy = `path "${vault.mount}/*" { capabilities = ["read", "update"] }`;
    const VAULT_TOKEN = await vault.tokenFor(policy);
    const source = sourceFromUri(`vault-transit:${vault.mount}/littering?version=1`, {
      attribute,
      env: { ...vault.env, VAULT_TOKEN },
    });
    const { arn } = await newKey(life, { spec: "ECC_NIST_P256", usage: "SIGN_VERIFY" });
    const { record, warnings } = await applyMaterial(life.run(), settings(arn), source, undefined);
    expect(record.verified).toBe(true);
    const [left] = await byok();
    expect(warnings).toEqual([
      expect.stringContaining(`The key \`${left}\`, which holds only a public key of the KMS`),
    ]);
    await vault.admin("DELETE", `${vault.mount}/keys/${left}`);
  });

  it("goes into a key of AWS's by its bytes, where it is symmetric and that is asked for", async () => {
    await vault.createKey("data", "aes256-gcm96");
    const { arn } = await newKey(life);
    const wanted = settings(arn, { validFor: "90d" });
    const source = sourceOf("data?export=true&version=1");
    const { outcome } = await planAndApply(life, wanted, source, undefined);
    const ciphertext = await life.encrypt(arn);
    life.kms.clock.advance("91d");
    await planAndApply(life, wanted, source, outcome.record);
    expect(await life.decrypt(ciphertext)).not.toBe("KMSInvalidStateException");
  });

  describe("is named by byok fingerprint", () => {
    const before = { ...process.env };
    beforeEach(() => void Object.assign(process.env, vault.env));
    afterEach(() => {
      process.env = { ...before };
    });
    const fingerprint = async (source: string, ...more: readonly string[]) =>
      inProcess((streams) => fingerprintCommand({ ...streams, stdin: (async function* () {})() }), [source, ...more]);

    it("with what it fits, and the version that it is", async () => {
      await vault.createKey("named", "ecdsa-p384");
      const { out, err, code } = await fingerprint(`vault-transit:${vault.mount}/named`);
      expect(code).toBe(0);
      expect(out).toMatch(
        /^fingerprint\s+spki:[0-9a-f]{64}\nmaterial\s+a private key on the curve P-384\nfits\s+ECC_NIST_P384\nversion\s+1\n$/,
      );
      expect(err).toBe("");
    });

    it("or refused with Vault's reason", async () => {
      const { out, err, code } = await fingerprint(`vault-transit:${vault.mount}/nothing`);
      expect({ out, code }).toEqual({ out: "", code: 1 });
      expect(err).toMatch(/\[material_unavailable\] `vault-transit:.*Vault has nothing at/);
    });
  });
});
