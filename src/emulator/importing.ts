import { Refusal } from "./errors";
import { currentMaterial, type Key, keyState, knownMaterials, releaseWhenEverywhere } from "./key";
import type { KeyStore } from "./key-store";
import { emptyMaterial, isLasting, type Material } from "./material";
import { loseBytes } from "./material-loss";
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
  /** How long the replicas of a primary do not know of its new material. Default 0. */
  readonly replicaMaterialDelayMs?: number;
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
  const material = key.severalMaterials
    ? associated(store, key, id, request.type, nowMs)
    : onlyMaterial(store, key, id);
  material.bytes?.fill(0);
  material.bytes = bytes;
  material.expiresAtMs = request.expiresAtMs;
  material.importedAtMs = nowMs;
  if (request.description !== undefined) material.description = request.description;
  if (!key.materials.includes(material)) {
    key.materials.push(material);
    if (!isLasting(material)) announce(store, key, material, nowMs + (request.replicaMaterialDelayMs ?? 0));
  }
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
export function deleteMaterial(
  store: KeyStore,
  key: Key,
  materialId: string | undefined,
  nowMs: number,
): Material | undefined {
  const material =
    materialId === undefined
      ? currentMaterial(key)
      : knownMaterials(key, nowMs).find((other) => other.id === materialId);
  if (material === undefined) {
    if (materialId !== undefined) throw new Refusal("material_unknown", { materialId });
    return undefined;
  }
  loseBytes(key, store.family(key), material);
  return material;
}

/** Lets the replicas know of new material. Its bytes each of them has to be given. */
function announce(store: KeyStore, primary: Key, { id, role }: Material, knownFromMs: number): void {
  for (const replica of store.replicas(primary)) {
    replica.materials.push({ ...emptyMaterial(id, role), knownFromMs });
  }
}

function onlyMaterial(store: KeyStore, key: Key, id: string): Material {
  const known = store.family(key).flatMap((member) => member.materials)[0];
  if (known !== undefined && known.id !== id) throw new Refusal("material_differs");
  return key.materials[0] ?? emptyMaterial(id, "current");
}

function associated(
  store: KeyStore,
  key: Key,
  id: string,
  asked: "new" | "existing" | undefined,
  nowMs: number,
): Material {
  const replica = key.multiRegion === "replica";
  const type = asked ?? (key.materials.length === 0 && !replica ? "new" : "existing");
  const present = knownMaterials(key, nowMs).find((material) => material.id === id);
  if (type === "existing") {
    if (present !== undefined) return present;
    throw new Refusal(asked === "existing" || replica ? "material_never_imported" : "material_differs");
  }
  if (replica) throw new Refusal("new_material_on_replica");
  if (present !== undefined) throw new Refusal("material_already_associated", { materialId: id });
  const pending = key.materials.find((material) => !isLasting(material));
  if (pending !== undefined) {
    throw new Refusal("material_pending_rotation", { materialId: id, pendingMaterialId: pending.id });
  }
  if (key.materials.length === 0) return emptyMaterial(id, "current");
  const replicated = store.replicas(key).length > 0;
  return emptyMaterial(id, replicated ? "pending_multi_region_import_and_rotation" : "pending_rotation");
}
