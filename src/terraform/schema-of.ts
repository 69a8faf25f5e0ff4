import type { Field, Fields, Kind } from "../definitions/field";
import { misfit } from "../definitions/field-faults";
import { isArgument, isOn, type ResourceField, type ResourceFields } from "../definitions/resource-field";
import { parseInstant } from "../engine/instant";
import { samePolicy } from "../kms/policy-document";
import type { Attribute } from "./plugin/schema/attribute";
import {
  type AttributeDefinition,
  type AttributeOptions,
  nestedType,
  type ObjectDefinition,
  type PlanModifier,
} from "./plugin/schema/definition";
import { useStateForUnknown } from "./plugin/schema/plan-modifiers";
import type { AttributeFlags, Leaf, NestedViews } from "./plugin/schema/views";
import type { Type } from "./plugin/type";
import { UNKNOWN, type Unknown, type Value } from "./plugin/value";

/** The attributes that fields are in Terraform, with the types of their values. */
export type AttributesOf<F> = {
  readonly [N in keyof F as IfOnTerraform<F[N], N>]: F[N] extends ResourceField & AttributeFlags
    ? Attribute<LeafOf<F[N]["is"]>, F[N]>
    : never;
};

type IfOnTerraform<F, N> = F extends { readonly only: readonly (infer Face)[] }
  ? "terraform" extends Face
    ? N
    : never
  : N;

type LeafOf<K> = K extends { readonly kind: "text" | "choice" }
  ? Leaf<string, string | Unknown>
  : K extends { readonly kind: "flag" }
    ? Leaf<boolean, boolean | Unknown>
    : K extends { readonly kind: "number" }
      ? Leaf<number, number | Unknown>
      : K extends { readonly kind: "map" }
        ? Leaf<ReadonlyMap<string, string>, ReadonlyMap<string, string | Unknown> | Unknown>
        : K extends { readonly kind: "list"; readonly of: { readonly kind: "group"; readonly fields: infer F } }
          ? NestedViews<"list", MembersOf<F>, unknown>
          : never;

/** Groups are listed as results only, so that nothing in them can be set. */
type MembersOf<F> = {
  readonly [N in keyof F]: F[N] extends Field ? Attribute<LeafOf<F[N]["is"]>, typeof member> : never;
};

const member = { computed: true } as const satisfies AttributeFlags;

/** The attributes that fields are in Terraform, in the order of the fields. */
export function attributesOf<const F extends ResourceFields>(fields: F): AttributesOf<F>;
export function attributesOf(fields: ResourceFields): object {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => isOn("terraform", field))
      .map(([name, field]) => [name, attributeOf(field)]),
  );
}

function attributeOf(field: ResourceField): AttributeDefinition {
  const options = optionsOf(field);
  const { is } = field;
  return is.kind === "list" && is.of.kind === "group" && !isArgument(field)
    ? { ...objectsOf(is.of.fields), options }
    : { type: typeOf(is), options };
}

/** A list of groups, whose fields Terraform shows and describes one by one. */
function objectsOf(fields: Fields): Pick<AttributeDefinition, "type" | "nested"> {
  const attributes = Object.entries(fields).map(([name, field]) => [name, attributeOf({ ...field, ...member })]);
  const object: ObjectDefinition = { attributes: Object.fromEntries(attributes), blocks: {} };
  return { type: nestedType("list", object), nested: { nesting: "list", object } };
}

function typeOf(kind: Kind): Type {
  switch (kind.kind) {
    case "text":
    case "choice":
      return { kind: "string" };
    case "flag":
      return { kind: "bool" };
    case "number":
      return { kind: "number" };
    case "map":
    case "list":
      return { kind: kind.kind, element: typeOf(kind.of) };
    case "group":
      throw new Error("A group of fields is a block and no attribute.");
  }
}

function optionsOf(field: ResourceField): AttributeOptions<Value, Value> {
  const { required, optional, computed, secret, writeOnly, default: otherwise, description } = field;
  const plan = modifiersOf(field);
  return {
    ...(required && { required }),
    ...(optional && { optional }),
    ...(computed && { computed }),
    ...(secret === true && { sensitive: true }),
    ...(writeOnly && { writeOnly }),
    ...(otherwise !== undefined && { default: otherwise }),
    description,
    ...(isBounded(field) && { validate: [(value: Value) => misfit(field, value)] }),
    ...(plan.length > 0 && { plan }),
    ...equalityOf(field),
  };
}

function isBounded(field: ResourceField): boolean {
  const { is, oneOf, length, form, bounds, whole } = field;
  const isNarrow = is.kind === "choice" || [oneOf, length, form, bounds, whole].some((bound) => bound !== undefined);
  return isNarrow && isArgument(field);
}

const equalities = { policy: samePolicy, instant: sameInstant } as const;

function equalityOf({ equality }: ResourceField): Pick<AttributeOptions<Value, Value>, "equal"> {
  if (equality === undefined) return {};
  const same = equalities[equality];
  return { equal: (one, other) => typeof one === "string" && typeof other === "string" && same(one, other) };
}

/** Whether two spellings are the same moment. */
export function sameInstant(one: string, other: string): boolean {
  try {
    return parseInstant(one, "valid_to") === parseInstant(other, "valid_to");
  } catch {
    return one === other;
  }
}

function modifiersOf({ lasting, replaces }: ResourceField): readonly PlanModifier<Value>[] {
  return [
    ...(lasting === true ? [useStateForUnknown<Value>()] : []),
    ...(replaces === "another_value" ? [requiresReplaceIfKnownToDiffer] : []),
    ...(replaces === "another_key" ? [requiresReplaceForOtherKey] : []),
  ];
}

/** A state that was taken over from elsewhere and not refreshed yet does not say what the key is like. */
const requiresReplaceIfKnownToDiffer: PlanModifier<Value> = ({ config, planned, prior, changed, creating }) =>
  !creating && config !== null && prior !== null && planned !== UNKNOWN && changed
    ? { requiresReplace: true }
    : undefined;

/** Another primary is another key; the same primary in another Region is not. */
const requiresReplaceForOtherKey: PlanModifier<Value> = ({ planned, prior, creating }) => {
  const [one, other] = [idOf(planned), idOf(prior)];
  return !creating && one !== undefined && other !== undefined && one !== other ? { requiresReplace: true } : undefined;
};

function idOf(arn: unknown): string | undefined {
  return typeof arn === "string" ? arn.slice(arn.lastIndexOf("/") + 1) : undefined;
}

/** The names of the fields that have given properties; a property that is undefined here must be absent there. */
export type NamesWith<F, P> = {
  [N in keyof AttributesOf<F>]: F[N & keyof F] extends Having<P> ? N : never;
}[keyof AttributesOf<F>] &
  string;

type Having<P> = { readonly [K in keyof P as P[K] extends undefined ? never : K]: P[K] } & {
  readonly [K in keyof P as P[K] extends undefined ? K : never]?: undefined;
};

/** The names of Terraform's fields with given properties, in their order. */
export function namesWith<
  const F extends ResourceFields,
  const P extends Partial<Record<keyof ResourceField, unknown>>,
>(fields: F, properties: P): readonly NamesWith<F, P>[];
export function namesWith(fields: ResourceFields, properties: object): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    isOn("terraform", field) &&
    Object.entries(properties).every(([property, value]) => Reflect.get(field, property) === value)
      ? [name]
      : [],
  );
}
