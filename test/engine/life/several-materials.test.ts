import {
  DeleteImportedKeyMaterialCommand,
  RotateKeyOnDemandCommand,
  UpdatePrimaryRegionCommand,
} from "@aws-sdk/client-kms";
import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial, type MaterialSettings } from "../../../src/engine/imported-key-material";
import type { KeyMaterialSource } from "../../../src/engine/key-material-source";
import type { KeyService, MaterialImport } from "../../../src/engine/key-service";
import { missingBesides } from "../../../src/engine/material-condition";
import type { MaterialRecord } from "../../../src/engine/material-record";
import { hurriedClock } from "../../support/hurried-clock";
import { importedKey, newKey, planAndApply, planned, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, plaintext, startLife, testRegion } from "../../support/life";
import { importNewMaterial } from "../../support/new-material";

const dublin = "eu-west-1";

describe("a key that holds several materials", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  interface Material {
    readonly wanted: MaterialSettings;
    readonly source: KeyMaterialSource;
    readonly record: MaterialRecord;
  }

  /** A key that was rotated once, with both of its materials in byok's hands and a ciphertext under each. */
  async function rotated(): Promise<{ arn: string; former: Material; current: Material; ciphertexts: Uint8Array[] }> {
    const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
    const first = await life.encrypt(key.arn);
    const bytes = newBytes();
    await importNewMaterial(life.client(), key.arn, bytes);
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: key.arn }));
    const second = bytesSource(bytes);
    const current = await applyMaterial(life.run(), wanted, second, undefined);
    return {
      arn: key.arn,
      former: { wanted, source, record },
      current: { wanted, source: second, record: current.record },
      ciphertexts: [first, await life.encrypt(key.arn)],
    };
  }

  /** The requests to import that the engine makes in one run. */
  function watched(): { readonly requests: MaterialImport[]; readonly watch: (service: KeyService) => KeyService } {
    const requests: MaterialImport[] = [];
    return {
      requests,
      watch: (service) => ({
        ...service,
        importMaterial: async (request, call) => {
          requests.push(request);
          return service.importMaterial(request, call);
        },
      }),
    };
  }

  it("has each of its materials known by the id of its own import", async () => {
    const { former, current } = await rotated();
    expect(former.record.materialId).not.toBe(current.record.materialId);
    expect(current.record.otherMaterials).toEqual([former.record.materialId]);
  });

  it("warns that others may be lost where its materials may not be listed", async () => {
    const { former } = await rotated();
    life.kms.clock.advance("91d");
    life.kms.permissions.deny("kms:ListKeyRotations", { accessKeyId: "AKIAENGINE" });
    const { plan, outcome } = await planAndApply(life, former.wanted, former.source, former.record);
    expect(plan).toMatchObject({ row: "expired", action: "reimport" });
    expect(plan.warnings).toEqual([expect.stringContaining("kms:ListKeyRotations")]);
    expect(outcome.warnings).toEqual(plan.warnings);
  });

  it.each([
    ["in the order of their making", false],
    ["in the other order", true],
  ])("is repaired by the resources of both materials where both have lapsed, %s", async (_title, reversed) => {
    const { former, current, ciphertexts } = await rotated();
    life.kms.clock.advance("91d");
    const [one, other] = reversed ? [current, former] : [former, current];
    const halfway = await planAndApply(life, one.wanted, one.source, one.record);
    expect(halfway.plan.row).toBe("expired");
    expect(halfway.outcome.error).toBeUndefined();
    expect(halfway.outcome.warnings.at(-1)).toContain(other.record.materialId);
    expect(missingBesides(halfway.outcome.condition)).toEqual([other.record.materialId]);
    expect(await life.decrypt(ciphertexts[0] ?? new Uint8Array())).toBe("KMSInvalidStateException");

    const done = await planAndApply(life, other.wanted, other.source, other.record);
    expect([done.plan.row, done.outcome.error, missingBesides(done.outcome.condition)]).toEqual([
      "expired",
      undefined,
      [],
    ]);
    for (const ciphertext of ciphertexts) expect(await life.decrypt(ciphertext)).toBe(plaintext);
    for (const { wanted, source, record } of [
      { ...one, record: halfway.outcome.record },
      { ...other, record: done.outcome.record },
    ]) {
      expect((await planned(life.run(), wanted, source, record)).assessment).toMatchObject({
        row: "healthy",
        warnings: [],
      });
    }
  });

  it("takes its former material without a record of it, for the KMS compares the bytes", async () => {
    const { arn, former, current, ciphertexts } = await rotated();
    const KeyMaterialId = former.record.materialId ?? "";
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn, KeyMaterialId }));
    const { requests, watch } = watched();
    const { record, error } = await applyMaterial(life.run({ watch }), former.wanted, former.source, undefined);
    expect([error, record.materialId]).toEqual([undefined, KeyMaterialId]);
    expect(record.otherMaterials).toEqual([current.record.materialId]);
    expect(requests).toEqual([expect.objectContaining({ importType: "existing" })]);
    expect(requests[0]).not.toHaveProperty("materialId");
    for (const ciphertext of ciphertexts) expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("names what it lacks where nothing tells which of its materials is ours, and the loss is only reported", async () => {
    const { arn, former, current } = await rotated();
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
    const wanted = { ...former.wanted, onDeletion: "report" } as const;
    const { plan, outcome } = await planAndApply(life, wanted, former.source, undefined);
    expect(plan).toMatchObject({ row: "deletion_reported", action: "nothing" });
    expect(outcome.warnings).toEqual([expect.stringContaining(`the key lacks ${current.record.materialId}`)]);
  });

  it("is not confused by a rotation by somebody else: the current id was merely seen, and is not ours", async () => {
    const { key, wanted, source, record } = await importedKey(life, { validFor: "90d" });
    // Taken over by a look alone, before the rotation.
    const looked = await applyMaterial(life.run(), wanted, undefined, undefined, {}, "nothing");
    expect(looked.record).not.toHaveProperty("materialId");
    await importNewMaterial(life.client(), key.arn, newBytes());
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: key.arn }));
    for (const known of [record, looked.record, undefined]) {
      const { outcome } = await planAndApply(life, wanted, source, known);
      expect(outcome.record).toMatchObject({ verified: true, materialId: record.materialId });
    }
  });

  it("refuses bytes that are none of its materials", async () => {
    const { former } = await rotated();
    life.kms.clock.advance("91d");
    const others = applyMaterial(life.run(), former.wanted, bytesSource(newBytes()), undefined);
    await expect(others).rejects.toMatchObject({ code: "different_material" });
  });

  describe("in several Regions", () => {
    const primaryWanted = { ...wantedKey, multiRegion: true };
    const replicaWanted = (primaryKeyArn: string) => ({ ...primaryWanted, region: dublin, primaryKeyArn });

    /** A primary that was rotated before it had a replica. */
    async function rotatedPrimary() {
      const [one, two] = [newBytes(), newBytes()];
      const primary = await newKey(life, { multiRegion: true });
      await applyMaterial(life.run(), settings(primary.arn), bytesSource(one), undefined);
      const first = await life.encrypt(primary.arn);
      await importNewMaterial(life.client(), primary.arn, two);
      await life.client().send(new RotateKeyOnDemandCommand({ KeyId: primary.arn }));
      const second = await life.encrypt(primary.arn);
      const replica = (await ensureKey(life.run(), replicaWanted(primary.arn), undefined)).record;
      return { replica, sources: [bytesSource(one), bytesSource(two)], ciphertexts: [first, second] };
    }

    it.each([
      ["the former one first", [0, 1]],
      ["the current one first", [1, 0]],
    ])(
      "needs every material in a new replica of a rotated primary, and names what is missing: %s",
      async (_, order) => {
        const { replica, sources, ciphertexts } = await rotatedPrimary();
        const wanted = settings(replica.arn);
        const records: MaterialRecord[] = [];
        const warnings: (readonly string[])[] = [];
        const requests: MaterialImport[] = [];
        for (const index of order) {
          const seen = watched();
          const outcome = await applyMaterial(life.run({ watch: seen.watch }), wanted, sources[index], undefined);
          expect(outcome.error).toBeUndefined();
          records.push(outcome.record);
          warnings.push(outcome.warnings);
          requests.push(...seen.requests);
        }
        expect(requests.map(({ importType }) => importType)).toEqual(["existing", "existing"]);
        expect(warnings[0]?.join()).toContain(records[1]?.materialId ?? "no id");
        expect(warnings[1]).toEqual([]);
        for (const ciphertext of ciphertexts) expect(await life.decrypt(ciphertext, dublin)).toBe(plaintext);
        for (const [i, record] of records.entries()) {
          const source = sources[order[i] ?? 0];
          expect((await planned(life.run(), wanted, source, record)).assessment).toMatchObject({
            row: "healthy",
            warnings: [],
          });
        }
      },
    );

    it("waits until a replica's Region shows what was imported into the primary a moment ago", async () => {
      const bytes = newBytes();
      const run = life.run();
      const primary = (await ensureKey(run, primaryWanted, undefined)).record;
      const source = bytesSource(bytes);
      await applyMaterial(run, settings(primary.arn), source, undefined);
      const replica = (await ensureKey(run, replicaWanted(primary.arn), undefined)).record;
      const refused = {
        operation: "ImportKeyMaterial",
        region: dublin,
        kind: "error",
        code: "IncorrectKeyMaterialException",
      } as const;
      life.kms.faults.add({ ...refused, times: 2 });
      const { record } = await applyMaterial(
        { ...run, clock: hurriedClock() },
        settings(replica.arn),
        source,
        undefined,
      );
      expect(record.verified).toBe(true);

      // To who did not import it a moment ago, other bytes are other bytes at once.
      life.kms.faults.add(refused);
      await expect(applyMaterial(life.run(), settings(replica.arn), source, undefined)).rejects.toMatchObject({
        code: "different_material",
      });
    });

    it("passes on what else a replica's Region refuses", async () => {
      const run = life.run();
      const primary = (await ensureKey(run, primaryWanted, undefined)).record;
      const source = bytesSource(newBytes());
      await applyMaterial(run, settings(primary.arn), source, undefined);
      const replica = (await ensureKey(run, replicaWanted(primary.arn), undefined)).record;
      life.kms.permissions.deny("kms:ImportKeyMaterial");
      await expect(applyMaterial(run, settings(replica.arn), source, undefined)).rejects.toMatchObject({
        code: "access_denied",
      });
    });

    it("is renewed after its primary was demoted, though the material has a description", async () => {
      const run = life.run();
      const primary = (await ensureKey(run, primaryWanted, undefined)).record;
      const source = bytesSource(newBytes());
      const wanted: MaterialSettings = { ...settings(primary.arn, { validFor: "90d" }), description: "safe 7" };
      const { record } = await applyMaterial(run, wanted, source, undefined);
      const replica = (await ensureKey(run, replicaWanted(primary.arn), undefined)).record;
      await applyMaterial(run, settings(replica.arn, { validFor: "90d" }), source, undefined);
      await life.client(testRegion).send(new UpdatePrimaryRegionCommand({ KeyId: primary.arn, PrimaryRegion: dublin }));
      life.kms.clock.advance("61d");
      const { plan, outcome } = await planAndApply(life, wanted, source, record);
      expect(plan.row).toBe("renewal_due");
      expect(outcome.record).toMatchObject({ verified: true, description: "safe 7" });
      expect(outcome.record.validTo).toBeGreaterThan(record.validTo ?? 0);
      await expect(
        planAndApply(life, { ...wanted, description: "safe 8" }, source, outcome.record),
      ).rejects.toMatchObject({ code: "invalid_argument", attribute: "material_description" });
    });
  });
});
