import { ciphertextHeader } from "../ciphertext";
import { type Exchange, exchange } from "../exchange";
import type { Key } from "../key";
import type { Quotas } from "../quotas";
import type { Delivery, Wire, WireRequest } from "../wire";
import type { World } from "../world";
import { errorAnswer, okAnswer } from "./answer";
import { type AlibabaCall, type Caller, meantKey } from "./call";
import { AlibabaError, alibabaError, unknownAction } from "./errors";
import { type AlibabaSide, alibabaIdentities, type Identities } from "./identity";
import type { Parameters } from "./input";
import { operations } from "./operations/table";
import { header, kmsVersion, type RpcRequest, rpcRequest, stsVersion } from "./rpc-request";
import { signedClaim } from "./signature";
import { stsOperation, stsOperationNames } from "./sts";
import type { Vocabulary } from "../vocabulary";

export const alibabaVocabulary: Vocabulary = {
  operations: [...operations.keys(), ...stsOperationNames],
  actions: [...[...operations.keys()].map((name) => `kms:${name}`), ...stsOperationNames.map((name) => `sts:${name}`)],
};

/**
 * Alibaba Cloud's wire: the RPC-style APIs of KMS (2016-01-20) and STS (2015-04-01) on one port, signed by version 1 or 3,
 * answered in JSON or XML. The Region is that of the host's name, of the parameter RegionId, or the emulator's own.
 */
export function alibabaWire(world: World, quotas: Quotas, side: AlibabaSide): Wire {
  const identities = alibabaIdentities(world, side);
  return {
    accepts: (request) => rpcRequest(request) !== undefined,
    answer: async (request) => {
      world.settle();
      const rpc = rpcRequest(request);
      if (rpc === undefined) return refusedEarly(world, request, rpc, new AlibabaError("InvalidAction.NotFound"));
      try {
        if (request.method !== "GET" && request.method !== "POST") throw new AlibabaError("UnsupportedHTTPMethod");
        const identity = identities.verified(signedClaim(request, rpc));
        const caller: Caller = { operation: rpc.action, region: regionOf(side, request, rpc), identity };
        return await exchange(world, quotas, exchangeOf(world, identities, caller, request, rpc));
      } catch (error) {
        return refusedEarly(world, request, rpc, alibabaError(error));
      }
    },
  };
}

function exchangeOf(
  world: World,
  identities: Identities,
  caller: Caller,
  request: WireRequest,
  rpc: RpcRequest,
): Exchange {
  const host = header(request, "host") ?? "";
  const keyId =
    rpc.parameters.get("KeyId") ?? rpc.parameters.get("ProtectedResourceArn") ?? keyIdInside(rpc.parameters);
  const key = keyId === undefined ? undefined : meantKey(world, caller, keyId);
  const performance = performed(world, identities, caller, rpc);
  const refusal = (error: Pick<AlibabaError, "code" | "message" | "status">) => errorAnswer(error, rpc.format, host);
  return {
    ...performance,
    operation: caller.operation,
    action: `${performance.service}:${caller.operation}`,
    region: caller.region,
    accountId: caller.identity.accountId,
    accessKeyId: caller.identity.accessKeyId,
    keyId,
    key,
    written: (fields) => okAnswer(fields, rpc.format),
    refused: (error) => refusal(alibabaError(error)),
    throttled: () => refusal(new AlibabaError("Throttling")),
    denied: () => refusal(new AlibabaError("Forbidden.NoPermission")),
    failed: (code, message, status) => refusal({ code, message, status }),
  };
}

/** The key that a request means without naming it, as Decrypt does. */
function keyIdInside(parameters: Parameters): string | undefined {
  const ciphertext = parameters.get("CiphertextBlob");
  try {
    return ciphertext === undefined ? undefined : ciphertextHeader(Buffer.from(ciphertext, "base64")).keyId;
  } catch {
    // What is wrong with it is said when the operation is carried out.
    return undefined;
  }
}

/** @throws AlibabaError where there is no such operation */
function performed(
  world: World,
  identities: Identities,
  caller: Caller,
  rpc: RpcRequest,
): Pick<Exchange, "service" | "reads" | "perform"> {
  if (rpc.apiVersion === stsVersion) {
    const answer = stsOperation(rpc.action, identities, caller.identity, rpc.parameters);
    if (answer === undefined) throw unknownAction(rpc.action);
    return { service: "sts", reads: true, perform: async () => ({ fields: answer() }) };
  }
  if (rpc.apiVersion !== kmsVersion) throw new AlibabaError("InvalidVersion");
  const operation = operations.get(rpc.action);
  if (operation === undefined) throw unknownAction(rpc.action);
  return {
    service: "kms",
    reads: operation.reads,
    perform: async () => {
      // An injected delay may have let time pass.
      world.settle();
      const nowMs = world.clock.now().getTime();
      const call: AlibabaCall = { ...caller, world, nowMs, reads: operation.reads, created: undefined };
      const fields = await operation.run(call, rpc.parameters);
      const created: Key | undefined = call.created;
      return { fields, created };
    },
  };
}

/** Turned away before it is known who asks for what. */
function refusedEarly(world: World, request: WireRequest, rpc: RpcRequest | undefined, error: AlibabaError): Delivery {
  const answer = errorAnswer(error, rpc?.format ?? "json", header(request, "host") ?? "");
  world.requests.record({
    service: rpc?.apiVersion === stsVersion ? "sts" : "kms",
    operation: rpc?.action ?? "",
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

function regionOf(side: AlibabaSide, request: WireRequest, rpc: RpcRequest): string {
  const [, named] =
    /^(?:kms|sts)(?:-vpc)?\.([a-z0-9-]+)\.(?:aliyuncs\.com|localhost)(?::\d+)?$/.exec(header(request, "host") ?? "") ??
    [];
  const given = rpc.parameters.get("RegionId");
  return named ?? (given !== undefined && /^[a-z]{2}(?:-[a-z0-9]+)+$/.test(given) ? given : side.region);
}
