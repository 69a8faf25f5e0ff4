import { join } from "node:path";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import type { KmsName as Kms } from "../../src/kms/clouds";

/** A key in the configuration. */
export interface KeyDeclared {
  /** The name in the configuration; a rename changes it. */
  address: string;
  /** What it was called before, where the configuration says so (`moved`, an alias). */
  formerly?: string;
  readonly creationToken: string;
  readonly region: string;
  readonly multiRegion: boolean;
  /** Makes it a replica of the key whose material stands in the configuration under this role. */
  readonly replicaOf?: string;
  enabled: boolean | undefined;
  description: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
  managesPolicy: boolean;
}

/** `until` counts in days from the moment at which the user writes it down. */
export type LifetimeDeclared =
  | { readonly kind: "forever" }
  | { readonly kind: "renewed"; readonly days: number }
  | { readonly kind: "until"; readonly validToMs: number };

export interface MaterialDeclared {
  address: string;
  formerly?: string;
  /** Role of the key in `keys`. */
  key: string;
  file: string;
  lifetime: LifetimeDeclared;
  onDeletion: "reimport" | "report";
  deletionPolicy: "retain" | "delete";
  description: string | undefined;
  /** Whether the fingerprint of the file's first bytes stands in the configuration. */
  namesFingerprint: boolean;
  /** Role of the material that it succeeds in its key. Absent: it is the first one. */
  readonly succeeds?: string;
}

/** A rotation in the configuration. */
export interface RotationDeclared {
  address: string;
  formerly?: string;
  /** Role of the key, of a multi-Region one the primary's. */
  readonly key: string;
  /** Role of the material that is to be the current one. */
  readonly material: string;
}

/** What a user has in their repository and on their disk. Roles are the walk's own names and never change. */
export interface Repository {
  readonly kms: Kms;
  /** What has the bytes: variables that byok reads, or a command that wraps. */
  readonly holder: Holder;
  readonly keys: Map<string, KeyDeclared>;
  readonly materials: Map<string, MaterialDeclared>;
  readonly rotations: Map<string, RotationDeclared>;
  /** Whether the tool and the KMS let materials succeed each other. */
  hasRotations: boolean;
  /** Which bytes of the pool are in a file; undefined: this machine does not have it. */
  readonly files: Map<string, number | undefined>;
}

export const regions = {
  aws: ["eu-central-1", "eu-west-1"],
  alibaba: ["cn-hangzhou"],
  qkms: [""],
} as const satisfies Record<Kms, readonly string[]>;

/** How a repository looks at the start. */
export const shapes = ["one key", "two keys", "two materials of one file", "primary and replica"] as const;
export type Shape = (typeof shapes)[number];

export type Holder = "variable" | "device";

export interface Beginning {
  readonly shape: Shape;
  readonly deletionPolicy: "retain" | "delete";
  readonly onDeletion: "reimport" | "report";
  readonly enabled: boolean | undefined;
  readonly lifetime: "forever" | "renewed";
  /** How often the first key is rotated from the start, where that is possible. Default: not at all. */
  readonly rotations?: number;
  /** Default: a variable. */
  readonly holder?: Holder;
}

export function begun(
  kms: Kms,
  { shape, deletionPolicy, onDeletion, enabled, lifetime, holder = "variable" }: Beginning,
): Repository {
  const [here, there] = regions[kms];
  const replicated = shape === "primary and replica" && there !== undefined;
  const key = (role: string, more: Partial<KeyDeclared> = {}): [string, KeyDeclared] => [
    role,
    {
      address: role,
      creationToken: `walk/${role}`,
      region: here,
      multiRegion: replicated,
      enabled,
      description: undefined,
      tags: { team: role },
      managesPolicy: false,
      ...more,
    },
  ];
  const material = (role: string, file: string): [string, MaterialDeclared] => [
    role,
    {
      address: role,
      key: role,
      file,
      lifetime: lifetime === "forever" ? { kind: "forever" } : { kind: "renewed", days: 90 },
      onDeletion,
      deletionPolicy,
      description: undefined,
      namesFingerprint: false,
    },
  ];
  const second = (file: string) => ({
    keys: new Map([key("one"), key("two")]),
    materials: new Map([material("one", "one"), material("two", file)]),
  });
  const parts = {
    "one key": () => ({ keys: new Map([key("one")]), materials: new Map([material("one", "one")]) }),
    // The second key has no material of its own: it waits for what moves there.
    "two keys": () => ({ keys: new Map([key("one"), key("two")]), materials: new Map([material("one", "one")]) }),
    "two materials of one file": () => second("one"),
    "primary and replica": () => ({
      keys: new Map([key("one"), key("two", { region: there ?? here, replicaOf: "one" })]),
      materials: new Map([material("one", "one"), material("two", "one")]),
    }),
  } as const satisfies Record<Shape, () => Pick<Repository, "keys" | "materials">>;
  const chosen = shape === "primary and replica" && !replicated ? "two materials of one file" : shape;
  return { kms, holder, ...parts[chosen](), rotations: new Map(), hasRotations: false, files: new Map([["one", 0]]) };
}

/** As it is now, for a plan that is applied later. */
export function copied(repository: Repository): Repository {
  const each = <T extends object>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...map].map(([role, declared]) => [role, { ...declared }]));
  const { kms, holder, keys, materials, rotations, hasRotations, files } = repository;
  return {
    kms,
    holder,
    keys: each(keys),
    materials: each(materials),
    rotations: each(rotations),
    hasRotations,
    files: new Map(files),
  };
}

/**
 * Where a source finds the bytes: in variables of the environment, since a walk in one process writes them hundreds of
 * times. To byok a variable that is not set is what a file is that is absent.
 */
export interface Disk {
  readonly env: Record<string, string | undefined>;
  readonly pool: readonly Buffer[];
}

export function sourceOf({ holder }: Repository, file: string): string {
  if (holder === "device") return `wrap:${encodeURIComponent(join(__dirname, "device-wrap"))} ${variableOf(file)}`;
  return `env:${variableOf(file)}?encoding=hex`;
}

function variableOf(file: string): string {
  return `WALK_${file.toUpperCase()}`;
}

export function write(repository: Repository, { env, pool }: Disk): void {
  for (const [file, index] of repository.files) {
    const bytes = index === undefined ? undefined : pool[index];
    const variable = variableOf(file);
    if (bytes === undefined) delete env[variable];
    else {
      env[variable] = bytes.toString("hex");
      env[`${variable}_FINGERPRINT`] = fingerprintOfRaw(bytes);
    }
  }
}

/** The bytes that the configuration gives for a material today. */
export function bytesFor(repository: Repository, disk: Disk, { file }: MaterialDeclared): Buffer | undefined {
  const index = repository.files.get(file);
  return index === undefined ? undefined : disk.pool[index];
}

/** Files of successors, in their order, and the bytes of the pool that each has at first and later. */
export const successorFiles = { second: [5, 7], third: [6, 8] } as const;

/** All bytes of the pool that a file may ever have, the first ones first. */
export function bytesEverIn(disk: Disk, { file }: Pick<MaterialDeclared, "file">): readonly Buffer[] {
  const indexes: Readonly<Record<string, readonly number[]>> = { one: [0, 1], ...successorFiles };
  return (indexes[file] ?? []).flatMap((index) => disk.pool[index] ?? []);
}

/** The fingerprint of the bytes that the file had at first, where the configuration names it. */
export function fingerprintFor(disk: Disk, material: MaterialDeclared): string | undefined {
  const [first] = bytesEverIn(disk, material);
  return material.namesFingerprint && first !== undefined ? fingerprintOfRaw(first) : undefined;
}

/** The roles of a key and its replicas, the key's own first. */
export function familyOf({ keys }: Repository, role: string): readonly string[] {
  return [role, ...[...keys].filter(([, { replicaOf }]) => replicaOf === role).map(([replica]) => replica)];
}

/** The last material in the order in which those of a key succeed each other, with its role. */
export function latestOf(repository: Repository, role: string): readonly [string, MaterialDeclared] | undefined {
  const mine = [...repository.materials].filter(([, { key }]) => key === role);
  return mine.find(([name]) => !mine.some(([, { succeeds }]) => succeeds === name));
}

/** How many materials come before it. */
export function depthOf(repository: Repository, { succeeds }: MaterialDeclared): number {
  const before = succeeds === undefined ? undefined : repository.materials.get(succeeds);
  return before === undefined ? 0 : 1 + depthOf(repository, before);
}

/** The rotation to a material, or, of a replica's, to that of its primary. */
export function rotationTo(repository: Repository, { key, file }: MaterialDeclared): RotationDeclared | undefined {
  const primary = repository.keys.get(key)?.replicaOf ?? key;
  return [...repository.rotations.values()].find(
    (rotation) => rotation.key === primary && repository.materials.get(rotation.material)?.file === file,
  );
}

/** The materials that stand in the configuration of a key. */
export function materialsOf(repository: Repository, role: string): readonly MaterialDeclared[] {
  return [...repository.materials.values()].filter(({ key }) => key === role);
}
