import type { KeyDeclared, LifetimeDeclared, MaterialDeclared, Repository } from "./repository";

const dayMs = 86_400_000;

/** What a user changes in the repository or on the disk between two runs. */
export interface UserEdit {
  readonly what: keyof typeof edits;
  readonly n: number;
}

interface At {
  readonly repository: Repository;
  /** What was removed, so that it can be put back. */
  readonly removed: { keys: Map<string, KeyDeclared>; materials: Map<string, MaterialDeclared> };
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
    if (role === undefined || material === undefined) return;
    removed.materials.set(role, material);
    repository.materials.delete(role);
  },
  "the material is put back": ({ repository, removed, n }) => {
    const [role, material] = pick(removed.materials, n) ?? [];
    if (role === undefined || material === undefined || !repository.keys.has(material.key)) return;
    removed.materials.delete(role);
    repository.materials.set(role, material);
  },
  "the key is removed": ({ repository, removed, n }) => {
    const [role, key] = pick(repository.keys, n) ?? [];
    // What refers to it would make the configuration invalid.
    const isNeeded = [...repository.keys.values()].some(({ replicaOf }) => replicaOf === role);
    if (role === undefined || key === undefined || isNeeded) return;
    removed.keys.set(role, key);
    repository.keys.delete(role);
    for (const [name, material] of repository.materials) {
      if (material.key !== role) continue;
      removed.materials.set(name, material);
      repository.materials.delete(name);
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

export function edit(at: Omit<At, "n">, { what, n }: UserEdit): void {
  edits[what]({ ...at, n });
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
