import { type Exchange, exchange, type Permission } from "../exchange";
import type { Counted, Quotas } from "../quotas";
import type { Delivery, Wire, WireRequest } from "../wire";
import type { World } from "../world";
import { keyArn } from "./arn";
import { type CredentialScope, credentialScope } from "./authorization";
import { type AwsCall, type Caller, meantKey } from "./call";
import { AwsError, awsError, unknownOperation } from "../aws-json/errors";
import { ciphertextHeader } from "../ciphertext";
import { grantIdOf } from "./grant-token";
import { awsIdentities, type Identities } from "./identity";
import { type Body, errorAnswer, keyIdOf, okAnswer, parsedBody, targetOf } from "../aws-json/json";
import { operations } from "./operations/table";
import { isStsRequest, stsExchange, stsOperationNames } from "./sts";
import type { Vocabulary } from "../vocabulary";

/** AWS's wire: JSON 1.1 for KMS, the query protocol for STS, on one port. The Region comes from the signature. */
export function awsWire(world: World, quotas: Quotas): Wire {
  const identities = awsIdentities(world);
  return {
    accepts: (request) => request.headers["x-amz-target"] !== undefined || isStsRequest(request),
    answer: async (request) => {
      world.settle();
      try {
        const scope = credentialScope(request.headers);
        if (isStsRequest(request)) return await exchange(world, quotas, stsExchange(world, identities, scope, request));
        if (scope === undefined) {
          return refusedEarly(
            world,
            request,
            new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token"),
          );
        }
        return await exchange(world, quotas, kmsExchange(world, identities, scope, request));
      } catch (error) {
        return refusedEarly(world, request, awsError(error, ""));
      }
    },
  };
}

/** Everything that a caller can ask of this wire, STS included. */
export const awsVocabulary: Vocabulary = {
  operations: [...operations.keys(), ...stsOperationNames],
  actions: [
    ...[...operations.keys()].map(actionOf),
    "kms:ReEncryptTo",
    ...stsOperationNames.map((name) => `sts:${name}`),
  ],
};

/** Turned away before it is known who asks for what. */
function refusedEarly(world: World, request: WireRequest, error: AwsError): Delivery {
  const answer = errorAnswer(error);
  world.requests.record({
    service: "kms",
    operation: targetOf(request),
    region: world.region,
    keyId: undefined,
    keyArn: undefined,
    status: answer.status,
    errorCode: error.code,
    at: world.clock.now().toISOString(),
    accessKeyId: undefined,
    actions: [],
    faults: [],
  });
  return { answer, transport: "whole" };
}

function kmsExchange(world: World, identities: Identities, scope: CredentialScope, request: WireRequest): Exchange {
  const name = targetOf(request);
  const operation = operations.get(name);
  if (operation === undefined) throw unknownOperation(name);
  const identity = identities.of(scope.accessKeyId, scope.region);
  const body = parsedBody(request.body);
  const caller: Caller = {
    operation: name,
    region: scope.region,
    accountId: identity.accountId,
    accessKeyId: scope.accessKeyId,
    identity: identity.arn,
  };
  const keyId = keyIdOf(body) ?? keyIdInside(world, body);
  const key = keyId === undefined ? undefined : meantKey(world, caller, keyId);
  return {
    ...caller,
    service: "kms",
    action: actionOf(name),
    alsoNeeds: neededBesides(world, caller, body),
    alsoCounts: countedBesides(name, body),
    reads: operation.reads,
    keyId,
    key,
    perform: async () => {
      if (body === undefined) throw new AwsError("SerializationException");
      // An injected delay may have let time pass.
      world.settle();
      const nowMs = world.clock.now().getTime();
      const call: AwsCall = { ...caller, world, nowMs, reads: operation.reads, created: undefined };
      const fields = await operation.run(call, body);
      return { fields, created: call.created };
    },
    written: okAnswer,
    refused: (error) => errorAnswer(awsError(error, key?.arn ?? "")),
    throttled: () => errorAnswer(new AwsError("ThrottlingException", "Rate exceeded")),
    denied: (missing) => errorAnswer(denial(caller, missing, key?.arn ?? keyId)),
    failed: (code, message, status) => errorAnswer(new AwsError(code, message, status)),
  };
}

/** The permission that is an operation's own. */
function actionOf(operation: string): string {
  // "ReEncrypt" is none of IAM's actions.
  return operation === "ReEncrypt" ? "kms:ReEncryptFrom" : `kms:${operation}`;
}

/** What AWS wants of a caller beside the operation's own permission ("Permissions for AWS KMS API"). */
function neededBesides(world: World, caller: Caller, body: Body | undefined): readonly Permission[] {
  const { Tags: tags, ReplicaRegion: replicaRegion, DestinationKeyId: destination } = body ?? {};
  const { operation, region } = caller;
  if (operation === "ReEncrypt") {
    const key = typeof destination === "string" ? meantKey(world, caller, destination) : undefined;
    return [{ action: "kms:ReEncryptTo", region, keyArn: key?.arn }];
  }
  const place = operation === "ReplicateKey" && typeof replicaRegion === "string" ? replicaRegion : region;
  const tagging = Array.isArray(tags) && tags.length > 0 ? [{ action: "kms:TagResource", region: place }] : [];
  if (operation === "CreateKey") return tagging;
  return operation === "ReplicateKey" ? [{ action: "kms:CreateKey", region: place }, ...tagging] : [];
}

/** The key that a request means without naming it: by a ciphertext or by a grant's token. */
function keyIdInside(world: World, body: Body | undefined): string | undefined {
  const { CiphertextBlob: ciphertext, GrantToken: token } = body ?? {};
  try {
    if (typeof ciphertext === "string") return ciphertextHeader(Buffer.from(ciphertext, "base64")).keyId;
    if (typeof token !== "string") return undefined;
    const id = grantIdOf(world.store, token);
    return world.store.all().find(({ grants }) => grants?.some((grant) => grant.id === id))?.id;
  } catch {
    // What is wrong with it is said when the operation is carried out.
    return undefined;
  }
}

/** A replica counts as two keys that are made in its Region ("Request quotas" of the developer guide). */
function countedBesides(operation: string, body: Body | undefined): readonly Counted[] {
  const region = body?.["ReplicaRegion"];
  return operation === "ReplicateKey" && typeof region === "string"
    ? [{ operation: "CreateKey", region, times: 2 }]
    : [];
}

/** @param key as far as it is known: its ARN, or what the caller sent */
function denial(caller: Caller, { action, region }: Permission, key: string | undefined): AwsError {
  const own = action === actionOf(caller.operation) && key?.startsWith("arn:") === true ? key : undefined;
  const resource = own ?? keyArn(region, caller.accountId, "*");
  return new AwsError(
    "AccessDeniedException",
    `User: ${caller.identity} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}
