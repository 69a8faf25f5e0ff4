import { decodeJson, decodeValue, type EncodedValue, encodeValue } from "../dynamic-value";
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

/**
 * The identity of what is in the state. The host takes no other than the one that it has, for as long as the object lives.
 *
 * @param held What the host has; absent for a new object, and from a host that keeps no identities.
 */
export function newIdentity(
  resource: AnyResource<unknown>,
  state: Value,
  held: { readonly identityData?: EncodedValue | undefined } | undefined,
): { readonly newIdentity?: { readonly identityData: EncodedValue } } {
  if (state === null) return {};
  if (held?.identityData !== undefined && isSet(resource, held.identityData)) {
    return { newIdentity: { identityData: held.identityData } };
  }
  const { identity } = identityOf(resource, state);
  return identity ? { newIdentity: identity } : {};
}

function isSet({ identity }: AnyResource<unknown>, data: EncodedValue): boolean {
  const value = identity === undefined ? null : objectOf(decodeValue(identityType(identity.schema), data));
  return value !== null && Object.values(value).some((attribute) => attribute !== null);
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
