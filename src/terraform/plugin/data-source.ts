import type { Diagnostic } from "./diagnostics";
import type { Call, MaybePromise, ValidateRequest } from "./resource";
import type { KnownConfig, Schema, State } from "./schema/schema";

/** What a data source is read with. */
export interface DataRequest<S extends Schema, Client> extends Call<Client> {
  /** As written. All of it is known. */
  readonly config: KnownConfig<S>;
}

/** What reading a data source comes back with. */
export interface DataResult<S extends Schema> {
  /** The configured attributes as they are, the computed ones filled in. Null with an error. */
  readonly state: State<S> | null;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** Something that is only read. */
export interface DataSource<S extends Schema, Client> {
  /** Made by `schema`. */
  readonly schema: S;
  /** Judges the configuration, which may hold unknown values. Default: by the schema alone. */
  validate?(request: ValidateRequest<S>): MaybePromise<readonly Diagnostic[]>;
  /** Reads it. */
  read(request: DataRequest<S, Client>): MaybePromise<DataResult<S>>;
}

/** A data source as the server keeps it. */
export type AnyDataSource<Client> = DataSource<Schema, Client>;
