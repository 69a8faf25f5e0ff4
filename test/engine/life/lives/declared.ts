import type { LifetimeArguments } from "../../../../src/engine/lifetime";
import type { DeletionPolicy } from "../../../../src/engine/material-release";

/** What material comes after: another that is declared, or one that is named by its id. */
export type After = { readonly name: string } | { readonly id: string };

/** One material in a configuration; it is in every Region of the key. */
export interface DeclaredMaterial {
  /** Index into the pool. */
  bytes: number;
  succeeds?: After | undefined;
  lifetime: LifetimeArguments;
  deletionPolicy: DeletionPolicy;
  onDeletion: "reimport" | "report";
}

/** What a user has written about one key. */
export interface Configuration {
  /** In the order in which they were written. */
  readonly materials: Map<string, DeclaredMaterial>;
  /** Names of materials to which the key is rotated. */
  readonly rotations: Set<string>;
}

/** The bytes of all lives, by index. */
export const pool: readonly Buffer[] = ["0b", "c4", "5a", "e3", "77", "19", "2d", "91"].map((hex) =>
  Buffer.from(hex.repeat(32), "hex"),
);

/** Where the bytes of others begin in the pool. */
export const strangeFrom = 6;
