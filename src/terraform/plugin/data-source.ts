import type { Diagnostic } from "./diagnostics";
import type { Call, MaybePromise, ValidateRequest } from "./resource";
import type { KnownConfig, Schema, State } from "./schema/schema";

export interface DataRequest<S extends Schema, Client> extends Call<Client> {
  readonly config: KnownConfig<S>;
}

export interface DataResult<S extends Schema> {
  /** The configured attributes as they are, the computed ones filled in. Null with an error. */
  readonly state: State<S> | null;
  readonly diagnostics?: readonly Diagnostic[];
}

/** Something that is only read. */
export interface DataSource<S extends Schema, Client> {
  readonly schema: S;
  validate?(request: ValidateRequest<S>): MaybePromise<readonly Diagnostic[]>;
  read(request: DataRequest<S, Client>): MaybePromise<DataResult<S>>;
}

export type AnyDataSource<Client> = DataSource<Schema, Client>;
