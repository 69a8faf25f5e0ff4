import type { Config } from "./connection";
import { providerError } from "./failure";
import type { Props } from "./props";
import type { Failure } from "./shape";

export interface CheckResult {
  readonly inputs: Record<string, unknown>;
  readonly failures: Failure[];
}

export interface DiffResult {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

export interface CreateResult {
  readonly id: string;
  readonly outs: Record<string, unknown>;
}

export interface ReadResult {
  /** Absent: there is no such resource any more. */
  readonly id?: string;
  readonly props?: Record<string, unknown>;
}

/** The provider of one class of resources: all methods of Pulumi's dynamic providers. */
export interface ResourceHandler {
  /** Keeps the configuration and does nothing else: Pulumi does not wait for it. */
  configure(request: { readonly config: Config }): void;
  check(olds: Props, news: Props): Promise<CheckResult>;
  diff(id: string, olds: Props, news: Props): Promise<DiffResult>;
  create(inputs: Props): Promise<CreateResult>;
  read(id: string, props: Props): Promise<ReadResult>;
  update(id: string, olds: Props, news: Props): Promise<Omit<CreateResult, "id">>;
  delete(id: string, props: Props): Promise<void>;
}

/** The same methods, with errors as Pulumi's user reads them. */
export function answering(methods: ResourceHandler): ResourceHandler {
  return {
    configure: (request) => methods.configure(request),
    check: (olds, news) => answered(() => methods.check(olds, news)),
    diff: (id, olds, news) => answered(() => methods.diff(id, olds, news)),
    create: (inputs) => answered(() => methods.create(inputs)),
    read: (id, props) => answered(() => methods.read(id, props)),
    update: (id, olds, news) => answered(() => methods.update(id, olds, news)),
    delete: (id, props) => answered(() => methods.delete(id, props)),
  };
}

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw providerError(error);
  }
}

export const unchanged: DiffResult = { changes: false, replaces: [], deleteBeforeReplace: false };
export const changed: DiffResult = { changes: true, replaces: [], deleteBeforeReplace: false };

/** The resource is in the state of Pulumi already, or is being made for the first time. */
export function isNew(olds: Props): boolean {
  return Object.keys(olds).every((name) => name.startsWith("__"));
}
