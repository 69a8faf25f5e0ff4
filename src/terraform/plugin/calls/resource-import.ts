import { stateProblems } from "../consistency";
import { type Diagnostic, errorDiagnostic, hasErrors } from "../diagnostics";
import { decodeValue } from "../dynamic-value";
import { identityType } from "../identity";
import { diagnosticMessages } from "../messages";
import { withoutUnknown, withoutWriteOnly } from "../plan";
import type { AnyResource, ImportResult } from "../resource";
import type { Session } from "../session";
import { objectOf, type Value } from "../value";
import type { Request, Response } from "./protocol";
import { identityOf, targetIdentity } from "./resource-identity";
import { encode, erased, parseObject, privateOf, strangers } from "./resource-values";

export async function importResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"importResourceState">,
): Promise<Response<"importResourceState">> {
  const { typeName, id } = request;
  try {
    if (!resource.import) {
      const detail = `Resources of the type ${typeName} cannot be imported.`;
      return { diagnostics: diagnosticMessages([errorDiagnostic("Import Not Supported", detail)]) };
    }
    const identity =
      resource.identity && request.identity
        ? decodeValue(identityType(resource.identity.schema), request.identity.identityData)
        : null;
    const byIdentity = objectOf(identity);
    const result = await resource.import({ ...session.call(), id: byIdentity ? null : id, identity: byIdentity });
    const { state, diagnostics } = startingState(resource, result);
    if (state === null && !hasErrors(diagnostics)) {
      const detail = `There is no ${typeName} to import under the given id.`;
      return { diagnostics: diagnosticMessages([...diagnostics, errorDiagnostic("Nothing To Import", detail)]) };
    }
    const imported =
      state === null
        ? []
        : [
            {
              typeName,
              state: encode(resource.schema, state),
              private: privateOf(result.private, undefined),
              ...(request.identity ? { identity: request.identity } : identityOf(resource, state)),
            },
          ];
    return { importedResources: imported, diagnostics: diagnosticMessages(diagnostics) };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `import ${typeName}`)) };
  }
}

export async function moveResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"moveResourceState">,
): Promise<Response<"moveResourceState">> {
  const { targetTypeName, sourceTypeName, sourceProviderAddress } = request;
  try {
    const result = await resource.move?.({
      sourceProvider: sourceProviderAddress,
      sourceType: sourceTypeName,
      sourceVersion: Number(request.sourceSchemaVersion),
      state: parseObject(request.sourceState?.json ?? new Uint8Array()),
    });
    if (!result) {
      const detail = `${targetTypeName} cannot take over the state of ${sourceTypeName} (${sourceProviderAddress}).`;
      return { diagnostics: diagnosticMessages([errorDiagnostic("Move Not Supported", detail)]) };
    }
    const { state, diagnostics } = startingState(resource, result);
    return {
      targetState: encode(resource.schema, state),
      targetPrivate: privateOf(result.private, undefined),
      diagnostics: diagnosticMessages(diagnostics),
      ...(state !== null && targetIdentity(identityOf(resource, state))),
    };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `move ${sourceTypeName} to ${targetTypeName}`)) };
  }
}

/** A complete object from the few attributes that an import or a move gives. */
function startingState(
  resource: AnyResource<unknown>,
  result: ImportResult<AnyResource<unknown>["schema"]>,
): { readonly state: Value; readonly diagnostics: readonly Diagnostic[] } {
  const given: Value = result.state ? Object.fromEntries(definedEntries(result.state)) : null;
  const state = withoutWriteOnly(resource.schema, given);
  const diagnostics = [
    ...(result.diagnostics ?? []),
    ...strangers(resource.schema, given),
    ...stateProblems(resource.schema, state),
  ];
  return { state: withoutUnknown(state), diagnostics };
}

function definedEntries(partial: object): (readonly [string, Value])[] {
  return Object.entries(partial).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, erased(value)] as const],
  );
}
