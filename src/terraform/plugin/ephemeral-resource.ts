import type { Diagnostic } from "./diagnostics";
import type { JsonObject } from "./private-state";
import type { Call, MaybePromise, ValidateRequest } from "./resource";
import type { KnownConfig, Schema, State } from "./schema/schema";

/** What an ephemeral resource is opened with. */
export interface OpenRequest<S extends Schema, Client> extends Call<Client> {
  /** As written. All of it is known. */
  readonly config: KnownConfig<S>;
}

/** What opening an ephemeral resource comes back with. */
export interface OpenResult<S extends Schema> {
  /** All known, and the configured attributes unchanged. Null with an error. */
  readonly result: State<S> | null;
  /** When to call `renew`. Default: never. */
  readonly renewAt?: Date;
  /** Handed to `renew` and `close`. */
  readonly private?: JsonObject;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** What an ephemeral resource is renewed or closed with. */
export interface RenewRequest<Client> extends Call<Client> {
  /** What the last answer kept for this. */
  readonly private: JsonObject;
}

/** What renewing an ephemeral resource comes back with. */
export interface RenewResult {
  /** When it is to be renewed again. Default: never. */
  readonly renewAt?: Date;
  /** Default: as before. */
  readonly private?: JsonObject;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** Something that is there during a run and is stored nowhere. Opened in plans and applies: cheap, and safe to repeat. */
export interface EphemeralResource<S extends Schema, Client> {
  /** Made by `schema`. */
  readonly schema: S;
  /** Judges the configuration, which may hold unknown values. Default: by the schema alone. */
  validate?(request: ValidateRequest<S>): MaybePromise<readonly Diagnostic[]>;
  /** Opens it; its values live for one run and are stored nowhere. */
  open(request: OpenRequest<S, Client>): MaybePromise<OpenResult<S>>;
  /** Prolongs it, at the time that the last answer gave. Default: nothing is done. */
  renew?(request: RenewRequest<Client>): MaybePromise<RenewResult>;
  /** Ends it, after the last use. Default: nothing is done. */
  close?(request: RenewRequest<Client>): MaybePromise<readonly Diagnostic[] | undefined>;
}

/** An ephemeral resource as the server keeps it. */
export type AnyEphemeralResource<Client> = EphemeralResource<Schema, Client>;
