import type { Diagnostic } from "../diagnostics";
import type { Path } from "../path";
import type { Type } from "../type";
import type { Value } from "../value";

// Schemas as data, without the types of the values: what the server works with. ./attribute, ./block and ./schema build
// them and remember the types.

/** How values of an attribute are checked. Called with known values that are not null. */
export type Validator<Known> = (value: Known, path: Path) => string | readonly Diagnostic[] | undefined;

/** Changes what is planned for an attribute, or asks for the resource to be replaced. */
export type PlanModifier<Planned> = (request: PlanModifierRequest<Planned>) => PlanModification<Planned> | undefined;

/** What a plan modifier decides by. */
export interface PlanModifierRequest<Planned> {
  /** Where the attribute is. */
  readonly path: Path;
  /** As written, or null or unknown. */
  readonly config: Planned;
  /** What is in the state; null when the resource is created. */
  readonly prior: Planned;
  /** As planned so far. */
  readonly planned: Planned;
  /** Whether the plan differs from the state. */
  readonly changed: boolean;
  /** Whether the resource does not exist yet, or is created again because it is replaced. */
  readonly creating: boolean;
}

/** What a plan modifier changes. */
export interface PlanModification<Planned> {
  /** What is planned instead. Default: as before. */
  readonly planned?: Planned;
  /** Whether the resource is to be replaced. Default: as before. */
  readonly requiresReplace?: boolean;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** What an attribute is, apart from its type. */
export interface AttributeOptions<Known, Planned> {
  /** Must be set in the configuration. */
  readonly required?: true;
  /** May be set in the configuration. */
  readonly optional?: true;
  /** Is set by the provider (with `optional`: where the configuration leaves it out). */
  readonly computed?: true;
  /** Not shown by the host. It is stored all the same. */
  readonly sensitive?: true;
  /** Handed to the provider and kept nowhere: null in plan and state. Never computed; resources only. */
  readonly writeOnly?: true;
  /** What to use instead; shown as a warning where the attribute is set. */
  readonly deprecated?: string;
  /** Markdown. */
  readonly description?: string;
  /** Planned where the configuration leaves the attribute out. Needs `optional` and `computed`. */
  readonly default?: Known;
  /** What a known value must be. Default: any of its type. */
  readonly validate?: readonly Validator<Known>[];
  /** In this order, after the defaults and after what may change has become unknown. */
  readonly plan?: readonly PlanModifier<Planned>[];
  /**
   * Whether two spellings mean the same. If so the one in the state stays: in a plan against a newly written one, after
   * a read against what the remote system says.
   */
  readonly equal?: (a: Known, b: Known) => boolean;
}

/** How many objects a block or a nested attribute holds. */
export type Nesting = "single" | "list" | "set" | "map";

/** Attributes and blocks: what a schema, a block and a nested attribute have in common. */
export interface ObjectDefinition {
  readonly attributes: Readonly<Record<string, AttributeDefinition>>;
  readonly blocks: Readonly<Record<string, BlockDefinition>>;
}

/** An attribute without the types of TypeScript. */
export interface AttributeDefinition {
  readonly type: Type;
  readonly nested?: { readonly nesting: Nesting; readonly object: ObjectDefinition };
  /** Numbers that a double does not hold are welcome. */
  readonly exact?: boolean;
  readonly options: AttributeOptions<Value, Value>;
}

/** A block without the types of TypeScript. */
export interface BlockDefinition {
  readonly nesting: Exclude<Nesting, "map">;
  readonly object: ObjectDefinition;
  readonly description?: string;
  readonly deprecated?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Set by `timeouts`: the default of each operation. */
  readonly timeouts?: Readonly<Record<string, string>>;
}

/** A schema without the types of TypeScript. */
export interface SchemaDefinition extends ObjectDefinition {
  readonly version: number;
  readonly description?: string;
  readonly deprecated?: string;
}

/** The type of the object that a definition describes. */
export function typeOf(definition: ObjectDefinition): Type {
  const attributes = new Map<string, Type>();
  for (const [name, attribute] of Object.entries(definition.attributes)) attributes.set(name, attribute.type);
  for (const [name, block] of Object.entries(definition.blocks)) {
    attributes.set(name, nestedType(block.nesting, block.object));
  }
  return { kind: "object", attributes };
}

/** The type of a block or nested attribute. */
export function nestedType(nesting: Nesting, object: ObjectDefinition): Type {
  return nesting === "single" ? typeOf(object) : { kind: nesting, element: typeOf(object) };
}
