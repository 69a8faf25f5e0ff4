import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteImportedKeyMaterialCommand,
  type KMSClient,
  ReplicateKeyCommand,
  ScheduleKeyDeletionCommand,
  UpdatePrimaryRegionCommand,
} from "@aws-sdk/client-kms";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, importMaterial, kmsClient } from "./support/kms";
import {
  allMaterials,
  importExisting,
  importNew,
  materialStates,
  opened,
  rotate,
  rotatingSince,
  sealed,
} from "./support/rotation";

const start = new Date("2027-03-01T00:00:00Z");
const regions = ["us-east-1", "eu-west-1", "ap-south-1"] as const;
const waitsElsewhere = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";

describe("the rotation of a multi-Region key", () => {
  let kmsEmulator: Emulator;
  /** Of the primary's Region and those of two replicas. */
  let here: KMSClient;
  let there: KMSClient;
  let beyond: KMSClient;
  let everywhere: readonly KMSClient[];

  const begin = async (options: EmulatorOptions = {}): Promise<void> => {
    kmsEmulator = await emulator({ now: () => start.getTime(), ...options });
    [here, there, beyond] = [
      kmsClient(kmsEmulator, regions[0]),
      kmsClient(kmsEmulator, regions[1]),
      kmsClient(kmsEmulator, regions[2]),
    ];
    everywhere = [here, there, beyond];
  };
  afterEach(async () => {
    for (const kms of everywhere) kms.destroy();
    await kmsEmulator.close();
  });

  const inDays = (days: number): Date => new Date(kmsEmulator.clock.now().getTime() + days * 86_400_000);

  /** A primary and two replicas, each with the first material. */
  async function family(): Promise<{ KeyId: string; bytes: Buffer; first: string }> {
    const { KeyId = "" } = await createExternalKey(here, { MultiRegion: true });
    const bytes = randomBytes(32);
    const { KeyMaterialId: first = "" } = await importMaterial(here, KeyId, bytes);
    for (const [kms, ReplicaRegion] of [
      [there, regions[1]],
      [beyond, regions[2]],
    ] as const) {
      await here.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion }));
      await importExisting(kms, KeyId, bytes);
    }
    return { KeyId, bytes, first };
  }

  /** The same, rotated to second material. */
  async function rotated(): Promise<{ KeyId: string; bytes: readonly Buffer[]; ids: readonly string[] }> {
    const { KeyId, bytes, first } = await family();
    const next = randomBytes(32);
    const second = await importNew(here, KeyId, next);
    await importExisting(there, KeyId, next);
    await importExisting(beyond, KeyId, next);
    await rotate(here, KeyId);
    return { KeyId, bytes: [bytes, next], ids: [first, second] };
  }

  it("waits for the new bytes in each Region, and is then shown by each", async () => {
    await begin({ rotationDelay: "5s" });
    const { KeyId, first } = await family();
    const next = randomBytes(32);
    const old = await sealed(there, KeyId, "old");
    const second = await importNew(here, KeyId, next);

    expect(await materialStates(here, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} IMPORTED`]);
    for (const kms of [there, beyond]) {
      expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} PENDING_IMPORT`]);
      expect(await describeKey(kms, KeyId)).toMatchObject({ KeyState: "Enabled", CurrentKeyMaterialId: first });
    }
    const nothingReady = {
      name: "KMSInvalidStateException",
      message: expect.stringContaining("No available key material pending rotation for the key: "),
    };
    expect(await failure(rotate(here, KeyId))).toEqual(nothingReady);

    await importExisting(there, KeyId, next);
    expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} IMPORTED`]);
    expect(await materialStates(here, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} IMPORTED`]);
    expect(await failure(rotate(here, KeyId))).toEqual(nothingReady);

    await importExisting(beyond, KeyId, next);
    for (const kms of everywhere) {
      expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED", "PENDING_ROTATION IMPORTED"]);
    }
    const onReplica = await failure(rotate(there, KeyId));
    expect(onReplica).toMatchObject({ name: "UnsupportedOperationException" });

    await rotate(here, KeyId);
    for (const kms of everywhere) {
      expect(await rotatingSince(kms, KeyId)).toEqual(start);
      expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(first);
    }
    kmsEmulator.clock.advance("5s");
    for (const kms of everywhere) {
      expect(await rotatingSince(kms, KeyId)).toBeUndefined();
      expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(second);
      expect(await materialStates(kms, KeyId)).toEqual(["NON_CURRENT IMPORTED", "CURRENT IMPORTED"]);
      expect((await allMaterials(kms, KeyId))[1]).toMatchObject({ KeyMaterialId: second, RotationType: "ON_DEMAND" });
      expect(await opened(kms, old)).toBe("old");
    }
    const fresh = await sealed(beyond, KeyId, "new");
    for (const kms of everywhere) expect(await opened(kms, fresh)).toBe("new");
  });

  it("takes new bytes on the primary only, and no other bytes on a replica", async () => {
    await begin();
    const { KeyId } = await family();
    const next = randomBytes(32);
    expect(await failure(importNew(there, KeyId, next))).toMatchObject({ name: "ValidationException" });
    const unknown = {
      name: "IncorrectKeyMaterialException",
      message: expect.stringContaining("has not been imported"),
    };
    expect(await failure(importExisting(there, KeyId, next))).toEqual(unknown);
    await importNew(here, KeyId, next);
    expect(await failure(importExisting(there, KeyId, randomBytes(32)))).toEqual(unknown);
    const described = importMaterial(there, KeyId, next, { KeyMaterialDescription: "of a replica" });
    expect(await failure(described)).toMatchObject({ name: "ValidationException" });
  });

  it("is unknown to the replicas for a moment after the primary's import", async () => {
    await begin({ replicaMaterialDelay: "10s" });
    const { KeyId } = await family();
    const next = randomBytes(32);
    const second = await importNew(here, KeyId, next);
    kmsEmulator.clock.advance(9_999);
    expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED"]);
    expect(await failure(importExisting(there, KeyId, next))).toMatchObject({ name: "IncorrectKeyMaterialException" });
    const deleted = there.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: second }));
    expect(await failure(deleted)).toMatchObject({ name: "NotFoundException" });
    // A reimport into the primary makes nobody wait again.
    await importExisting(here, KeyId, next);
    kmsEmulator.clock.advance(1);
    await importExisting(there, KeyId, next);
    await importExisting(beyond, KeyId, next);
    expect(await materialStates(here, KeyId)).toEqual(["CURRENT IMPORTED", "PENDING_ROTATION IMPORTED"]);
  });

  it("waits in each Region as before after a restart from the state file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "emulator-regions-"));
    try {
      const options = { replicaMaterialDelay: "10s", stateFile: join(folder, "kms.json") };
      await begin(options);
      const { KeyId } = await family();
      const next = randomBytes(32);
      await importNew(here, KeyId, next);
      for (const kms of everywhere) kms.destroy();
      await kmsEmulator.close();
      await begin(options);
      expect(await failure(importExisting(there, KeyId, next))).toMatchObject({
        name: "IncorrectKeyMaterialException",
      });
      kmsEmulator.clock.advance("10s");
      expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} PENDING_IMPORT`]);
      await importExisting(there, KeyId, next);
      await importExisting(beyond, KeyId, next);
      await rotate(here, KeyId);
      expect(await materialStates(there, KeyId)).toEqual(["NON_CURRENT IMPORTED", "CURRENT IMPORTED"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is called off in all Regions by the primary, and by a replica for itself", async () => {
    await begin();
    const { KeyId } = await family();
    const next = randomBytes(32);
    const second = await importNew(here, KeyId, next);
    await importExisting(there, KeyId, next);
    await importExisting(beyond, KeyId, next);

    await there.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: second }));
    expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} PENDING_IMPORT`]);
    for (const kms of [here, beyond]) {
      expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED", "PENDING_ROTATION IMPORTED"]);
    }
    await importExisting(there, KeyId, next);
    expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED", "PENDING_ROTATION IMPORTED"]);

    await here.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: second }));
    for (const kms of everywhere) {
      expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED"]);
      expect((await describeKey(kms, KeyId)).KeyState).toBe("Enabled");
      expect(kmsEmulator.snapshot()).not.toContain(next.toString("base64"));
    }
    expect(await failure(importExisting(there, KeyId, next))).toMatchObject({ name: "IncorrectKeyMaterialException" });
    await importNew(here, KeyId, next);
    expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} PENDING_IMPORT`]);
  });

  it("ends in all Regions where the primary's new material expires, and waits where a replica's does", async () => {
    await begin();
    const { KeyId } = await family();
    const next = randomBytes(32);
    await importNew(here, KeyId, next, { ValidTo: inDays(2) });
    await importExisting(beyond, KeyId, next);
    await importMaterial(there, KeyId, next, { ImportType: "EXISTING_KEY_MATERIAL", ValidTo: inDays(1) });
    kmsEmulator.clock.advance("1d");
    expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} PENDING_IMPORT`]);
    kmsEmulator.clock.advance("1d");
    for (const kms of everywhere) expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED"]);
  });

  it("needs the bytes in a Region that comes while the material waits", async () => {
    await begin();
    const { KeyId, bytes } = await family();
    const next = randomBytes(32);
    await importNew(here, KeyId, next);
    await importExisting(there, KeyId, next);
    await importExisting(beyond, KeyId, next);
    const late = kmsClient(kmsEmulator, "sa-east-1");
    await here.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: "sa-east-1" }));
    expect(await materialStates(late, KeyId)).toEqual(["CURRENT PENDING_IMPORT", `${waitsElsewhere} PENDING_IMPORT`]);
    expect(await materialStates(there, KeyId)).toEqual(["CURRENT IMPORTED", `${waitsElsewhere} IMPORTED`]);
    expect(await failure(rotate(here, KeyId))).toMatchObject({ name: "KMSInvalidStateException" });
    await importExisting(late, KeyId, next);
    await importExisting(late, KeyId, bytes);
    await rotate(here, KeyId);
    expect(await materialStates(late, KeyId)).toEqual(["NON_CURRENT IMPORTED", "CURRENT IMPORTED"]);
    late.destroy();
  });

  it("goes on where a Region comes while it is under way, and that Region needs both", async () => {
    await begin({ rotationDelay: "5s" });
    const { KeyId, bytes } = await family();
    const next = randomBytes(32);
    const second = await importNew(here, KeyId, next);
    await importExisting(there, KeyId, next);
    await importExisting(beyond, KeyId, next);
    await rotate(here, KeyId);
    const late = kmsClient(kmsEmulator, "sa-east-1");
    await here.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: "sa-east-1" }));
    expect(await materialStates(here, KeyId)).toEqual(["CURRENT IMPORTED", "PENDING_ROTATION IMPORTED"]);
    expect(await materialStates(late, KeyId)).toEqual(["CURRENT PENDING_IMPORT", "PENDING_ROTATION PENDING_IMPORT"]);
    kmsEmulator.clock.advance("5s");
    expect(await materialStates(late, KeyId)).toEqual(["NON_CURRENT PENDING_IMPORT", "CURRENT PENDING_IMPORT"]);
    await importExisting(late, KeyId, bytes);
    expect((await describeKey(late, KeyId)).KeyState).toBe("PendingImport");
    await importExisting(late, KeyId, next);
    expect(await describeKey(late, KeyId)).toMatchObject({ KeyState: "Enabled", CurrentKeyMaterialId: second });
    late.destroy();
  });

  it("waits no longer for a replica that has vanished", async () => {
    await begin();
    const { KeyId } = await family();
    const next = randomBytes(32);
    await importNew(here, KeyId, next);
    await importExisting(there, KeyId, next);
    await beyond.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(await failure(rotate(here, KeyId))).toMatchObject({ name: "KMSInvalidStateException" });
    kmsEmulator.clock.advance("7d");
    await rotate(here, KeyId);
    expect(await materialStates(there, KeyId)).toEqual(["NON_CURRENT IMPORTED", "CURRENT IMPORTED"]);
  });

  it("is counted for the key, over all moves of its primary", async () => {
    await begin();
    const { KeyId } = await family();
    const places = [
      { primary: here, name: regions[0] },
      { primary: there, name: regions[1] },
    ] as const;
    for (let round = 0; round < 25; round += 1) {
      const { primary } = places[round % 2 === 0 ? 0 : 1];
      const next = randomBytes(32);
      await importNew(primary, KeyId, next);
      for (const kms of everywhere.filter((other) => other !== primary)) await importExisting(kms, KeyId, next);
      await rotate(primary, KeyId);
      const PrimaryRegion = places[round % 2 === 0 ? 1 : 0].name;
      await primary.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion }));
    }
    const next = randomBytes(32);
    await importNew(there, KeyId, next);
    for (const kms of [here, beyond]) await importExisting(kms, KeyId, next);
    expect(await failure(rotate(there, KeyId))).toMatchObject({ name: "LimitExceededException" });
    await there.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: regions[2] }));
    expect(await failure(rotate(beyond, KeyId))).toMatchObject({ name: "LimitExceededException" });
  });

  it("goes on in the new primary's Region where the primary moves", async () => {
    await begin({ rotationDelay: "5s" });
    const { KeyId } = await family();
    const next = randomBytes(32);
    const second = await importNew(here, KeyId, next);
    await here.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: regions[1] }));
    expect(await failure(rotate(there, KeyId))).toMatchObject({ name: "KMSInvalidStateException" });
    expect(await failure(importNew(there, KeyId, randomBytes(32)))).toMatchObject({ name: "KMSInvalidStateException" });
    await importExisting(there, KeyId, next);
    await importExisting(beyond, KeyId, next);
    await rotate(there, KeyId);
    await there.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: regions[2] }));
    expect(await failure(rotate(beyond, KeyId))).toMatchObject({ name: "ConflictException" });
    kmsEmulator.clock.advance("5s");
    for (const kms of everywhere) expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(second);
    expect(kmsEmulator.events.all()).toMatchObject([{ region: regions[2] }]);
  });

  describe("afterwards", () => {
    const losses = [0, 1].flatMap((material) => [0, 1, 2].map((region) => ({ material, region })));

    it.each(losses)("leaves a Region without its material $material (Region $region) PendingImport", async (loss) => {
      await begin();
      const { KeyId, bytes, ids } = await rotated();
      const kms = everywhere[loss.region] ?? here;
      const others = everywhere.filter((other) => other !== kms);
      const text = await sealed(here, KeyId, "sealed");
      await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: ids[loss.material] }));
      expect(await describeKey(kms, KeyId)).toMatchObject({
        KeyState: "PendingImport",
        CurrentKeyMaterialId: ids[1],
      });
      expect(await failure(opened(kms, text))).toMatchObject({ name: "KMSInvalidStateException" });
      for (const other of others) expect(await opened(other, text)).toBe("sealed");
      await importExisting(kms, KeyId, bytes[loss.material] ?? Buffer.alloc(0));
      expect(await opened(kms, text)).toBe("sealed");
    });

    it("opens every old ciphertext once all materials are back, in whatever order they come", async () => {
      await begin();
      const { KeyId, bytes } = await family();
      const all = [bytes];
      const texts = [await sealed(here, KeyId, "0")];
      for (const round of [1, 2]) {
        const next = randomBytes(32);
        all.push(next);
        await importNew(here, KeyId, next);
        await importExisting(there, KeyId, next);
        await importExisting(beyond, KeyId, next);
        await rotate(here, KeyId);
        texts.push(await sealed(here, KeyId, String(round)));
      }
      // All of them lapse, in every Region at once.
      for (const kms of everywhere) {
        for (const material of all) await importMaterial(kms, KeyId, material, { ValidTo: inDays(1) });
      }
      kmsEmulator.clock.advance("1d");
      for (const kms of everywhere) {
        expect(await materialStates(kms, KeyId)).toEqual([
          "NON_CURRENT PENDING_IMPORT",
          "NON_CURRENT PENDING_IMPORT",
          "CURRENT PENDING_IMPORT",
        ]);
      }
      const orders = [
        [2, 1, 0],
        [0, 2, 1],
        [1, 0, 2],
      ] as const;
      for (const [index, kms] of everywhere.entries()) {
        for (const which of orders[index] ?? []) {
          expect((await describeKey(kms, KeyId)).KeyState).toBe("PendingImport");
          await importExisting(kms, KeyId, all[which] ?? Buffer.alloc(0));
        }
        expect((await describeKey(kms, KeyId)).KeyState).toBe("Enabled");
        for (const [round, text] of texts.entries()) expect(await opened(kms, text)).toBe(String(round));
      }

      const late = kmsClient(kmsEmulator, "sa-east-1");
      await here.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: "sa-east-1" }));
      expect(await materialStates(late, KeyId)).toEqual([
        "NON_CURRENT PENDING_IMPORT",
        "NON_CURRENT PENDING_IMPORT",
        "CURRENT PENDING_IMPORT",
      ]);
      for (const material of all) {
        expect((await describeKey(late, KeyId)).KeyState).toBe("PendingImport");
        await importExisting(late, KeyId, material);
      }
      for (const [round, text] of texts.entries()) expect(await opened(late, text)).toBe(String(round));
      late.destroy();
    });
  });
});
