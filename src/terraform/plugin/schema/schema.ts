import { type Path, path } from "../path";
import type { Attributes } from "./attribute";
import type { Blocks, NoBlocks } from "./block";
import type { ObjectDefinition, SchemaDefinition } from "./definition";
import type { ObjectValue } from "../value";
import type { ObjectView, View } from "./views";

/** A schema that remembers the types of its values. */
export interface Schema<A = unknown, B = unknown> extends SchemaDefinition {
  /** Carries the types; there is no such property at run time. */
  readonly [types]?: readonly [A, B];
}

declare const types: unique symbol;

/** What a schema is made of. */
export interface SchemaContent<A, B> {
  /** By their names. */
  readonly attributes: A;
  /** By their names. Default: none. */
  readonly blocks?: B;
  /** Markdown. */
  readonly description?: string;
  /** What to use instead. */
  readonly deprecated?: string;
}

/** The schema of a managed resource. A change of the version makes the host ask `upgrade` for older states. */
export function resourceSchema<const A extends Attributes, const B extends Blocks = NoBlocks>(
  content: SchemaContent<A, B> & { readonly version: number },
): Schema<A, B> {
  return { ...content, blocks: content.blocks ?? {} };
}

/** The schema of a provider, a data source or an ephemeral resource. */
export function schema<const A extends Attributes, const B extends Blocks = NoBlocks>(
  content: SchemaContent<A, B>,
): Schema<A, B> {
  return resourceSchema({ ...content, version: 0 });
}

/** What the configuration says; values of other resources may be unknown. */
export type Config<S extends Schema> = Values<S, "config">;
/** What the configuration says at apply time, write-only values included. */
export type KnownConfig<S extends Schema> = Values<S, "knownConfig">;
/** What is planned; computed attributes may be unknown. */
export type Plan<S extends Schema> = Values<S, "plan">;
/** What was planned, at apply time: only computed attributes may be unknown. */
export type ApplyPlan<S extends Schema> = Values<S, "applyPlan">;
/** What is stored. Write-only attributes are null. */
export type State<S extends Schema> = Values<S, "state">;

// A schema of no particular types has values of no particular types.
type Values<S, W extends View> =
  S extends Schema<infer A, infer B> ? (unknown extends A ? ObjectValue : ObjectView<A, B, W>) : never;

/** What a schema is for; write-only and versions are only for resources, computed attributes not for providers. */
export type SchemaKind = "provider" | "resource" | "data source" | "ephemeral resource";

/** What is wrong with a schema, in sentences; the host would refuse it, or worse, accept it. */
export function schemaProblems(kind: SchemaKind, definition: ObjectDefinition): readonly string[] {
  const problems: string[] = [];
  const visit = (object: ObjectDefinition, at: Path, inSet: boolean, inWriteOnly: boolean): void => {
    for (const [name, { options, nested }] of Object.entries(object.attributes)) {
      const here = [...at, ...path(name)];
      const fault = (problem: string): unknown =>
        problems.push(`${here.map((step) => ("attribute" in step ? step.attribute : "")).join(".")} ${problem}`);
      if (!validName.test(name)) fault("is not a name of lower case letters, digits and underscores");
      if (at.length === 0 && reserved.has(name)) fault("is a name that Terraform uses itself");
      if (!options.required && !options.optional && !options.computed) {
        fault("is neither required nor optional nor computed");
      }
      if (options.required && (options.optional || options.computed)) fault("is required and something else as well");
      if (options.default !== undefined && !(options.optional && options.computed)) {
        fault("has a default, so it must be optional and computed");
      }
      if (options.writeOnly) {
        if (kind !== "resource") fault("is write-only, which only attributes of resources can be");
        if (options.computed) fault("is write-only and computed");
        if (inSet) fault("is write-only inside of a set");
      } else if (inWriteOnly) {
        fault("is inside of a write-only attribute and not write-only itself");
      }
      if (options.computed && kind === "provider") fault("is computed, which nothing in a provider's schema can be");
      if (nested) visit(nested.object, here, inSet || nested.nesting === "set", options.writeOnly === true);
    }
    for (const [name, block] of Object.entries(object.blocks)) {
      if (Object.hasOwn(object.attributes, name)) problems.push(`${name} is both an attribute and a block`);
      visit(block.object, [...at, ...path(name)], inSet || block.nesting === "set", false);
    }
  };
  visit(definition, [], false, false);
  return problems;
}

const validName = /^[a-z_][a-z0-9_]*$/;

// Meta-arguments: the host takes them before the provider sees them.
const reserved: ReadonlySet<string> = new Set([
  "count",
  "depends_on",
  "for_each",
  "lifecycle",
  "provider",
  "provisioner",
  "connection",
]);
