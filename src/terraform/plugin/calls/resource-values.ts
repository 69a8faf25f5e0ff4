import { type Diagnostic, providerBug } from "../diagnostics";
import { durationMilliseconds } from "../duration";
import { decodeValue, type EncodedValue, encodeValue } from "../dynamic-value";
import { encodePrivate, isJsonObject, type JsonObject, type PrivateState } from "../private-state";
import type { Operation } from "../schema/block";
import { type SchemaDefinition, typeOf } from "../schema/definition";
import { unchecked } from "../unchecked";
import { attributeOf, type ObjectValue, objectOf, UNKNOWN, type Value } from "../value";
import { ValueError } from "../value-error";

// Resources have the same schema in every call, and their values are checked against it on both ways.

export function decode(schema: SchemaDefinition, encoded: EncodedValue | undefined): Value {
  return decodeValue(typeOf(schema), encoded);
}

export function encode(schema: SchemaDefinition, value: Value): EncodedValue {
  return encodeValue(typeOf(schema), value);
}

/** @throws ValueError for what is no object. */
export function object(value: Value): ObjectValue {
  const held = objectOf(value);
  if (!held || value === UNKNOWN) throw new ValueError("a resource that is null or unknown as a whole");
  return held;
}

/** What a handler returns, without its type. It is checked against the schema before it is encoded. */
export function erased(value: unknown): Value {
  return unchecked<Value>(value);
}

/** Attributes of an answer that the schema does not have, which would otherwise silently be lost. */
export function strangers(schema: SchemaDefinition, answer: Value): readonly Diagnostic[] {
  const names = Object.keys(objectOf(answer) ?? {});
  const strange = names.filter(
    (name) => !Object.hasOwn(schema.attributes, name) && !Object.hasOwn(schema.blocks, name),
  );
  return strange.map((name) => providerBug(`The answer has an attribute that the schema does not have: ${name}.`));
}

/** The time that an operation has, by the block `timeouts` or its default. Null without such a block. */
export function timeoutOf(schema: SchemaDefinition, values: Value, operation: Operation): number | null {
  const fallback = schema.blocks["timeouts"]?.timeouts?.[operation];
  if (fallback === undefined) return null;
  const wish = attributeOf(objectOf(attributeOf(objectOf(values), "timeouts")), operation);
  return durationMilliseconds(typeof wish === "string" ? wish : fallback);
}

/** What is kept beside the state: what a handler answers, or what there was before. */
export function privateOf(state: PrivateState | undefined, before: Uint8Array | undefined): Uint8Array {
  return state ? encodePrivate(state) : (before ?? new Uint8Array());
}

/** @throws ValueError for what is no JSON object. Nothing of it is repeated. */
export function parseObject(json: Uint8Array): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(json).toString("utf8"));
  } catch {
    throw new ValueError("a state that is not JSON");
  }
  if (!isJsonObject(parsed)) throw new ValueError("a state that is not an object");
  return parsed;
}
