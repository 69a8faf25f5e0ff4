import { decodeJson, type EncodedValue, encodeValue } from "../dynamic-value";
import { identityType } from "../identity";
import { diagnosticMessages } from "../messages";
import type { AnyResource } from "../resource";
import type { Session } from "../session";
import { objectOf, type Value } from "../value";
import { ValueError } from "../value-error";
import type { Request, Response } from "./protocol";
import { erased, object } from "./resource-values";

export async function upgradeIdentity(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"upgradeResourceIdentity">,
): Promise<Response<"upgradeResourceIdentity">> {
  try {
    if (!resource.identity) throw new ValueError("an identity of a resource that has none");
    const type = identityType(resource.identity.schema);
    const identity = decodeJson(type, request.rawIdentity?.json ?? new Uint8Array(), true);
    return { upgradedIdentity: { identityData: encodeValue(type, identity) } };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `read the identity of ${request.typeName}`)) };
  }
}

export function newIdentity(
  resource: AnyResource<unknown>,
  state: Value,
): { readonly newIdentity?: { readonly identityData: EncodedValue } } {
  const { identity } = state === null ? {} : identityOf(resource, state);
  return identity ? { newIdentity: identity } : {};
}

export function targetIdentity({ identity }: ReturnType<typeof identityOf>): {
  readonly targetIdentity?: typeof identity;
} {
  return identity ? { targetIdentity: identity } : {};
}

export function identityOf(
  resource: AnyResource<unknown>,
  state: Value,
): { readonly identity?: { readonly identityData: EncodedValue } } {
  const held = objectOf(state);
  const identity = held && resource.identity ? resource.identity.of(object(held)) : null;
  if (!identity || !resource.identity) return {};
  const type = identityType(resource.identity.schema);
  return { identity: { identityData: encodeValue(type, erased(identity)) } };
}
