import { defined } from "./defined";
import type { EpochSeconds } from "./instant";
import {
  type KeyDescription,
  type KeyState,
  type MaterialEntry,
  primaryOf,
  rotationStates,
  waitsForDeletion,
} from "./key";
import { lostMaterials } from "./material-condition";
import type { KmsProfile } from "./kms-profile";
import { isPending } from "./succession";

/** Where the material to which a key is to be rotated stands, in one stable word. */
export type RotationState =
  | (typeof rotationStates)[keyof typeof rotationStates]
  /** The key does not have it. */
  | "unknown"
  /** The materials of the key may not be listed. */
  | "unlisted"
  /** The key waits for its deletion. */
  | "key_pending_deletion"
  /** The KMS does not know the key. */
  | "key_gone";

/** What the answers about a key mean for its rotation to one material. */
export interface RotationCondition {
  readonly state: RotationState;
  /** State of the key. Undefined: it was not asked for, or there is no key. */
  readonly keyState?: KeyState | undefined;
  /** Id of the current material. Undefined: there is none, or it is not known. */
  readonly currentMaterialId?: string | undefined;
  /** Id of the material that waits for a rotation, whichever it is. Undefined: none does. */
  readonly pendingMaterialId?: string | undefined;
  /** When a rotation made the material current. Undefined: none has, or it is the key's first. */
  readonly rotatedAt?: EpochSeconds | undefined;
  /** When the current material became that, where a rotation made it so. */
  readonly currentSince?: EpochSeconds | undefined;
  /** How often the key was rotated on demand. Undefined: not known. */
  readonly rotations?: number | undefined;
  /** How often it still can be. Undefined: not known, or the KMS has no limit. */
  readonly rotationsLeft?: number | undefined;
  /** Ids of materials that the key needs and has lost. */
  readonly missingMaterials: readonly string[];
  /** ARN of the primary, where the key is a replica. */
  readonly primaryArn?: string | undefined;
  /** Regions of replicas that lack the material, and of those that could not be asked, which is said beside the name. */
  readonly missingRegions: readonly string[];
}

/** What the requests about a key were answered. */
export interface RotationFacts {
  /** Null: the KMS does not know the key. Undefined: it was not asked for. */
  readonly key?: KeyDescription | null | undefined;
  /** All materials of the key. Undefined: they may not be listed, or there is no key. */
  readonly materials?: readonly MaterialEntry[] | undefined;
  /** Default: none. */
  readonly missingRegions?: readonly string[];
}

/**
 * Reads the facts.
 *
 * @param materialId The material to which the key is to be rotated.
 */
export function rotationCondition(
  { key, materials, missingRegions = [] }: RotationFacts,
  materialId: string,
  { rotationsInLife }: Pick<KmsProfile, "rotationsInLife">,
): RotationCondition {
  if (key === null) return { state: "key_gone", missingMaterials: [], missingRegions };
  const primaryArn = key === undefined ? undefined : primaryOf(key);
  const ofKey = { missingRegions, ...defined({ keyState: key?.state, primaryArn }) };
  if (key !== undefined && waitsForDeletion(key)) {
    return { state: "key_pending_deletion", missingMaterials: [], ...ofKey };
  }
  if (materials === undefined) {
    const currentMaterialId = key?.materialId;
    const isCurrent = currentMaterialId === materialId;
    return {
      state: isCurrent ? "current" : "unlisted",
      missingMaterials: [],
      ...ofKey,
      ...defined({ currentMaterialId }),
    };
  }
  const ours = materials.find((entry) => entry.materialId === materialId);
  const current = materials.find(({ state }) => state === "CURRENT");
  const pending = materials.find(isPending);
  const rotations = materials.filter(({ onDemand }) => onDemand === true).length;
  return {
    state: ours === undefined ? "unknown" : rotationStates[ours.state],
    ...ofKey,
    ...defined({
      currentMaterialId: current?.materialId,
      currentSince: current?.rotatedAt,
      pendingMaterialId: pending?.materialId,
      rotatedAt: ours?.rotatedAt,
      rotationsLeft: rotationsInLife === undefined ? undefined : Math.max(0, rotationsInLife - rotations),
    }),
    rotations,
    missingMaterials: lostMaterials(materials),
  };
}
