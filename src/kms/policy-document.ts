import { ByokError } from "../engine/errors";

/** AWS's bound on a key policy, in bytes. */
const longestPolicy = 32 * 1024;
/** Deeper than any policy; keeps the comparison from running out of stack. */
const deepestNesting = 32;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Whether two policy documents in the language of IAM, which AWS and QKMS speak, mean the same. AWS rewrites what it is
 * given: account ids become the ARN of the account's root, lists of one become their element, and orders change. Nothing
 * that could be another meaning is taken for equal. A text that is no policy equals itself only.
 */
export function samePolicy(one: string, other: string): boolean {
  if (one === other) return true;
  const left = canonicalPolicy(one);
  return left !== undefined && left === canonicalPolicy(other);
}

/**
 * Finds what can be seen to be wrong with a key policy without asking AWS.
 *
 * @throws ByokError `invalid_policy` on `policy`
 */
export function checkPolicy(text: string): void {
  const fault = policyFault(text);
  if (fault !== undefined) {
    throw new ByokError("invalid_policy", `\`policy\` ${fault}`, { attribute: "policy" });
  }
}

function policyFault(text: string): string | undefined {
  if (Buffer.byteLength(text) > longestPolicy) {
    return `has ${Buffer.byteLength(text)} bytes, and AWS KMS takes at most ${longestPolicy}. Shorten it.`;
  }
  const policy = parsed(text);
  if (!isObject(policy)) return "is not a JSON object. Give a policy document, for example with `jsonencode`.";
  const statements = list(policy["Statement"]);
  if (statements.length === 0) return "has no `Statement`. Say in it who may use and administer the key.";
  for (const [index, statement] of statements.entries()) {
    const name = `has a statement (number ${index + 1})`;
    if (!isObject(statement)) return `${name} that is not a JSON object.`;
    if (statement["Effect"] !== "Allow" && statement["Effect"] !== "Deny") {
      return `${name} without an \`Effect\` of "Allow" or "Deny".`;
    }
    if (!("Principal" in statement) && !("NotPrincipal" in statement)) {
      return `${name} without a \`Principal\`. A key policy says in every statement whom it is about.`;
    }
    if (!("Action" in statement) && !("NotAction" in statement)) return `${name} without an \`Action\`.`;
  }
  return undefined;
}

function canonicalPolicy(text: string): string | undefined {
  const policy = parsed(text);
  if (!isObject(policy)) return undefined;
  return fields(
    policy,
    (name, value) => {
      if (name !== "Statement") return exact(value);
      return set(list(value).map((statement) => (isObject(statement) ? fields(statement, part) : exact(statement))));
    },
    { Version: defaultVersion },
  );
}

/** The language version that IAM reads a document by that names none. */
const defaultVersion = "2008-10-17";

function part(name: string, value: Json): string {
  switch (name) {
    case "Principal":
    case "NotPrincipal":
      return principals(value);
    case "Action":
    case "NotAction":
      // IAM compares the names of actions without regard to case.
      return set(list(value).map((action) => exact(typeof action === "string" ? action.toLowerCase() : action)));
    case "Resource":
    case "NotResource":
      return set(list(value).map(exact));
    case "Condition":
      return conditions(value);
    default:
      return exact(value);
  }
}

function principals(value: Json): string {
  if (value === "*") return principals({ AWS: "*" });
  if (!isObject(value)) return exact(value);
  return fields(value, (kind, names) =>
    set(list(names).map((name) => exact(kind === "AWS" && typeof name === "string" ? account(name) : name))),
  );
}

/** Both spellings of "everybody in this account" as its id. */
function account(principal: string): string {
  return /^arn:aws(?:-[a-z]+)*:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal;
}

function conditions(value: Json): string {
  if (!isObject(value)) return exact(value);
  return fields(value, (_operator, keys) => {
    if (!isObject(keys)) return exact(keys);
    // Condition keys are compared without regard to case; two that differ in nothing else stay two.
    const entries = Object.entries(keys).map(
      ([key, values]) => `${exact(key.toLowerCase())}:${set(list(values).map((item) => exact(scalar(item))))}`,
    );
    return `{${entries.sort().join()}}`;
  });
}

/** Condition values are text to IAM, however JSON spells them. */
function scalar(value: Json): Json {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}

function fields(
  object: { readonly [key: string]: Json },
  render: (name: string, value: Json) => string,
  defaults: { readonly [key: string]: Json } = {},
): string {
  const entries = Object.entries({ ...defaults, ...object }).map(
    ([name, value]) => `${exact(name)}:${render(name, value)}`,
  );
  return `{${entries.sort().join()}}`;
}

function exact(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(exact).join()}]`;
  return isObject(value) ? fields(value, (_name, inner) => exact(inner)) : JSON.stringify(value);
}

function set(members: readonly string[]): string {
  return `[${[...new Set(members)].sort().join()}]`;
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function parsed(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return depth(value, deepestNesting) ? value : undefined;
  } catch {
    return undefined;
  }
}

function depth(value: Json, left: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return left > 0 && Object.values(value).every((inner: Json) => depth(inner, left - 1));
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
