import type { Key } from "./key";
import type { KeyStore } from "./key-store";
import { emptyMaterial } from "./material";

export interface Replica {
  readonly region: string;
  readonly arn: string;
  readonly description: string;
  readonly policy: string;
  readonly tags: Map<string, string>;
  readonly usableFromMs: number;
}

/**
 * Creates the key in another Region. Imported bytes are never copied, only which materials belong to the key. What waits
 * for a rotation has to wait for the new Region, too, unless that rotation is under way.
 */
export function replicate(store: KeyStore, primary: Key, replica: Replica, nowMs: number): Key {
  const key: Key = {
    ...primary,
    ...replica,
    multiRegion: "replica",
    createdAtMs: nowMs,
    enabled: true,
    deletion: undefined,
    updatingUntilMs: 0,
    onDemandRotations: 0,
    automaticRotation: undefined,
    grants: undefined,
    materials: primary.materials.map((material) =>
      primary.origin === "service"
        ? { ...material, bytes: material.bytes === undefined ? undefined : Buffer.from(material.bytes) }
        : { ...emptyMaterial(material.id, material.role), rotatedAtMs: material.rotatedAtMs },
    ),
  };
  store.add(key);
  for (const material of store.family(key).flatMap((member) => member.materials)) {
    if (material.role === "pending_rotation" && material.id !== key.onDemandRotation?.materialId) {
      material.role = "pending_multi_region_import_and_rotation";
    }
  }
  return key;
}

/** Swaps the roles of a primary and one of its replicas. */
export function changePrimary(primary: Key, replica: Key, updatingUntilMs: number): void {
  primary.multiRegion = "replica";
  replica.multiRegion = "primary";
  replica.automaticRotation = primary.automaticRotation;
  replica.onDemandRotations = primary.onDemandRotations;
  primary.updatingUntilMs = updatingUntilMs;
  replica.updatingUntilMs = updatingUntilMs;
}
