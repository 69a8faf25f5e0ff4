import type { Unknown } from "../value";

// The types of a resource's values, inferred from its schema. The same attribute has different values at different
// moments, so every attribute and block carries one type for each view:
//
//   config       what is written, while validating and planning: values of other resources may be unknown
//   knownConfig  the same at apply time, when everything is known
//   plan         what is planned: computed attributes may be unknown
//   applyPlan    the same at apply time: only computed attributes may still be unknown
//   state        what is stored: all known

/** The moments at which a value is looked at: more is known at one than at another. */
export type View = "config" | "knownConfig" | "plan" | "applyPlan" | "state";

/** The five types of a value that is there: without null, which is a matter of required and optional. */
export interface Views {
  readonly config: unknown;
  readonly knownConfig: unknown;
  readonly plan: unknown;
  readonly applyPlan: unknown;
  readonly state: unknown;
}

/** Views of a value without attributes of its own. Uncertain includes Unknown, at whatever depth. */
export interface Leaf<Known, Uncertain> {
  readonly config: Uncertain;
  readonly knownConfig: Known;
  readonly plan: Uncertain;
  readonly applyPlan: Known;
  readonly state: Known;
}

/** The options of an attribute that its types depend on. */
export interface AttributeFlags {
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
  readonly writeOnly?: true;
  readonly default?: unknown;
}

export declare const views: unique symbol;

/** Carries the types of an attribute; there is no such property at run time. */
export interface AttributeViews<V extends Views, Flags extends AttributeFlags> {
  readonly [views]?: readonly [V, Flags];
}

/** Carries the types of a block. */
export interface BlockViews<V extends Views> {
  readonly [views]?: V;
}

/** The object of the given attributes and blocks, in one view. */
export type ObjectView<Attributes, Blocks, W extends View> = {
  readonly [Name in (keyof Attributes | keyof Blocks) & string]: Name extends keyof Attributes
    ? AttributeView<Attributes[Name], W>
    : Name extends keyof Blocks
      ? BlockView<Blocks[Name], W>
      : never;
};

/** The views of objects nested in an attribute or block. */
export interface NestedViews<N extends "single" | "list" | "set" | "map", Attributes, Blocks> {
  readonly config: NestedView<N, ObjectView<Attributes, Blocks, "config">> | Unknown;
  readonly knownConfig: NestedView<N, ObjectView<Attributes, Blocks, "knownConfig">>;
  readonly plan: NestedView<N, ObjectView<Attributes, Blocks, "plan">> | Unknown;
  readonly applyPlan: NestedView<N, ObjectView<Attributes, Blocks, "applyPlan">>;
  readonly state: NestedView<N, ObjectView<Attributes, Blocks, "state">>;
}

type NestedView<N, T> = N extends "single" ? T | null : N extends "map" ? ReadonlyMap<string, T> : readonly T[];

type AttributeView<A, W extends View> =
  A extends AttributeViews<infer V, infer F>
    ? W extends "config" | "knownConfig"
      ? IfComputedOnly<F, null, V[W] | IfRequired<F, never, null>>
      : F extends { readonly writeOnly: true }
        ? null
        : W extends "state"
          ? V["state"] | IfAlwaysSet<F, never, null>
          : F extends { readonly computed: true }
            ? V["plan"] | IfAlwaysSet<F, never, null>
            : V[W] | IfRequired<F, never, null>
    : never;

type BlockView<B, W extends View> = B extends BlockViews<infer V> ? V[W] : never;

type IfRequired<F, Yes, No> = F extends { readonly required: true } ? Yes : No;

type IfAlwaysSet<F, Yes, No> = F extends { readonly required: true }
  ? Yes
  : F extends { readonly default: string | number | bigint | boolean | object }
    ? Yes
    : No;

type IfComputedOnly<F, Yes, No> = F extends { readonly required: true } | { readonly optional: true }
  ? No
  : F extends { readonly computed: true }
    ? Yes
    : No;
