import type { ImportedKeyMaterialArgs } from "./imported-key-material-args";

/**
 * Material that comes after another in the same key: its bytes, and what of their handling differs from that of the key's
 * first material. Without `validTo`, `validFor` and `renewBefore` it has the lifetime of that one; `fingerprint` and
 * `materialDescription` are never taken over.
 */
export interface SuccessorArgs extends Omit<ImportedKeyMaterialArgs, "keyArn" | "succeeds" | "connection"> {
  /**
   * Tells it from the other successors of the key, such as `2027`: 1 to 64 letters, digits, hyphens and underscores. Part of
   * the names of its resources, so it stays as it is for as long as the key has the material.
   */
  name: string;
}
