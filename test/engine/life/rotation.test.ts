import {
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial, type MaterialSettings } from "../../../src/engine/imported-key-material";
import { observeRotation, rotateKey } from "../../../src/engine/key-rotation";
import type { KeyMaterialSource } from "../../../src/engine/key-material-source";
import { observeMaterial } from "../../../src/engine/material-observation";
import { dropPendingMaterial, releaseMaterial } from "../../../src/engine/material-release";
import { deadlineAfter } from "../../../src/engine/deadline";
import { hurriedClock } from "../../support/hurried-clock";
import { importedKey, newKey, planAndApply, planned, settings } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, plaintext, startLife, testRegion } from "../../support/life";
import { importNewMaterial } from "../../support/new-material";
import { type HeldMaterial, idOf, rotatedKey, succeed } from "../../support/rotated-key";

const [dublin, ohio] = ["eu-west-1", "us-east-2"] as const;
const noSuchId = "0".repeat(64);

describe("new material in a key that has some", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const stateOf = async (KeyId: string, id: string, region?: string): Promise<string | undefined> => {
    const { Rotations = [] } = await life
      .client(region)
      .send(new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
    return Rotations.find(({ KeyMaterialId }) => KeyMaterialId === id)?.KeyMaterialState;
  };
  const current = async (KeyId: string): Promise<string | undefined> =>
    (await life.client().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.CurrentKeyMaterialId;
  const drop = (KeyId: string, KeyMaterialId: string, region?: string) =>
    life.client(region).send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId }));
  const quick = () => ({ ...life.run({ retry: { firstPause: 1, longestPause: 1 } }), clock: hurriedClock() });

  const withDeadline = () => {
    const run = life.run();
    return { run, call: { deadline: deadlineAfter(60_000, run.clock) } };
  };

  async function withFirst(): Promise<{ arn: string; first: string }> {
    const { key, record } = await importedKey(life);
    return { arn: key.arn, first: record.materialId ?? "" };
  }

  const successor = (keyArn: string, succeeds: string) => ({ ...settings(keyArn), succeeds });

  async function brought(
    arn: string,
    succeeds: string,
    source: KeyMaterialSource = bytesSource(newBytes()),
  ): Promise<HeldMaterial> {
    const wanted = successor(arn, succeeds);
    const { record } = await applyMaterial(life.run(), wanted, source, undefined);
    return { wanted, source, record };
  }

  it("waits for a rotation, which six requests bring about", async () => {
    const { arn, first } = await withFirst();
    const old = await life.encrypt(arn);
    life.calls();
    const wanted = successor(arn, first);
    const outcome = await applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined);
    expect(outcome.assessment).toMatchObject({ row: "never_imported", action: "create" });
    expect(outcome.assessment.reason).toBe(`new key material, to succeed ${first}`);
    expect(outcome.condition).toMatchObject({ state: "imported", rotation: "PENDING_ROTATION" });
    expect(life.calls()).toEqual(["DescribeKey", "ListKeyRotations", "GetParametersForImport", "ImportKeyMaterial"]);
    const second = outcome.record.materialId ?? "";
    expect(await current(arn)).toBe(first);

    const rotated = await rotateKey(life.run(), { keyArn: arn, materialId: second });
    expect(rotated.assessment).toMatchObject({ row: "pending", action: "rotate" });
    expect(rotated.condition).toMatchObject({
      state: "current",
      rotations: 1,
      rotationsLeft: 24,
      currentMaterialId: second,
    });
    expect(rotated.condition.rotatedAt).toBeGreaterThan(0);
    expect(life.calls()).toEqual(["ListKeyRotations", "RotateKeyOnDemand", "ListKeyRotations"]);
    expect(await current(arn)).toBe(second);
    expect(await life.decrypt(old)).toBe(plaintext);
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it("is as it should be afterwards, as is what it succeeds, in two requests for all of them", async () => {
    const { arns, materials } = await rotatedKey(life, { rotations: 2, lifetime: { validFor: "90d" } });
    const [arn = ""] = arns;
    const run = life.run();
    life.calls();
    const looks = [];
    for (const [{ wanted, record } = { wanted: settings(arn), record: undefined }] of materials) {
      // What is on record after the next look knows of the others.
      const known = record === undefined ? undefined : { ...record, otherMaterials: [noSuchId] };
      const { condition } = await observeMaterial(run, arn, known, wanted);
      looks.push(condition);
    }
    const rotation = await observeRotation(run, { keyArn: arn, materialId: idOf(at(materials, 2)) });
    expect(life.calls()).toEqual(["DescribeKey", "ListKeyRotations"]);
    expect(looks.map((condition) => [condition.state, "rotation" in condition && condition.rotation])).toEqual([
      ["imported", "NON_CURRENT"],
      ["imported", "NON_CURRENT"],
      ["imported", "CURRENT"],
    ]);
    expect(rotation).toMatchObject({ state: "current", rotations: 2, rotationsLeft: 23 });
    await life.client().send(new DisableKeyCommand({ KeyId: arn }));
    await run.services.service("aws", testRegion).setEnabled(arn, true);
    await observeRotation(run, { keyArn: arn, materialId: noSuchId });
    expect(life.calls()).toEqual(["EnableKey", "DescribeKey", "ListKeyRotations"]);
  });

  const at = (materials: readonly (readonly HeldMaterial[])[], index: number, place = 0): HeldMaterial => {
    const held = materials[index]?.[place];
    if (held === undefined) throw new Error("There is no such material.");
    return held;
  };

  it("is brought into every Region, the primary's first, before the rotation", async () => {
    const { arns, materials, ciphertexts } = await rotatedKey(life, { rotations: 2, regions: [dublin, ohio] });
    expect(materials.map((held) => new Set(held.map(idOf)).size)).toEqual([1, 1, 1]);
    for (const region of [testRegion, dublin, ohio]) {
      for (const ciphertext of ciphertexts.flat()) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
    }
    expect(arns).toHaveLength(3);
  });

  it("waits at a replica until the primary has it", async () => {
    const { arns, materials } = await rotatedKey(life, { rotations: 0, regions: [dublin] });
    const [primary = "", replica = ""] = arns;
    const first = idOf(at(materials, 0));
    const source = bytesSource(newBytes());
    const run = life.run();
    const clock = hurriedClock();
    let primaryHasIt: Promise<unknown> | undefined;
    const patient = {
      ...life.run(),
      clock: {
        ...clock,
        sleep: async () => {
          primaryHasIt ??= applyMaterial(run, successor(primary, first), source, undefined);
          await primaryHasIt;
        },
      },
    };
    const { record, condition } = await applyMaterial(patient, successor(replica, first), source, undefined);
    expect(record).toMatchObject({ verified: true });
    expect(condition).toMatchObject({ state: "imported" });
    expect(await stateOf(primary, record.materialId ?? "")).toBe("PENDING_ROTATION");
  });

  it("is an error at a replica that its primary never gives it to, once the time is over", async () => {
    const { arns, materials } = await rotatedKey(life, { rotations: 0, regions: [dublin] });
    const source = bytesSource(newBytes());
    const wanted = successor(arns[1] ?? "", idOf(at(materials, 0)));
    await expect(applyMaterial(quick(), wanted, source, undefined)).rejects.toMatchObject({
      code: "primary_not_ready",
      message: expect.stringContaining(arns[0] ?? "no primary"),
    });
    const clock = hurriedClock();
    const call = { deadline: deadlineAfter(60_000, clock) };
    await expect(applyMaterial({ ...life.run(), clock }, wanted, source, undefined, call)).rejects.toMatchObject({
      code: "primary_not_ready",
      attribute: "succeeds",
    });
  });

  it("that waits already is proved by importing the same bytes again, and other bytes are refused", async () => {
    const { arn, first } = await withFirst();
    const { source, wanted, record } = await brought(arn, first);
    const again = await applyMaterial(life.run(), wanted, source, undefined);
    expect(again.record).toMatchObject({ verified: true, materialId: record.materialId });
    await expect(applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "different_material",
      message: expect.stringMatching(
        new RegExp(`${record.materialId}.*waits for a rotation.*delete-imported-key-material`),
      ),
    });
    expect(await stateOf(arn, record.materialId ?? "")).toBe("PENDING_ROTATION");
  });

  it("is recognised where the reply to its import was lost", async () => {
    const { arn, first } = await withFirst();
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "drop", when: "after" });
    const wanted = successor(arn, first);
    const { record } = await applyMaterial(quick(), wanted, bytesSource(newBytes()), undefined);
    expect(record).toMatchObject({ verified: true });
    expect(await stateOf(arn, record.materialId ?? "")).toBe("PENDING_ROTATION");
  });

  it("is not sent where the material that it succeeds is not the current one", async () => {
    const { arns, materials } = await rotatedKey(life);
    const [arn = ""] = arns;
    const [first, second] = [idOf(at(materials, 0)), idOf(at(materials, 1))];
    const source = bytesSource(newBytes());
    for (const [wrong, words] of [
      [first, `${first} is a former key material of ${arn}, whose current one is ${second}`],
      [noSuchId, `${noSuchId} is no key material of ${arn}, whose current one is ${second}`],
    ] as const) {
      const { assessment } = await lookAhead(successor(arn, wrong), source);
      expect(assessment).toMatchObject({ row: "wrong_predecessor", action: "refuse" });
      await expect(applyMaterial(life.run(), successor(arn, wrong), source, undefined)).rejects.toMatchObject({
        code: "wrong_predecessor",
        attribute: "succeeds",
        message: expect.stringContaining(words),
      });
    }
  });

  const lookAhead = (wanted: MaterialSettings, source: KeyMaterialSource) =>
    planned(life.run(), wanted, source, undefined);

  it("needs a first material, and a key that may hold several", async () => {
    const { arn } = await newKey(life);
    const source = bytesSource(newBytes());
    await expect(applyMaterial(life.run(), successor(arn, noSuchId), source, undefined)).rejects.toMatchObject({
      code: "wrong_predecessor",
      message: expect.stringContaining("which has none"),
    });
    const hmac = await newKey(life, { spec: "HMAC_256" });
    await expect(applyMaterial(life.run(), successor(hmac.arn, noSuchId), source, undefined)).rejects.toMatchObject({
      code: "unsupported_key_spec",
      message: expect.stringContaining("HMAC_256"),
    });
    expect(life.calls()).not.toContain("ImportKeyMaterial");
  });

  it("is an error where the materials may not be listed, and a warning at plan", async () => {
    const { arn, first } = await withFirst();
    life.kms.permissions.deny("kms:ListKeyRotations", { accessKeyId: "AKIAENGINE" });
    const source = bytesSource(newBytes());
    const { assessment } = await lookAhead(successor(arn, first), source);
    expect(assessment.action).toBe("create");
    expect(assessment.warnings.join()).toContain("kms:ListKeyRotations");
    await expect(applyMaterial(life.run(), successor(arn, first), source, undefined)).rejects.toMatchObject({
      code: "access_denied",
      attribute: "succeeds",
    });
    await expect(rotateKey(life.run(), { keyArn: arn, materialId: noSuchId })).rejects.toMatchObject({
      code: "access_denied",
      message: expect.stringContaining("kms:ListKeyRotations"),
    });
    await expect(rotateKey(life.run(), { keyArn: arn, materialId: first })).resolves.toMatchObject({
      condition: { state: "current" },
    });
  });

  it("comes back as new material where somebody deleted it before its rotation", async () => {
    const { arn, first } = await withFirst();
    const held = await brought(arn, first);
    await drop(arn, idOf(held));
    life.kms.clock.advance("3m");
    const { plan, outcome } = await planAndApply(life, held.wanted, held.source, held.record);
    expect(plan).toMatchObject({ row: "deleted", action: "reimport" });
    expect(outcome.record.materialId).toBe(held.record.materialId);
    expect(await stateOf(arn, idOf(held))).toBe("PENDING_ROTATION");
  });

  it("is dropped while it waits, and never once it is the current one", async () => {
    const { arn, first } = await withFirst();
    const waiting = await brought(arn, first);
    expect(await dropPendingMaterial(life.run(), waiting.record)).toBe(true);
    expect(await stateOf(arn, idOf(waiting))).toBeUndefined();
    expect(await dropPendingMaterial(life.run(), waiting.record)).toBe(true);
    const [rotated] = await succeed(life.run(), [arn], first);
    if (rotated === undefined) throw new Error("Nothing was imported.");
    expect(await dropPendingMaterial(life.run(), rotated.record)).toBe(false);
    expect(await stateOf(arn, idOf(rotated))).toBe("CURRENT");
    expect(await dropPendingMaterial(life.run(), { ...rotated.record, materialId: undefined })).toBe(false);
  });

  it("is not dropped once a rotation to it has begun, though the list shows it as waiting until that has ended", async () => {
    await life.close();
    life = await startLife({ rotationDelay: "1m" });
    const { arn, first } = await withFirst();
    const waiting = await brought(arn, first);
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn }));
    expect(await stateOf(arn, idOf(waiting))).toBe("PENDING_ROTATION");
    expect(await dropPendingMaterial(life.run(), waiting.record)).toBe(false);
    life.kms.clock.advance("2m");
    expect(await stateOf(arn, idOf(waiting))).toBe("CURRENT");
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it("is not dropped where the caller may not see whether a rotation has begun", async () => {
    const { arn, first } = await withFirst();
    const waiting = await brought(arn, first);
    life.kms.permissions.deny("kms:GetKeyRotationStatus", { accessKeyId: "AKIAENGINE" });
    await expect(dropPendingMaterial(life.run(), waiting.record)).rejects.toMatchObject({
      code: "access_denied",
      message: expect.stringContaining("kms:GetKeyRotationStatus"),
    });
    const released = releaseMaterial(life.run(), waiting.record, "delete", {}, { wasPending: true });
    await expect(released).rejects.toMatchObject({ code: "access_denied" });
    expect(await stateOf(arn, idOf(waiting))).toBe("PENDING_ROTATION");
  });

  it("that somebody has dropped leaves nothing to be done, and nothing to be said, where its resource goes", async () => {
    const { arn, first } = await withFirst();
    const waiting = await brought(arn, first);
    await drop(arn, idOf(waiting));
    expect(await releaseMaterial(life.run(), waiting.record, "delete")).toEqual({ warnings: [] });
  });

  it("is deleted where it was to be pending only while it is, and is never dropped by the run that imported it", async () => {
    const { arn, first } = await withFirst();
    const source = bytesSource(newBytes());
    const waiting = await brought(arn, first, source);
    await releaseMaterial(life.run(), waiting.record, "delete", {}, { wasPending: true });
    expect(await stateOf(arn, idOf(waiting))).toBeUndefined();
    const run = life.run();
    const { record } = await applyMaterial(run, waiting.wanted, source, undefined);
    expect(await dropPendingMaterial(run, record)).toBe(true);
    expect(await stateOf(arn, idOf(waiting))).toBe("PENDING_ROTATION");
    await rotateKey(life.run(), { keyArn: arn, materialId: idOf(waiting) });
    const old = await life.encrypt(arn);
    const late = releaseMaterial(life.run(), record, "delete", {}, { wasPending: true });
    await expect(late).rejects.toMatchObject({ code: "key_unusable", attribute: "deletion_policy" });
    expect(await life.decrypt(old)).toBe(plaintext);
  });

  it("goes with its key: that is reported, and no failure", async () => {
    const { arn, first } = await withFirst();
    const waiting = await brought(arn, first);
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: 7 }));
    life.kms.clock.advance("30d");
    const { warnings } = await releaseMaterial(life.run(), waiting.record, "delete", {}, { wasPending: true });
    expect(warnings.join()).toMatch(/^The key material was not deleted from arn:/);
    await expect(dropPendingMaterial(life.run(), waiting.record)).rejects.toMatchObject({ code: "key_not_found" });
  });

  it("is deleted by its id where its resource goes, and what the key needs says so where it stays", async () => {
    const { arns, materials } = await rotatedKey(life, { regions: [dublin], rotations: 0 });
    const [primary = "", replica = ""] = arns;
    const first = idOf(at(materials, 0));
    const source = bytesSource(newBytes());
    const held = await brought(primary, first, source);
    await brought(replica, first, source);
    const left = await releaseMaterial(life.run(), held.record, "retain", {}, { wasPending: true });
    expect(left.warnings.join()).toContain(`${primary} takes no other new material`);
    await releaseMaterial(life.run(), held.record, "delete");
    expect(await stateOf(primary, idOf(held))).toBeUndefined();
    expect(await stateOf(replica, idOf(held), dublin)).toBeUndefined();
    const { warnings } = await releaseMaterial(life.run(), held.record, "retain");
    expect(warnings.join()).toContain("The key needs each of its materials");
  });

  it("in a new replica of a rotated key all come back, in any order", async () => {
    const { arns, materials, ciphertexts } = await rotatedKey(life, { rotations: 2, regions: [dublin] });
    const run = life.run();
    const { record } = await ensureKey(
      run,
      { kms: "aws", region: ohio, multiRegion: true, primaryKeyArn: arns[0] },
      undefined,
    );
    for (const index of [2, 0, 1]) {
      const { wanted, source } = at(materials, index);
      await applyMaterial(life.run(), { ...wanted, keyArn: record.arn }, source, undefined);
    }
    for (const ciphertext of ciphertexts.flat()) expect(await life.decrypt(ciphertext, ohio)).toBe(plaintext);
  });

  describe("each of which lapses in each Region", () => {
    const places = [0, 1, 2].flatMap((region) => [0, 1].map((material) => [material, region] as const));
    const subsets = Array.from({ length: 2 ** places.length - 1 }, (_, i) =>
      places.filter((_place, bit) => ((i + 1) >> bit) % 2 === 1),
    );

    it("is named, repaired and opens again, in all combinations over two materials and three Regions", async () => {
      const { materials, ciphertexts } = await rotatedKey(life, { regions: [dublin, ohio] });
      const regions = [testRegion, dublin, ohio];
      const records = materials.map((held) => held.map(({ record }) => record));
      expect(subsets).toHaveLength(63);
      for (const lost of subsets) {
        life.kms.clock.advance("3m");
        for (const [material, region] of lost) {
          const { wanted } = at(materials, material, region);
          await drop(wanted.keyArn, idOf(at(materials, material, region)), regions[region]);
        }
        life.kms.clock.advance("3m");
        for (const [material, held] of materials.entries()) {
          for (const [region, { wanted, source }] of held.entries()) {
            const known = records[material]?.[region];
            const { assessment, record } = await planned(life.run(), wanted, source, known);
            const isLost = lost.some(([m, r]) => m === material && r === region);
            expect([material, region, assessment.action]).toEqual([material, region, isLost ? "reimport" : "nothing"]);
            const outcome = await applyMaterial(life.run(), wanted, source, record);
            const row = records[material];
            if (row !== undefined) row[region] = outcome.record;
          }
        }
        for (const region of regions) {
          for (const ciphertext of ciphertexts.flat()) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
        }
      }
    });

    it("expires everywhere at once and comes back", async () => {
      const { materials, ciphertexts } = await rotatedKey(life, {
        regions: [dublin, ohio],
        lifetime: { validFor: "90d" },
      });
      life.kms.clock.advance("91d");
      for (const held of materials) {
        for (const { wanted, source, record } of held) {
          const { plan } = await planAndApply(life, wanted, source, record);
          expect(plan).toMatchObject({ row: "expired", action: "reimport" });
        }
      }
      for (const region of [testRegion, dublin, ohio]) {
        for (const ciphertext of ciphertexts.flat()) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
      }
    });
  });

  it("of a key that was rotated by hand is taken over, each under its id, and rotated on", async () => {
    const { key, bytes } = await importedKey(life);
    const newer = newBytes();
    await importNewMaterial(life.client(), key.arn, newer);
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: key.arn }));
    const old = await life.encrypt(key.arn);
    const wanted = settings(key.arn);
    const taken = [];
    for (const source of [bytesSource(bytes), bytesSource(newer)]) {
      taken.push((await applyMaterial(life.run(), wanted, source, undefined)).record);
    }
    expect(taken.map(({ verified }) => verified)).toEqual([true, true]);
    const latest = taken[1]?.materialId ?? "";
    expect(await current(key.arn)).toBe(latest);
    await succeed(life.run(), [key.arn], latest);
    expect(await current(key.arn)).not.toBe(latest);
    expect(await life.decrypt(old)).toBe(plaintext);
  });

  describe("is rotated to", () => {
    it("once, and not again", async () => {
      const { arns, materials } = await rotatedKey(life);
      const wanted = { keyArn: arns[0] ?? "", materialId: idOf(at(materials, 1)) };
      life.calls();
      const { assessment, condition } = await rotateKey(life.run(), wanted);
      expect(assessment).toMatchObject({ row: "current", action: "nothing" });
      expect(condition.state).toBe("current");
      expect(life.calls()).toEqual(["ListKeyRotations"]);
    });

    it("once where the reply was lost", async () => {
      const { arn, first } = await withFirst();
      const held = await brought(arn, first);
      life.kms.faults.add({ operation: "RotateKeyOnDemand", kind: "drop", when: "after" });
      const { condition } = await rotateKey(quick(), { keyArn: arn, materialId: idOf(held) });
      expect(condition).toMatchObject({ state: "current", rotations: 1 });
    });

    it("by a rotation that is under way: it is waited for, and no other is begun", async () => {
      await life.close();
      life = await startLife({ rotationDelay: "2s" });
      const { arn, first } = await withFirst();
      const held = await brought(arn, first);
      const wanted = { keyArn: arn, materialId: idOf(held) };
      await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn }));
      const { run, call } = withDeadline();
      expect((await rotateKey(run, wanted, undefined, call)).condition).toMatchObject({
        state: "current",
        rotations: 1,
      });
      // The same where a run loses the reply itself.
      const next = await brought(arn, idOf(held));
      life.kms.faults.add({ operation: "RotateKeyOnDemand", kind: "drop", when: "after" });
      const again = await rotateKey(run, { keyArn: arn, materialId: idOf(next) }, undefined, call);
      expect(again.condition).toMatchObject({ state: "current", rotations: 2 });
    });

    it("not where a replica lacks it, which is named", async () => {
      const { arns, materials } = await rotatedKey(life, { rotations: 0, regions: [dublin, ohio] });
      const [primary = "", replica = ""] = arns;
      const first = idOf(at(materials, 0));
      const source = bytesSource(newBytes());
      const held = await brought(primary, first, source);
      const wanted = { keyArn: primary, materialId: idOf(held) };
      await expect(rotateKey(life.run(), wanted)).rejects.toMatchObject({
        code: "key_unusable",
        message: expect.stringContaining("eu-west-1, us-east-2"),
      });
      await brought(replica, first, source);
      await expect(rotateKey(life.run(), wanted)).rejects.toMatchObject({
        message: expect.stringContaining("in us-east-2."),
      });
      const only = life.run({ allowed: { regions: [testRegion] } });
      await expect(rotateKey(only, wanted)).rejects.toMatchObject({
        code: "key_unusable",
        message: expect.stringContaining("us-east-2 (or it could not be asked: region_not_allowed)"),
      });
      await expect(rotateKey(life.run(), { ...wanted, keyArn: replica })).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining(primary),
      });
    });

    it("not in a key that is Disabled, is pending deletion or is gone", async () => {
      const { arn, first } = await withFirst();
      const held = await brought(arn, first);
      const wanted = { keyArn: arn, materialId: idOf(held) };
      await life.client().send(new DisableKeyCommand({ KeyId: arn }));
      await expect(rotateKey(life.run(), wanted)).rejects.toMatchObject({ code: "key_disabled" });
      await life.run().services.service("aws", testRegion).scheduleDeletion(arn, 7);
      await expect(rotateKey(life.run(), wanted)).rejects.toMatchObject({ code: "key_pending_deletion" });
      const gone = { ...wanted, keyArn: arn.replace(/[0-9a-f]{12}$/, "0".repeat(12)) };
      await expect(rotateKey(life.run(), gone)).rejects.toMatchObject({ code: "key_not_found" });
      expect(await observeRotation(life.run(), gone)).toMatchObject({ state: "key_gone" });
    });

    it("not in a key that has lost material", async () => {
      const { arn, first } = await withFirst();
      const held = await brought(arn, first);
      await drop(arn, first);
      await expect(rotateKey(life.run(), { keyArn: arn, materialId: idOf(held) })).rejects.toMatchObject({
        code: "key_unusable",
        message: expect.stringContaining(first),
      });
    });

    it("not where the key does not have it, or was rotated on since", async () => {
      const { arns, materials } = await rotatedKey(life);
      const [arn = ""] = arns;
      const [first, second] = [idOf(at(materials, 0)), idOf(at(materials, 1))];
      await expect(rotateKey(life.run(), { keyArn: arn, materialId: noSuchId })).rejects.toMatchObject({
        code: "wrong_predecessor",
        attribute: "key_material_id",
        message: expect.stringContaining(second),
      });
      await expect(rotateKey(life.run(), { keyArn: arn, materialId: first })).rejects.toMatchObject({
        code: "wrong_predecessor",
        message: expect.stringContaining("former"),
      });
      const done = await rotateKey(life.run(), { keyArn: arn, materialId: first }, { currentMaterialId: first });
      expect(done.warnings).toEqual([expect.stringContaining(`then on to ${second}`)]);
      const known = await rotateKey(life.run(), { keyArn: arn, materialId: first }, { currentMaterialId: second });
      expect(known.warnings).toEqual([]);
    });

    it("until the limit of its life is reached, with a warning from the twentieth on", async () => {
      const { arn, first } = await withFirst();
      let before = first;
      const warned: number[] = [];
      for (let count = 1; count <= 25; count++) {
        const held = await brought(arn, before);
        before = idOf(held);
        const { warnings } = await rotateKey(life.run(), { keyArn: arn, materialId: before });
        if (warnings.length > 0) warned.push(count);
      }
      expect(warned).toEqual([21, 22, 23, 24, 25]);
      const held = await brought(arn, before);
      await expect(rotateKey(life.run(), { keyArn: arn, materialId: idOf(held) })).rejects.toMatchObject({
        code: "limit_exceeded",
        message: expect.stringContaining("25 times"),
      });
    });

    it("by no KMS that cannot, which is said before anything is called", async () => {
      const alibaba = "acs:kms:cn-hangzhou:1234567890123456:key/key-hzz62ee7d1a2b3c4d5e6f";
      await expect(rotateKey(life.run(), { keyArn: alibaba, materialId: noSuchId })).rejects.toMatchObject({
        code: "invalid_argument",
      });
    });
  });
});
