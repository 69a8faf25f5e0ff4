/** Which requests a fault befalls. Whatever is left out matches everything. */
export interface FaultScope {
  /** `ImportKeyMaterial`; `*` or nothing = every operation. */
  readonly operation?: string;
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

export type Fault = FaultScope & FaultEffect;

const kinds = ["error", "delay", "drop", "truncate", "replace", "eventual"] as const satisfies FaultEffect["kind"][];
const counts = ["skip", "nth", "times", "delayMs", "forMs", "forRequests"] as const;
const words = ["operation", "region", "keyId", "code", "message"] as const;

/** Rules also come as JSON from other processes, so everything about them is checked. @throws TypeError */
export function checkFault(fault: object): asserts fault is Fault {
  const given = new Map<string, unknown>(Object.entries(fault));
  if (!kinds.some((kind) => kind === given.get("kind"))) {
    throw new TypeError(`A fault needs a kind: ${kinds.join(", ")}.`);
  }
  for (const name of counts) {
    const count = given.get(name);
    if (count !== undefined && !(typeof count === "number" && count >= 0)) {
      throw new TypeError(`"${name}" of a fault must be a number that is not negative.`);
    }
  }
  for (const name of words) {
    const word = given.get(name);
    if (word !== undefined && typeof word !== "string") throw new TypeError(`"${name}" of a fault must be a string.`);
  }
  const when = given.get("when");
  if (when !== undefined && when !== "before" && when !== "after") {
    throw new TypeError('"when" of a fault must be "before" or "after".');
  }
  if (given.get("nth") === 0) throw new TypeError('"nth" of a fault counts from 1.');
  const kind = given.get("kind");
  if (kind === "error") {
    const status = given.get("status") ?? 400;
    if (typeof given.get("code") !== "string") throw new TypeError('A fault of kind "error" needs a code.');
    if (!(typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599)) {
      throw new TypeError('"status" of a fault must be 400 to 599.');
    }
  }
  if (kind === "delay" && given.get("delayMs") === undefined) {
    throw new TypeError('A fault of kind "delay" needs delayMs.');
  }
  if (kind === "eventual" && given.get("forMs") === undefined && given.get("forRequests") === undefined) {
    throw new TypeError('A fault of kind "eventual" needs forMs or forRequests.');
  }
  const fields = given.get("fields");
  if (kind === "replace" && (typeof fields !== "object" || fields === null || Array.isArray(fields))) {
    throw new TypeError('A fault of kind "replace" needs an object of fields.');
  }
}
