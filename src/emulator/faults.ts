import { checkFault, type Fault } from "./fault";
import { namesKey } from "./permissions";

/** Faults on demand. */
export interface Faults {
  /** @returns an id for `remove` @throws TypeError where the rule makes no sense, or would match no request */
  add(fault: Fault): number;
  /** Takes one rule back; nothing happens where there is none of this id. */
  remove(id: number): void;
  /** Takes all rules back. */
  clear(): void;
  /** What may still befall a request. */
  list(): readonly (Fault & { readonly id: number })[];
}

export interface FaultSource extends Faults {
  /** Counts a request and gives the faults that befall it, in the order in which they were added. */
  take(request: { operation: string; region: string; keyArn: string | undefined }): readonly Fault[];
}

interface Rule {
  readonly id: number;
  readonly fault: Fault;
  seen: number;
  readonly first: number;
  readonly last: number;
}

/** @param operations every operation that a request can be of */
export function faultSource(operations: readonly string[]): FaultSource {
  let rules: Rule[] = [];
  let nextId = 1;
  return {
    add: (fault) => {
      checkFault(fault, operations);
      const id = nextId;
      nextId += 1;
      const first = fault.nth ?? (fault.skip ?? 0) + 1;
      const times = fault.nth === undefined ? (fault.times ?? 1) : 1;
      rules.push({ id, fault, seen: 0, first, last: times === 0 ? Number.POSITIVE_INFINITY : first + times - 1 });
      return id;
    },
    remove: (id) => {
      rules = rules.filter((rule) => rule.id !== id);
    },
    clear: () => {
      rules = [];
    },
    list: () => rules.map((rule) => ({ ...rule.fault, id: rule.id })),
    take: (request) => {
      const taken: Fault[] = [];
      for (const rule of rules) {
        if (!matches(rule.fault, request)) continue;
        rule.seen += 1;
        if (rule.seen >= rule.first && rule.seen <= rule.last) taken.push(rule.fault);
      }
      rules = rules.filter((rule) => rule.seen < rule.last);
      return taken;
    },
  };
}

function matches(fault: Fault, request: { operation: string; region: string; keyArn: string | undefined }): boolean {
  return (
    (fault.operation === undefined || fault.operation === "*" || fault.operation === request.operation) &&
    (fault.region === undefined || fault.region === request.region) &&
    (fault.keyId === undefined || namesKey(fault.keyId, request.keyArn))
  );
}
