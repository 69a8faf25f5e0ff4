import type { Key } from "./key";
import { isLasting, type Material } from "./material";

/** Takes away what has expired; afterwards the keys look as after a deletion. @returns whether anything had */
export function expireMaterial(key: Key, family: readonly Key[], nowMs: number): boolean {
  const expired = key.materials.filter(
    ({ bytes, expiresAtMs }) => bytes !== undefined && expiresAtMs !== undefined && expiresAtMs <= nowMs,
  );
  for (const material of expired) loseBytes(key, family, material);
  return expired.length > 0;
}

/**
 * Wipes the bytes that a key has of a material. What only waited for a rotation is forgotten with them, in every Region
 * where it was the primary's; a replica that loses it is a replica that lacks it. What is being rotated to belongs to the
 * key already.
 * @param family the key in all its Regions
 */
export function loseBytes(key: Key, family: readonly Key[], material: Material): void {
  wipe(material);
  if (isLasting(material) || key.onDemandRotation?.materialId === material.id) return;
  if (key.multiRegion === "replica") {
    material.role = "pending_multi_region_import_and_rotation";
    return;
  }
  for (const member of family) forget(member, material.id);
}

function forget(key: Key, materialId: string): void {
  for (const material of key.materials) {
    if (material.id === materialId) wipe(material);
  }
  key.materials = key.materials.filter(({ id }) => id !== materialId);
}

function wipe(material: Material): void {
  material.bytes?.fill(0);
  material.bytes = undefined;
  material.expiresAtMs = undefined;
}
