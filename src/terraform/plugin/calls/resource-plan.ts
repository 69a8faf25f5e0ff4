import { planProblems } from "../consistency";
import { hasErrors } from "../diagnostics";
import { diagnosticMessages, pathMessage } from "../messages";
import { planBySchema, sortedPaths, withoutWriteOnly } from "../plan";
import { decodePrivate } from "../private-state";
import type { AnyResource } from "../resource";
import type { Session } from "../session";
import type { Value } from "../value";
import type { Request, Response } from "./protocol";
import { decode, encode, erased, object, privateOf, strangers } from "./resource-values";

export async function planResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"planResourceChange">,
): Promise<Response<"planResourceChange">> {
  const { schema } = resource;
  const kept = {
    ...(request.priorIdentity && { plannedIdentity: request.priorIdentity }),
    plannedPrivate: request.priorPrivate,
  };
  try {
    const prior = decode(schema, request.priorState);
    const proposed = decode(schema, request.proposedNewState);
    if (proposed === null) return { ...kept, ...(await planDestruction(session, resource, prior, request)) };
    const config = decode(schema, request.config);
    const bySchema = planBySchema(schema, { config, prior, proposed });
    const diagnostics = [...bySchema.diagnostics];
    const result = await resource.plan?.({
      ...session.call(),
      config: object(config),
      prior: prior === null ? null : object(prior),
      planned: object(bySchema.planned),
      requiresReplace: bySchema.requiresReplace,
      private: decodePrivate(request.priorPrivate),
      earlierPrivate: decodePrivate(request.plannedPrivate),
    });
    diagnostics.push(...(result?.diagnostics ?? []));
    const wished = erased(result?.planned ?? bySchema.planned);
    diagnostics.push(...strangers(schema, wished));
    const planned = withoutWriteOnly(schema, wished);
    if (!hasErrors(diagnostics)) diagnostics.push(...planProblems(schema, { config, prior, planned }));
    const replace = prior === null ? [] : sortedPaths(result?.requiresReplace ?? bySchema.requiresReplace);
    return {
      ...kept,
      plannedState: encode(schema, planned),
      plannedPrivate: privateOf(result?.private, request.priorPrivate),
      requiresReplace: replace.map(pathMessage),
      diagnostics: diagnosticMessages(diagnostics),
    };
  } catch (error) {
    const diagnostics = diagnosticMessages(session.diagnose(error, `plan ${request.typeName}`));
    return { ...kept, ...(request.priorState && { plannedState: request.priorState }), diagnostics };
  }
}

async function planDestruction(
  session: Session,
  resource: AnyResource<unknown>,
  prior: Value,
  { priorPrivate }: Request<"planResourceChange">,
): Promise<Response<"planResourceChange">> {
  const result =
    prior === null
      ? undefined
      : await resource.planDestroy?.({
          ...session.call(),
          prior: object(prior),
          private: decodePrivate(priorPrivate),
        });
  return {
    plannedState: encode(resource.schema, null),
    plannedPrivate: privateOf(result?.private, priorPrivate),
    diagnostics: diagnosticMessages(result?.diagnostics ?? []),
  };
}
