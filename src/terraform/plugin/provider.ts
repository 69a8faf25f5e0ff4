import type { AnyDataSource, DataSource } from "./data-source";
import type { Diagnostic } from "./diagnostics";
import type { AnyEphemeralResource, EphemeralResource } from "./ephemeral-resource";
import type { AnyFunction } from "./function";
import type { IdentitySchema } from "./identity";
import type { Log } from "./log";
import type { AnyResource, MaybePromise, Resource, ValidateRequest } from "./resource";
import { type Config, type Schema, type SchemaKind, schemaProblems } from "./schema/schema";

/** What a provider is configured with. */
export interface ConfigureRequest<S extends Schema> {
  /** May hold unknown values: refuse those only where they are needed, since a plan may get by without. */
  readonly config: Config<S>;
  /** Version of the host. */
  readonly terraformVersion: string;
  /** Aborted when the user asks the host to stop. */
  readonly signal: AbortSignal;
  /** Of the provider. */
  readonly log: Log;
}

/** What configuring a provider comes back with. */
export interface ConfigureResult<Client> {
  /** Handed to every call; left out with an error. */
  readonly client?: Client;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** A provider: what it is configured with, and what it has to offer, by full type name (`acme_thing`). */
export interface Provider<S extends Schema, Client> {
  /** The short name, which also begins every type name: `acme`. */
  readonly name: string;
  /** Of the provider's block, made by `schema`. */
  readonly schema: S;
  /** Judges the configuration, which may hold unknown values. Default: by the schema alone. */
  validate?(request: ValidateRequest<S>): MaybePromise<readonly Diagnostic[]>;
  /** Makes the client that every handler is given. */
  configure(request: ConfigureRequest<S>): MaybePromise<ConfigureResult<Client>>;
  /** By type name. Default: none. */
  readonly resources?: Readonly<Record<string, AnyResource<Client>>>;
  /** By type name. Default: none. */
  readonly dataSources?: Readonly<Record<string, AnyDataSource<Client>>>;
  /** By type name. Default: none. */
  readonly ephemeralResources?: Readonly<Record<string, AnyEphemeralResource<Client>>>;
  /** By name. Default: none. */
  readonly functions?: Readonly<Record<string, AnyFunction>>;
  /** What to say about an error that a handler threw; undefined for one that is a bug. Default: all are bugs. */
  diagnose?(error: unknown): readonly Diagnostic[] | undefined;
}

/** A provider as the server keeps it; what its client is only matters to its own handlers. */
export type AnyProvider = Provider<Schema, unknown>;

/**
 * The functions that define a provider whose `configure` makes the given kind of client. They only add types:
 *
 *     const { resource, provider } = define<Client>();
 */
export function define<Client>(): {
  readonly resource: <S extends Schema, I extends IdentitySchema = IdentitySchema>(
    definition: Resource<S, I, Client>,
  ) => AnyResource<Client>;
  readonly dataSource: <S extends Schema>(definition: DataSource<S, Client>) => AnyDataSource<Client>;
  readonly ephemeralResource: <S extends Schema>(
    definition: EphemeralResource<S, Client>,
  ) => AnyEphemeralResource<Client>;
  readonly provider: <S extends Schema>(definition: Provider<S, Client>) => AnyProvider;
};
// What a definition is typed by is forgotten here and nowhere else: the server hands it only values that it has decoded
// by that definition's own schema.
export function define(): object {
  return {
    resource: checked("resource"),
    dataSource: checked("data source"),
    ephemeralResource: checked("ephemeral resource"),
    provider: (definition: AnyProvider) => {
      const { name, resources, dataSources, ephemeralResources } = definition;
      for (const type of Object.keys({ ...resources, ...dataSources, ...ephemeralResources })) {
        if (!type.startsWith(`${name}_`)) throw new TypeError(`${type} must begin with ${name}_`);
      }
      return checked("provider")(definition);
    },
  };
}

function checked(kind: SchemaKind): <D extends { readonly schema: Schema }>(definition: D) => D {
  return (definition) => {
    const problems = schemaProblems(kind, definition.schema);
    if (problems.length > 0) throw new TypeError(`The schema of a ${kind} is wrong: ${problems.join("; ")}`);
    return definition;
  };
}
