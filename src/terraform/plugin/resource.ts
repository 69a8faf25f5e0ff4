import type { Diagnostic } from "./diagnostics";
import type { Identity, IdentitySchema } from "./identity";
import type { Log } from "./log";
import type { Path } from "./path";
import type { JsonObject, PrivateState } from "./private-state";
import type { ApplyPlan, Config, KnownConfig, Plan, Schema, State } from "./schema/schema";

/** What every call of a configured provider gets. */
export interface Call<Client> {
  /** What the provider's `configure` returned. */
  readonly client: Client;
  /** Aborted when the user asks Terraform to stop. Finish soon, and return the state that there is. */
  readonly signal: AbortSignal;
  /** Of the provider. */
  readonly log: Log;
}

interface Privately {
  /** What the last answer kept beside the state. */
  readonly private: PrivateState;
}

interface Timed {
  /** The time that the block `timeouts` gives to this operation, or its default; null without such a block. */
  readonly timeoutMilliseconds: number | null;
}

/** At once or later. */
export type MaybePromise<T> = T | Promise<T>;

/** What a configuration is judged with. */
export interface ValidateRequest<S extends Schema> {
  /** As written; what is not known yet is `UNKNOWN`. */
  readonly config: Config<S>;
}

/** What a creation or an update is planned with. */
export interface PlanRequest<S extends Schema, Client> extends Call<Client>, Privately {
  /** As written; what is not known yet is `UNKNOWN`. */
  readonly config: Config<S>;
  /**
   * Null when the resource is created, or created again because it is replaced. In a replacement, `private` is what the
   * plan before this one answered, and the destruction is handed what this plan answers. The creation is planned once
   * more in the apply, with nothing kept.
   */
  readonly prior: State<S> | null;
  /** What is planned by the schema alone. */
  readonly planned: Plan<S>;
  /** Where the schema alone asks for replacement. */
  readonly requiresReplace: readonly Path[];
  /**
   * What the plan that is being applied kept. Empty in that plan itself, and in every plan of a host that does not hand
   * it over (Terraform before 1.16, OpenTofu).
   */
  readonly earlierPrivate: PrivateState;
}

/** What a plan comes back with. */
export interface PlanResult<S extends Schema> {
  /** Default: as the schema planned. */
  readonly planned?: Plan<S>;
  /** Instead of what the schema asks for. */
  readonly requiresReplace?: readonly Path[];
  /** Default: as before. */
  readonly private?: PrivateState;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** What a destruction is planned with. */
export interface PlanDestroyRequest<S extends Schema, Client> extends Call<Client>, Privately {
  /** The state that is to go. */
  readonly prior: State<S>;
}

/** What the plan of a destruction comes back with. */
export interface PlanDestroyResult {
  /** What the destruction is handed. Default: as before. */
  readonly private?: PrivateState;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** What a resource is created with. */
export interface CreateRequest<S extends Schema, Client> extends Call<Client>, Privately, Timed {
  /** As written, write-only values included. */
  readonly config: KnownConfig<S>;
  /** As planned. What is known here must come out the same. */
  readonly plan: ApplyPlan<S>;
}

/** What a resource is updated with. */
export interface UpdateRequest<S extends Schema, Client> extends CreateRequest<S, Client> {
  /** The state before. */
  readonly prior: State<S>;
}

/** What a resource is read with. */
export interface ReadRequest<S extends Schema, Client> extends Call<Client>, Privately, Timed {
  /** The state so far. */
  readonly state: State<S>;
}

/** What a resource is destroyed with. */
export interface DeleteRequest<S extends Schema, Client> extends Call<Client>, Privately, Timed {
  /** The state that is to go. */
  readonly prior: State<S>;
}

/** What creating, updating or reading a resource comes back with. */
export interface StateResult<S extends Schema> {
  /**
   * What is to be stored. Null means that there is nothing: after a read that the object is gone, after a failed create
   * that none was made. With an error, a created object that is returned is tainted (replaced by the next apply).
   */
  readonly state: State<S> | null;
  /** Default: as before. */
  readonly private?: PrivateState;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** What destroying a resource comes back with. */
export interface DeleteResult<S extends Schema> {
  /** What is left when an error is among the diagnostics. Default: all of it. */
  readonly state?: State<S>;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** What a resource is imported with. */
export interface ImportRequest<I extends IdentitySchema, Client> extends Call<Client> {
  /** The id on the command line or in the import block; null if an identity is given instead. */
  readonly id: string | null;
  /** What the user identified it by. Null: by an id. */
  readonly identity: Identity<I> | null;
}

/** The attributes that a following read needs; all others are null until then. */
export interface ImportResult<S extends Schema> {
  readonly state: Partial<State<S>> | null;
  readonly private?: PrivateState;
  /** Errors and warnings to show. Default: none. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** What a resource of another type is taken over with. */
export interface MoveRequest {
  /** As in `registry.terraform.io/hashicorp/aws`. */
  readonly sourceProvider: string;
  /** Type of that resource. */
  readonly sourceType: string;
  readonly sourceVersion: number;
  /** The stored state of the other resource, as JSON. It may hold secrets that must not be carried over. */
  readonly state: JsonObject;
}

/** What a state of an earlier version is upgraded with. */
export interface UpgradeRequest {
  /** The version of the schema that wrote the state; less than the present one. */
  readonly version: number;
  /** As it was stored. */
  readonly state: JsonObject;
}

/** A managed resource. */
export interface Resource<S extends Schema, I extends IdentitySchema, Client> {
  /** Made by `resourceSchema`. */
  readonly schema: S;
  /**
   * What the object is known by (Terraform 1.12), derived from its first state; null while that is not possible. The host
   * takes no other later, so that what an import or a creation said stays until the object is replaced.
   */
  readonly identity?: { readonly schema: I; of(state: State<S>): Identity<I> | null };
  /** What the schema's own validators cannot see. Values may be unknown. */
  validate?(request: ValidateRequest<S>): MaybePromise<readonly Diagnostic[]>;
  /** Changes what the schema plans. Called again at apply time and must agree with itself: no clock, no randomness. */
  plan?(request: PlanRequest<S, Client>): MaybePromise<PlanResult<S> | undefined>;
  /** May warn before a destruction, or refuse it with an error. */
  planDestroy?(request: PlanDestroyRequest<S, Client>): MaybePromise<PlanDestroyResult | undefined>;
  /** Makes the remote object. */
  create(request: CreateRequest<S, Client>): MaybePromise<StateResult<S>>;
  /** The object as it is now. There is no configuration here, so nothing write-only. */
  read(request: ReadRequest<S, Client>): MaybePromise<StateResult<S>>;
  /** Null is no possible state; with an error, null stands for the state before. */
  update(request: UpdateRequest<S, Client>): MaybePromise<StateResult<S>>;
  /** Destroys the remote object. */
  delete(request: DeleteRequest<S, Client>): MaybePromise<DeleteResult<S> | undefined>;
  /** Makes a state of an id or an identity; a read follows. Default: the resource cannot be imported. */
  import?(request: ImportRequest<I, Client>): MaybePromise<ImportResult<S>>;
  /** Takes over the state of another type (`moved` blocks); null if it is not one that this resource knows. */
  move?(request: MoveRequest): MaybePromise<ImportResult<S> | null>;
  /** Brings an older state to the present schema. Unknown attributes are dropped afterwards, missing ones are null. */
  upgrade?(request: UpgradeRequest): MaybePromise<JsonObject>;
}

/** A resource whose values are typed by no schema in particular, as the server keeps them all. */
export type AnyResource<Client> = Resource<Schema, IdentitySchema, Client>;
