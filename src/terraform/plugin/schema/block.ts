import type { BlockDefinition } from "./definition";
import { type Attributes, string } from "./attribute";
import type { AttributeFlags, AttributeViews, BlockViews, Leaf, NestedViews, Views } from "./views";
import { duration } from "./validators";
import type { Attribute } from "./attribute";
import type { Unknown } from "../value";

/** A block of a schema, with the types of its values. */
export type Block<V extends Views> = BlockDefinition & BlockViews<V>;

/** Blocks by name. */
export type Blocks = Readonly<Record<string, Block<Views>>>;

/** Where there are none. */
export type NoBlocks = { readonly [none]?: never };

declare const none: unique symbol;

/** What is in a block. */
export interface BlockContent<A, B> {
  /** By their names. */
  readonly attributes: A;
  /** By their names. Default: none. */
  readonly blocks?: B;
  /** Markdown. */
  readonly description?: string;
  /** Why the block should be used no longer. Default: it may be used. */
  readonly deprecated?: string;
}

/** A block that may stand once; null where it is left out. */
export function singleBlock<const A extends Attributes, const B extends Blocks = NoBlocks>(
  content: BlockContent<A, B>,
): Block<NestedViews<"single", A, B>> {
  return block("single", content);
}

/** A block that may stand several times, in order; an empty array where it is left out. */
export function listBlock<const A extends Attributes, const B extends Blocks = NoBlocks>(
  content: BlockContent<A, B> & ItemLimits,
): Block<NestedViews<"list", A, B>> {
  return block("list", content);
}

/** A block that may stand several times, without order. */
export function setBlock<const A extends Attributes, const B extends Blocks = NoBlocks>(
  content: BlockContent<A, B> & ItemLimits,
): Block<NestedViews<"set", A, B>> {
  return block("set", content);
}

/** How often a block may be there. */
export interface ItemLimits {
  /** Default 0. */
  readonly minItems?: number;
  /** Default: any number. */
  readonly maxItems?: number;
}

/** Operations that may have a time limit. */
export type Operation = "create" | "read" | "update" | "delete";

/**
 * The block `timeouts`: how long each of the named operations may take, as a duration ("90s", "1h30m"), with its default.
 * Handlers find the time that holds in `timeoutMilliseconds`.
 */
export function timeouts<const D extends Partial<Readonly<Record<Operation, string>>>>(
  defaults: D,
): Block<NestedViews<"single", TimeoutAttributes<D>, unknown>> {
  const attributes = Object.fromEntries(
    Object.entries(defaults).map(([operation, value]) => [
      operation,
      string({
        optional: true,
        description: `How long ${named[operation] ?? operation} may take: a number with a unit (\`s\`, \`m\` or \`h\`), as in \`90s\` or \`1h30m\`. Default: \`${value}\`.`,
        validate: [duration()],
      }),
    ]),
  );
  return { ...block("single", { attributes, description: "How long operations may take." }), timeouts: defaults };
}

const named: Readonly<Record<string, string>> = {
  create: "a creation",
  read: "a read",
  update: "an update",
  delete: "a deletion",
} satisfies Record<Operation, string>;

type TimeoutAttributes<D> = {
  readonly [Name in keyof D]: Attribute<Leaf<string, string | Unknown>, { readonly optional: true }> &
    AttributeViews<Leaf<string, string | Unknown>, { readonly optional: true } & AttributeFlags>;
};

function block(
  nesting: BlockDefinition["nesting"],
  { attributes, blocks = {}, ...rest }: BlockContent<Attributes, Blocks> & ItemLimits,
): BlockDefinition {
  return { nesting, object: { attributes, blocks }, ...rest };
}
