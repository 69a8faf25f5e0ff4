import { Provider as Service } from "../../src/terraform/plugin/gen/tfplugin6_pb";
import { applyProblems, planProblems, stateProblems } from "../../src/terraform/plugin/consistency";
import type { Diagnostic } from "../../src/terraform/plugin/diagnostics";
import { decodeValue, type EncodedValue, encodeValue } from "../../src/terraform/plugin/dynamic-value";
import { mapAttributes } from "../../src/terraform/plugin/object";
import { type ObjectDefinition, typeOf } from "../../src/terraform/plugin/schema/definition";
import type { Schema } from "../../src/terraform/plugin/schema/schema";
import { type ConfigInput, HostError, type ProviderHost } from "../../src/terraform/plugin/testing/host";
import {
  attributeOf,
  objectFrom,
  objectOf,
  type ObjectValue,
  UNKNOWN,
  type Value,
  valuesEqual,
} from "../../src/terraform/plugin/value";

// Stands for what Terraform's core does with a configuration between the command line and a provider, as its source of
// version 1.11 has it (internal/terraform: node_resource_plan*.go, node_resource_apply_instance.go,
// node_resource_abstract_instance.go, transform_destroy_edge.go; internal/plans/objchange):
//
// - each plan and each apply starts a provider of its own and configures it;
// - a plan validates, reads every resource of the state and plans it, in the order of its references; what is in the
//   state and not in the configuration is planned as a deletion, with null proposed;
// - a replacement (asked for by the provider, by `-replace`, or because the object is tainted) is planned twice: with the
//   prior state, then with a null one and the private data of the first plan; a tainted object only with a null one;
// - an apply plans each resource again, now with the values that it knows, and fails with "inconsistent final plan" where
//   a known value of the first plan differs or the action changed (an update that became a no-op may);
// - the deletion of a replacement gets the private data of the planned creation, not that of the state;
// - destroyers go before what they depend on, creators after what they depend on and after the destroyers of what they
//   depended on when they were last applied; beyond that the order is free, and `firstFree` decides it;
// - what failed to be created with a state is tainted; an answer with an error and no state keeps the prior state;
// - where the provider dies in an apply, the prior state is kept and its private data is dropped;
// - a plan writes nothing down, an apply writes what was refreshed even where it has nothing to do, and a saved plan is
//   refused once the state was written since.

/** A resource as the configuration declares it, after those to which it refers. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  /** Addresses of the resources to which it refers. */
  readonly refersTo: readonly string[];
  config(of: (address: string, attribute: string) => Value): ConfigInput;
}

interface Instance {
  readonly type: string;
  readonly value: Value;
  readonly private: Uint8Array;
  readonly identity: EncodedValue | undefined;
  readonly tainted: boolean;
  readonly dependencies: readonly string[];
}

export type TerraformAction = "create" | "update" | "replace" | "delete" | "no-op";

interface Change {
  readonly address: string;
  readonly type: string;
  readonly action: TerraformAction;
  readonly before: Value;
  readonly after: Value;
  readonly private: Uint8Array;
  readonly declared?: Declared;
}

/** A plan as it would lie in a file. */
export interface SavedPlan {
  readonly declared: readonly Declared[];
  readonly changes: ReadonlyMap<string, Change>;
  readonly prior: ReadonlyMap<string, Instance>;
  readonly serial: number;
  readonly replace: ReadonlySet<string>;
  readonly firstFree: "creators" | "destroyers";
}

export interface PlanOptions {
  /** From what was moved to where. */
  readonly moved?: readonly (readonly [string, string])[];
  readonly replace?: readonly string[];
  readonly firstFree?: "creators" | "destroyers";
}

/** What a run said. */
export interface Said {
  readonly errors: string[];
  readonly warnings: string[];
}

/** The provider's process is dead; whatever it was about to answer is lost. */
class Died extends Error {}

export interface Core {
  /** A provider's process for one phase, configured. */
  start(): Promise<ProviderHost>;
  /** Whether the provider's process was killed in this run. */
  isDead(): boolean;
}

export class TerraformState {
  readonly #core: Core;
  #instances: ReadonlyMap<string, Instance> = new Map();
  #serial = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** What is in the state, by address. */
  get instances(): ReadonlyMap<string, { readonly type: string; readonly value: Value; readonly tainted: boolean }> {
    return this.#instances;
  }

  /** Everything that would be written into the state file or a saved plan. */
  text(plan?: SavedPlan): string {
    const written = (value: Value, kept: Uint8Array): string =>
      `${JSON.stringify(value, (_name, inner: unknown) => (inner instanceof Map ? [...inner] : inner))}${Buffer.from(kept).toString()}`;
    const changes = [...(plan?.changes.values() ?? [])];
    return [
      ...[...this.#instances.values()].map((one) => written(one.value, one.private)),
      ...changes.map((one) => written(one.after, one.private)),
    ].join("\n");
  }

  /** `terraform state rm`. */
  remove(address: string): void {
    this.#write(new Map([...this.#instances].filter(([other]) => other !== address)));
  }

  /** Gives undefined where the plan failed. */
  async plan(declared: readonly Declared[], options: PlanOptions, said: Said): Promise<SavedPlan | undefined> {
    const { moved = [], replace = [], firstFree = "creators" } = options;
    const host = await this.#started(said);
    if (host === undefined) return undefined;
    const prior = new Map([...this.#instances].map(([address, one]) => [movedTo(address, moved), one]));
    const step = new PlanStep(host, this.#core, said, prior, new Set(replace));
    for (const one of declared) await step.validate(one);
    const orphans = [...prior].filter(([address]) => !declared.some((one) => addressOf(one) === address));
    const planOrphans = async (): Promise<void> => {
      for (const [address] of orphans.toReversed()) await step.planDeletion(address);
    };
    if (firstFree === "destroyers") await planOrphans();
    for (const one of declared) await step.plan(one);
    if (firstFree === "creators") await planOrphans();
    if (said.errors.length > 0) return undefined;
    const { changes } = step;
    return { declared, changes, prior, serial: this.#serial, replace: new Set(replace), firstFree };
  }

  /** `terraform plan -destroy`, as a saved plan. */
  async planDestruction(said: Said): Promise<SavedPlan | undefined> {
    return this.plan([], {}, said);
  }

  /** `terraform apply -refresh-only`. */
  async refresh(said: Said): Promise<void> {
    const host = await this.#started(said);
    if (host === undefined) return;
    const prior = new Map(this.#instances);
    const step = new PlanStep(host, this.#core, said, prior, new Set());
    for (const address of [...prior.keys()]) await step.refresh(address);
    if (said.errors.length === 0) this.#write(prior);
  }

  /** Gives what was done, by address. */
  async apply(plan: SavedPlan, said: Said): Promise<ReadonlyMap<string, TerraformAction>> {
    if (plan.serial !== this.#serial) {
      said.errors.push("Saved plan is stale");
      return new Map();
    }
    const host = await this.#started(said);
    if (host === undefined) return new Map();
    const step = new ApplyStep(host, this.#core, said, plan);
    try {
      await step.run();
    } finally {
      this.#write(step.working);
    }
    return step.done;
  }

  async #started(said: Said): Promise<ProviderHost | undefined> {
    try {
      return await this.#core.start();
    } catch (error) {
      said.errors.push(...told(error));
      return undefined;
    }
  }

  #write(instances: ReadonlyMap<string, Instance>): void {
    const before = this.#text();
    this.#instances = new Map(instances);
    if (this.#text() !== before) this.#serial++;
  }

  #text(): string {
    return (
      JSON.stringify([...this.#instances.keys()]) +
      this.text() +
      [...this.#instances.values()].map((one) => one.tainted).join()
    );
  }
}

export function addressOf({ type, name }: Pick<Declared, "type" | "name">): string {
  return `${type}.${name}`;
}

function movedTo(address: string, moved: readonly (readonly [string, string])[]): string {
  return moved.find(([from]) => from === address)?.[1] ?? address;
}

interface PlannedOnce {
  readonly planned: Value;
  readonly private: Uint8Array;
  readonly replacePaths: readonly string[];
}

/** What planning and applying have in common. */
class Step {
  protected readonly host: ProviderHost;
  protected readonly core: Core;
  protected readonly said: Said;

  constructor(host: ProviderHost, core: Core, said: Said) {
    this.host = host;
    this.core = core;
    this.said = said;
  }

  protected schemaOf(type: string): Schema {
    const schema = this.host.provider.resources?.[type]?.schema;
    if (schema === undefined) throw new TypeError(`the provider has no resource ${type}`);
    return schema;
  }

  /** An answer of the provider's process, if that is still alive. */
  protected async asked<T>(work: Promise<T>): Promise<T> {
    try {
      const answer = await work;
      if (this.core.isDead()) throw new Died("Plugin did not respond");
      return answer;
    } catch (error) {
      throw this.core.isDead() ? new Died("Plugin did not respond") : error;
    }
  }

  /** Runs the work on one resource. Gives whether it succeeded. */
  protected async attempt(address: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.said.errors.push(...told(error).map((text) => `${address}: ${text}`));
      return false;
    }
  }

  protected warn(address: string, diagnostics: readonly Diagnostic[]): void {
    this.said.warnings.push(...diagnostics.map(({ summary, detail }) => `${address}: ${summary}: ${detail}`));
  }

  /** One instance, planned as core plans it. */
  protected async planned(
    declared: Declared,
    instance: Instance | undefined,
    config: ConfigInput,
    isForced: boolean,
  ): Promise<Change> {
    const { type } = declared;
    const schema = this.schemaOf(type);
    const wanted = complete(schema, config);
    const living = instance?.tainted === true ? undefined : instance;
    const prior = valueOf(living);
    const first = await this.planOnce(declared, wanted, prior, living?.private ?? new Uint8Array(), instance);
    const changed = differing(schema, prior, first.planned);
    const asks = prior !== null && first.replacePaths.some((name) => changed.has(name));
    const replaces = asks || (prior !== null && isForced);
    const before = valueOf(instance);
    const common: Omit<Change, "action" | "after" | "private"> = {
      address: addressOf(declared),
      type,
      declared,
      before,
    };
    if (replaces) {
      const again = await this.planOnce(declared, wanted, null, first.private, instance);
      return { ...common, action: "replace", after: again.planned, private: again.private };
    }
    if (instance?.tainted === true)
      return { ...common, action: "replace", after: first.planned, private: first.private };
    const action = prior === null ? "create" : changed.size > 0 ? "update" : "no-op";
    return { ...common, action, after: first.planned, private: first.private };
  }

  protected async planOnce(
    declared: Declared,
    wanted: Value,
    prior: Value,
    priorPrivate: Uint8Array,
    instance: Instance | undefined,
  ): Promise<PlannedOnce> {
    const { type } = declared;
    const schema = this.schemaOf(type);
    const proposed = mapAttributes(schema, { value: wanted, prior }, ({ options }, values) =>
      options.computed && values.value === null ? values.prior : undefined,
    );
    const response = await this.asked(
      this.host.call(Service.method.planResourceChange, {
        typeName: type,
        priorState: encodeValue(typeOf(schema), prior),
        proposedNewState: encodeValue(typeOf(schema), proposed),
        config: encodeValue(typeOf(schema), wanted),
        priorPrivate,
        clientCapabilities: { deferralAllowed: true, writeOnlyAttributesAllowed: true },
        ...(instance?.identity === undefined ? {} : { priorIdentity: { identityData: instance.identity } }),
      }),
    );
    this.warn(addressOf(declared), warningsOf(response.diagnostics));
    const planned = decodeValue(typeOf(schema), response.plannedState);
    refuse(planProblems(schema, { config: wanted, prior, planned }), "Provider produced invalid plan");
    const replacePaths = response.requiresReplace.map(({ steps: [first] }) =>
      first?.selector.case === "attributeName" ? first.selector.value : "",
    );
    return { planned, private: response.plannedPrivate, replacePaths };
  }

  protected async plannedDeletion(address: string, instance: Instance): Promise<Change> {
    const { type, value } = instance;
    const of = typeOf(this.schemaOf(type));
    const response = await this.asked(
      this.host.call(Service.method.planResourceChange, {
        typeName: type,
        priorState: encodeValue(of, value),
        proposedNewState: encodeValue(of, null),
        config: encodeValue(of, null),
        priorPrivate: instance.private,
        clientCapabilities: { deferralAllowed: true, writeOnlyAttributesAllowed: true },
        ...(instance.identity === undefined ? {} : { priorIdentity: { identityData: instance.identity } }),
      }),
    );
    this.warn(address, warningsOf(response.diagnostics));
    return { address, type, action: "delete", before: value, after: null, private: response.plannedPrivate };
  }
}

class PlanStep extends Step {
  readonly changes = new Map<string, Change>();
  readonly #prior: Map<string, Instance>;
  readonly #replace: ReadonlySet<string>;
  readonly #failed = new Set<string>();

  constructor(host: ProviderHost, core: Core, said: Said, prior: Map<string, Instance>, replace: ReadonlySet<string>) {
    super(host, core, said);
    this.#prior = prior;
    this.#replace = replace;
  }

  async validate(declared: Declared): Promise<void> {
    const { type } = declared;
    const schema = this.schemaOf(type);
    await this.attempt(addressOf(declared), async () => {
      const { diagnostics } = await this.asked(
        this.host.call(Service.method.validateResourceConfig, {
          typeName: type,
          config: encodeValue(
            typeOf(schema),
            complete(
              schema,
              declared.config(() => UNKNOWN),
            ),
          ),
          clientCapabilities: { writeOnlyAttributesAllowed: true },
        }),
      );
      this.warn(addressOf(declared), warningsOf(diagnostics));
    });
  }

  async refresh(address: string): Promise<boolean> {
    const instance = this.#prior.get(address);
    if (instance === undefined) return true;
    const schema = this.schemaOf(instance.type);
    return this.attempt(address, async () => {
      const upgraded = await this.asked(
        this.host.call(Service.method.upgradeResourceState, {
          typeName: instance.type,
          version: BigInt(schema.version),
          rawState: { json: Buffer.from(jsonOf(instance.value)) },
        }),
      );
      const response = await this.asked(
        this.host.call(Service.method.readResource, {
          typeName: instance.type,
          currentState: upgraded.upgradedState ?? encodeValue(typeOf(schema), instance.value),
          private: instance.private,
          ...(instance.identity === undefined ? {} : { currentIdentity: { identityData: instance.identity } }),
        }),
      );
      this.warn(address, warningsOf(response.diagnostics));
      const value = decodeValue(typeOf(schema), response.newState);
      if (value === null) {
        this.#prior.delete(address);
        return;
      }
      refuse(stateProblems(schema, value), "Provider produced invalid object");
      const identity = response.newIdentity?.identityData ?? instance.identity;
      this.#prior.set(address, { ...instance, value, private: new Uint8Array(response.private), identity });
    });
  }

  async plan(declared: Declared): Promise<void> {
    const address = addressOf(declared);
    const isBlocked = declared.refersTo.some((other) => this.#failed.has(other));
    if (isBlocked || !(await this.refresh(address))) {
      this.#failed.add(address);
      return;
    }
    const isPlanned = await this.attempt(address, async () => {
      const config = declared.config((other, attribute) => this.#valueOf(other, attribute));
      const isForced = this.#replace.has(address);
      this.changes.set(address, await this.planned(declared, this.#prior.get(address), config, isForced));
    });
    if (!isPlanned) this.#failed.add(address);
  }

  async planDeletion(address: string): Promise<void> {
    if (!(await this.refresh(address))) return;
    const instance = this.#prior.get(address);
    if (instance === undefined) return;
    await this.attempt(address, async () => {
      this.changes.set(address, await this.plannedDeletion(address, instance));
    });
  }

  #valueOf(address: string, attribute: string): Value {
    const after = this.changes.get(address)?.after;
    return attributeOf(objectOf(after), attribute);
  }
}

interface Node {
  readonly name: string;
  readonly kind: "creators" | "destroyers";
  readonly address: string;
  readonly after: readonly string[];
  run(): Promise<boolean>;
}

class ApplyStep extends Step {
  readonly working: Map<string, Instance>;
  readonly done = new Map<string, TerraformAction>();
  readonly #plan: SavedPlan;

  constructor(host: ProviderHost, core: Core, said: Said, plan: SavedPlan) {
    super(host, core, said);
    this.#plan = plan;
    this.working = new Map(plan.prior);
  }

  async run(): Promise<void> {
    const waiting = this.#nodes();
    const ended = new Map<string, boolean>();
    while (waiting.length > 0) {
      const ready = waiting.filter(({ after }) => after.every((name) => ended.has(name)));
      const next = ready.find(({ kind }) => kind === this.#plan.firstFree) ?? ready[0];
      if (next === undefined) throw new Error("The resources depend on each other in a circle.");
      waiting.splice(waiting.indexOf(next), 1);
      // What depends on something that failed is skipped, and so is what depends on that.
      const isPossible = next.after.every((name) => ended.get(name) === true);
      ended.set(next.name, isPossible && (await next.run()));
    }
  }

  #nodes(): Node[] {
    const changes = [...this.#plan.changes.values()];
    const destroyed = new Set(changes.filter(isDestruction).map(({ address }) => address));
    const dependencies = (address: string): readonly string[] => this.#plan.prior.get(address)?.dependencies ?? [];
    const destroyers = changes.filter(isDestruction).map((change): Node => {
      const { address } = change;
      const dependents = [...destroyed].filter((other) => dependencies(other).includes(address));
      return {
        name: `destroy ${address}`,
        kind: "destroyers",
        address,
        after: dependents.map((other) => `destroy ${other}`),
        run: () => this.#destroy(change),
      };
    });
    const creators = changes.flatMap((change): Node[] => {
      const { address, declared } = change;
      if (declared === undefined) return [];
      const gone = [...dependencies(address), address].filter((other) => destroyed.has(other));
      return [
        {
          name: `create ${address}`,
          kind: "creators",
          address,
          after: [...declared.refersTo.map((other) => `create ${other}`), ...gone.map((other) => `destroy ${other}`)],
          run: () => this.#create(change, declared),
        },
      ];
    });
    return [...destroyers.toReversed(), ...creators];
  }

  async #destroy(change: Change): Promise<boolean> {
    const { address } = change;
    const instance = this.working.get(address);
    if (instance === undefined) return true;
    if (change.action === "delete") this.done.set(address, "delete");
    return this.attempt(address, () => this.#send(change, instance, null, null));
  }

  async #create(change: Change, declared: Declared): Promise<boolean> {
    const { address } = change;
    const instance = this.working.get(address);
    if (change.action === "no-op") return true;
    return this.attempt(address, async () => {
      const config = declared.config((other, attribute) => this.#valueOf(other, attribute));
      const schema = this.schemaOf(change.type);
      const now = await this.planned(declared, instance, config, this.#plan.replace.has(address));
      const isSame =
        now.action === change.action ||
        (change.action === "update" && now.action === "no-op") ||
        (change.action === "replace" && now.action === "create");
      if (!isSame) {
        throw new Error(
          `Provider produced inconsistent final plan: the planned action changed from ${change.action} to ${now.action}`,
        );
      }
      const moved = applyProblems(schema, { planned: change.after, state: now.after });
      refuse(
        moved.filter(({ detail }) => detail.includes("not what was planned")),
        "Provider produced inconsistent final plan",
      );
      this.done.set(address, change.action);
      if (now.action === "no-op") return;
      await this.#send(now, instance, now.after, complete(schema, config));
      const made = this.working.get(address);
      if (made !== undefined) this.working.set(address, { ...made, dependencies: this.#allReferences(declared) });
    });
  }

  /** What is written into the state: everything that it refers to, and what that refers to. */
  #allReferences({ refersTo }: Declared): readonly string[] {
    const further = refersTo.flatMap((address) => {
      const other = this.#plan.declared.find((one) => addressOf(one) === address);
      return other === undefined ? [] : this.#allReferences(other);
    });
    return [...new Set([...refersTo, ...further])];
  }

  async #send(change: Change, instance: Instance | undefined, planned: Value, config: Value): Promise<void> {
    const { address, type } = change;
    const schema = this.schemaOf(type);
    const of = typeOf(schema);
    const keep = (next: Instance | undefined): void => {
      if (next === undefined) this.working.delete(address);
      else this.working.set(address, next);
    };
    let response;
    try {
      response = await this.asked(
        this.host.raw(Service.method.applyResourceChange, {
          typeName: type,
          priorState: encodeValue(of, instance?.value ?? null),
          plannedState: encodeValue(of, planned),
          config: encodeValue(of, config),
          plannedPrivate: change.private,
          ...(instance?.identity === undefined ? {} : { plannedIdentity: { identityData: instance.identity } }),
        }),
      );
    } catch (error) {
      // What is not answered leaves the prior state, without its private data.
      if (error instanceof Died && instance !== undefined) keep({ ...instance, private: new Uint8Array() });
      throw error;
    }
    const diagnostics = diagnosticsOf(response.diagnostics);
    this.warn(
      address,
      diagnostics.filter(({ severity }) => severity === "warning"),
    );
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const value = decodeValue(of, response.newState);
    const isFailed = errors.length > 0;
    if (!isFailed && planned !== null) {
      refuse(applyProblems(schema, { planned, state: value }), "Provider produced inconsistent result after apply");
    }
    if (value !== null) {
      const dependencies = instance?.dependencies ?? [];
      const identity = response.newIdentity?.identityData ?? instance?.identity;
      const tainted = (isFailed && instance === undefined) || (isFailed && instance?.tainted === true);
      keep({ type, value, private: new Uint8Array(response.private), identity, tainted, dependencies });
    } else if (!isFailed) {
      keep(undefined);
    }
    if (isFailed) throw new HostError(errors);
  }

  #valueOf(address: string, attribute: string): Value {
    return attributeOf(objectOf(this.working.get(address)?.value), attribute);
  }
}

function isDestruction({ action }: Change): boolean {
  return action === "delete" || action === "replace";
}

function valueOf(instance: Instance | undefined): Value {
  return instance === undefined ? null : instance.value;
}

/** An error in the words that the user would read. */
function told(error: unknown): readonly string[] {
  if (error instanceof HostError) {
    return error.diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ summary, detail }) => `${summary}: ${detail}`);
  }
  return [error instanceof Error ? error.message : String(error)];
}

function refuse(problems: readonly Diagnostic[], title: string): void {
  if (problems.length > 0) throw new Error(`${title}: ${problems.map(({ detail }) => detail).join(" ")}`);
}

type Message = Parameters<typeof diagnosticsOf>[0];

function diagnosticsOf(
  messages: readonly { readonly severity: number; readonly summary: string; readonly detail: string }[],
): readonly Diagnostic[] {
  return messages.map(({ severity, summary, detail }) => ({
    severity: severity === 1 ? "error" : "warning",
    summary,
    detail,
  }));
}

function warningsOf(messages: Message): readonly Diagnostic[] {
  return diagnosticsOf(messages).filter(({ severity }) => severity === "warning");
}

/** The configuration with everything that was left out. */
function complete(definition: ObjectDefinition, config: ConfigInput): ObjectValue {
  const entries = new Map<string, Value>(Object.entries(config));
  for (const name of Object.keys(definition.attributes)) entries.set(name, config[name] ?? null);
  for (const [name, block] of Object.entries(definition.blocks)) {
    entries.set(name, config[name] ?? (block.nesting === "single" ? null : []));
  }
  return objectFrom(entries);
}

/** The attributes in which two objects differ. */
function differing(schema: Schema, one: Value, other: Value): ReadonlySet<string> {
  const type = typeOf(schema);
  if (type.kind !== "object") return new Set();
  const names = [...type.attributes].filter(
    ([name, of]) => !valuesEqual(of, attributeOf(objectOf(one), name), attributeOf(objectOf(other), name)),
  );
  return new Set(names.map(([name]) => name));
}

function jsonOf(value: Value): string {
  return JSON.stringify(value, (_name, inner: unknown) => (inner instanceof Map ? Object.fromEntries(inner) : inner));
}
