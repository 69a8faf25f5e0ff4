import { ByokError } from "../../engine/errors";

/** Of a key policy, in bytes. */
const longestPolicy = 32_768;
/** Deeper than any policy; keeps the comparison from running out of stack. */
const deepestNesting = 32;

/**
 * Whether two key policies mean the same: the order of members, of statements and within lists makes no difference, nor
 * does it whether a list of one is written as a list. A text that is no policy equals itself only.
 */
export function samePolicy(one: string, other: string): boolean {
  if (one === other) return true;
  const [left, right] = [parsed(one), parsed(other)];
  return left !== undefined && right !== undefined && canonical(left) === canonical(right);
}

/**
 * Finds what can be seen to be wrong with a key policy without asking Alibaba Cloud.
 *
 * @throws ByokError `invalid_policy` on `policy`
 */
export function checkPolicy(text: string): void {
  const refuse = (why: string): ByokError =>
    new ByokError("invalid_policy", `\`policy\` ${why}`, { attribute: "policy" });
  const bytes = Buffer.byteLength(text);
  if (bytes > longestPolicy) {
    throw refuse(`has ${bytes} bytes, and Alibaba Cloud KMS takes at most ${longestPolicy}. Shorten it.`);
  }
  const policy = parsed(text);
  if (policy === undefined) {
    throw refuse("is not a JSON object. Give a policy document, for example with `jsonencode`.");
  }
  if (policy["Version"] !== "1") throw refuse('has another `Version` than "1", the only one that there is. Set it.');
  const statements: unknown = policy["Statement"];
  if (!Array.isArray(statements) || statements.length === 0) {
    throw refuse("has no `Statement`. Say in it who may use and administer the key.");
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isShallow(value, deepestNesting) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return left > 0 && Object.values(value).every((inner: unknown) => isShallow(inner, left - 1));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const items = [...new Set(value.map(canonical))].toSorted();
    const [only, ...more] = items;
    return only !== undefined && more.length === 0 ? only : `[${items.join(",")}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.toSorted().join(",")}}`;
}
