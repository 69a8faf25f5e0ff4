import type { ImportedKeyMaterialProps } from "./imported-key-material-props";

/**
 * Material that comes after another in the same key: its bytes, and what of their handling differs from that of the key's
 * first material. Without `validTo`, `validFor` and `renewBefore` it has the lifetime of that one; `fingerprint` and
 * `materialDescription` are never taken over.
 */
export interface SuccessorProps extends Omit<ImportedKeyMaterialProps, "key" | "succeeds" | "provider"> {
  /**
   * Tells it from the other successors of the key: 1 to 64 letters, digits, hyphens and underscores. Part of the ids of its
   * constructs, so it stays as it is for as long as the key has the material.
   *
   * @example "2027"
   */
  readonly name: string;
}
