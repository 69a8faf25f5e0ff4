import { ValueError } from "./value-error";

/** A type of Terraform's type system, as data. Sets, lists and maps have elements of one type, tuples one per place. */
export type Type =
  | { readonly kind: "string" | "number" | "bool" | "dynamic" }
  | { readonly kind: "list" | "set" | "map"; readonly element: Type }
  | { readonly kind: "object"; readonly attributes: ReadonlyMap<string, Type> }
  | { readonly kind: "tuple"; readonly elements: readonly Type[] };

/** A type in the protocol's JSON form, as the host reads it in schemas and in dynamic values. */
export function typeToJson(type: Type): string {
  return JSON.stringify(jsonForm(type));
}

/**
 * The type that a JSON form names.
 *
 * @throws ValueError if the text is not JSON or names no type.
 */
export function typeFromJson(text: string): Type {
  let form: unknown;
  try {
    form = JSON.parse(text);
  } catch {
    throw new ValueError("a type that is not JSON");
  }
  return fromForm(form, 0);
}

/** Whether two types are the same. */
export function sameType(a: Type, b: Type): boolean {
  return typeToJson(a) === typeToJson(b);
}

/** An object type of the given attributes. */
export function objectType(attributes: Readonly<Record<string, Type>>): Type {
  return { kind: "object", attributes: new Map(Object.entries(attributes)) };
}

const primitives = ["string", "number", "bool", "dynamic"] as const;
const collections = ["list", "set", "map"] as const;

// Deeper than any schema, and far from the end of the stack.
const deepestType = 100;

function jsonForm(type: Type): unknown {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return [type.kind, jsonForm(type.element)];
    case "tuple":
      return ["tuple", type.elements.map(jsonForm)];
    case "object":
      // Sorted, so that equal types have equal text; fromEntries also keeps a key named __proto__.
      return [
        "object",
        Object.fromEntries(
          [...type.attributes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, of]) => [name, jsonForm(of)]),
        ),
      ];
    case "string":
    case "number":
    case "bool":
    case "dynamic":
      return type.kind;
    default:
      return type satisfies never;
  }
}

function fromForm(form: unknown, depth: number): Type {
  if (depth > deepestType) throw new ValueError("a type that is nested too deeply");
  const primitive = primitives.find((kind) => kind === form);
  if (primitive !== undefined) return { kind: primitive };
  if (!Array.isArray(form)) throw new ValueError("a type that is not known");
  const [kind, argument]: unknown[] = form;
  const collection = collections.find((name) => name === kind);
  if (collection !== undefined) return { kind: collection, element: fromForm(argument, depth + 1) };
  if (kind === "tuple" && Array.isArray(argument)) {
    return { kind, elements: argument.map((element) => fromForm(element, depth + 1)) };
  }
  if (kind === "object" && typeof argument === "object" && argument !== null && !Array.isArray(argument)) {
    const attributes = Object.entries(argument).map(([name, of]) => [name, fromForm(of, depth + 1)] as const);
    return { kind, attributes: new Map(attributes) };
  }
  throw new ValueError("a type that is not known");
}
