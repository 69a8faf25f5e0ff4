import { AwsError, invalidState, notFound, unsupported } from "../aws-json/errors";
import { type Input, readInput, type Shape } from "../aws-json/input";
import { stateRefusal } from "../aws-json/states";
import type { AnswerFields } from "../exchange";
import { holdsItsMaterial, type Key, keyState } from "../key";
import type { World } from "../world";
import { parsedReference, qkmsRegion } from "./arn";
import type { QkmsRules } from "./options";

/** One request to QKMS while it is carried out. */
export interface QkmsCall {
  readonly world: World;
  readonly rules: QkmsRules;
  readonly operation: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly nowMs: number;
  /** Whether the operation leaves everything as it was. */
  readonly reads: boolean;
  /** The key that the operation made, once it has. */
  created: Key | undefined;
}

/** One operation of QKMS. */
export interface Operation {
  readonly reads: boolean;
  /** Answers with an empty body. */
  readonly silent: boolean;
  /** @throws AwsError or Refusal */
  run(call: QkmsCall, body: Readonly<Record<string, unknown>>): Promise<AnswerFields>;
}

/**
 * An operation from the members that its page of the documentation lists, and what it does with them. Any other member is
 * refused: a client that sends more relies on what nobody promised.
 */
export function operation<S extends Shape>(
  input: S,
  run: (call: QkmsCall, input: Input<S>) => AnswerFields | Promise<AnswerFields>,
  kind: "reads" | "changes" | "changes silently" = "changes",
): Operation {
  return {
    reads: kind === "reads",
    silent: kind === "changes silently",
    run: async (call, body) => {
      const unknown = Object.keys(body).find((member) => !Object.hasOwn(input, member));
      if (unknown !== undefined) throw unsupported(`The parameter ${unknown} is not supported for ${call.operation}.`);
      return run(call, readInput(input, body, call.operation));
    },
  };
}

/**
 * The key that a member names, in a state in which the operation works.
 * @throws AwsError NotFoundException, InvalidArnException, KMSInvalidStateException, DisabledException
 */
export function usableKey(call: QkmsCall, keyId: string): Key {
  const key = namedKey(call, keyId);
  const refusal = stateRefusal(call.operation, key, keyState(key, call.nowMs));
  if (refusal !== undefined) throw refusal;
  return key;
}

/** As `usableKey`, in whatever state. */
export function namedKey(call: QkmsCall, keyId: string): Key {
  const reference = parsedReference(keyId);
  if (reference.kind === "malformed arn") throw new AwsError("InvalidArnException", "A specified ARN was not valid.");
  const key = reference.kind === "key" ? foundKey(call, reference.accountId, reference.keyId) : undefined;
  if (key === undefined) throw notFound("The specified key was not found.");
  return key;
}

function foundKey(call: QkmsCall, accountId: string | undefined, keyId: string): Key | undefined {
  if (accountId !== undefined && accountId !== call.accountId) return undefined;
  const found = call.world.store.find(call.accountId, qkmsRegion, keyId);
  return found === undefined ? undefined : call.world.visibility.look(found, call.reads, call.nowMs);
}

/**
 * Of GetParametersForImport and ImportKeyMaterial the documentation says that the key must be a symmetric encryption key
 * with no key material.
 * @throws AwsError UnsupportedOperationException, KMSInvalidStateException
 */
export function requireImportable(call: QkmsCall, key: Key): void {
  requireExternal(key);
  if (holdsItsMaterial(key) && !call.rules.reimportInPlace) {
    throw invalidState(`${key.arn} has key material; ${call.operation} is for a key with no key material.`);
  }
}

/** @throws AwsError UnsupportedOperationException where the key's material is the KMS's own */
export function requireExternal(key: Key): void {
  if (key.origin !== "external") throw unsupported(`${key.arn} was not created with the Origin EXTERNAL.`);
}

/** The key that a request means, without any error; for logs, faults and denials. */
export function meantKey(world: World, accountId: string, keyId: string): Key | undefined {
  const reference = parsedReference(keyId);
  if (reference.kind !== "key" || (reference.accountId ?? accountId) !== accountId) return undefined;
  return world.store.find(accountId, qkmsRegion, reference.keyId);
}
