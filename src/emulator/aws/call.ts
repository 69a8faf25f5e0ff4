import { type Key, keyState } from "../key";
import type { World } from "../world";
import { kmsArn, keyArn, parsedReference } from "./arn";
import { AwsError, notFound, unsupported } from "../aws-json/errors";
import { stateRefusal } from "../aws-json/states";

/** Who asks, where and for what. */
export interface Caller {
  readonly operation: string;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  /** ARN of the caller's identity. */
  readonly identity: string;
}

/** One request to AWS KMS while it is carried out. */
export interface AwsCall extends Caller {
  readonly world: World;
  readonly nowMs: number;
  /** Whether the operation leaves everything as it was. */
  readonly reads: boolean;
  /** The key that the operation made, once it has. */
  created: Key | undefined;
}

/**
 * The key that a member names, in a state in which the operation works.
 * @throws AwsError NotFoundException, InvalidArnException, AccessDeniedException, KMSInvalidStateException, DisabledException
 */
export function usableKey(call: AwsCall, keyId: string, options: { readonly aliases?: boolean } = {}): Key {
  const key = namedKey(call, keyId, options);
  requireState(call, key);
  return key;
}

/** As `usableKey`, in whatever state. */
export function namedKey(call: AwsCall, keyId: string, options: { readonly aliases?: boolean } = {}): Key {
  const reference = parsedReference(keyId);
  if (reference.kind === "malformed arn") throw new AwsError("InvalidArnException", `Invalid arn ${keyId}`);
  if (reference.kind === "malformed id" || (reference.kind === "alias" && options.aliases !== true)) {
    throw notFound(`Invalid keyId '${keyId}'`);
  }
  const { region = call.region, accountId = call.accountId } = reference;
  if (region !== call.region) throw notFound(`Invalid arn ${region}`);
  if (accountId !== call.accountId) throw foreignKey(call, keyId);
  const target =
    reference.kind === "key" ? reference.keyId : call.world.store.alias(accountId, region, reference.name)?.keyId;
  if (target === undefined && reference.kind === "alias") {
    throw notFound(`Alias ${kmsArn(region, accountId, reference.name)} is not found.`);
  }
  const found = call.world.store.find(accountId, region, target ?? "");
  const seen = found === undefined ? undefined : call.world.visibility.look(found, call.reads, call.nowMs);
  if (seen === undefined) throw notFound(`Key '${keyArn(region, accountId, target ?? "")}' does not exist`);
  return seen;
}

/** @throws AwsError KMSInvalidStateException, DisabledException */
export function requireState(call: AwsCall, key: Key): void {
  const refusal = stateRefusal(call.operation, key, keyState(key, call.nowMs));
  if (refusal !== undefined) throw refusal;
}

/** @throws AwsError UnsupportedOperationException where the key's material is the KMS's own */
export function requireExternal(key: Key): void {
  if (key.origin !== "external")
    throw unsupported(`${key.arn} origin is AWS_KMS which is not valid for this operation.`);
}

/** The key that a request means, without any error; for logs, faults and denials. */
export function meantKey(world: World, caller: Caller, keyId: string): Key | undefined {
  const reference = parsedReference(keyId);
  if (reference.kind !== "key" && reference.kind !== "alias") return undefined;
  const { region = caller.region, accountId = caller.accountId } = reference;
  if (region !== caller.region || accountId !== caller.accountId) return undefined;
  const target =
    reference.kind === "key" ? reference.keyId : world.store.alias(accountId, region, reference.name)?.keyId;
  return target === undefined ? undefined : world.store.find(accountId, region, target);
}

function foreignKey(call: AwsCall, keyId: string): AwsError {
  return new AwsError(
    "AccessDeniedException",
    `User: ${call.identity} is not authorized to perform: kms:${call.operation} on resource: ${keyId} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}
