import type { Element } from "./schema/attribute";
import { objectType, type Type } from "./type";

/** An attribute of a resource's identity: a primitive, or a list of them. */
export interface IdentityAttribute<Known = unknown> {
  /** Its type. */
  readonly element: Element<Known, unknown>;
  /** An import by identity must give it; otherwise it may be left out. */
  readonly requiredForImport: boolean;
  /** For the documentation. */
  readonly description?: string;
}

/** What identifies a remote object: Terraform imports by it. */
export interface IdentitySchema<A = Readonly<Record<string, IdentityAttribute>>> {
  /** Raised with each change of the attributes. */
  readonly version: number;
  /** By their names. */
  readonly attributes: A;
}

/** The values of an identity. What an import leaves out is null. */
export type Identity<S extends IdentitySchema> = {
  readonly [Name in keyof S["attributes"]]: S["attributes"][Name] extends IdentityAttribute<infer Known>
    ? Known | null
    : never;
};

/** What tells one remote object of a type from all others, for good: account, Region, name and the like. */
export function identitySchema<const A extends Readonly<Record<string, IdentityAttribute>>>(
  content: IdentitySchema<A>,
): IdentitySchema<A> {
  return content;
}

/** An identity attribute that an import must give. */
export function requiredForImport<Known>(
  element: Element<Known, unknown>,
  description?: string,
): IdentityAttribute<Known> {
  return {
    element: { type: element.type },
    requiredForImport: true,
    ...(description !== undefined && { description }),
  };
}

/** An identity attribute that an import may leave out. */
export function optionalForImport<Known>(
  element: Element<Known, unknown>,
  description?: string,
): IdentityAttribute<Known> {
  return {
    element: { type: element.type },
    requiredForImport: false,
    ...(description !== undefined && { description }),
  };
}

export function identityType(schema: IdentitySchema): Type {
  return objectType(
    Object.fromEntries(Object.entries(schema.attributes).map(([name, { element }]) => [name, element.type])),
  );
}
