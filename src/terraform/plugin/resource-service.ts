import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { applyProblems, planProblems, stateProblems } from "./consistency";
import { type Diagnostic, errorDiagnostic, hasErrors, providerBug } from "./diagnostics";
import { durationMilliseconds } from "./duration";
import { decodeJson, decodeValue, type EncodedValue, encodeValue } from "./dynamic-value";
import type { Provider as ProviderService } from "./gen/tfplugin6_pb";
import { identityType } from "./identity";
import { diagnosticMessages, pathMessage } from "./messages";
import { keepSpelling, planBySchema, sortedPaths, withoutUnknown, withoutWriteOnly } from "./plan";
import { decodePrivate, encodePrivate, isJsonObject, type JsonObject, type PrivateState } from "./private-state";
import type { AnyResource, ImportResult, StateResult } from "./resource";
import type { Operation } from "./schema/block";
import { type SchemaDefinition, typeOf } from "./schema/definition";
import type { Session } from "./session";
import { attributeOf, type ObjectValue, objectOf, UNKNOWN, type Value } from "./value";
import { ValueError } from "./value-error";
import { refuseWriteOnly, validateBySchema } from "./validate";

type Method = (typeof ProviderService)["method"];
type Request<Name extends keyof Method> = MessageShape<Method[Name]["input"]>;
type Response<Name extends keyof Method> = Promise<MessageInitShape<Method[Name]["output"]>>;

export async function validateResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"validateResourceConfig">,
): Response<"validateResourceConfig"> {
  const diagnostics: Diagnostic[] = [];
  try {
    const config = decode(resource.schema, request.config);
    diagnostics.push(...validateBySchema(resource.schema, config));
    if (!request.clientCapabilities?.writeOnlyAttributesAllowed) {
      diagnostics.push(...refuseWriteOnly(resource.schema, config));
    }
    if (resource.validate) diagnostics.push(...(await resource.validate({ config: object(config) })));
  } catch (error) {
    diagnostics.push(...session.diagnose(error, `validate the configuration of ${request.typeName}`));
  }
  return { diagnostics: diagnosticMessages(diagnostics) };
}

export async function upgradeState(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"upgradeResourceState">,
): Response<"upgradeResourceState"> {
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
): Response<"readResource"> {
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
      ...newIdentity(resource, state),
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

export async function planResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"planResourceChange">,
): Response<"planResourceChange"> {
  const { schema } = resource;
  const kept = {
    ...(request.priorIdentity && { plannedIdentity: request.priorIdentity }),
    plannedPrivate: request.priorPrivate,
  };
  try {
    const prior = decode(schema, request.priorState);
    const proposed = decode(schema, request.proposedNewState);
    const privateState = decodePrivate(request.priorPrivate);
    if (proposed === null) {
      const result =
        prior === null
          ? undefined
          : await resource.planDestroy?.({ ...session.call(), prior: object(prior), private: privateState });
      return {
        ...kept,
        plannedState: encode(schema, null),
        plannedPrivate: privateOf(result?.private, request.priorPrivate),
        diagnostics: diagnosticMessages(result?.diagnostics ?? []),
      };
    }
    const config = decode(schema, request.config);
    const bySchema = planBySchema(schema, { config, prior, proposed });
    const diagnostics = [...bySchema.diagnostics];
    const result = await resource.plan?.({
      ...session.call(),
      config: object(config),
      prior: prior === null ? null : object(prior),
      planned: object(bySchema.planned),
      requiresReplace: bySchema.requiresReplace,
      private: privateState,
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

export async function applyResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"applyResourceChange">,
): Response<"applyResourceChange"> {
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
    return appliedAnswer(resource, { prior, planned }, result, request.plannedPrivate);
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
): Response<"applyResourceChange"> {
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
    ...newIdentity(resource, left),
  };
}

function appliedAnswer(
  resource: AnyResource<unknown>,
  { prior, planned }: { readonly prior: Value; readonly planned: Value },
  result: StateResult<AnyResource<unknown>["schema"]>,
  plannedPrivate: Uint8Array,
): MessageInitShape<Method["applyResourceChange"]["output"]> {
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
    ...newIdentity(resource, withoutUnknown(state)),
  };
}

export async function importResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"importResourceState">,
): Response<"importResourceState"> {
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
): Response<"moveResourceState"> {
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
      ...(state !== null && moved(identityOf(resource, state))),
    };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `move ${sourceTypeName} to ${targetTypeName}`)) };
  }
}

export async function upgradeIdentity(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"upgradeResourceIdentity">,
): Response<"upgradeResourceIdentity"> {
  try {
    if (!resource.identity) throw new ValueError("an identity of a resource that has none");
    const type = identityType(resource.identity.schema);
    const identity = decodeJson(type, request.rawIdentity?.json ?? new Uint8Array(), true);
    return { upgradedIdentity: { identityData: encodeValue(type, identity) } };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `read the identity of ${request.typeName}`)) };
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

/** Attributes of an answer that the schema does not have, which would otherwise silently be lost. */
function strangers(schema: SchemaDefinition, answer: Value): readonly Diagnostic[] {
  const names = Object.keys(objectOf(answer) ?? {});
  const strange = names.filter(
    (name) => !Object.hasOwn(schema.attributes, name) && !Object.hasOwn(schema.blocks, name),
  );
  return strange.map((name) => providerBug(`The answer has an attribute that the schema does not have: ${name}.`));
}

function timeoutOf(schema: SchemaDefinition, values: Value, operation: Operation): number | null {
  const fallback = schema.blocks["timeouts"]?.timeouts?.[operation];
  if (fallback === undefined) return null;
  const wish = attributeOf(objectOf(attributeOf(objectOf(values), "timeouts")), operation);
  return durationMilliseconds(typeof wish === "string" ? wish : fallback);
}

function newIdentity(
  resource: AnyResource<unknown>,
  state: Value,
): { readonly newIdentity?: { readonly identityData: EncodedValue } } {
  const { identity } = state === null ? {} : identityOf(resource, state);
  return identity ? { newIdentity: identity } : {};
}

function moved({ identity }: ReturnType<typeof identityOf>): { readonly targetIdentity?: typeof identity } {
  return identity ? { targetIdentity: identity } : {};
}

function identityOf(
  resource: AnyResource<unknown>,
  state: Value,
): { readonly identity?: { readonly identityData: EncodedValue } } {
  const held = objectOf(state);
  const identity = held && resource.identity ? resource.identity.of(object(held)) : null;
  if (!identity || !resource.identity) return {};
  const type = identityType(resource.identity.schema);
  return { identity: { identityData: encodeValue(type, erased(identity)) } };
}

function privateOf(state: PrivateState | undefined, before: Uint8Array | undefined): Uint8Array {
  return state ? encodePrivate(state) : (before ?? new Uint8Array());
}

function parseObject(json: Uint8Array): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(json).toString("utf8"));
  } catch {
    throw new ValueError("a state that is not JSON");
  }
  if (!isJsonObject(parsed)) throw new ValueError("a state that is not an object");
  return parsed;
}

function decode(schema: SchemaDefinition, encoded: EncodedValue | undefined): Value {
  return decodeValue(typeOf(schema), encoded);
}

function encode(schema: SchemaDefinition, value: Value): EncodedValue {
  return encodeValue(typeOf(schema), value);
}

function object(value: Value): ObjectValue {
  const held = objectOf(value);
  if (!held || value === UNKNOWN) throw new ValueError("a resource that is null or unknown as a whole");
  return held;
}

// What a handler returns is checked against the schema before it is encoded.
function erased(value: unknown): Value;
function erased(value: unknown): unknown {
  return value;
}
