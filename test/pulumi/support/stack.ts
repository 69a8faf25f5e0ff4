import { providerProperty, type Props, unknownValue } from "../../../pulumi/provider/props";
import { initFailure, type Methods, type Provider, type ResourceType } from "./methods";

/** An output of a resource that stands before: unknown in the preview of a change, unless it is an argument. */
export type Output = (type: ResourceType, name: string, property: string) => unknown;

/** A resource as a program declares it. Its properties may need the ids of others, which stand before it. */
export interface Declared {
  readonly type: ResourceType;
  readonly name: string;
  readonly props: (ids: Readonly<Record<string, string>>, output: Output) => Props;
  /** Names of the resources by whose replacement this one would be replaced first. */
  readonly dependsOn?: readonly string[];
  readonly alias?: string;
  readonly replaceOnChanges?: boolean;
}

export interface Recorded {
  readonly type: ResourceType;
  readonly name: string;
  readonly id: string;
  readonly inputs: Props;
  readonly outs: Props;
  readonly initErrors: readonly string[];
  /** Another resource has taken its place, and it is still to be deleted. */
  readonly replaced?: boolean;
}

export type Step = "same" | "create" | "update" | "replace" | "delete" | "read";

export interface Outcome {
  /** What was done, or would be: `update payments`. Resources that stay the same are left out. */
  readonly steps: readonly string[];
  readonly printed: readonly string[];
  readonly error?: string;
  readonly reasons?: readonly string[];
}

/**
 * A stack, and what Pulumi's engine does with it: the order of calls is that of the engine, one resource after the other.
 * Each operation is a run of the CLI with a provider process of its own.
 */
export class Stack {
  readonly #start: () => Promise<Provider>;
  readonly #text: (type: ResourceType) => string;
  #resources: readonly Recorded[] = [];

  constructor(start: () => Promise<Provider>, text: (type: ResourceType) => string) {
    this.#start = start;
    this.#text = text;
  }

  /** The whole state, as it would be written. */
  get state(): string {
    return JSON.stringify(this.#resources);
  }

  /** Puts a state in place, such as an earlier version left it. */
  restore(state: string): void {
    this.#resources = JSON.parse(state);
  }

  outs(type: ResourceType, name: string): Props {
    return this.#find(type, name)?.outs ?? {};
  }

  preview(program: readonly Declared[]): Promise<Outcome> {
    return this.#run(program, true);
  }

  /** Preview, then the update: each with a provider of its own. */
  async up(program: readonly Declared[]): Promise<Outcome> {
    const preview = await this.preview(program);
    return preview.error === undefined ? this.#run(program, false) : preview;
  }

  /** The update without a preview: `up --skip-preview`. */
  update(program: readonly Declared[]): Promise<Outcome> {
    return this.#run(program, false);
  }

  /** An update that ends before what is gone from the program is deleted, as a killed one does. */
  upWithoutDeletions(program: readonly Declared[]): Promise<Outcome> {
    return this.#run(program, false, false);
  }

  async refresh(): Promise<Outcome> {
    return this.#with(async (provider, steps) => {
      const kept: Recorded[] = [];
      for (const resource of this.#resources) {
        const methods = provider.methods(resource.type);
        const { id, props } = await methods.read(resource.id, resource.outs);
        if (id === undefined || id === "") {
          steps.push(`delete ${resource.name}`);
          continue;
        }
        const outs = this.#kept(resource.type, props ?? {});
        // Pulumi shows by it what the refresh has found.
        const { changes } = await methods.diff(id, outs, resource.inputs);
        if (changes) steps.push(`drift ${resource.name}`);
        kept.push({ ...resource, id, outs });
      }
      this.#resources = kept;
    });
  }

  async destroy(): Promise<Outcome> {
    return this.#with(async (provider, steps) => {
      for (const resource of this.#resources.toReversed()) {
        await provider.methods(resource.type).delete(resource.id, resource.outs);
        steps.push(`delete ${resource.name}`);
        this.#resources = this.#resources.filter((other) => other !== resource);
      }
    });
  }

  #run(program: readonly Declared[], dry: boolean, deleting = true): Promise<Outcome> {
    return this.#with(async (provider, steps) => {
      const ids: Record<string, string> = {};
      const previewed = new Map<string, Props>();
      // A preview leaves the state alone, in which a resource still has the name that it had before.
      const renamed = new Map<string, Props>();
      const output: Output = (type, name, property) => {
        const inputs = previewed.get(`${type} ${name}`);
        const outs = renamed.get(`${type} ${name}`) ?? this.outs(type, name);
        return inputs === undefined ? outs[property] : (inputs[property] ?? unknownValue);
      };
      const leftFromBefore = new Set(this.#resources.filter(({ replaced }) => replaced === true));
      for (const declared of program) {
        const { type, name } = declared;
        const methods = provider.methods(type);
        const news = { ...plain(declared.props(ids, output)), [providerProperty]: this.#text(type) };
        const old =
          this.#find(type, name) ?? (declared.alias === undefined ? undefined : this.#find(type, declared.alias));
        const inputs = await checked(methods, old?.inputs ?? {}, news, name);
        const willChange = (): unknown => dry && previewed.set(`${type} ${name}`, inputs);
        if (old === undefined) {
          willChange();
          steps.push(`create ${name}`);
          ids[`${type} ${name}`] = dry ? unknownValue : await this.#create(methods, declared, inputs);
          continue;
        }
        ids[`${type} ${name}`] = old.id;
        const answer = await methods.diff(old.id, old.outs, inputs);
        const replaces = answer.replaces.length > 0 || (answer.changes && declared.replaceOnChanges === true);
        if (replaces) {
          steps.push(`replace ${name}`);
          willChange();
          const id = await this.#replace(provider, program, declared, old, news, answer.deleteBeforeReplace, dry);
          ids[`${type} ${name}`] = id;
        } else if (answer.changes || old.initErrors.length > 0) {
          steps.push(`update ${name}`);
          willChange();
          if (!dry) await this.#update(methods, declared, old, inputs);
        } else if (dry) {
          renamed.set(`${type} ${name}`, old.outs);
        } else {
          this.#put({ ...old, name, inputs }, old);
        }
      }
      for (const gone of deleting ? this.#resources.toReversed() : []) {
        const stays = program.some(
          (one) => one.type === gone.type && (one.name === gone.name || one.alias === gone.name),
        );
        if (stays && gone.replaced !== true) continue;
        if (!stays || leftFromBefore.has(gone)) steps.push(`delete ${gone.name}`);
        if (dry) continue;
        await provider.methods(gone.type).delete(gone.id, gone.outs);
        this.#resources = this.#resources.filter((other) => other !== gone);
      }
    });
  }

  async #create(methods: Methods, { type, name }: Declared, inputs: Props): Promise<string> {
    try {
      const { id, outs } = await methods.create(inputs);
      this.#put({ type, name, id, inputs, outs: this.#kept(type, outs), initErrors: [] });
      return id;
    } catch (error) {
      const failure = initFailure(error);
      if (failure !== undefined) {
        this.#put({ type, name, id: failure.id, inputs, outs: failure.properties, initErrors: failure.reasons });
      }
      throw error;
    }
  }

  async #update(methods: Methods, { type, name }: Declared, old: Recorded, inputs: Props): Promise<void> {
    try {
      const { outs } = await methods.update(old.id, old.outs, inputs);
      this.#put({ type, name, id: old.id, inputs, outs: this.#kept(type, outs), initErrors: [] }, old);
    } catch (error) {
      const failure = initFailure(error);
      if (failure !== undefined) {
        this.#put({ type, name, id: failure.id, inputs, outs: failure.properties, initErrors: failure.reasons }, old);
      }
      throw error;
    }
  }

  async #replace(
    provider: Provider,
    program: readonly Declared[],
    declared: Declared,
    old: Recorded,
    news: Props,
    deleteFirst: boolean,
    dry: boolean,
  ): Promise<string> {
    const methods = provider.methods(declared.type);
    const again = await checked(methods, {}, news, declared.name);
    if (dry) return unknownValue;
    if (!deleteFirst) {
      const id = await this.#create(methods, { ...declared, name: `${declared.name} ` }, again);
      // What is replaced is deleted at the end of the run, or of a later one.
      const made = this.#find(declared.type, `${declared.name} `);
      this.#resources = this.#resources.flatMap((other) => {
        if (other === made) return [];
        return other === old
          ? [...(made === undefined ? [] : [{ ...made, name: declared.name }]), { ...old, replaced: true }]
          : [other];
      });
      return id;
    }
    // Anyone who would be replaced because of it goes first.
    for (const dependent of program.filter(({ dependsOn = [] }) => dependsOn.includes(declared.name)).toReversed()) {
      const recorded = this.#find(dependent.type, dependent.name);
      if (recorded === undefined) continue;
      const dependents = provider.methods(dependent.type);
      const unknown = Object.entries(recorded.inputs).map(([key, value]) => [
        key,
        value === old.id ? unknownValue : value,
      ]);
      const { replaces } = await dependents.diff(recorded.id, recorded.outs, Object.fromEntries(unknown));
      if (replaces.length === 0) continue;
      await dependents.delete(recorded.id, recorded.outs);
      this.#resources = this.#resources.filter((other) => other !== recorded);
    }
    await methods.delete(old.id, old.outs);
    this.#resources = this.#resources.filter((other) => other !== old);
    return this.#create(methods, declared, again);
  }

  async #with(work: (provider: Provider, steps: string[]) => Promise<void>): Promise<Outcome> {
    const provider = await this.#start();
    const steps: string[] = [];
    try {
      await work(provider, steps);
      return { steps, printed: [...provider.printed()] };
    } catch (error) {
      const reasons = initFailure(error)?.reasons;
      const message = error instanceof Error ? error.message : String(error);
      return { steps, printed: [...provider.printed()], error: message, ...(reasons === undefined ? {} : { reasons }) };
    } finally {
      await provider.close();
    }
  }

  #find(type: ResourceType, name: string): Recorded | undefined {
    return this.#resources.find((one) => one.type === type && one.name === name && one.replaced !== true);
  }

  #put(resource: Recorded, instead?: Recorded): void {
    const there = instead ?? this.#find(resource.type, resource.name);
    const place = there === undefined ? -1 : this.#resources.indexOf(there);
    const written: Recorded = JSON.parse(JSON.stringify(resource));
    this.#resources =
      place === -1 ? [...this.#resources, written] : this.#resources.map((other, i) => (i === place ? written : other));
  }

  #kept(type: ResourceType, outs: Props): Props {
    return { ...plain(outs), [providerProperty]: this.#text(type) };
  }
}

async function checked(methods: Methods, olds: Props, news: Props, name: string): Promise<Props> {
  const { inputs, failures } = await methods.check(olds, news);
  if (failures.length > 0) {
    throw new Error(failures.map(({ reason }) => `${name}: ${reason}`).join("\n"));
  }
  return { ...plain(inputs), [providerProperty]: news[providerProperty] };
}

/** Fails as the engine does for what its protocol cannot carry. */
function plain(props: Props): Props {
  const hasUndefined = (value: unknown): boolean =>
    value === undefined || (typeof value === "object" && value !== null && Object.values(value).some(hasUndefined));
  if (hasUndefined(props)) throw new Error("Unexpected struct type.");
  return JSON.parse(JSON.stringify(props));
}
