import type { AnyResource, MaybePromise } from "../resource";
import type { Session } from "../session";
import type { ProviderHandlers } from "./protocol";
import { applyResource } from "./resource-apply";
import { upgradeIdentity } from "./resource-identity";
import { importResource, moveResource } from "./resource-import";
import { planResource } from "./resource-plan";
import { readResource, upgradeState } from "./resource-read";
import { validateResource } from "./resource-validation";
import { type Refusal, type TypeCall, unknownType } from "./types";

/** The calls about managed resources. Nearly all calls of a run are of these, so what can be is prepared here. */
export function resourceCalls(
  session: Session,
): Pick<
  ProviderHandlers,
  | "validateResourceConfig"
  | "upgradeResourceState"
  | "upgradeResourceIdentity"
  | "readResource"
  | "planResourceChange"
  | "applyResourceChange"
  | "importResourceState"
  | "moveResourceState"
> {
  const types = new Map(Object.entries(session.provider.resources ?? {}));
  const resource =
    <Asked extends { readonly typeName: string }, Answer>(call: TypeCall<AnyResource<unknown>, Asked, Answer>) =>
    (request: Asked): MaybePromise<Answer | Refusal> => {
      session.log.trace("resource", { type: request.typeName });
      const found = types.get(request.typeName);
      return found ? call(session, found, request) : unknownType("resource", request.typeName);
    };
  return {
    validateResourceConfig: resource(validateResource),
    upgradeResourceState: resource(upgradeState),
    upgradeResourceIdentity: resource(upgradeIdentity),
    readResource: resource(readResource),
    planResourceChange: resource(planResource),
    applyResourceChange: resource(applyResource),
    importResourceState: resource(importResource),
    moveResourceState: (request) => {
      const found = types.get(request.targetTypeName);
      return found ? moveResource(session, found, request) : unknownType("resource", request.targetTypeName);
    },
  };
}
