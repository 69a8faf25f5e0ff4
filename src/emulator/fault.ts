import { namesOf } from "./names";
import { requireKnown, requirePlace } from "./vocabulary";

/** Which requests a fault befalls. Whatever is left out matches everything. */
export interface FaultScope {
  /** `ImportKeyMaterial`; `*` or nothing = every operation. */
  readonly operation?: string;
  /** Region of the request, or `qkms`. */
  readonly region?: string;
  /** Key id or key ARN. */
  readonly keyId?: string;
  /** Lets this many matching requests pass first. Default 0. */
  readonly skip?: number;
  /** Befalls only the nth matching request, counted from 1: short for `skip: nth - 1, times: 1`. */
  readonly nth?: number;
  /** Befalls this many matching requests. Default 1; Infinity, or 0 in JSON, = until it is removed. */
  readonly times?: number;
}

/** What goes wrong. `before` (the default) means that nothing has happened yet, `after` that the effect is there. */
export type FaultEffect =
  | {
      readonly kind: "error";
      readonly when?: "before" | "after";
      readonly code: string;
      readonly message?: string;
      /** HTTP status. Default 400. */
      readonly status?: number;
    }
  | { readonly kind: "delay"; readonly when?: "before" | "after"; readonly delayMs: number }
  /** The connection is torn without an answer. */
  | { readonly kind: "drop"; readonly when?: "before" | "after" }
  /** Half of the answer arrives, then the connection is torn; the effect is there. */
  | { readonly kind: "truncate" }
  /** Fields of a good answer are replaced, nested objects field by field. */
  | { readonly kind: "replace"; readonly fields: Readonly<Record<string, unknown>> }
  /** Eventual consistency: what the request created is not found yet, what it changed still looks as before. */
  | { readonly kind: "eventual"; readonly forMs?: number; readonly forRequests?: number };

/** Which requests, and what befalls them. */
export type Fault = FaultScope & FaultEffect;

/** What is wrong with a member; undefined where nothing is. */
type MemberCheck = (value: unknown) => string | undefined;

const word: MemberCheck = (value) => (typeof value === "string" ? undefined : "must be a string");
const count: MemberCheck = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "must be a number that is not negative";
const fromOne: MemberCheck = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 ? undefined : "counts from 1";
const when: MemberCheck = (value) =>
  value === "before" || value === "after" ? undefined : 'must be "before" or "after"';
const errorStatus: MemberCheck = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 400 && value <= 599
    ? undefined
    : "must be 400 to 599";
const object: MemberCheck = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "must be an object";

const scopeMembers = {
  operation: word,
  region: word,
  keyId: word,
  skip: count,
  nth: fromOne,
  times: count,
} as const satisfies Record<keyof FaultScope, MemberCheck>;

/** The members of each kind, and those of them that it cannot do without: one of each list. */
const effects = {
  error: { members: { when, code: word, message: word, status: errorStatus }, needs: [["code"]] },
  delay: { members: { when, delayMs: count }, needs: [["delayMs"]] },
  drop: { members: { when }, needs: [] },
  truncate: { members: {}, needs: [] },
  replace: { members: { fields: object }, needs: [["fields"]] },
  eventual: { members: { forMs: count, forRequests: count }, needs: [["forMs", "forRequests"]] },
} as const satisfies Record<
  FaultEffect["kind"],
  {
    readonly members: Readonly<Record<string, MemberCheck>>;
    readonly needs: readonly (readonly string[])[];
  }
>;

/**
 * Rules also come as JSON from other processes, so everything about them is checked. What would match no request is refused
 * too: a test that counts on it would pass for the wrong reason.
 * @param operations every operation that a request can be of
 * @throws TypeError
 */
export function checkFault(fault: object, operations: readonly string[]): asserts fault is Fault {
  const given = new Map<string, unknown>(Object.entries(fault).filter(([, value]) => value !== undefined));
  const kind = namesOf(effects).find((name) => name === given.get("kind"));
  if (kind === undefined) throw new TypeError(`A fault needs a kind: ${namesOf(effects).join(", ")}.`);
  const checks = new Map<string, MemberCheck>(Object.entries({ ...scopeMembers, ...effects[kind].members }));
  for (const [name, value] of given) {
    if (name === "kind") continue;
    const check = checks.get(name);
    if (check === undefined) {
      requireKnown(`member of a fault of kind "${kind}"`, name, ["kind", ...checks.keys()]);
      continue;
    }
    const wrong = check(value);
    if (wrong !== undefined) throw new TypeError(`"${name}" of a fault ${wrong}.`);
  }
  const needed = effects[kind].needs.find((names) => !names.some((name) => given.has(name)));
  if (needed !== undefined) throw new TypeError(`A fault of kind "${kind}" needs ${needed.join(" or ")}.`);
  if (given.has("nth") && (given.has("skip") || given.has("times"))) {
    throw new TypeError('"nth" of a fault conflicts with "skip" and "times". Set only one.');
  }
  const operation = given.get("operation");
  if (typeof operation === "string" && operation !== "*") requireKnown("operation", operation, operations);
  requirePlace(given.get("region"), given.get("keyId"));
}
