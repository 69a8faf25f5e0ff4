import { functionMessage, identitySchemaMessage, schemaMessage } from "../messages";
import type { AnyProvider } from "../provider";
import type { ProviderHandlers } from "./protocol";

/** The calls that ask what the provider has. */
export function schemaCalls(
  provider: AnyProvider,
): Pick<ProviderHandlers, "getMetadata" | "getProviderSchema" | "getResourceIdentitySchemas" | "getFunctions"> {
  const { schema, resources = {}, dataSources = {}, ephemeralResources = {}, functions = {} } = provider;
  const serverCapabilities = {
    planDestroy: true,
    getProviderSchemaOptional: true,
    moveResourceState: Object.values(resources).some((resource) => "move" in resource),
  };
  return {
    getMetadata: () => ({
      serverCapabilities,
      resources: named(resources),
      dataSources: named(dataSources),
      ephemeralResources: named(ephemeralResources),
      functions: Object.keys(functions).map((name) => ({ name })),
    }),
    getProviderSchema: () => ({
      serverCapabilities,
      provider: schemaMessage(schema),
      resourceSchemas: mapped(resources, (resource) => schemaMessage(resource.schema)),
      dataSourceSchemas: mapped(dataSources, (source) => schemaMessage(source.schema)),
      ephemeralResourceSchemas: mapped(ephemeralResources, (resource) => schemaMessage(resource.schema)),
      functions: mapped(functions, functionMessage),
    }),
    getResourceIdentitySchemas: () => {
      const schemas = Object.entries(resources).flatMap(([type, { identity }]) =>
        identity ? [[type, identitySchemaMessage(identity.schema)] as const] : [],
      );
      return { identitySchemas: Object.fromEntries(schemas) };
    },
    getFunctions: () => ({ functions: mapped(functions, functionMessage) }),
  };
}

function named(types: Readonly<Record<string, unknown>>): { typeName: string }[] {
  return Object.keys(types).map((typeName) => ({ typeName }));
}

function mapped<T, M>(definitions: Readonly<Record<string, T>>, message: (definition: T) => M): Record<string, M> {
  return Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [name, message(definition)]));
}
