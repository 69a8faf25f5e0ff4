import { Refusal } from "./errors";
import { currentMaterial, type Key } from "./key";
import type { KeyStore } from "./key-store";
import { emptyMaterial } from "./material";
import { generatedMaterial } from "./material-shape";

/** A rotation that is done. */
export interface CompletedRotation {
  /** The primary, or the only one. */
  readonly key: Key;
  readonly previousMaterialId: string | undefined;
  readonly currentMaterialId: string;
  readonly atMs: number;
}

/** Fresh bytes for a key whose material the KMS makes itself; undefined where it has to be imported. */
export async function freshBytes(key: Key): Promise<Buffer | undefined> {
  return key.origin === "service" ? generatedMaterial(key.shape) : undefined;
}

/**
 * Starts to make the material that waits for a rotation the current one, in every Region. `completeRotations` ends it.
 * @param bytes of `freshBytes`
 * @throws Refusal rotation_in_progress, no_material_pending_rotation
 */
export function startRotation(
  store: KeyStore,
  key: Key,
  bytes: Buffer | undefined,
  nowMs: number,
  delayMs: number,
): void {
  if (key.onDemandRotation !== undefined) throw new Refusal("rotation_in_progress");
  const materialId = bytes === undefined ? pendingId(key) : addGenerated(store, key, bytes, nowMs);
  const rotation = { materialId, startedAtMs: nowMs, endsAtMs: nowMs + delayMs };
  for (const member of store.family(key)) member.onDemandRotation = rotation;
  key.onDemandRotations += 1;
}

/** Ends the rotations whose time has come, the earliest first. */
export function completeRotations(store: KeyStore, nowMs: number): readonly CompletedRotation[] {
  return store
    .all()
    .flatMap((key) => {
      const { onDemandRotation: rotation } = key;
      const isDue = key.multiRegion !== "replica" && rotation !== undefined && rotation.endsAtMs <= nowMs;
      return isDue ? [{ key, rotation }] : [];
    })
    .toSorted((a, b) => a.rotation.endsAtMs - b.rotation.endsAtMs)
    .map(({ key, rotation: { materialId, endsAtMs } }) => {
      const previousMaterialId = currentMaterial(key)?.id;
      for (const member of store.family(key)) makeCurrent(member, materialId, endsAtMs);
      return { key, previousMaterialId, currentMaterialId: materialId, atMs: endsAtMs };
    });
}

function makeCurrent(key: Key, materialId: string, atMs: number): void {
  for (const material of key.materials) {
    if (material.id === materialId) {
      material.role = "current";
      material.rotatedAtMs = atMs;
    } else if (material.role === "current") {
      material.role = "noncurrent";
    }
  }
  key.onDemandRotation = undefined;
}

function pendingId(key: Key): string {
  const pending = key.materials.find((material) => material.role === "pending_rotation");
  if (pending?.bytes === undefined) throw new Refusal("no_material_pending_rotation");
  return pending.id;
}

function addGenerated(store: KeyStore, key: Key, bytes: Buffer, nowMs: number): string {
  const id = store.materialId(key.id, bytes);
  for (const member of store.family(key)) {
    member.materials.push({
      ...emptyMaterial(id, "pending_rotation"),
      bytes: Buffer.from(bytes),
      importedAtMs: nowMs,
    });
  }
  return id;
}
