import { type KeyDescription, type MaterialEntry, primaryOf } from "./key";

/**
 * How material that `succeeds` another comes into its key. A KMS that lets a key hold several materials takes new bytes
 * only beside those that are there, and only one of them may wait for a rotation at a time.
 *
 * Source: AWS KMS developer guide, "Rotate keys on demand" and the API's ImportKeyMaterial (`ImportType`).
 */
export type Succession =
  /** The named material is the current one and nothing waits: these bytes are new. */
  | { readonly kind: "new" }
  /** Material waits for a rotation already. The KMS compares these bytes with it. */
  | { readonly kind: "waiting"; readonly materialId: string }
  /** A replica that does not know yet of the material that its primary was given. */
  | { readonly kind: "awaited"; readonly primaryArn: string }
  /** A replica of a key that was rotated on since: these bytes are among those that the key has. */
  | { readonly kind: "known" }
  /** The named material itself waits for its rotation still. */
  | { readonly kind: "early"; readonly current: string | undefined }
  /** The named material is not in the key, or others have succeeded it. */
  | { readonly kind: "broken"; readonly current: string | undefined; readonly isFormer: boolean }
  /** The material is not in the key, although it was, and what it succeeds is not named. */
  | { readonly kind: "unnamed"; readonly current?: string | undefined }
  /** A key of this spec, or of this KMS, keeps its first bytes for life. */
  | { readonly kind: "single"; readonly spec: string }
  /** The materials of the key may not be listed, so that nothing is known of their order. */
  | { readonly kind: "unlisted" };

/** Whether material waits for a rotation: it belongs to the key, and nothing has been encrypted under it. */
export function isPending({ state }: Pick<MaterialEntry, "state">): boolean {
  return state === "PENDING_ROTATION" || state === "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";
}

/**
 * Where new material stands among those of its key.
 *
 * @param materials Undefined where they may not be listed.
 * @param succeeds The id of the material that it is to succeed.
 */
export function successionIn(
  key: KeyDescription,
  materials: readonly MaterialEntry[] | undefined,
  succeeds: string,
): Succession {
  if (materials === undefined) return { kind: "unlisted" };
  const predecessor = materials.find(({ materialId }) => materialId === succeeds);
  const current = currentIn(materials);
  const primaryArn = primaryOf(key);
  if (predecessor?.state === "CURRENT") {
    const pending = materials.find(isPending);
    if (pending !== undefined) return { kind: "waiting", materialId: pending.materialId };
    return primaryArn === undefined ? { kind: "new" } : { kind: "awaited", primaryArn };
  }
  // A replica shows a rotation of its primary a little later.
  if (predecessor !== undefined && isPending(predecessor)) {
    return primaryArn === undefined ? { kind: "early", current } : { kind: "awaited", primaryArn };
  }
  const isFormer = predecessor?.state === "NON_CURRENT";
  return primaryArn !== undefined && isFormer ? { kind: "known" } : { kind: "broken", current, isFormer };
}

/** The id of the material that encrypts. */
export function currentIn(materials: readonly MaterialEntry[]): string | undefined {
  return materials.find(({ state }) => state === "CURRENT")?.materialId;
}
