import {
  create,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { applyProblems, planProblems, stateProblems } from "../consistency";
import type { Diagnostic } from "../diagnostics";
import { decodeValue, type EncodedValue, encodeValue } from "../dynamic-value";
import { Diagnostic_Severity, Provider as Service } from "../gen/tfplugin6_pb";
import type { UnaryHandler } from "../grpc/server";
import { identityType } from "../identity";
import { type Log, silentLog } from "../log";
import { mapAttributes } from "../object";
import { formatPath, type Path } from "../path";
import { decodePrivate, type Json, type PrivateState } from "../private-state";
import type { AnyProvider } from "../provider";
import type { AnyResource } from "../resource";
import { pluginRoutes } from "../routes";
import { type ObjectDefinition, typeOf } from "../schema/definition";
import type { Schema } from "../schema/schema";
import {
  attributeOf,
  elementsOf,
  entriesOf,
  type ObjectValue,
  objectFrom,
  objectOf,
  UNKNOWN,
  type Value,
  valuesEqual,
} from "../value";

type Method = (typeof Service)["method"];

/** A configuration as a test writes it: what is left out is null, or empty for blocks. */
export type ConfigInput = Readonly<Record<string, Value>>;

/** Diagnostics in which there is an error, or a rule of the host that the provider broke. */
export class HostError extends Error {
  /** Always `HostError`. */
  override readonly name = "HostError";
  /** What the provider answered. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(
      diagnostics
        .map(({ summary, detail, path }) => `${summary}${path ? ` (${formatPath(path)})` : ""}: ${detail}`)
        .join("\n"),
    );
    this.diagnostics = diagnostics;
  }
}

/** How an apply differs from the usual one. */
export interface ApplyOptions {
  readonly then?: ConfigInput;
  readonly refresh?: boolean;
  readonly between?: () => Promise<void>;
  readonly replace?: boolean;
  readonly handsOn?: boolean;
}

/** A plan for one resource. */
export interface HostPlan {
  /** What an apply would do. */
  readonly action: "create" | "update" | "replace" | "delete" | "no-op";
  /** Null for a deletion. */
  readonly planned: ObjectValue | null;
  /** Where the plan asks for replacement. */
  readonly replacePaths: readonly string[];
  /** What the plan warned of. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Speaks to a provider as Terraform's core does, through the protocol's bytes but inside of this process: for unit tests
 * in milliseconds. Errors, and answers that core would refuse, are thrown as HostError.
 */
export class ProviderHost {
  readonly provider: AnyProvider;
  readonly #routes: ReadonlyMap<string, UnaryHandler>;

  constructor(provider: AnyProvider, log: Log = silentLog) {
    this.provider = provider;
    this.#routes = pluginRoutes(provider, log, () => undefined);
  }

  /** Validates the provider's configuration and configures it. */
  static async start(provider: AnyProvider, config: ConfigInput = {}, log: Log = silentLog): Promise<ProviderHost> {
    const host = new ProviderHost(provider, log);
    await host.configure(config);
    return host;
  }

  /** Configures the provider again, as the next host would. Gives the warnings. */
  async configure(config: ConfigInput): Promise<readonly Diagnostic[]> {
    const encoded = configValue(this.provider.schema, config);
    const validated = await this.call(Service.method.validateProviderConfig, { config: encoded });
    const configured = await this.call(Service.method.configureProvider, {
      config: encoded,
      terraformVersion: "1.11.4",
    });
    return [...warningsOf(validated.diagnostics), ...warningsOf(configured.diagnostics)];
  }

  /** An instance of a resource that does not exist yet. */
  resource(typeName: string): ResourceInstance {
    const resource = this.provider.resources?.[typeName];
    if (!resource) throw new TypeError(`the provider has no resource ${typeName}`);
    return new ResourceInstance(this, typeName, resource);
  }

  async readDataSource(typeName: string, config: ConfigInput): Promise<ObjectValue> {
    const schema = this.provider.dataSources?.[typeName]?.schema;
    if (!schema) throw new TypeError(`the provider has no data source ${typeName}`);
    const encoded = configValue(schema, config);
    await this.call(Service.method.validateDataResourceConfig, { typeName, config: encoded });
    const { state } = await this.call(Service.method.readDataSource, { typeName, config: encoded });
    return known(schema, decodeValue(typeOf(schema), state));
  }

  async openEphemeral(typeName: string, config: ConfigInput): Promise<{ result: ObjectValue; private: Uint8Array }> {
    const schema = this.provider.ephemeralResources?.[typeName]?.schema;
    if (!schema) throw new TypeError(`the provider has no ephemeral resource ${typeName}`);
    const encoded = configValue(schema, config);
    await this.call(Service.method.validateEphemeralResourceConfig, { typeName, config: encoded });
    const opened = await this.call(Service.method.openEphemeralResource, { typeName, config: encoded });
    return {
      result: known(schema, decodeValue(typeOf(schema), opened.result)),
      private: opened.private ?? new Uint8Array(),
    };
  }

  async closeEphemeral(typeName: string, privateBytes: Uint8Array): Promise<void> {
    await this.call(Service.method.closeEphemeralResource, { typeName, private: privateBytes });
  }

  async callFunction(name: string, args: readonly Value[]): Promise<Value> {
    const definition = this.provider.functions?.[name];
    if (!definition) throw new TypeError(`the provider has no function ${name}`);
    const encoded = args.map((argument, index) => {
      const parameter = definition.parameters[index] ?? definition.variadic;
      if (!parameter) throw new TypeError("too many arguments");
      return encodeValue(parameter.element.type, argument);
    });
    const { result, error } = await this.call(Service.method.callFunction, { name, arguments: encoded });
    if (error) throw new HostError([{ severity: "error", summary: "Function Failed", detail: error.text }]);
    return decodeValue(definition.returns.type, result);
  }

  /** What Ctrl-C leads to. */
  async stop(): Promise<void> {
    await this.call(Service.method.stopProvider, {});
  }

  /** One call of the protocol, with whatever it answers. */
  async raw<M extends DescMethod>(
    method: M,
    request: MessageInitShape<M["input"]>,
  ): Promise<MessageShape<M["output"]>> {
    const handler = this.#routes.get(`/${method.parent.typeName}/${method.name}`);
    if (!handler) throw new TypeError(`${method.name} is not served`);
    const input: M["input"] = method.input;
    const output: M["output"] = method.output;
    return fromBinary(output, await handler(toBinary(input, create(input, request))));
  }

  /** One call of the protocol; errors among the diagnostics are thrown. */
  async call<M extends Method[keyof Method] & DescMethod>(
    method: M,
    request: MessageInitShape<M["input"]>,
  ): Promise<MessageShape<M["output"]>> {
    const response = await this.raw(method, request);
    refuseErrors("diagnostics" in response ? diagnosticsOf(response.diagnostics) : []);
    return response;
  }
}

/** One resource and what the host keeps of it. */
export class ResourceInstance {
  readonly #host: ProviderHost;
  readonly #typeName: string;
  readonly #resource: AnyResource<unknown>;
  #state: Value = null;
  #private: Uint8Array = new Uint8Array();
  #identity: EncodedValue | undefined;
  #tainted = false;

  constructor(host: ProviderHost, typeName: string, resource: AnyResource<unknown>) {
    this.#host = host;
    this.#typeName = typeName;
    this.#resource = resource;
  }

  /** What is in the state; null if there is nothing. */
  get state(): ObjectValue | null {
    return objectOf(this.#state);
  }

  /** The private state that the provider keeps for the resource. */
  get private(): PrivateState {
    return decodePrivate(this.#private);
  }

  /** Whether the next plan replaces the object because its creation failed. */
  get tainted(): boolean {
    return this.#tainted;
  }

  /** The identity of the resource; null before it has one. */
  get identity(): ObjectValue | null {
    const schema = this.#resource.identity?.schema;
    return schema ? objectOf(decodeValue(identityType(schema), this.#identity)) : null;
  }

  /** Gives the warnings. */
  async validate(config: ConfigInput, { writeOnlyAllowed = true } = {}): Promise<readonly Diagnostic[]> {
    const { diagnostics } = await this.#host.call(Service.method.validateResourceConfig, {
      typeName: this.#typeName,
      config: configValue(this.#schema, config),
      clientCapabilities: { writeOnlyAttributesAllowed: writeOnlyAllowed },
    });
    return warningsOf(diagnostics);
  }

  /** Reads the object. Gives the warnings; the state is null if the object is gone. */
  async refresh(): Promise<readonly Diagnostic[]> {
    if (this.#state === null) return [];
    const response = await this.#host.call(Service.method.readResource, {
      typeName: this.#typeName,
      currentState: this.#encode(this.#state),
      private: this.#private,
      ...this.#identityField("currentIdentity"),
    });
    this.#state = this.#known(decodeValue(this.#type, response.newState));
    this.#refuseOtherIdentity(response.newIdentity?.identityData);
    this.#keep(response.private, response.newIdentity?.identityData);
    return warningsOf(response.diagnostics);
  }

  /** Validates, refreshes and plans. A null configuration plans the destruction. */
  async plan(config: ConfigInput | null, { refresh = true } = {}): Promise<HostPlan> {
    return (await this.#plan(config, refresh)).plan;
  }

  /** The provider dies in the middle of an update: the host keeps the state as it was, and nothing beside it. */
  losePrivate(): void {
    this.#private = new Uint8Array();
  }

  /** `terraform taint`. */
  taint(): void {
    this.#tainted = this.#state !== null;
  }

  /**
   * Plans and applies. What was unknown when it was planned may be given again as `then`, since by the time of the apply
   * the host knows it; what the two plans know must agree. `between` is what happens before the apply, such as another
   * start of the provider; `replace` is what `-replace` asks for; `handsOn` hands the second plan what the first kept, as
   * Terraform does from 1.16 on.
   */
  async apply(config: ConfigInput, options: ApplyOptions = {}): Promise<HostPlan> {
    const { then = config, refresh = true, between, replace = false, handsOn = false } = options;
    const first = await this.#plan(config, refresh, replace);
    if (first.plan.action === "no-op") return first.plan;
    await between?.();
    const replaces = first.plan.action === "replace";
    const warnings = replaces ? await this.#destroyAs(first.private) : [];
    const plansAgain = replaces || then !== config || between !== undefined;
    const earlier = handsOn ? first.private : undefined;
    const last = plansAgain ? await this.#plan(then, false, false, earlier) : first;
    if (last.plan.action === "replace" && !replaces) {
      const detail = `The apply would replace what the plan updates: ${last.plan.replacePaths.join(", ")}.`;
      throw new HostError([{ severity: "error", summary: "Inconsistent Final Plan", detail }]);
    }
    refuseErrors(applyKnown(this.#schema, first.plan.planned, last.plan.planned));
    const response = await this.#host.raw(Service.method.applyResourceChange, {
      typeName: this.#typeName,
      priorState: this.#encode(this.#state),
      plannedState: this.#encode(last.plan.planned),
      config: configValue(this.#schema, then),
      plannedPrivate: last.private,
      ...(this.#state === null ? {} : this.#identityField("plannedIdentity")),
    });
    const diagnostics = diagnosticsOf(response.diagnostics);
    const state = decodeValue(this.#type, response.newState);
    const failed = diagnostics.some(({ severity }) => severity === "error");
    this.#tainted = failed && this.#state === null && state !== null;
    if (this.#state !== null) this.#refuseOtherIdentity(response.newIdentity?.identityData);
    this.#state = state;
    this.#keep(response.private, response.newIdentity?.identityData);
    refuseErrors(diagnostics);
    refuseErrors(applyProblems(this.#schema, { planned: last.plan.planned, state }));
    return { ...first.plan, warnings: [...first.plan.warnings, ...warnings, ...diagnostics] };
  }

  /** Applies, and then expects two plans without changes, as Terraform's own acceptance tests do. */
  async applyAndSettle(config: ConfigInput): Promise<HostPlan> {
    const plan = await this.apply(config);
    for (const refresh of [false, true]) {
      const { action, planned } = await this.plan(config, { refresh });
      if (action !== "no-op") {
        const changed = [...differences(this.#schema, this.#state, planned)].join(", ");
        throw new HostError([{ severity: "error", summary: `A Second Plan Would ${action}`, detail: changed }]);
      }
    }
    return plan;
  }

  /** Plans the destruction and carries it out. Gives the warnings. `between` is what happens after the plan. */
  async destroy({ between }: Pick<ApplyOptions, "between"> = {}): Promise<readonly Diagnostic[]> {
    await this.refresh();
    return this.#state === null ? [] : this.#destroy(between);
  }

  /** Imports by id, or by identity, and reads. */
  async import(by: string | ObjectValue): Promise<readonly Diagnostic[]> {
    const schema = this.#resource.identity?.schema;
    const identity =
      typeof by !== "string" && schema
        ? { identity: { identityData: encodeValue(identityType(schema), by) } }
        : { id: typeof by === "string" ? by : "" };
    const response = await this.#host.call(Service.method.importResourceState, {
      typeName: this.#typeName,
      ...identity,
    });
    const [imported] = response.importedResources;
    this.#state = this.#known(decodeValue(this.#type, imported?.state));
    this.#private = imported?.private ?? new Uint8Array();
    this.#identity = imported?.identity?.identityData;
    const warnings = [...warningsOf(response.diagnostics), ...(await this.refresh())];
    if (this.#state === null) {
      throw new HostError([{ severity: "error", summary: "Cannot Import", detail: "There is no such object." }]);
    }
    return warnings;
  }

  /** Takes over the state of another resource (`moved`). */
  async moveFrom(source: {
    readonly provider: string;
    readonly type: string;
    readonly version?: number;
    readonly state: Json;
  }): Promise<readonly Diagnostic[]> {
    const response = await this.#host.call(Service.method.moveResourceState, {
      sourceProviderAddress: source.provider,
      sourceTypeName: source.type,
      sourceSchemaVersion: BigInt(source.version ?? 0),
      sourceState: { json: jsonBytes(source.state) },
      targetTypeName: this.#typeName,
    });
    this.#state = this.#known(decodeValue(this.#type, response.targetState));
    this.#private = response.targetPrivate;
    return warningsOf(response.diagnostics);
  }

  /** Loads a state as it was stored by some version of the schema. */
  async load(version: number, state: Json): Promise<void> {
    const response = await this.#host.call(Service.method.upgradeResourceState, {
      typeName: this.#typeName,
      version: BigInt(version),
      rawState: { json: jsonBytes(state) },
    });
    this.#state = this.#known(decodeValue(this.#type, response.upgradedState));
  }

  get #schema(): Schema {
    return this.#resource.schema;
  }

  get #type(): ReturnType<typeof typeOf> {
    return typeOf(this.#schema);
  }

  async #plan(
    config: ConfigInput | null,
    refresh: boolean,
    forced = false,
    earlier?: Uint8Array,
  ): Promise<{ readonly plan: HostPlan; readonly private: Uint8Array }> {
    const warnings: Diagnostic[] = [];
    if (config) warnings.push(...(await this.validate(config)));
    if (refresh) warnings.push(...(await this.refresh()));
    const prior = this.#tainted ? null : this.#state;
    let answer = await this.#planOnce(config, prior, undefined, earlier);
    warnings.push(...answer.warnings);
    const changed = differences(this.#schema, prior, answer.planned);
    const replacePaths = answer.replacePaths.filter((path) =>
      [...changed].some((name) => name === path.split(/[.[]/)[0]),
    );
    const asked = prior !== null && (forced || replacePaths.length > 0);
    const replace = asked || (this.#tainted && this.#state !== null);
    if (replace && prior !== null) answer = await this.#planOnce(config, null, answer.private);
    const action =
      config === null
        ? "delete"
        : replace
          ? "replace"
          : prior === null
            ? "create"
            : changed.size > 0
              ? "update"
              : "no-op";
    return { plan: { action, planned: objectOf(answer.planned), replacePaths, warnings }, private: answer.private };
  }

  async #planOnce(
    config: ConfigInput | null,
    prior: Value,
    priorPrivate = prior === null ? new Uint8Array() : this.#private,
    plannedPrivate: Uint8Array = new Uint8Array(),
  ): Promise<{ planned: Value; private: Uint8Array; replacePaths: string[]; warnings: readonly Diagnostic[] }> {
    const schema = this.#schema;
    const wanted = config === null ? null : complete(schema, config);
    const proposed =
      wanted === null
        ? null
        : mapAttributes(schema, { value: wanted, prior }, ({ options }, values) =>
            options.computed && values.value === null ? values.prior : undefined,
          );
    const response = await this.#host.call(Service.method.planResourceChange, {
      typeName: this.#typeName,
      priorState: this.#encode(prior),
      proposedNewState: this.#encode(proposed),
      config: this.#encode(wanted),
      priorPrivate,
      plannedPrivate,
      clientCapabilities: { deferralAllowed: true, writeOnlyAttributesAllowed: true },
      ...(prior === null ? {} : this.#identityField("priorIdentity")),
    });
    const planned = decodeValue(this.#type, response.plannedState);
    if (wanted !== null) refuseErrors(planProblems(schema, { config: wanted, prior, planned }));
    else if (planned !== null) throw new TypeError("a destruction was planned as something else");
    return {
      planned,
      private: response.plannedPrivate,
      replacePaths: response.requiresReplace.map((path) => formatPath(pathOf(path))),
      warnings: warningsOf(response.diagnostics),
    };
  }

  async #destroy(between?: ApplyOptions["between"]): Promise<readonly Diagnostic[]> {
    const { warnings, private: plannedPrivate } = await this.#planOnce(null, this.#state);
    await between?.();
    return [...warnings, ...(await this.#destroyAs(plannedPrivate))];
  }

  async #destroyAs(plannedPrivate: Uint8Array): Promise<readonly Diagnostic[]> {
    const response = await this.#host.raw(Service.method.applyResourceChange, {
      typeName: this.#typeName,
      priorState: this.#encode(this.#state),
      plannedState: this.#encode(null),
      config: this.#encode(null),
      plannedPrivate,
    });
    this.#state = decodeValue(this.#type, response.newState);
    this.#private = new Uint8Array(response.private);
    refuseErrors(diagnosticsOf(response.diagnostics));
    this.#tainted = false;
    return warningsOf(response.diagnostics);
  }

  #known(state: Value): Value {
    return state === null ? null : known(this.#schema, state);
  }

  #keep(bytes: Uint8Array, identity: EncodedValue | undefined): void {
    this.#private = new Uint8Array(bytes);
    if (identity) this.#identity = identity;
  }

  /** What an object is known by does not change while it lives. */
  #refuseOtherIdentity(identity: EncodedValue | undefined): void {
    const schema = this.#resource.identity?.schema;
    if (!schema || !identity || !this.#identity) return;
    const type = identityType(schema);
    if (valuesEqual(type, decodeValue(type, identity), decodeValue(type, this.#identity))) return;
    const detail = `${this.#typeName} has another identity than before.`;
    throw new HostError([{ severity: "error", summary: "Provider Produced Different Identity", detail }]);
  }

  #identityField<Name extends string>(name: Name): Partial<Record<Name, { identityData: EncodedValue }>> {
    const field: Partial<Record<string, { identityData: EncodedValue }>> = this.#identity
      ? { [name]: { identityData: this.#identity } }
      : {};
    return field;
  }

  #encode(value: Value): EncodedValue {
    return encodeValue(this.#type, value);
  }
}

function configValue(schema: Schema, config: ConfigInput): EncodedValue {
  return encodeValue(typeOf(schema), complete(schema, config));
}

/** The configuration with everything that was left out, in nested objects too; other names are kept, to be refused. */
function complete(definition: ObjectDefinition, config: Value): Value {
  const given = objectOf(config);
  if (!given || config === UNKNOWN) return config;
  const entries = new Map<string, Value>(Object.entries(given));
  for (const [name, { nested }] of Object.entries(definition.attributes)) {
    const value = attributeOf(given, name);
    entries.set(name, nested ? completeNested(nested.object, value) : value);
  }
  for (const [name, block] of Object.entries(definition.blocks)) {
    const value = attributeOf(given, name);
    entries.set(name, value === null && block.nesting !== "single" ? [] : completeNested(block.object, value));
  }
  return objectFrom(entries);
}

function completeNested(object: ObjectDefinition, value: Value): Value {
  if (value === null || value === UNKNOWN) return value;
  if (Array.isArray(value)) return elementsOf(value).map((element) => complete(object, element));
  if (value instanceof Map)
    return new Map([...entriesOf(value)].map(([key, element]) => [key, complete(object, element)]));
  return complete(object, value);
}

function known(schema: Schema, value: Value): ObjectValue {
  refuseErrors(stateProblems(schema, value));
  const held = objectOf(value);
  if (!held) throw new TypeError("the provider answered with nothing");
  return held;
}

/** What the first plan knew must be in the last one: the host forbids a plan to change its mind. */
function applyKnown(schema: Schema, first: Value, last: Value): readonly Diagnostic[] {
  return applyProblems(schema, { planned: first, state: last }).filter(({ detail }) =>
    detail.includes("not what was planned"),
  );
}

/** The attributes and blocks in which two objects differ. */
function differences(schema: Schema, a: Value, b: Value): ReadonlySet<string> {
  const type = typeOf(schema);
  if (type.kind !== "object") return new Set();
  const names = [...type.attributes].filter(
    ([name, of]) => !valuesEqual(of, attributeOf(objectOf(a), name), attributeOf(objectOf(b), name)),
  );
  return new Set(names.map(([name]) => name));
}

type DiagnosticMessages = MessageShape<Method["planResourceChange"]["output"]>["diagnostics"];
type PathMessage = MessageShape<Method["planResourceChange"]["output"]>["requiresReplace"][number];

function diagnosticsOf(messages: DiagnosticMessages): readonly Diagnostic[] {
  return messages.map(({ severity, summary, detail, attribute }) => ({
    severity: severity === Diagnostic_Severity.ERROR ? "error" : "warning",
    summary,
    detail,
    ...(attribute && { path: pathOf(attribute) }),
  }));
}

function warningsOf(messages: DiagnosticMessages): readonly Diagnostic[] {
  return diagnosticsOf(messages).filter(({ severity }) => severity === "warning");
}

function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new HostError(errors);
}

function pathOf(message: PathMessage): Path {
  return message.steps.map(({ selector }) => {
    switch (selector.case) {
      case "attributeName":
        return { attribute: selector.value };
      case "elementKeyString":
        return { key: selector.value };
      case "elementKeyInt":
        return { index: Number(selector.value) };
      case undefined:
        throw new TypeError("a path with an empty step");
      default:
        return selector satisfies never;
    }
  });
}

function jsonBytes(json: Json): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(json), "utf8"));
}
