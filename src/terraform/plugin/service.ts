import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { planProblems, stateProblems } from "./consistency";
import { type Diagnostic, hasErrors } from "./diagnostics";
import { decodeValue, encodeValue } from "./dynamic-value";
import { type AnyFunction, FunctionError } from "./function";
import type { Provider as ProviderService } from "./gen/tfplugin6_pb";
import type { Log } from "./log";
import { diagnosticMessages, functionMessage, identitySchemaMessage, schemaMessage } from "./messages";
import { withoutUnknown, withoutWriteOnly } from "./plan";
import { isJsonObject, type JsonObject } from "./private-state";
import type { AnyProvider } from "./provider";
import type { AnyResource, MaybePromise } from "./resource";
import * as resources from "./resource-service";
import { type SchemaDefinition, typeOf } from "./schema/definition";
import { Session } from "./session";
import { type ObjectValue, objectOf, type Value } from "./value";
import { ValueError } from "./value-error";
import { validateBySchema } from "./validate";

type Method = (typeof ProviderService)["method"];

/** One function for each call of the protocol. None of them throws: what goes wrong is said in diagnostics. */
export type ProviderHandlers = {
  readonly [Name in keyof Method]: (
    request: MessageShape<Method[Name]["input"]>,
  ) => MaybePromise<MessageInitShape<Method[Name]["output"]>>;
};

/** The calls of the protocol, answered by a provider. */
export function providerHandlers(provider: AnyProvider, log: Log): ProviderHandlers {
  const session = new Session(provider, log);
  const resourcesByType = new Map(Object.entries(provider.resources ?? {}));
  const dataSources = new Map(Object.entries(provider.dataSources ?? {}));
  const ephemerals = new Map(Object.entries(provider.ephemeralResources ?? {}));
  const functions = new Map(Object.entries(provider.functions ?? {}));
  const capabilities = {
    planDestroy: true,
    getProviderSchemaOptional: true,
    moveResourceState: [...resourcesByType.values()].some((resource) => "move" in resource),
  };

  const resource =
    <Request extends { readonly typeName: string }, Response>(
      answer: (session: Session, resource: AnyResource<unknown>, request: Request) => Promise<Response>,
    ) =>
    async (request: Request): Promise<Response | Refusal> => {
      log.trace("resource", { type: request.typeName });
      const found = resourcesByType.get(request.typeName);
      return found ? answer(session, found, request) : unknownType("resource", request.typeName);
    };

  return {
    getMetadata: () => ({
      serverCapabilities: capabilities,
      resources: named(resourcesByType),
      dataSources: named(dataSources),
      ephemeralResources: named(ephemerals),
      functions: [...functions.keys()].map((name) => ({ name })),
    }),
    getProviderSchema: () => ({
      serverCapabilities: capabilities,
      provider: schemaMessage(provider.schema),
      resourceSchemas: mapped(resourcesByType, ({ schema }) => schemaMessage(schema)),
      dataSourceSchemas: mapped(dataSources, ({ schema }) => schemaMessage(schema)),
      ephemeralResourceSchemas: mapped(ephemerals, ({ schema }) => schemaMessage(schema)),
      functions: mapped(functions, functionMessage),
    }),
    getResourceIdentitySchemas: () => {
      const schemas = [...resourcesByType].flatMap(([type, { identity }]) =>
        identity ? [[type, identitySchemaMessage(identity.schema)] as const] : [],
      );
      return { identitySchemas: Object.fromEntries(schemas) };
    },
    getFunctions: () => ({ functions: mapped(functions, functionMessage) }),

    validateProviderConfig: (request) =>
      validate(session, provider, request, "validate the configuration of the provider"),
    validateResourceConfig: resource(resources.validateResource),
    validateDataResourceConfig: (request) => {
      const found = dataSources.get(request.typeName);
      return found
        ? validate(session, found, request, `validate the configuration of ${request.typeName}`)
        : unknownType("data source", request.typeName);
    },
    validateEphemeralResourceConfig: (request) => {
      const found = ephemerals.get(request.typeName);
      return found
        ? validate(session, found, request, `validate the configuration of ${request.typeName}`)
        : unknownType("ephemeral resource", request.typeName);
    },

    configureProvider: async (request) => {
      try {
        const config = object(decodeValue(typeOf(provider.schema), request.config));
        const signal = session.renewSignal();
        const result = await provider.configure({ config, terraformVersion: request.terraformVersion, signal, log });
        if (!hasErrors(result.diagnostics ?? [])) session.configure(result.client);
        return { diagnostics: diagnosticMessages(result.diagnostics ?? []) };
      } catch (error) {
        return { diagnostics: diagnosticMessages(session.diagnose(error, "configure the provider")) };
      }
    },

    upgradeResourceState: resource(resources.upgradeState),
    upgradeResourceIdentity: resource(resources.upgradeIdentity),
    readResource: resource(resources.readResource),
    planResourceChange: resource(resources.planResource),
    applyResourceChange: resource(resources.applyResource),
    importResourceState: resource(resources.importResource),
    moveResourceState: (request) => {
      const found = resourcesByType.get(request.targetTypeName);
      return found ? resources.moveResource(session, found, request) : unknownType("resource", request.targetTypeName);
    },

    readDataSource: async (request) => {
      const found = dataSources.get(request.typeName);
      if (!found) return unknownType("data source", request.typeName);
      try {
        const config = decodeValue(typeOf(found.schema), request.config);
        const result = await found.read({ ...session.call(), config: object(config) });
        const { value, diagnostics } = resultValue(found.schema, config, result.state, result.diagnostics);
        return { state: encodeValue(typeOf(found.schema), value), diagnostics: diagnosticMessages(diagnostics) };
      } catch (error) {
        return { diagnostics: diagnosticMessages(session.diagnose(error, `read ${request.typeName}`)) };
      }
    },

    openEphemeralResource: async (request) => {
      const found = ephemerals.get(request.typeName);
      if (!found) return unknownType("ephemeral resource", request.typeName);
      try {
        const config = decodeValue(typeOf(found.schema), request.config);
        const opened = await found.open({ ...session.call(), config: object(config) });
        const { value, diagnostics } = resultValue(found.schema, config, opened.result, opened.diagnostics);
        return {
          result: encodeValue(typeOf(found.schema), value),
          ...renewal(opened),
          diagnostics: diagnosticMessages(diagnostics),
        };
      } catch (error) {
        return { diagnostics: diagnosticMessages(session.diagnose(error, `open ${request.typeName}`)) };
      }
    },
    renewEphemeralResource: async (request) => {
      const found = ephemerals.get(request.typeName);
      if (!found) return unknownType("ephemeral resource", request.typeName);
      try {
        const kept = privateObject(request.private);
        const renewed = await found.renew?.({ ...session.call(), private: kept });
        return {
          ...(request.private && { private: request.private }),
          ...renewal(renewed ?? {}),
          diagnostics: diagnosticMessages(renewed?.diagnostics ?? []),
        };
      } catch (error) {
        return { diagnostics: diagnosticMessages(session.diagnose(error, `renew ${request.typeName}`)) };
      }
    },
    closeEphemeralResource: async (request) => {
      const found = ephemerals.get(request.typeName);
      if (!found) return unknownType("ephemeral resource", request.typeName);
      try {
        const diagnostics = await found.close?.({ ...session.call(), private: privateObject(request.private) });
        return { diagnostics: diagnosticMessages(diagnostics ?? []) };
      } catch (error) {
        return { diagnostics: diagnosticMessages(session.diagnose(error, `close ${request.typeName}`)) };
      }
    },

    callFunction: async (request) => {
      const found = functions.get(request.name);
      if (!found) return { error: { text: `The provider has no function ${request.name}.` } };
      try {
        return { result: await callFunction(found, request.arguments) };
      } catch (error) {
        if (error instanceof FunctionError) {
          const argument = error.argument === undefined ? {} : { functionArgument: BigInt(error.argument) };
          return { error: { text: error.message, ...argument } };
        }
        const [diagnostic] = session.diagnose(error, `call the function ${request.name}`);
        return { error: { text: diagnostic?.detail ?? "" } };
      }
    },

    stopProvider: () => {
      log.info("asked to stop");
      session.stop();
      return {};
    },
  };
}

interface Refusal {
  readonly diagnostics: ReturnType<typeof diagnosticMessages>;
}

interface Validated {
  readonly schema: SchemaDefinition;
  validate?(request: { readonly config: ObjectValue }): MaybePromise<readonly Diagnostic[]>;
}

async function validate(
  session: Session,
  validated: Validated,
  request: { readonly config?: Parameters<typeof decodeValue>[1] },
  what: string,
): Promise<Refusal> {
  const diagnostics: Diagnostic[] = [];
  try {
    const config = decodeValue(typeOf(validated.schema), request.config);
    diagnostics.push(...validateBySchema(validated.schema, config));
    if (validated.validate) diagnostics.push(...(await validated.validate({ config: object(config) })));
  } catch (error) {
    diagnostics.push(...session.diagnose(error, what));
  }
  return { diagnostics: diagnosticMessages(diagnostics) };
}

function unknownType(kind: string, type: string): Refusal {
  const detail = `The provider has no ${kind} of the type ${type}.`;
  return { diagnostics: diagnosticMessages([{ severity: "error", summary: "Unknown Type", detail }]) };
}

/** The result of a data source or an ephemeral resource: all known, and what is configured unchanged. */
function resultValue(
  schema: SchemaDefinition,
  config: Value,
  result: unknown,
  diagnostics: readonly Diagnostic[] = [],
): { readonly value: Value; readonly diagnostics: readonly Diagnostic[] } {
  if (hasErrors(diagnostics)) return { value: null, diagnostics };
  const value = withoutWriteOnly(schema, objectOf(result));
  const problems = [...planProblems(schema, { config, prior: null, planned: value }), ...stateProblems(schema, value)];
  return { value: withoutUnknown(value), diagnostics: [...diagnostics, ...problems] };
}

async function callFunction(
  definition: AnyFunction,
  encoded: readonly Parameters<typeof decodeValue>[1][],
): Promise<ReturnType<typeof encodeValue>> {
  const { parameters, variadic, returns } = definition;
  const values = encoded.map((argument, index) => {
    const parameter = parameters[index] ?? variadic;
    if (!parameter) throw new FunctionError("There are more arguments than parameters.");
    try {
      return decodeValue(parameter.element.type, argument);
    } catch (error) {
      if (error instanceof ValueError) throw new FunctionError(`The argument is ${error.message}.`, index);
      throw error;
    }
  });
  const result = await definition.call(values.slice(0, parameters.length), values.slice(parameters.length));
  return encodeValue(returns.type, result);
}

function renewal({ renewAt, private: kept }: { readonly renewAt?: Date; readonly private?: JsonObject }): {
  readonly renewAt?: { readonly seconds: bigint; readonly nanos: number };
  readonly private?: Uint8Array;
} {
  const milliseconds = renewAt?.getTime();
  return {
    ...(milliseconds !== undefined && {
      renewAt: { seconds: BigInt(Math.floor(milliseconds / 1_000)), nanos: (milliseconds % 1_000) * 1_000_000 },
    }),
    ...(kept && { private: new Uint8Array(Buffer.from(JSON.stringify(kept), "utf8")) }),
  };
}

function privateObject(bytes: Uint8Array | undefined): JsonObject {
  if (!bytes || bytes.length === 0) return {};
  const parsed: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
  return isJsonObject(parsed) ? parsed : {};
}

function named(types: ReadonlyMap<string, unknown>): { typeName: string }[] {
  return [...types.keys()].map((typeName) => ({ typeName }));
}

function mapped<T, M>(entries: ReadonlyMap<string, T>, message: (definition: T) => M): Record<string, M> {
  return Object.fromEntries([...entries].map(([name, definition]) => [name, message(definition)]));
}

function object(value: Value): ObjectValue {
  const held = objectOf(value);
  if (!held) throw new ValueError("a configuration that is null or unknown as a whole");
  return held;
}
