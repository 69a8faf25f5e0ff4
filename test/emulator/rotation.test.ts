import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateKeyCommand,
  DeleteImportedKeyMaterialCommand,
  DisableKeyCommand,
  type KMSClient,
  ListKeyRotationsCommand,
  ScheduleKeyDeletionCommand,
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
const after = (ms: number): Date => new Date(start.getTime() + ms);

describe("an on-demand rotation", () => {
  let kmsEmulator: Emulator;
  let kms: KMSClient;

  const begin = async (options: EmulatorOptions = {}): Promise<void> => {
    kmsEmulator = await emulator({ now: () => start.getTime(), rotationDelay: "5s", ...options });
    kms = kmsClient(kmsEmulator);
  };
  afterEach(async () => {
    kms.destroy();
    await kmsEmulator.close();
  });

  /** A key with its first material and another that waits for a rotation. */
  async function ready(): Promise<{ KeyId: string; bytes: Buffer[]; first: string; second: string }> {
    const { KeyId = "" } = await createExternalKey(kms);
    const bytes = [randomBytes(32), randomBytes(32)];
    const { KeyMaterialId: first = "" } = await importMaterial(kms, KeyId, bytes[0] ?? Buffer.alloc(0));
    const second = await importNew(kms, KeyId, bytes[1] ?? Buffer.alloc(0));
    return { KeyId, bytes, first, second };
  }

  it("is only started by RotateKeyOnDemand, and done after a time by the clock", async () => {
    await begin();
    const { KeyId, first, second } = await ready();
    expect(await rotatingSince(kms, KeyId)).toBeUndefined();
    const before = await sealed(kms, KeyId, "before");
    await rotate(kms, KeyId);
    expect(await rotatingSince(kms, KeyId)).toEqual(start);
    expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(first);
    expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED", "PENDING_ROTATION IMPORTED"]);
    const completed = await kms.send(new ListKeyRotationsCommand({ KeyId }));
    expect(completed.Rotations).toEqual([]);
    const during = await sealed(kms, KeyId, "during");

    kmsEmulator.clock.advance(4_999);
    expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(first);
    kmsEmulator.clock.advance(1);
    expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(second);
    expect(await rotatingSince(kms, KeyId)).toBeUndefined();
    expect(await materialStates(kms, KeyId)).toEqual(["NON_CURRENT IMPORTED", "CURRENT IMPORTED"]);
    const done = await kms.send(new ListKeyRotationsCommand({ KeyId }));
    expect(done.Rotations).toMatchObject([
      { KeyMaterialId: second, RotationDate: after(5_000), RotationType: "ON_DEMAND" },
    ]);
    expect([await opened(kms, before), await opened(kms, during)]).toEqual(["before", "during"]);
  });

  it("ends when it is over, however late somebody looks", async () => {
    await begin();
    const { KeyId } = await ready();
    await rotate(kms, KeyId);
    kmsEmulator.clock.advance("1d");
    expect((await allMaterials(kms, KeyId))[1]?.RotationDate).toEqual(after(5_000));
  });

  it("is done at once without a delay", async () => {
    await begin({ rotationDelay: 0 });
    const { KeyId, second } = await ready();
    await rotate(kms, KeyId);
    expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(second);
    expect(await rotatingSince(kms, KeyId)).toBeUndefined();
  });

  it("leaves no room for another until it is done, nor for further new material", async () => {
    await begin();
    const { KeyId } = await ready();
    await rotate(kms, KeyId);
    expect(await failure(rotate(kms, KeyId))).toMatchObject({ name: "ConflictException" });
    const third = randomBytes(32);
    expect(await failure(importNew(kms, KeyId, third))).toMatchObject({ name: "KMSInvalidStateException" });
    kmsEmulator.clock.advance("5s");
    await importNew(kms, KeyId, third);
    await rotate(kms, KeyId);
    kmsEmulator.clock.advance("5s");
    expect(await materialStates(kms, KeyId)).toEqual([
      "NON_CURRENT IMPORTED",
      "NON_CURRENT IMPORTED",
      "CURRENT IMPORTED",
    ]);
  });

  it.each([
    [
      "is deleted",
      async (KeyId: string, KeyMaterialId: string) => {
        await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId }));
      },
    ],
    ["expires", async () => kmsEmulator.clock.advance("3s")],
  ])("goes on where its material %s, so that the key then needs it", async (_what, lose) => {
    await begin();
    const { KeyId = "" } = await createExternalKey(kms);
    await importMaterial(kms, KeyId, randomBytes(32));
    const next = randomBytes(32);
    const second = await importNew(kms, KeyId, next, { ValidTo: after(3_000) });
    await rotate(kms, KeyId);
    await lose(KeyId, second);
    expect((await describeKey(kms, KeyId)).KeyState).toBe("Enabled");
    expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED", "PENDING_ROTATION PENDING_IMPORT"]);
    kmsEmulator.clock.advance("5s");
    expect(await describeKey(kms, KeyId)).toMatchObject({ KeyState: "PendingImport", CurrentKeyMaterialId: second });
    expect(await materialStates(kms, KeyId)).toEqual(["NON_CURRENT IMPORTED", "CURRENT PENDING_IMPORT"]);
    await importExisting(kms, KeyId, next);
    expect((await describeKey(kms, KeyId)).KeyState).toBe("Enabled");
  });

  it("goes on while the key is disabled or waits for its deletion", async () => {
    await begin();
    const [one, other] = [await ready(), await ready()];
    for (const { KeyId } of [one, other]) await rotate(kms, KeyId);
    await kms.send(new DisableKeyCommand({ KeyId: one.KeyId }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: other.KeyId }));
    kmsEmulator.clock.advance("5s");
    expect(await describeKey(kms, one.KeyId)).toMatchObject({ CurrentKeyMaterialId: one.second, KeyState: "Disabled" });
    expect((await describeKey(kms, other.KeyId)).CurrentKeyMaterialId).toBe(other.second);
  });

  it("is under way also of a key whose material the KMS makes, which shows nothing of it before", async () => {
    await begin();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId ?? "";
    const text = await sealed(kms, KeyId, "before");
    await rotate(kms, KeyId);
    expect(await rotatingSince(kms, KeyId)).toEqual(start);
    expect(await allMaterials(kms, KeyId)).toMatchObject([{ KeyMaterialState: "CURRENT" }]);
    kmsEmulator.clock.advance("5s");
    const [old, now] = await allMaterials(kms, KeyId);
    expect([old?.KeyMaterialState, now?.KeyMaterialState]).toEqual(["NON_CURRENT", "CURRENT"]);
    expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(now?.KeyMaterialId);
    expect(await opened(kms, text)).toBe("before");
  });

  it("goes on after a restart from the state file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "emulator-rotation-"));
    try {
      const stateFile = join(folder, "kms.json");
      await begin({ stateFile });
      const { KeyId, first, second } = await ready();
      await rotate(kms, KeyId);
      kms.destroy();
      await kmsEmulator.close();
      await begin({ stateFile });
      expect(await rotatingSince(kms, KeyId)).toEqual(start);
      expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(first);
      kmsEmulator.clock.advance("5s");
      expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(second);
      kms.destroy();
      await kmsEmulator.close();
      await begin({ stateFile });
      expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(second);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("can be started 25 times in the life of a key, and is listed page by page", async () => {
    await begin({ rotationDelay: 0 });
    const { KeyId = "", Arn } = await createExternalKey(kms);
    await importMaterial(kms, KeyId, randomBytes(32), { KeyMaterialDescription: "0" });
    for (let round = 1; round <= 25; round += 1) {
      const options = { KeyMaterialDescription: String(round), ValidTo: after(round * 86_400_000) };
      await importNew(kms, KeyId, randomBytes(32), options);
      await rotate(kms, KeyId);
    }
    await importNew(kms, KeyId, randomBytes(32), { KeyMaterialDescription: "26" });
    expect(await failure(rotate(kms, KeyId))).toEqual({
      name: "LimitExceededException",
      message: `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${Arn}`,
    });

    const ofRotations = await kms.send(new ListKeyRotationsCommand({ KeyId }));
    expect([ofRotations.Rotations?.length, ofRotations.Truncated]).toEqual([25, false]);
    const listed = await pages(KeyId, 10);
    expect(listed.sizes).toEqual([10, 10, 7]);
    expect(listed.entries.map(({ KeyMaterialDescription }) => KeyMaterialDescription)).toEqual(
      Array.from({ length: 27 }, (_, round) => String(round)),
    );
    expect(listed.entries[0]).toMatchObject({ KeyMaterialState: "NON_CURRENT" });
    expect(listed.entries[0]?.RotationDate).toBeUndefined();
    expect(listed.entries[25]).toMatchObject({
      KeyMaterialState: "CURRENT",
      RotationDate: start,
      RotationType: "ON_DEMAND",
      ValidTo: after(25 * 86_400_000),
      ExpirationModel: "KEY_MATERIAL_EXPIRES",
    });
    expect(listed.entries[26]).toMatchObject({
      KeyMaterialState: "PENDING_ROTATION",
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    expect(listed.entries[26]?.RotationDate).toBeUndefined();
    expect(new Set(listed.entries.map(({ KeyMaterialId }) => KeyMaterialId)).size).toBe(27);
    expect((await pages(KeyId, 27)).sizes).toEqual([27]);
    expect((await pages(KeyId, 26)).sizes).toEqual([26, 1]);
    expect((await pages(KeyId, 1)).sizes).toHaveLength(27);
    expect((await pages(KeyId, 1000)).sizes).toEqual([27]);
    for (const Limit of [0, 1001]) {
      const refused = kms.send(new ListKeyRotationsCommand({ KeyId, Limit }));
      expect(await failure(refused)).toMatchObject({ name: "ValidationException" });
    }
    const wrong = kms.send(new ListKeyRotationsCommand({ KeyId, Marker: "none" }));
    expect(await failure(wrong)).toMatchObject({ name: "InvalidMarkerException" });
  });

  async function pages(KeyId: string, Limit: number) {
    const sizes: number[] = [];
    const entries = [];
    let Marker: string | undefined;
    do {
      const page = await kms.send(
        new ListKeyRotationsCommand({
          KeyId,
          IncludeKeyMaterial: "ALL_KEY_MATERIAL",
          Limit,
          ...(Marker === undefined ? {} : { Marker }),
        }),
      );
      sizes.push(page.Rotations?.length ?? 0);
      entries.push(...(page.Rotations ?? []));
      expect(page.Truncated).toBe(page.NextMarker !== undefined);
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    return { sizes, entries };
  }

  it("is not started of nothing, nor of a key that lacks former material", async () => {
    await begin({ rotationDelay: 0 });
    const { KeyId, bytes, first } = await ready();
    await rotate(kms, KeyId);
    expect(await failure(rotate(kms, KeyId))).toMatchObject({
      name: "KMSInvalidStateException",
      message: expect.stringContaining("No available key material pending rotation"),
    });
    await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: first }));
    await importNew(kms, KeyId, randomBytes(32));
    expect(await failure(rotate(kms, KeyId))).toMatchObject({
      name: "KMSInvalidStateException",
      message: expect.stringContaining("is pending import."),
    });
    await importExisting(kms, KeyId, bytes[0] ?? Buffer.alloc(0));
    await rotate(kms, KeyId);
    expect(await materialStates(kms, KeyId)).toHaveLength(3);
  });

  it("can be called off while its material waits, and other bytes take that place", async () => {
    await begin({ rotationDelay: 0 });
    const { KeyId, first, second } = await ready();
    await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: second }));
    expect(await describeKey(kms, KeyId)).toMatchObject({ KeyState: "Enabled", CurrentKeyMaterialId: first });
    expect(await materialStates(kms, KeyId)).toEqual(["CURRENT IMPORTED"]);
    const third = await importNew(kms, KeyId, randomBytes(32));
    await rotate(kms, KeyId);
    expect((await describeKey(kms, KeyId)).CurrentKeyMaterialId).toBe(third);
  });
});
