import type { Repository } from "./repository";

export const verbs = ["apply", "plan", "refresh", "save", "apply saved", "destroy"] as const;
export type Verb = (typeof verbs)[number];

/** One run of a tool. */
export interface Order {
  readonly verb: Verb;
  readonly repository: Repository;
  /** A resource that is to be replaced by request. */
  readonly replace?: { readonly kind: Kind; readonly name: string };
  /** What of that which may happen in any order happens first. */
  readonly firstFree: "creators" | "destroyers";
}

export type Kind = "key" | "material" | "rotation";
export type Action = "create" | "update" | "replace" | "delete" | "no-op";

/** A resource in the state. */
export interface Held {
  readonly kind: Kind;
  readonly name: string;
  /** Of the key; of material, of the key that it is in; of a rotation, of the key that it rotates. */
  readonly arn: string;
  readonly verified: boolean;
  readonly fingerprint: string | undefined;
  readonly deletionPolicy: string | undefined;
  readonly isBroken: boolean;
  /** Whether the state says of a key that it is pending deletion. */
  readonly isLeaving: boolean;
}

/** What a plan says of a resource. */
export interface Change {
  readonly kind: Kind;
  readonly name: string;
  readonly action: Action;
  /** The key, or the key of the material, before. Undefined: there was none. */
  readonly from: string | undefined;
  /** What the state said of what `deletion_policy` does before. */
  readonly deletionPolicy: string | undefined;
  /** The same after it. Undefined: not known yet, or none. */
  readonly to: string | undefined;
}

export interface Report {
  readonly ok: boolean;
  /** What the plan said, as far as it came; a run that only refreshes has none. */
  readonly plan: readonly Change[] | undefined;
  /** Whether the plan came to its end, whatever became of it. */
  readonly isPlanned: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** A tool with byok as its provider, and a state. */
export interface Tool {
  /** Whether it looks at a resource only after it has changed those before it, so that they may have mended it. */
  readonly interleaves: boolean;
  /** Whether it has rotations. */
  readonly rotates: boolean;
  run(order: Order): Promise<Report>;
  held(): readonly Held[];
  /** Drops a resource from the state. */
  forget(kind: Kind, name: string): void | Promise<void>;
  /** Everything that was written down or printed since the last call. */
  written(): string;
  close(): Promise<void>;
}

/** What a tool needs of the walk. */
export interface Surroundings {
  /** Whether the provider's process was killed in this run. */
  isDead(): boolean;
  /** Says how the process is killed, where it is a real one. */
  killedBy(kill: () => Promise<void>): void;
}
