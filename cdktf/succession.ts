import type { Construct } from "constructs";
import { replicaArguments, successorArguments, successorNameFaults } from "../src/definitions/successor";
import { dependable } from "./core";
import type { ExternalKey } from "./external-key";
import { ImportedKeyMaterial } from "./imported-key-material";
import type { ImportedKeyMaterialProps } from "./imported-key-material-props";
import { KeyRotation } from "./key-rotation";
import { known } from "./known";
import type { SuccessorProps } from "./successor-props";

/** Material, and the construct in which it is made. */
export interface MaterialInPlace {
  readonly place: Construct;
  readonly material: ImportedKeyMaterial;
}

/** A key with its first material, and the construct in which what succeeds that is made. */
export interface KeyInPlace extends MaterialInPlace {
  readonly key: ExternalKey;
}

/** What holds for all material of a key, where a successor does not say otherwise. */
export type SharedProps = Omit<ImportedKeyMaterialProps, "key" | "succeeds">;

/** One successor in all Regions of a key. */
export interface SuccessionStep {
  readonly name: string;
  /** Its material in each key, in the order of the keys. */
  readonly materials: readonly [MaterialInPlace, ...MaterialInPlace[]];
  readonly rotation: KeyRotation;
}

/**
 * Lets materials succeed each other in a key. Of each the primary gets the bytes first, then every replica, and then the key
 * is rotated to it; the next one comes after that rotation. The first one comes once every replica has its first material:
 * while new material waits for a rotation, no replica is made.
 *
 * @param scope Where the rotations are made.
 * @param keys The primary, or the only key, first.
 * @throws Error for names that cannot be ids of constructs.
 */
export function succession(
  scope: Construct,
  keys: readonly [KeyInPlace, ...KeyInPlace[]],
  shared: SharedProps,
  successors: readonly SuccessorProps[] = [],
): readonly SuccessionStep[] {
  const faults = successorNameFaults(successors.map(({ name }) => known(name)));
  if (faults.length > 0) throw new Error(`${scope.node.path}: ${faults.join(" ")}`);
  const [primary, ...replicas] = keys;
  const steps: SuccessionStep[] = [];
  for (const { name, ...own } of successors) {
    const former = steps.at(-1);
    const succeeds = former?.rotation.keyMaterialId ?? primary.material.keyMaterialId;
    const bytes = successorArguments<SharedProps>("cdktf", shared, own);
    const made = ({ place, key }: KeyInPlace, props: SharedProps): MaterialInPlace => ({
      place,
      material: new ImportedKeyMaterial(place, `material-${name}`, { ...props, key, succeeds }),
    });
    const first = made(primary, bytes);
    if (former === undefined) dependOn(first.material, replicas);
    const others = replicas.map((replica) => made(replica, replicaArguments("cdktf", bytes)));
    for (const other of others) dependOn(other.material, [first]);
    const { timeouts, provider } = bytes;
    const rotation = new KeyRotation(scope, `rotation-${name}`, {
      key: primary.key,
      keyMaterialId: first.material.keyMaterialId,
      ...(timeouts === undefined ? {} : { timeouts }),
      ...(provider === undefined ? {} : { provider }),
    });
    dependOn(rotation, others);
    steps.push({ name, materials: [first, ...others], rotation });
  }
  return steps;
}

/** The order that no reference makes. */
function dependOn({ resource }: ImportedKeyMaterial | KeyRotation, before: readonly MaterialInPlace[]): void {
  if (before.length > 0) resource.dependsOn = before.map(({ material }) => dependable(material.resource));
}
