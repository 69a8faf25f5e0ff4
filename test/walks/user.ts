import { keysOf } from "../../src/engine/table";
import {
  familyOf,
  type KeyDeclared,
  latestOf,
  type LifetimeDeclared,
  type MaterialDeclared,
  type Repository,
  type RotationDeclared,
  rotationTo,
  successorFiles,
} from "./repository";

const dayMs = 86_400_000;

/** What a user changes in the repository or on the disk between two runs. */
export interface UserEdit {
  readonly what: keyof typeof edits;
  readonly n: number;
}

interface At {
  readonly repository: Repository;
  /** What was removed, so that it can be put back. */
  readonly removed: {
    keys: Map<string, KeyDeclared>;
    materials: Map<string, MaterialDeclared>;
    rotations: Map<string, RotationDeclared>;
  };
  readonly nowMs: number;
  readonly n: number;
}

const edits = {
  "enabled is set": ({ repository, n }) =>
    onKey(repository, n, (key) => {
      key.enabled = [true, false, undefined][Math.floor(n / 3) % 3];
    }),
  "the description changes": ({ repository, n }) =>
    onKey(repository, n, (key) => {
      key.description = [undefined, "ledger", "general ledger"][n % 3];
    }),
  "the tags change": ({ repository, n }) =>
    onKey(repository, n, (key) => {
      key.tags = [undefined, { team: "ledger" }, { team: "ledger", cost: String(n) }][n % 3];
    }),
  "the policy is managed or not": ({ repository, n }) =>
    onKey(repository, n, (key) => {
      key.managesPolicy = !key.managesPolicy && repository.kms === "aws";
    }),
  "the material moves": ({ repository, n }) =>
    onMaterial(repository, n, (material) => {
      const [own] = [...repository.materials].find(([, one]) => one === material) ?? [];
      if (material.succeeds !== undefined || isSucceeded(repository, own)) return;
      // A replica waits for its primary's material: to move that into it is a circle, which Terraform itself refuses.
      const isOpen = (role: string): boolean => repository.keys.get(role)?.replicaOf !== own;
      const roles = [...repository.keys.keys()].filter((role) => role !== material.key && isOpen(role));
      material.key = roles[n % Math.max(1, roles.length)] ?? material.key;
    }),
  "the material is renamed": ({ repository, n }) =>
    onMaterial(repository, n, (material) => rename(material, n % 2 === 0)),
  "the key is renamed": ({ repository, n }) => onKey(repository, n, (key) => rename(key, n % 4 !== 0)),
  "the material is removed": ({ repository, removed, n }) => {
    const [role, material] = pick(repository.materials, n) ?? [];
    // What refers to it would make the configuration invalid.
    if (role === undefined || material === undefined || isSucceeded(repository, role)) return;
    for (const name of copiesOf(repository, role, material)) remove(repository, removed, name);
  },
  "the material is put back": ({ repository, removed, n }) => {
    const [role, material] = pick(removed.materials, n) ?? [];
    if (role === undefined || material === undefined || !repository.keys.has(material.key)) return;
    const { key, succeeds, file } = material;
    if (succeeds !== undefined && !repository.materials.has(succeeds)) return;
    const primary = repository.keys.get(key)?.replicaOf;
    // A replica is given new material after its primary.
    if (succeeds !== undefined && primary !== undefined && !repository.materials.has(`${primary}_${file}`)) return;
    removed.materials.delete(role);
    repository.materials.set(role, material);
  },
  "material succeeds the last": ({ repository, removed, n }) => {
    const primaries = [...repository.keys].filter(([, { replicaOf }]) => replicaOf === undefined);
    const [role] = primaries[n % Math.max(1, primaries.length)] ?? [];
    const [, latest] = role === undefined ? [] : (latestOf(repository, role) ?? []);
    if (!repository.hasRotations || role === undefined || latest === undefined) return;
    const file = keysOf(successorFiles).find((one) => !repository.materials.has(`${role}_${one}`));
    // Only one material waits for a rotation at a time.
    const isCurrent = latest.succeeds === undefined || rotationTo(repository, latest) !== undefined;
    if (file === undefined || !isCurrent) return;
    const { deletionPolicy, onDeletion, lifetime } = latest;
    if (!repository.files.has(file)) repository.files.set(file, successorFiles[file][0]);
    for (const member of familyOf(repository, role)) {
      const name = `${member}_${file}`;
      const [succeeds, before] = latestOf(repository, member) ?? [];
      if (succeeds === undefined || before?.file !== latest.file) continue;
      removed.materials.delete(name);
      repository.materials.set(name, {
        address: name,
        key: member,
        file,
        lifetime,
        onDeletion,
        deletionPolicy,
        description: undefined,
        namesFingerprint: false,
        succeeds,
      });
    }
    if (n % 3 !== 0) rotateTo(repository, role, `${role}_${file}`);
  },
  "a rotation is added": ({ repository, removed, n }) => {
    const waiting = [...repository.materials].filter(
      ([, material]) =>
        material.succeeds !== undefined &&
        repository.keys.get(material.key)?.replicaOf === undefined &&
        rotationTo(repository, material) === undefined,
    );
    const [role, material] = waiting[n % Math.max(1, waiting.length)] ?? [];
    if (role === undefined || material === undefined) return;
    removed.rotations.delete(role);
    rotateTo(repository, material.key, role);
  },
  "a rotation is removed": ({ repository, removed, n }) => {
    const [role, rotation] = pick(repository.rotations, n) ?? [];
    if (role === undefined || rotation === undefined) return;
    removed.rotations.set(role, rotation);
    repository.rotations.delete(role);
  },
  "the bytes of a successor are others": ({ repository, n }) => {
    const file = keysOf(successorFiles)[n % 2];
    if (file === undefined || !repository.files.has(file)) return;
    const [first, later] = successorFiles[file];
    repository.files.set(file, repository.files.get(file) === first ? later : first);
  },
  "the bytes of a successor are absent or not": ({ repository, n }) => {
    const file = keysOf(successorFiles)[n % 2];
    if (file === undefined || !repository.files.has(file)) return;
    repository.files.set(file, repository.files.get(file) === undefined ? successorFiles[file][0] : undefined);
  },
  "the key is removed": ({ repository, removed, n }) => {
    const [role, key] = pick(repository.keys, n) ?? [];
    // What refers to it would make the configuration invalid.
    const isNeeded = [...repository.keys.values()].some(({ replicaOf }) => replicaOf === role);
    if (role === undefined || key === undefined || isNeeded) return;
    removed.keys.set(role, key);
    repository.keys.delete(role);
    for (const [name, material] of repository.materials) {
      if (material.key === role) remove(repository, removed, name);
    }
  },
  "the key is put back": ({ repository, removed, n }) => {
    const [role, key] = pick(removed.keys, n) ?? [];
    if (role === undefined || key === undefined) return;
    removed.keys.delete(role);
    repository.keys.set(role, key);
  },
  "the bytes are absent": ({ repository }) => void repository.files.set("one", undefined),
  "the bytes are at hand": ({ repository }) => void repository.files.set("one", 0),
  "the bytes are others": ({ repository }) => void repository.files.set("one", 1),
  "another lifetime": ({ repository, nowMs, n }) =>
    onMaterial(repository, n, (material) => {
      const lifetimes: readonly LifetimeDeclared[] = [
        { kind: "forever" },
        { kind: "renewed", days: 90 },
        { kind: "renewed", days: 120 },
        { kind: "until", validToMs: Math.floor(nowMs / 1000) * 1000 + 60 * dayMs },
        { kind: "until", validToMs: Math.floor(nowMs / 1000) * 1000 + 300 * dayMs },
      ];
      material.lifetime = lifetimes[n % lifetimes.length] ?? material.lifetime;
    }),
  "on_deletion changes": ({ repository, n }) =>
    onMaterial(repository, n, (material) => {
      material.onDeletion = material.onDeletion === "report" ? "reimport" : "report";
    }),
  "deletion_policy changes": ({ repository, n }) =>
    onMaterial(repository, n, (material) => {
      material.deletionPolicy = material.deletionPolicy === "delete" ? "retain" : "delete";
    }),
  "material_description changes": ({ repository, n }) =>
    onMaterial(repository, n, (material) => {
      const replica = repository.keys.get(material.key)?.replicaOf !== undefined;
      if (repository.kms === "aws" && !replica) material.description = [undefined, "vault 7", "vault 8"][n % 3];
    }),
  "the fingerprint is configured or not": ({ repository, n }) =>
    onMaterial(repository, n, (material) => {
      material.namesFingerprint = !material.namesFingerprint;
    }),
} as const satisfies Record<string, (at: At) => void>;

export const userEdits = Object.keys(edits).filter((name): name is keyof typeof edits => name in edits);

/** Those that are about several materials of a key. */
export const rotationEdits = [
  "material succeeds the last",
  "a rotation is added",
  "a rotation is removed",
  "the bytes of a successor are others",
  "the bytes of a successor are absent or not",
] as const satisfies readonly UserEdit["what"][];

export function edit(at: Omit<At, "n">, { what, n }: UserEdit): void {
  edits[what]({ ...at, n });
}

/** With the rotation to it. */
function remove(repository: Repository, removed: At["removed"], role: string): void {
  const [material, rotation] = [repository.materials.get(role), repository.rotations.get(role)];
  if (material !== undefined) removed.materials.set(role, material);
  if (rotation !== undefined) removed.rotations.set(role, rotation);
  repository.materials.delete(role);
  repository.rotations.delete(role);
}

/** A successor goes from the replicas too, which cannot have it without their primary. */
function copiesOf(repository: Repository, role: string, { key, file, succeeds }: MaterialDeclared): readonly string[] {
  if (succeeds === undefined) return [role];
  return familyOf(repository, key).map((member) => `${member}_${file}`);
}

function isSucceeded({ materials }: Repository, role: string | undefined): boolean {
  return [...materials.values()].some(({ succeeds }) => succeeds !== undefined && succeeds === role);
}

function rotateTo(repository: Repository, key: string, material: string): void {
  repository.rotations.set(material, { address: material, key, material });
}

function pick<T>(map: ReadonlyMap<string, T>, n: number): readonly [string, T] | undefined {
  return [...map][n % Math.max(1, map.size)];
}

function onKey({ keys }: Repository, n: number, change: (key: KeyDeclared) => void): void {
  const [, key] = pick(keys, n) ?? [];
  if (key !== undefined) change(key);
}

function onMaterial({ materials }: Repository, n: number, change: (material: MaterialDeclared) => void): void {
  const [, material] = pick(materials, n) ?? [];
  if (material !== undefined) change(material);
}

/** With `moved`, or an alias, the tool knows that it is the same resource. */
function rename(declared: KeyDeclared | MaterialDeclared, isTold: boolean): void {
  const before = declared.address;
  declared.address = before.endsWith("_") ? before.slice(0, -1) : `${before}_`;
  if (isTold) declared.formerly = before;
  else delete declared.formerly;
}
