import { errorDiagnostic, hasErrors } from "../diagnostics";
import { decodeJson } from "../dynamic-value";
import { diagnosticMessages } from "../messages";
import { keepSpelling, withoutUnknown, withoutWriteOnly } from "../plan";
import { stateProblems } from "../consistency";
import { decodePrivate } from "../private-state";
import type { AnyResource } from "../resource";
import { typeOf } from "../schema/definition";
import type { Session } from "../session";
import { ValueError } from "../value-error";
import type { Request, Response } from "./protocol";
import { newIdentity } from "./resource-identity";
import { decode, encode, erased, object, parseObject, privateOf, strangers, timeoutOf } from "./resource-values";

export async function upgradeState(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"upgradeResourceState">,
): Promise<Response<"upgradeResourceState">> {
  const { schema } = resource;
  try {
    const json = request.rawState?.json ?? new Uint8Array();
    if (json.length === 0) throw new ValueError("a state in the form of Terraform 0.11, which is not supported");
    const version = Number(request.version);
    if (version > schema.version) {
      const detail = `The state of ${request.typeName} was written by a later version of the provider. Use that version or a later one.`;
      return { diagnostics: diagnosticMessages([errorDiagnostic("State Of A Later Version", detail)]) };
    }
    const upgraded =
      version < schema.version && resource.upgrade
        ? JSON.stringify(await resource.upgrade({ version, state: parseObject(json) }))
        : json;
    const state = withoutWriteOnly(schema, decodeJson(typeOf(schema), upgraded, true));
    return { upgradedState: encode(schema, state) };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `read the stored state of ${request.typeName}`)) };
  }
}

export async function readResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"readResource">,
): Promise<Response<"readResource">> {
  const { schema } = resource;
  try {
    const prior = decode(schema, request.currentState);
    if (prior === null) return { newState: encode(schema, null), private: request.private };
    const result = await resource.read({
      ...session.call(),
      state: object(prior),
      private: decodePrivate(request.private),
      timeoutMilliseconds: timeoutOf(schema, prior, "read"),
    });
    const diagnostics = [...(result.diagnostics ?? [])];
    let state = erased(result.state);
    if (hasErrors(diagnostics)) state = state ?? prior;
    diagnostics.push(...strangers(schema, state));
    state = keepSpelling(schema, withoutWriteOnly(schema, state), prior);
    diagnostics.push(...stateProblems(schema, state));
    return {
      newState: encode(schema, withoutUnknown(state)),
      private: privateOf(result.private, request.private),
      diagnostics: diagnosticMessages(diagnostics),
      ...newIdentity(resource, state, request.currentIdentity),
    };
  } catch (error) {
    const diagnostics = diagnosticMessages(session.diagnose(error, `read ${request.typeName}`));
    return {
      ...(request.currentState && { newState: request.currentState }),
      private: request.private,
      diagnostics,
    };
  }
}
