import { AwsError, awsError, unknownOperation } from "../aws-json/errors";
import { errorAnswer, keyIdOf, okAnswer, parsedBody, targetOf } from "../aws-json/json";
import { type Exchange, exchange } from "../exchange";
import type { Quotas } from "../quotas";
import type { Delivery, Wire, WireAnswer, WireRequest } from "../wire";
import type { World } from "../world";
import { qkmsRegion } from "./arn";
import { meantKey, type Operation, type QkmsCall } from "./call";
import { encryptionOperations } from "./operations/encryption";
import { importOperations } from "./operations/importing";
import { keyOperations } from "./operations/keys";
import { lifecycleOperations, tagOperations } from "./operations/lifecycle";
import { type QkmsOptions, qkmsRules, type QkmsRules } from "./options";
import { verified } from "./signature";
import type { Vocabulary } from "../vocabulary";

/** Where QKMS is, on the port that it shares with the others: a path or a host's name tells which is meant. */
export const qkmsPath = "/qkms";

const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...keyOperations,
    ...lifecycleOperations,
    ...tagOperations,
    ...importOperations,
    ...encryptionOperations,
  }),
);

export const qkmsVocabulary: Vocabulary = {
  operations: [...operations.keys()],
  actions: [...operations.keys()].map((name) => `kms:${name}`),
};

/** QKMS's wire, strict about what its documentation says: AWS's JSON 1.1 with differences, and verified signatures. */
export function qkmsWire(world: World, quotas: Quotas, options: QkmsOptions = {}): Wire {
  const rules = qkmsRules(options);
  return {
    accepts: ({ path, headers }) =>
      path === qkmsPath || path.startsWith(`${qkmsPath}/`) || (headers.host ?? "").startsWith("qkms.localhost"),
    answer: async (request) => {
      world.settle();
      if (request.path.includes("//")) return unread(world, request, redirect(request.path));
      const verdict = verified(request, rules);
      if ("why" in verdict) return unread(world, request, errorAnswer(notAuthorized(verdict.why)));
      const operation = operations.get(targetOf(request));
      if (operation === undefined) return unread(world, request, errorAnswer(unknownOperation(targetOf(request))));
      return exchange(world, quotas, understood(world, rules, operation, verdict.accessKeyId, request));
    },
  };
}

function understood(
  world: World,
  rules: QkmsRules,
  operation: Operation,
  accessKeyId: string,
  request: WireRequest,
): Exchange {
  const name = targetOf(request);
  const accounts = new Map(Object.entries(world.accounts));
  const accountId = accounts.get(accessKeyId) ?? world.accountId;
  const body = parsedBody(request.body);
  const keyId = keyIdOf(body);
  const key = keyId === undefined ? undefined : meantKey(world, accountId, keyId);
  return {
    service: "qkms",
    operation: name,
    action: `kms:${name}`,
    reads: operation.reads,
    region: qkmsRegion,
    accountId,
    accessKeyId,
    keyId,
    key,
    perform: async () => {
      if (body === undefined) throw new AwsError("SerializationException");
      // An injected delay may have let time pass.
      world.settle();
      const nowMs = world.clock.now().getTime();
      const call: QkmsCall = {
        world,
        rules,
        operation: name,
        accountId,
        accessKeyId,
        nowMs,
        reads: operation.reads,
        created: undefined,
      };
      const fields = await operation.run(call, body);
      return { fields, created: call.created };
    },
    written: (fields) => (operation.silent ? { ...okAnswer(fields), body: "" } : okAnswer(fields)),
    refused: (error) => errorAnswer(awsError(error, key?.arn ?? "")),
    throttled: () => errorAnswer(new AwsError("ThrottlingException", "Rate exceeded")),
    denied: () => errorAnswer(notAuthorized(`The key policy does not grant kms:${name}.`)),
    failed: (code, message, status) => errorAnswer(new AwsError(code, message, status)),
  };
}

/** Whatever it is that is not allowed: one name, and 400. */
function notAuthorized(message: string): AwsError {
  return new AwsError("NotAuthorizedException", message);
}

/** As the service's front does with more than one slash. */
function redirect(path: string): WireAnswer {
  return { status: 301, headers: { Location: path.replace(/\/{2,}/g, "/") }, body: "", errorCode: "301" };
}

/** Turned away before the operation was looked at. */
function unread(world: World, request: WireRequest, answer: WireAnswer): Delivery {
  world.requests.record({
    service: "qkms",
    operation: targetOf(request),
    region: qkmsRegion,
    keyId: undefined,
    keyArn: undefined,
    status: answer.status,
    errorCode: answer.errorCode,
    at: world.clock.now().toISOString(),
    accessKeyId: undefined,
    actions: [],
    faults: [],
  });
  return { answer, transport: "whole" };
}
