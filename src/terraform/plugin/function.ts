import type { Element } from "./schema/attribute";
import type { MaybePromise } from "./resource";
import { unchecked } from "./unchecked";
import type { Value } from "./value";

/** A parameter of a function. */
export interface Parameter<Known = unknown> {
  /** As messages and the documentation call it. */
  readonly name: string;
  /** Its type. */
  readonly element: Element<Known, unknown>;
  /** Null is a possible argument. Default: the host refuses it. */
  readonly nullable?: boolean;
  /** Markdown. */
  readonly description?: string;
}

/** A function of a provider: pure, and the same in plan and apply. It is never called with unknown values. */
export interface ProviderFunction<P extends readonly Parameter[], V, R> {
  /** In their order. */
  readonly parameters: P;
  /** Takes all arguments after the last parameter. */
  readonly variadic?: Parameter<V>;
  /** Type of the result. */
  readonly returns: Element<R, unknown>;
  /** One line for the documentation. */
  readonly summary?: string;
  /** Markdown. */
  readonly description?: string;
  /** Why the function should be used no longer. Default: it may be used. */
  readonly deprecated?: string;
  /** Throws FunctionError for arguments that it cannot take. */
  call(args: Arguments<P>, rest: readonly V[]): MaybePromise<R>;
}

type Arguments<P extends readonly Parameter[]> = {
  readonly [Index in keyof P]: P[Index] extends Parameter<infer Known>
    ? P[Index] extends { readonly nullable: true }
      ? Known | null
      : Known
    : never;
};

/** An argument that a function cannot take. */
export class FunctionError extends Error {
  /** Always `FunctionError`. */
  override readonly name = "FunctionError";
  /** The place of the argument, from 0; undefined if it is about all of them. */
  readonly argument: number | undefined;

  constructor(text: string, argument?: number) {
    super(text);
    this.argument = argument;
  }
}

/** A function as the server keeps it. */
export type AnyFunction = ProviderFunction<readonly Parameter[], Value, Value>;

/** A parameter of a function: `parameter("text", string)`. */
export function parameter<Known>(
  name: string,
  element: Element<Known, unknown>,
  description?: string,
): Parameter<Known> {
  return { name, element: { type: element.type }, ...(description !== undefined && { description }) };
}

/** A parameter that may also be null. */
export function nullableParameter<Known>(
  name: string,
  element: Element<Known, unknown>,
  description?: string,
): Parameter<Known> & { readonly nullable: true } {
  return { ...parameter(name, element, description), nullable: true };
}

/** A function with the types of its arguments. */
export function providerFunction<const P extends readonly Parameter[], R, V = never>(
  definition: ProviderFunction<P, V, R>,
): AnyFunction {
  // The server checks arguments and result against the declared types before and after the call.
  return unchecked<AnyFunction>(definition);
}
