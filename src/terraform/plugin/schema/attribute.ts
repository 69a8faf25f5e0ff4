import { objectType, type Type } from "../type";
import type { NumberValue } from "../number";
import type { DynamicTyped, Unknown, Value } from "../value";
import {
  type AttributeDefinition,
  type AttributeOptions,
  type Nesting,
  nestedType,
  type ObjectDefinition,
} from "./definition";
import { unchecked } from "../unchecked";
import type { AttributeFlags, AttributeViews, Leaf, NestedViews, Views } from "./views";

/** An attribute of a schema, with the types of its values. */
export type Attribute<V extends Views, Flags extends AttributeFlags> = AttributeDefinition & AttributeViews<V, Flags>;

/** Attributes by name. */
export type Attributes = Readonly<Record<string, Attribute<Views, AttributeFlags>>>;

/** The type of elements of lists, sets and maps and of members of objects. */
export interface Element<Known, Uncertain> {
  readonly type: Type;
  readonly known?: Known;
  readonly uncertain?: Uncertain;
}

/** Builds an attribute; in the place of an element it stands for its type: `map(string, { optional: true })`. */
export interface AttributeBuilder<Known> extends Element<Known, Known | Unknown> {
  <const O extends AttributeOptions<Known, Known | Unknown | null>>(
    options: O,
  ): Attribute<Leaf<Known, Known | Unknown>, O>;
}

/** Text. */
export const string: AttributeBuilder<string> = builder({ kind: "string" });
/** A number that a double holds; any other is refused when the configuration is validated. */
export const number: AttributeBuilder<number> = builder({ kind: "number" });
/** A number of any size, without loss. */
export const exactNumber: AttributeBuilder<NumberValue> = builder({ kind: "number" }, true);
/** An attribute that is true or false. */
export const bool: AttributeBuilder<boolean> = builder({ kind: "bool" });
/** A value of whatever type the configuration gives it. */
export const dynamic: AttributeBuilder<DynamicTyped> = builder({ kind: "dynamic" });

/** The type of lists, as an element. */
export function listOf<K, U>(element: Element<K, U>): Element<readonly K[], readonly U[] | Unknown> {
  return { type: { kind: "list", element: element.type } };
}

/** The type of sets, as an element. */
export function setOf<K, U>(element: Element<K, U>): Element<readonly K[], readonly U[] | Unknown> {
  return { type: { kind: "set", element: element.type } };
}

/** The type of maps, as an element. */
export function mapOf<K, U>(element: Element<K, U>): Element<ReadonlyMap<string, K>, ReadonlyMap<string, U> | Unknown> {
  return { type: { kind: "map", element: element.type } };
}

/** The type of objects, as an element. Every member may be null. */
export function objectOf<const M extends Readonly<Record<string, Element<unknown, unknown>>>>(
  members: M,
): Element<
  { readonly [Name in keyof M]: KnownOf<M[Name]> | null },
  { readonly [Name in keyof M]: UncertainOf<M[Name]> | null } | Unknown
> {
  return { type: objectType(Object.fromEntries(Object.entries(members).map(([name, member]) => [name, member.type]))) };
}

/** An attribute of any element type. Null elements are refused when the configuration is validated. */
export function attribute<K, U, const O extends AttributeOptions<K, U | Unknown | null>>(
  element: Element<K, U>,
  options: O,
): Attribute<Leaf<K, U | Unknown>, O> {
  return define(element.type, options);
}

/** An attribute with a list of primitive values or of lists, sets, maps and objects. */
export function list<K, U, const O extends AttributeOptions<readonly K[], readonly U[] | Unknown | null>>(
  element: Element<K, U>,
  options: O,
): Attribute<Leaf<readonly K[], readonly U[] | Unknown>, O> {
  return define({ kind: "list", element: element.type }, options);
}

/** An attribute with a set: no order, nothing twice. */
export function set<K, U, const O extends AttributeOptions<readonly K[], readonly U[] | Unknown | null>>(
  element: Element<K, U>,
  options: O,
): Attribute<Leaf<readonly K[], readonly U[] | Unknown>, O> {
  return define({ kind: "set", element: element.type }, options);
}

/** An attribute with a map, whose keys may be any text. */
export function map<
  K,
  U,
  const O extends AttributeOptions<ReadonlyMap<string, K>, ReadonlyMap<string, U> | Unknown | null>,
>(element: Element<K, U>, options: O): Attribute<Leaf<ReadonlyMap<string, K>, ReadonlyMap<string, U> | Unknown>, O> {
  return define({ kind: "map", element: element.type }, options);
}

/** One object whose attributes have options of their own. */
export function nestedObject<const A extends Attributes, const O extends NestedOptions>(
  attributes: A,
  options: O,
): Attribute<NestedViews<"single", A, unknown>, O> {
  return nested("single", attributes, options);
}

/** An attribute with a list of objects, whose attributes have options of their own. */
export function nestedList<const A extends Attributes, const O extends NestedOptions>(
  attributes: A,
  options: O,
): Attribute<NestedViews<"list", A, unknown>, O> {
  return nested("list", attributes, options);
}

/** An attribute with a set of objects, whose attributes have options of their own. */
export function nestedSet<const A extends Attributes, const O extends NestedOptions>(
  attributes: A,
  options: O,
): Attribute<NestedViews<"set", A, unknown>, O> {
  return nested("set", attributes, options);
}

/** An attribute with a map of objects, whose attributes have options of their own. */
export function nestedMap<const A extends Attributes, const O extends NestedOptions>(
  attributes: A,
  options: O,
): Attribute<NestedViews<"map", A, unknown>, O> {
  return nested("map", attributes, options);
}

/** Options of an attribute that has attributes; its validators see plain values. */
export type NestedOptions = Omit<AttributeOptions<Value, Value>, "default" | "equal">;

type KnownOf<E> = E extends Element<infer K, unknown> ? K : never;
type UncertainOf<E> = E extends Element<unknown, infer U> ? U : never;

function builder<K>(type: Type, exact = false): AttributeBuilder<K> {
  const build = <const O extends AttributeOptions<K, K | Unknown | null>>(
    options: O,
  ): Attribute<Leaf<K, K | Unknown>, O> => ({ ...define(type, options), ...(exact && { exact }) });
  return Object.assign(build, { type });
}

function define(type: Type, options: object): AttributeDefinition {
  // The options' functions are only ever called with values of the attribute's own type.
  return { type, options: unchecked<AttributeDefinition["options"]>(options) };
}

function nested(nesting: Nesting, attributes: Attributes, options: NestedOptions): AttributeDefinition {
  const object: ObjectDefinition = { attributes, blocks: {} };
  return { type: nestedType(nesting, object), nested: { nesting, object }, options };
}
