/** One set of bytes that belongs to a key, whether the bytes are there or not. */
export interface Material {
  /** 64 hex digits; the same bytes have the same id in every Region of a multi-Region key. */
  readonly id: string;
  role: "current" | "noncurrent" | "pending_rotation" | "pending_multi_region_import_and_rotation";
  /** Undefined before the first import in this Region, after a deletion and after expiry. */
  bytes: Buffer | undefined;
  /** Milliseconds since 1970; undefined where the bytes never expire. */
  expiresAtMs: number | undefined;
  description: string | undefined;
  /** Latest import in this Region. */
  importedAtMs: number | undefined;
  /** When a rotation made it the current one. */
  rotatedAtMs: number | undefined;
  /** A replica does not know of it before, since its primary was given it only now; undefined where it always did. */
  knownFromMs: number | undefined;
}

/** Whether it belongs to the key for good, which is all but what waits for a rotation. */
export function isLasting({ role }: Material): boolean {
  return role === "current" || role === "noncurrent";
}

/** As it is before its first import. */
export function emptyMaterial(id: string, role: Material["role"]): Material {
  return {
    id,
    role,
    bytes: undefined,
    expiresAtMs: undefined,
    description: undefined,
    importedAtMs: undefined,
    rotatedAtMs: undefined,
    knownFromMs: undefined,
  };
}
