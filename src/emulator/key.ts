import type { Grant } from "./grant";
import { isLasting, type Material } from "./material";
import type { MaterialShape } from "./material-shape";

export type Deletion =
  | { readonly kind: "scheduled"; readonly atMs: number }
  /** A primary whose waiting period starts when its last replica has vanished. */
  | { readonly kind: "after replicas"; readonly windowDays: number };

/** A rotation between its start and its end. */
export interface OnDemandRotation {
  /** The material that it makes the current one. */
  readonly materialId: string;
  readonly startedAtMs: number;
  readonly endsAtMs: number;
}

/** A key in one Region. A multi-Region key is one of these in each of its Regions, all with the same id. */
export interface Key {
  readonly id: string;
  /** As the wire that made the key spells it. */
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** Spec and usage in the words of the wire that made the key. */
  readonly spec: string;
  readonly usage: string;
  readonly shape: MaterialShape;
  readonly origin: "external" | "service";
  /** Whether the key may hold several materials, one current and the others for old ciphertexts. */
  readonly severalMaterials: boolean;
  readonly createdAtMs: number;
  multiRegion: "none" | "primary" | "replica";
  description: string;
  policy: string;
  tags: Map<string, string>;
  /** What Enable and Disable last said; shows only while the key has its material. */
  enabled: boolean;
  deletion: Deletion | undefined;
  /** The key is being created until then. */
  usableFromMs: number;
  /** The primary Region is being changed until then. */
  updatingUntilMs: number;
  materials: Material[];
  automaticRotation: { readonly periodDays: number; readonly nextMs: number } | undefined;
  /** How often an on-demand rotation was started, in the life of the key. */
  onDemandRotations: number;
  /** The one that is under way, the same in all Regions. */
  onDemandRotation?: OnDemandRotation | undefined;
  /** In the order in which they were made; nothing is the same as none. */
  grants?: readonly Grant[] | undefined;
  /** What only the wire that made the key knows of it. */
  wireFacts?: Readonly<Record<string, string>> | undefined;
}

/** What a key has before anything was done with it. */
export function untouchedKey(nowMs: number) {
  return {
    createdAtMs: nowMs,
    enabled: true,
    deletion: undefined,
    usableFromMs: nowMs,
    updatingUntilMs: 0,
    materials: [],
    automaticRotation: undefined,
    onDemandRotations: 0,
  } satisfies Partial<Key>;
}

export type KeyState =
  | "creating"
  | "updating"
  | "enabled"
  | "disabled"
  | "pending_import"
  | "pending_deletion"
  | "pending_replica_deletion";

export function keyState(key: Key, nowMs: number): KeyState {
  if (key.deletion?.kind === "scheduled") return "pending_deletion";
  if (key.deletion?.kind === "after replicas") return "pending_replica_deletion";
  if (nowMs < key.usableFromMs) return "creating";
  if (nowMs < key.updatingUntilMs) return "updating";
  if (!holdsItsMaterial(key)) return "pending_import";
  return key.enabled ? "enabled" : "disabled";
}

export function currentMaterial(key: Key): Material | undefined {
  return key.materials.find((material) => material.role === "current");
}

/** Materials that the key's Region knows of. */
export function knownMaterials(key: Key, nowMs: number): Material[] {
  return key.materials.filter(({ knownFromMs = 0 }) => knownFromMs <= nowMs);
}

/** Materials that belong to the key for good, which is all but those that wait for a rotation. */
export function lastingMaterials(key: Key): Material[] {
  return key.materials.filter(isLasting);
}

/** What waits for the other Regions of a multi-Region key waits for its rotation only, once each of them has the bytes. */
export function releaseWhenEverywhere(family: readonly Key[]): void {
  for (const material of family.flatMap((member) => member.materials)) {
    if (material.role !== "pending_multi_region_import_and_rotation") continue;
    const holds = (member: Key): boolean =>
      member.materials.some((copy) => copy.id === material.id && copy.bytes !== undefined);
    if (family.every(holds)) material.role = "pending_rotation";
  }
}

/** All lasting materials have to be there, for each of them has ciphertexts that only it opens. */
export function holdsItsMaterial(key: Key): boolean {
  const lasting = lastingMaterials(key);
  return lasting.length > 0 && lasting.every((material) => material.bytes !== undefined);
}

/** The earliest expiry of the lasting materials; undefined where none expires. */
export function earliestExpiryMs(key: Key): number | undefined {
  const times = lastingMaterials(key).flatMap((material) => material.expiresAtMs ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A copy that later changes of the key do not reach. */
export function copiedKey(key: Key): Key {
  return {
    ...key,
    tags: new Map(key.tags),
    materials: key.materials.map((material) => ({
      ...material,
      bytes: material.bytes === undefined ? undefined : Buffer.from(material.bytes),
    })),
  };
}
