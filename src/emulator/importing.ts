import { Refusal } from "./errors";
import { currentMaterial, type Key, keyState, releaseWhenEverywhere, removeBytes } from "./key";
import type { KeyStore } from "./key-store";
import { emptyMaterial, type Material } from "./material";
import { checkedMaterial } from "./material-shape";

export interface MaterialImport {
  /** Unwrapped, not yet checked. */
  readonly bytes: Buffer;
  /** Left out: new where the key never had any material, else existing. */
  readonly type?: "new" | "existing" | undefined;
  /** What the caller believes the material's id to be. */
  readonly materialId?: string | undefined;
  readonly description?: string | undefined;
  /** Milliseconds since 1970; undefined = never. */
  readonly expiresAtMs: number | undefined;
  /** Whether importing over a Disabled key enables it. */
  readonly enablesDisabledKey: boolean;
}

/**
 * Puts bytes into a key. The first import fixes the bytes for life; only a key that may hold several materials takes
 * other bytes, and only as new material that waits for a rotation.
 * @throws Refusal material_invalid, material_differs, material_never_imported, material_already_associated,
 *   material_pending_rotation, new_material_on_replica
 */
export function importMaterial(store: KeyStore, key: Key, request: MaterialImport, nowMs: number): Material {
  const bytes = checkedMaterial(key.shape, request.bytes);
  const id = store.materialId(key.id, bytes);
  if (request.materialId !== undefined && request.materialId !== id) throw new Refusal("material_differs");
  const lacked = keyState(key, nowMs) === "pending_import";
  const material = key.severalMaterials ? associated(store, key, id, request.type) : onlyMaterial(store, key, id);
  material.bytes?.fill(0);
  material.bytes = bytes;
  material.expiresAtMs = request.expiresAtMs;
  material.importedAtMs = nowMs;
  if (request.description !== undefined) material.description = request.description;
  if (!key.materials.includes(material)) key.materials.push(material);
  if (lacked || (request.enablesDisabledKey && material.role === "current")) key.enabled = true;
  releaseWhenEverywhere(store.family(key));
  return material;
}

/**
 * Takes bytes out of a key at once; nothing happens where they are not there.
 * @param materialId left out: the current material
 * @returns the material that was meant, undefined where the key never had any
 * @throws Refusal material_unknown
 */
export function deleteMaterial(store: KeyStore, key: Key, materialId: string | undefined): Material | undefined {
  const material =
    materialId === undefined ? currentMaterial(key) : key.materials.find((other) => other.id === materialId);
  if (material === undefined) {
    if (materialId !== undefined) throw new Refusal("material_unknown", { materialId });
    return undefined;
  }
  const waits = material.role !== "current" && material.role !== "noncurrent";
  const holders = waits && key.multiRegion === "primary" ? store.family(key) : [key];
  for (const holder of holders) {
    const same = holder.materials.find((other) => other.id === material.id);
    if (same !== undefined) removeBytes(holder, same);
  }
  return material;
}

function onlyMaterial(store: KeyStore, key: Key, id: string): Material {
  const known = store.family(key).flatMap((member) => member.materials)[0];
  if (known !== undefined && known.id !== id) throw new Refusal("material_differs");
  return key.materials[0] ?? emptyMaterial(id, "current");
}

function associated(store: KeyStore, key: Key, id: string, asked: "new" | "existing" | undefined): Material {
  const replica = key.multiRegion === "replica";
  const type = asked ?? (key.materials.length === 0 && !replica ? "new" : "existing");
  const present = key.materials.find((material) => material.id === id);
  if (type === "existing") {
    if (present !== undefined) return present;
    const model = replica ? store.primary(key)?.materials.find((material) => material.id === id) : undefined;
    if (model !== undefined) return { ...emptyMaterial(id, model.role), rotatedAtMs: model.rotatedAtMs };
    throw new Refusal(asked === "existing" || replica ? "material_never_imported" : "material_differs");
  }
  if (replica) throw new Refusal("new_material_on_replica");
  if (present !== undefined) throw new Refusal("material_already_associated", { materialId: id });
  const pending = key.materials.find((material) => material.role !== "current" && material.role !== "noncurrent");
  if (pending !== undefined) {
    throw new Refusal("material_pending_rotation", { materialId: id, pendingMaterialId: pending.id });
  }
  if (key.materials.length === 0) return emptyMaterial(id, "current");
  const replicated = store.replicas(key).length > 0;
  return emptyMaterial(id, replicated ? "pending_multi_region_import_and_rotation" : "pending_rotation");
}
