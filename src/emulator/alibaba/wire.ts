import { type Exchange, exchange } from "../exchange";
import type { Key } from "../key";
import type { Quotas } from "../quotas";
import type { Delivery, Wire, WireRequest } from "../wire";
import type { World } from "../world";
import { errorAnswer, okAnswer } from "./answer";
import { type AlibabaCall, type Caller, meantKey } from "./call";
import { AlibabaError, alibabaError } from "./errors";
import { type AlibabaSide, alibabaIdentities, type Identities } from "./identity";
import { operations } from "./operations/table";
import { header, kmsVersion, type RpcRequest, rpcRequest, stsVersion } from "./rpc-request";
import { signedClaim } from "./signature";
import { stsOperation } from "./sts";

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
  const keyId = rpc.parameters.get("KeyId") ?? rpc.parameters.get("ProtectedResourceArn");
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

/** @throws AlibabaError where there is no such operation */
function performed(
  world: World,
  identities: Identities,
  caller: Caller,
  rpc: RpcRequest,
): Pick<Exchange, "service" | "reads" | "perform"> {
  if (rpc.apiVersion === stsVersion) {
    const answer = stsOperation(rpc.action, identities, caller.identity, rpc.parameters);
    if (answer === undefined) throw new AlibabaError("InvalidAction.NotFound");
    return { service: "sts", reads: true, perform: async () => ({ fields: answer() }) };
  }
  if (rpc.apiVersion !== kmsVersion) throw new AlibabaError("InvalidVersion");
  const operation = operations.get(rpc.action);
  if (operation === undefined) throw new AlibabaError("InvalidAction.NotFound");
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
