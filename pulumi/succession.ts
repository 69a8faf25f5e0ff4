import type { Output, Resource } from "@pulumi/pulumi";
import { replicaArguments, successorArguments, successorNameFaults } from "../src/definitions/successor";
import { defined } from "../src/engine/defined";
import type { ExternalKey } from "./external-key";
import { ImportedKeyMaterial } from "./imported-key-material";
import type { ImportedKeyMaterialArgs } from "./imported-key-material-args";
import { KeyRotation } from "./key-rotation";
import type { SuccessorArgs } from "./successor-args";

/** A key with its first material, and what the names of what succeeds that begin with. */
export interface NamedKey {
  readonly name: string;
  readonly key: ExternalKey;
  readonly material: ImportedKeyMaterial;
}

/** What holds for all material of a key, where a successor does not say otherwise. */
export type SharedArgs = Omit<ImportedKeyMaterialArgs, "keyArn" | "succeeds">;

/** One successor in all Regions of a key. */
export interface SuccessionStep {
  readonly name: string;
  /** Its material in each key, in the order of the keys. */
  readonly materials: readonly [ImportedKeyMaterial, ...ImportedKeyMaterial[]];
  readonly rotation: KeyRotation;
}

/** Throws where the names of successors cannot be parts of names of resources. */
export function checkSuccessors(name: string, successors: readonly SuccessorArgs[] = []): void {
  const names = successors.map((successor) => (typeof successor.name === "string" ? successor.name : undefined));
  const faults = successorNameFaults(names);
  if (faults.length > 0) throw new Error(`${name}: ${faults.join(" ")}`);
}

/**
 * Lets materials succeed each other in a key. Of each the primary gets the bytes first, then every replica, and then the key
 * is rotated to it; the next one comes after that rotation. The first one comes once every replica has its first material:
 * while new material waits for a rotation, no replica is made.
 *
 * @param name What the names of the rotations begin with.
 * @param keys The primary, or the only key, first.
 */
export function succession(
  { parent, name }: { readonly parent: Resource; readonly name: string },
  keys: readonly [NamedKey, ...NamedKey[]],
  shared: SharedArgs,
  successors: readonly SuccessorArgs[] = [],
): readonly SuccessionStep[] {
  const [primary, ...replicas] = keys;
  const steps: SuccessionStep[] = [];
  for (const { name: successor, ...own } of successors) {
    const former = steps.at(-1);
    const succeeds = former?.rotation.keyMaterialId ?? idOf(primary.material);
    const bytes = successorArguments<SharedArgs>("pulumi", shared, own);
    const made = (one: NamedKey, args: SharedArgs, dependsOn: readonly Resource[]): ImportedKeyMaterial =>
      new ImportedKeyMaterial(
        `${one.name}-${successor}`,
        { ...args, keyArn: one.key.id, succeeds },
        { parent, dependsOn: [...dependsOn], ...leavingWith(one.key, args) },
      );
    const first = made(primary, bytes, former === undefined ? replicas.map(({ material }) => material) : []);
    const others = replicas.map((replica) => made(replica, replicaArguments("pulumi", bytes), [first]));
    const rotation = new KeyRotation(
      `${name}-${successor}`,
      {
        keyArn: primary.key.id,
        keyMaterialId: idOf(first),
        ...defined({ timeouts: bytes.timeouts, connection: bytes.connection }),
      },
      { parent, dependsOn: others },
    );
    steps.push({ name: successor, materials: [first, ...others], rotation });
  }
  return steps;
}

/** Bytes that are to be deleted are deleted at once, and not only when the key's waiting time is over. */
export function leavingWith(
  key: ExternalKey,
  { deletionPolicy }: Pick<SharedArgs, "deletionPolicy">,
): { readonly deletedWith?: ExternalKey } {
  return deletionPolicy === undefined || deletionPolicy === "retain" ? { deletedWith: key } : {};
}

function idOf({ keyMaterialId }: ImportedKeyMaterial): Output<string> {
  return keyMaterialId.apply((id) => {
    if (id !== undefined) return id;
    throw new Error(
      "The KMS names no id of the key material, so none can succeed it. Rotation needs a symmetric key on AWS. Remove `successors`.",
    );
  });
}
