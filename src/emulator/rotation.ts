import { Refusal } from "./errors";
import type { Key } from "./key";
import type { KeyStore } from "./key-store";
import { emptyMaterial } from "./material";
import { generatedMaterial } from "./material-shape";

/**
 * Makes the material that waits for a rotation the current one, in every Region. A key whose material the KMS makes
 * itself gets fresh bytes.
 * @throws Refusal no_material_pending_rotation
 */
export async function rotateOnDemand(store: KeyStore, key: Key, nowMs: number): Promise<void> {
  const next = key.origin === "service" ? await generateNext(store, key, nowMs) : pendingId(key);
  for (const member of store.family(key)) {
    // A Region that has lost the new bytes learns all the same which ones it now waits for.
    if (!member.materials.some(({ id }) => id === next)) member.materials.push(emptyMaterial(next, "pending_rotation"));
    for (const material of member.materials) {
      if (material.id === next) {
        material.role = "current";
        material.rotatedAtMs = nowMs;
      } else if (material.role === "current") {
        material.role = "noncurrent";
      }
    }
  }
  key.onDemandRotations += 1;
}

function pendingId(key: Key): string {
  const pending = key.materials.find((material) => material.role === "pending_rotation");
  if (pending?.bytes === undefined) throw new Refusal("no_material_pending_rotation");
  return pending.id;
}

async function generateNext(store: KeyStore, key: Key, nowMs: number): Promise<string> {
  const bytes = await generatedMaterial(key.shape);
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
