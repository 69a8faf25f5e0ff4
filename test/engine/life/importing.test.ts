import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { DeleteImportedKeyMaterialCommand, DisableKeyCommand, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import { deadlineAfter } from "../../../src/engine/deadline";
import { ByokError } from "../../../src/engine/errors";
import { applyMaterial, recordAfter } from "../../../src/engine/imported-key-material";
import { observeMaterial } from "../../../src/engine/material-observation";
import { releaseMaterial } from "../../../src/engine/material-release";
import type { ImportParameters, KeyService } from "../../../src/engine/key-service";
import type { KeyMaterialSource } from "../../../src/engine/key-material-source";
import { systemClock } from "../../../src/system-clock";
import { importedKey, newKey, planAndApply, planned, settings } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, plaintext, startLife } from "../../support/life";
import { importNewMaterial } from "../../support/new-material";
import { publishedPair } from "../../support/published-keys";

const reimport = ["DescribeKey", "GetParametersForImport", "ImportKeyMaterial"];

/** A source that tells whether its bytes were wrapped, and whether they were wiped. */
function watched(bytes: Buffer): { source: KeyMaterialSource; wrapped: () => number; open: () => number } {
  let [wrapped, open] = [0, 0];
  const inner = bytesSource(bytes);
  return {
    source: {
      ...inner,
      async open(call) {
        const material = await inner.open(call);
        open++;
        return {
          fingerprint: material.fingerprint,
          shape: material.shape,
          warnings: material.warnings,
          wrap: (key, algorithm) => {
            wrapped++;
            return material.wrap(key, algorithm);
          },
          destroy: () => {
            open--;
            material.destroy();
          },
        };
      },
    },
    wrapped: () => wrapped,
    open: () => open,
  };
}

describe("an import", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const quick = () => life.run({ retry: { firstPause: 1, longestPause: 1 } });

  it.each(["ExpiredImportTokenException", "InvalidImportTokenException", "InvalidCiphertextException"])(
    "fetches new parameters and wraps again, once, after %s",
    async (code) => {
      const { arn } = await newKey(life);
      life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code });
      const { source, wrapped, open } = watched(newBytes());
      life.calls();
      const { record } = await applyMaterial(quick(), settings(arn), source, undefined);
      expect(record.verified).toBe(true);
      expect([wrapped(), open()]).toEqual([2, 0]);
      expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags", ...reimport.slice(1), ...reimport.slice(1)]);

      life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code, times: 2 });
      const second = watched(newBytes());
      await expect(
        applyMaterial(quick(), settings((await newKey(life)).arn), second.source, undefined),
      ).rejects.toMatchObject({ code: "import_refused", serviceCode: code });
      expect([second.wrapped(), second.open()]).toEqual([2, 0]);
    },
  );

  it("is repeated where its reply was lost, and the bytes are in once", async () => {
    const { arn } = await newKey(life);
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "drop", when: "after" });
    const { record } = await applyMaterial(quick(), settings(arn), bytesSource(newBytes()), undefined);
    expect(record.verified).toBe(true);
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it("waits out what passes, and gives up in time", async () => {
    const { arn } = await newKey(life);
    life.kms.faults.add({
      operation: "GetParametersForImport",
      kind: "error",
      code: "DependencyTimeoutException",
      status: 503,
      times: 3,
    });
    await applyMaterial(quick(), settings(arn), bytesSource(newBytes()), undefined);
    const next = await newKey(life);
    life.kms.faults.add({
      operation: "GetParametersForImport",
      kind: "error",
      code: "KMSInternalException",
      status: 500,
      times: 99,
    });
    await expect(applyMaterial(quick(), settings(next.arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "service_unavailable",
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["an EC key", { PublicKey: spki("ec") }],
    ["a tiny RSA key", { PublicKey: spki(512) }],
    ["an RSA key of another size than asked for", { PublicKey: spki(2048) }],
    ["no public key at all", { PublicKey: Buffer.from("hello").toString("base64") }],
    [
      "another key's parameters",
      { KeyId: "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000" },
    ],
    ["another Region's key", { KeyId: "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }],
    ["a huge token", { ImportToken: Buffer.alloc(70_000).toString("base64") }],
    ["an empty token", { ImportToken: "" }],
  ])("wraps nothing for a KMS that answers with %s", async (_what, fields) => {
    const { arn } = await newKey(life);
    life.kms.faults.add({ operation: "GetParametersForImport", kind: "replace", fields, times: 9 });
    const { source, wrapped, open } = watched(newBytes());
    await expect(applyMaterial(quick(), settings(arn), source, undefined)).rejects.toMatchObject({
      code: "untrusted_answer",
    });
    expect([wrapped(), open()]).toEqual([0, 0]);
    expect(life.calls()).not.toContain("ImportKeyMaterial");
  });

  it.each<[string, Partial<ImportParameters>]>([
    ["another key's parameters", { keyArn: "arn:aws:kms:eu-central-1:111122223333:key/other" }],
    ["no token", { token: Buffer.alloc(0) }],
    ["a huge token", { token: Buffer.alloc(70_000) }],
  ])("checks for itself what the KMS's client lets through: %s", async (_what, changes) => {
    const { arn } = await newKey(life);
    const watch = (service: KeyService): KeyService => ({
      ...service,
      importParameters: async (...args) => {
        const { at, value } = await service.importParameters(...args);
        return { at, value: { ...value, ...changes } };
      },
    });
    const { source, wrapped } = watched(newBytes());
    await expect(applyMaterial(life.run({ watch }), settings(arn), source, undefined)).rejects.toMatchObject({
      code: "untrusted_answer",
    });
    expect(wrapped()).toBe(0);
  });

  it("refuses a key of a spec that takes no imported material", async () => {
    const { arn } = await newKey(life);
    life.kms.faults.add({
      operation: "DescribeKey",
      kind: "replace",
      fields: { KeyMetadata: { KeySpec: "ML_DSA_44" } },
      times: 9,
    });
    await expect(applyMaterial(quick(), settings(arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "unsupported_key_spec",
      attribute: "key_arn",
    });
  });

  it("is refused for bytes that do not fit, or cannot be wrapped so, before anything is fetched", async () => {
    const rsa = publishedPair().privateKey.export({ type: "pkcs8", format: "der" });
    const p521 = generateKeyPairSync("ec", { namedCurve: "secp521r1" }).privateKey.export({
      type: "pkcs8",
      format: "der",
    });
    const symmetric = (await newKey(life)).arn;
    const rsaKey = (await newKey(life, { spec: "RSA_2048" })).arn;
    const ecKey = (await newKey(life, { spec: "ECC_NIST_P521" })).arn;
    const cases: [string, Buffer, object, string, string][] = [
      [symmetric, newBytes().subarray(0, 16), {}, "wrong_material", "key_material_source"],
      [symmetric, rsa, {}, "wrong_material", "key_material_source"],
      [rsaKey, newBytes(), {}, "wrong_material", "key_material_source"],
      [rsaKey, rsa, { wrappingAlgorithm: "RSAES_OAEP_SHA_256" }, "unsupported_wrapping", "wrapping_algorithm"],
      [
        ecKey,
        p521,
        { wrappingAlgorithm: "RSAES_OAEP_SHA_256", wrappingKeySpec: "RSA_2048" },
        "unsupported_wrapping",
        "wrapping_",
      ],
      [
        symmetric,
        newBytes(),
        { wrappingAlgorithm: "RSA_AES_KEY_WRAP_SHA_256" },
        "unsupported_wrapping",
        "wrapping_algorithm",
      ],
      [
        symmetric,
        newBytes(),
        { lifetime: { kind: "renewed", validFor: 366 * 86_400, renewBefore: 1 } },
        "lifetime_too_long",
        "valid_for",
      ],
      [rsaKey, rsa, { description: "safe 7" }, "invalid_argument", "material_description"],
      [symmetric, newBytes(), { description: "safe; 7" }, "invalid_argument", "material_description"],
      [symmetric, newBytes(), { description: "a".repeat(257) }, "invalid_argument", "material_description"],
    ];
    life.calls();
    for (const [arn, bytes, changes, code, attribute] of cases) {
      await expect(
        applyMaterial(life.run(), { ...settings(arn), ...changes }, bytesSource(bytes), undefined),
      ).rejects.toMatchObject({ code, attribute: expect.stringContaining(attribute) });
      const calls = life.calls().filter((name) => name !== "ListResourceTags");
      expect(calls).toEqual(["DescribeKey"]);
    }
  });

  it.each(["key_material_source", "key_material_wo"])("says which bytes the KMS refused: %s", async (attribute) => {
    const { key } = await importedKey(life);
    const others = applyMaterial(life.run(), settings(key.arn), bytesSource(newBytes(), attribute), undefined);
    await expect(others).rejects.toMatchObject({ code: "different_material", attribute });
  });

  it("passes on what a source calls wrong, before any call", async () => {
    const { arn } = await newKey(life);
    life.calls();
    const broken = bytesSource(Buffer.from("far too short"), "key_material_wo");
    await expect(applyMaterial(life.run(), settings(arn), broken, undefined)).rejects.toMatchObject({
      code: expect.stringMatching(/material$/),
    });
    expect(life.calls()).toEqual([]);
  });

  it("can be canceled, runs out of time, and leaves a key that the next run continues with", async () => {
    const { arn } = await newKey(life);
    const source = bytesSource(newBytes());
    await expect(
      applyMaterial(life.run(), settings(arn), source, undefined, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "canceled" });
    await expect(
      applyMaterial(life.run(), settings(arn), source, undefined, { deadline: deadlineAfter(0, systemClock) }),
    ).rejects.toMatchObject({ code: "timeout", attribute: "timeouts" });
    await expect(applyMaterial(life.run(), settings(arn), source, undefined)).resolves.toBeDefined();
  });

  it("orders what one run does to one key", async () => {
    const { arn } = await newKey(life);
    const run = life.run();
    const source = bytesSource(newBytes());
    life.calls();
    const outcomes = await Promise.all([1, 2, 3].map(() => applyMaterial(run, settings(arn), source, undefined)));
    expect(outcomes.map(({ record }) => record.verified)).toEqual([true, true, true]);
    expect(life.calls().filter((name) => name === "ImportKeyMaterial")).toHaveLength(3);
  });

  describe("destroying it", () => {
    it("leaves the bytes in the key and calls nothing, or deletes them where that is wished", async () => {
      const { key, record, wanted, source } = await importedKey(life, { validFor: "90d" });
      const ciphertext = await life.encrypt(key.arn);
      life.calls();
      const retained = await releaseMaterial(life.run(), record, "retain");
      expect(retained.warnings).toEqual([expect.stringContaining("stays in")]);
      expect(life.calls()).toEqual([]);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);

      await releaseMaterial(life.run(), record, "delete");
      expect(life.calls()).toEqual(["DeleteImportedKeyMaterial"]);
      expect(await life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
      await applyMaterial(life.run(), wanted, source, undefined);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("never deletes bytes that the same run imported", async () => {
      const { key, record, wanted, source } = await importedKey(life);
      const run = life.run();
      const ciphertext = await life.encrypt(key.arn);
      await applyMaterial(run, wanted, source, undefined);
      const { warnings } = await releaseMaterial(run, record, "delete");
      expect(warnings).toEqual([expect.stringContaining("not deleted")]);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("leaves a key alone that is gone, and tells what else keeps it from deleting", async () => {
      const { key, record } = await importedKey(life);
      life.kms.faults.add({ operation: "DeleteImportedKeyMaterial", kind: "error", code: "NotFoundException" });
      const { warnings } = await releaseMaterial(life.run(), record, "delete");
      expect(warnings).toEqual([expect.stringContaining(`was not deleted from ${key.arn}`)]);
      life.kms.permissions.deny("kms:DeleteImportedKeyMaterial");
      await expect(releaseMaterial(life.run(), record, "delete")).rejects.toMatchObject({ code: "access_denied" });
    });

    it("works for a key whose material has no id", async () => {
      const { record } = await importedKey(life, {}, { spec: "HMAC_256" });
      await releaseMaterial(life.run(), record, "delete");
      expect(life.calls().filter((name) => name === "DeleteImportedKeyMaterial")).toHaveLength(1);
    });
  });

  describe("into a key that was rotated", () => {
    it("judges our material alone, and brings ours back though the current one is another", async () => {
      const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
      const ciphertext = await life.encrypt(key.arn);
      await importNewMaterial(life.client(), key.arn, newBytes());
      await life.client().send(new RotateKeyOnDemandCommand({ KeyId: key.arn }));
      const healthy = await planned(life.run(), wanted, source, record);
      expect(healthy.assessment).toMatchObject({ row: "healthy" });
      expect(healthy.record?.otherMaterials).toHaveLength(1);

      life.kms.clock.advance("61d");
      const renewed = await planAndApply(life, wanted, source, healthy.record);
      expect(renewed.plan.row).toBe("renewal_due");
      expect(renewed.outcome.record.materialId).toBe(record.materialId);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });

    it("knows of the others in a key that was taken over, and names those that are missing", async () => {
      const first = await importedKey(life);
      const current = newBytes();
      await importNewMaterial(life.client(), first.key.arn, current);
      await life.client().send(new RotateKeyOnDemandCommand({ KeyId: first.key.arn }));
      const { materialId: old = "" } = first.record;
      const wanted = settings(first.key.arn);
      const taken = await applyMaterial(life.run(), wanted, bytesSource(current), undefined);
      expect([taken.record.otherMaterials, taken.error]).toEqual([[old], undefined]);

      await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: first.key.arn, KeyMaterialId: old }));
      life.kms.clock.advance("2m");
      const seen = await planAndApply(life, wanted, bytesSource(current), taken.record);
      expect(seen.plan).toMatchObject({ row: "healthy", warnings: [expect.stringContaining(old)] });

      const { outcome } = await planAndApply(life, wanted, bytesSource(current), {
        keyArn: wanted.keyArn,
        verified: false,
      });
      expect(outcome.error).toBeUndefined();
      expect(outcome.warnings.at(-1)).toMatch(new RegExp(`cannot be used before .*${old}`));
      expect(outcome.record).toMatchObject({ verified: true, otherMaterials: [old] });
    });

    it("takes a key over without the permission to list its materials", async () => {
      const { wanted, source } = await importedKey(life);
      life.kms.permissions.deny("kms:ListKeyRotations");
      await expect(applyMaterial(life.run(), wanted, source, undefined)).resolves.toMatchObject({
        record: { verified: true, otherMaterials: [] },
      });
    });

    it("takes no key over while nobody knows what else it holds", async () => {
      const { wanted, source } = await importedKey(life);
      const watch = (service: KeyService): KeyService => ({
        ...service,
        materials: async () => {
          throw new ByokError("service_unavailable", "Not now.");
        },
      });
      life.calls();
      await expect(applyMaterial(life.run({ watch }), wanted, source, undefined)).rejects.toMatchObject({
        code: "service_unavailable",
      });
      expect(life.calls()).toEqual(["DescribeKey"]);
      await expect(applyMaterial(life.run(), wanted, source, undefined)).resolves.toMatchObject({
        record: { verified: true },
      });
    });

    it("names the ids that are missing when the key stays unusable after our import", async () => {
      const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
      await importNewMaterial(
        life.client(),
        key.arn,
        newBytes(),
        new Date(life.kms.clock.now().getTime() + 30 * 86_400_000),
      );
      await life.client().send(new RotateKeyOnDemandCommand({ KeyId: key.arn }));
      const { record: seen } = await planned(life.run(), wanted, source, record);
      life.kms.clock.advance("91d");
      const { plan, outcome } = await planAndApply(life, wanted, source, seen);
      expect(plan.row).toBe("expired");
      expect(outcome.error).toBeUndefined();
      expect(outcome.warnings.at(-1)).toContain(outcome.record.otherMaterials?.[0] ?? "no id");
      expect(outcome.condition).toMatchObject({ keyState: "PendingImport" });
      expect(outcome.record.verified).toBe(true);
    });
  });

  it("counts two reads for a look at deleted material: what the key has lost decides what is missing", async () => {
    const { key, record, wanted } = await importedKey(life, { validFor: "90d" });
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.arn }));
    life.calls();
    life.kms.clock.advance("2m");
    const { condition } = await observeMaterial(life.run(), key.arn, record, wanted);
    expect(condition).toMatchObject({ state: "deleted" });
    expect(life.calls()).toEqual(["DescribeKey", "ListKeyRotations"]);
  });

  it("goes on reporting a deletion once the date has come at which the material would have expired", async () => {
    const { key, source, record } = await importedKey(life, { validFor: "90d" });
    const reporting = { ...settings(key.arn, { validFor: "90d" }), onDeletion: "report" as const };
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.arn }));
    life.kms.clock.advance("2m");
    const seen = await planned(life.run(), reporting, source, record);
    expect(seen.assessment.row).toBe("deletion_reported");
    life.kms.clock.advance("91d");
    const later = await planAndApply(life, reporting, source, seen.record);
    expect(later.plan.row).toBe("deletion_reported");
    expect(later.calls).toEqual(["DescribeKey", "ListKeyRotations"]);

    const again = await planAndApply(life, settings(key.arn, { validFor: "90d" }), source, later.outcome.record);
    expect(again.plan.row).toBe("deleted");
    life.kms.clock.advance("91d");
    const lapsed = await planned(life.run(), reporting, source, again.outcome.record);
    expect(lapsed.assessment.row).toBe("expired");
  });

  it("counts one read for a look, also at a Disabled key", async () => {
    const { key, record, wanted } = await importedKey(life, { validFor: "90d" });
    await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
    life.calls();
    const { condition } = await observeMaterial(life.run(), key.arn, record, wanted);
    expect(life.calls()).toEqual(["DescribeKey"]);
    expect(recordAfter(record, condition)).toMatchObject({ keyDisabled: true, validTo: record.validTo });
  });
});

/** A public key in DER SPKI, base64. */
function spki(kind: "ec" | number): string {
  const pair =
    kind === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "prime256v1" })
      : generateKeyPairSync("rsa", { modulusLength: kind });
  const publicKey = createPublicKey(createPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "pem" })));
  return publicKey.export({ type: "spki", format: "der" }).toString("base64");
}
