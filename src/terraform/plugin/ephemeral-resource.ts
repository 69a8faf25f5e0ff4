import type { Diagnostic } from "./diagnostics";
import type { JsonObject } from "./private-state";
import type { Call, MaybePromise, ValidateRequest } from "./resource";
import type { KnownConfig, Schema, State } from "./schema/schema";

export interface OpenRequest<S extends Schema, Client> extends Call<Client> {
  readonly config: KnownConfig<S>;
}

export interface OpenResult<S extends Schema> {
  /** All known, and the configured attributes unchanged. Null with an error. */
  readonly result: State<S> | null;
  /** When to call `renew`. Default: never. */
  readonly renewAt?: Date;
  /** Handed to `renew` and `close`. */
  readonly private?: JsonObject;
  readonly diagnostics?: readonly Diagnostic[];
}

export interface RenewRequest<Client> extends Call<Client> {
  readonly private: JsonObject;
}

export interface RenewResult {
  readonly renewAt?: Date;
  /** Default: as before. */
  readonly private?: JsonObject;
  readonly diagnostics?: readonly Diagnostic[];
}

/** Something that is there during a run and is stored nowhere. Opened in plans and applies: cheap, and safe to repeat. */
export interface EphemeralResource<S extends Schema, Client> {
  readonly schema: S;
  validate?(request: ValidateRequest<S>): MaybePromise<readonly Diagnostic[]>;
  open(request: OpenRequest<S, Client>): MaybePromise<OpenResult<S>>;
  renew?(request: RenewRequest<Client>): MaybePromise<RenewResult>;
  close?(request: RenewRequest<Client>): MaybePromise<readonly Diagnostic[] | undefined>;
}

export type AnyEphemeralResource<Client> = EphemeralResource<Schema, Client>;
