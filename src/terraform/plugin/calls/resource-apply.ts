import { applyProblems } from "../consistency";
import { hasErrors, providerBug } from "../diagnostics";
import type { EncodedValue } from "../dynamic-value";
import { diagnosticMessages } from "../messages";
import { keepSpelling, withoutUnknown, withoutWriteOnly } from "../plan";
import { decodePrivate } from "../private-state";
import type { AnyResource, StateResult } from "../resource";
import type { Session } from "../session";
import type { Value } from "../value";
import { ValueError } from "../value-error";
import type { Request, Response } from "./protocol";
import { newIdentity } from "./resource-identity";
import { decode, encode, erased, object, privateOf, strangers, timeoutOf } from "./resource-values";

export async function applyResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"applyResourceChange">,
): Promise<Response<"applyResourceChange">> {
  const { schema } = resource;
  let prior: Value = null;
  let planned: Value = null;
  let config: Value = null;
  try {
    prior = decode(schema, request.priorState);
    planned = decode(schema, request.plannedState);
    config = decode(schema, request.config);
    if (planned === null) return await destroyResource(session, resource, prior, request);
    const operation = prior === null ? "create" : "update";
    const common = {
      ...session.call(),
      config: object(config),
      plan: object(planned),
      private: decodePrivate(request.plannedPrivate),
      timeoutMilliseconds: timeoutOf(schema, planned, operation),
    };
    const result =
      prior === null ? await resource.create(common) : await resource.update({ ...common, prior: object(prior) });
    return appliedAnswer(resource, { prior, planned }, result, request);
  } catch (error) {
    const what = `${prior === null ? "create" : planned === null ? "delete" : "update"} ${request.typeName}`;
    return {
      newState: encode(schema, prior),
      private: request.plannedPrivate,
      diagnostics: diagnosticMessages(session.diagnose(error, what)),
    };
  }
}

async function destroyResource(
  session: Session,
  resource: AnyResource<unknown>,
  prior: Value,
  request: Request<"applyResourceChange">,
): Promise<Response<"applyResourceChange">> {
  const { schema } = resource;
  const result = await resource.delete({
    ...session.call(),
    prior: object(prior),
    private: decodePrivate(request.plannedPrivate),
    timeoutMilliseconds: timeoutOf(schema, prior, "delete"),
  });
  const diagnostics = result?.diagnostics ?? [];
  const left = hasErrors(diagnostics) ? withoutWriteOnly(schema, withoutUnknown(erased(result?.state ?? prior))) : null;
  return {
    newState: encode(schema, left),
    private: left === null ? new Uint8Array() : request.plannedPrivate,
    diagnostics: diagnosticMessages(diagnostics),
    ...newIdentity(resource, left, request.plannedIdentity),
  };
}

function appliedAnswer(
  resource: AnyResource<unknown>,
  { prior, planned }: { readonly prior: Value; readonly planned: Value },
  result: StateResult<AnyResource<unknown>["schema"]>,
  { plannedPrivate, plannedIdentity }: Request<"applyResourceChange">,
): Response<"applyResourceChange"> {
  const { schema } = resource;
  const diagnostics = [...(result.diagnostics ?? [])];
  const failed = hasErrors(diagnostics);
  let state = erased(result.state ?? (failed ? prior : null));
  diagnostics.push(...strangers(schema, state));
  state = keepSpelling(schema, withoutWriteOnly(schema, state), planned);
  if (!failed) diagnostics.push(...applyProblems(schema, { planned, state }));
  let newState: EncodedValue;
  try {
    newState = encode(schema, withoutUnknown(state));
  } catch (error) {
    // The object exists by now: better a state of what was planned than none.
    if (!(error instanceof ValueError)) throw error;
    diagnostics.push(providerBug(`The state after the apply holds ${error.message}.`, error.path));
    newState = encode(schema, withoutUnknown(planned));
  }
  return {
    newState,
    private: privateOf(result.private, plannedPrivate),
    diagnostics: diagnosticMessages(diagnostics),
    ...newIdentity(resource, withoutUnknown(state), plannedIdentity),
  };
}
