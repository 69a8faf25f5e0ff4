import type { Config } from "./connection";
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

export interface ReadResult {
  /** Absent: there is no such resource any more. */
  readonly id?: string;
  readonly props?: Record<string, unknown>;
}

/** What stands behind one class of resources: the methods of Pulumi's dynamic providers, all of them. */
export interface ResourceHandler {
  /** Keeps the configuration and does nothing else: Pulumi does not wait for it. */
  configure(request: { readonly config: Config }): void;
  check(olds: Props, news: Props): Promise<CheckResult>;
  diff(id: string, olds: Props, news: Props): Promise<DiffResult>;
  create(inputs: Props): Promise<{ readonly id: string; readonly outs: Record<string, unknown> }>;
  read(id: string, props: Props): Promise<ReadResult>;
  update(id: string, olds: Props, news: Props): Promise<{ readonly outs: Record<string, unknown> }>;
  delete(id: string, props: Props): Promise<void>;
}

export const unchanged: DiffResult = { changes: false, replaces: [], deleteBeforeReplace: false };
export const changed: DiffResult = { changes: true, replaces: [], deleteBeforeReplace: false };

/** The resource is in the state of Pulumi already, or is being made for the first time. */
export function isNew(olds: Props): boolean {
  return Object.keys(olds).every((name) => name.startsWith("__"));
}
