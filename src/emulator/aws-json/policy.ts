import { AwsError } from "./errors";
import { isObject } from "./input";

/** The policy of a key that was created without one. */
export function defaultPolicy(partition: string, accountId: string): string {
  return spelled({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}

/**
 * A policy as AWS gives it back: the same meaning in another spelling. Accounts become the ARN of their root, lists of
 * one element become the element, longer lists are sorted, and statements list their members in AWS's order.
 * @throws AwsError MalformedPolicyDocumentException
 */
export function rewrittenPolicy(given: string, partition: string): string {
  const document = parsedPolicy(given);
  const statements = Array.isArray(document["Statement"]) ? document["Statement"] : [document["Statement"]];
  if (statements.length === 0) throw malformed("The policy has no statements.");
  const rewritten = statements.map((statement: unknown) => rewrittenStatement(statement, partition));
  return spelled({ ...ordered(document, ["Version", "Id"]), Statement: rewritten });
}

const statementOrder = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"];

function rewrittenStatement(statement: unknown, partition: string): Record<string, unknown> {
  if (!isObject(statement)) throw malformed("A statement of the policy is not an object.");
  const effect = statement["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw malformed("A statement of the policy has no valid Effect.");
  // Without an Action or a Resource a statement has no effect, and AWS takes it; without a principal it does not.
  if (!namesAnybody(statement["Principal"] ?? statement["NotPrincipal"])) {
    throw malformed("A statement of the policy has no principal.");
  }
  const members = ordered(statement, [...statementOrder, "Condition"]);
  for (const name of statementOrder) {
    const value = members[name];
    if (value === undefined) continue;
    members[name] = isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([kind, who]) => [kind, collapsed(who, partition)]))
      : collapsed(value, partition);
  }
  return members;
}

function namesAnybody(principals: unknown): boolean {
  if (isObject(principals)) return Object.values(principals).some(namesAnybody);
  return Array.isArray(principals)
    ? principals.some(namesAnybody)
    : typeof principals === "string" && principals !== "";
}

function collapsed(value: unknown, partition: string): unknown {
  const rewrite = (item: unknown): unknown =>
    typeof item === "string" && /^\d{12}$/.test(item) ? `arn:${partition}:iam::${item}:root` : item;
  if (!Array.isArray(value)) return rewrite(value);
  const [only, ...more] = value.map(rewrite);
  return more.length === 0 ? only : [only, ...more].toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}

function ordered(value: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(value, name) ? [[name, value[name]]] : [])));
}

function parsedPolicy(written: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(written);
  } catch {
    throw malformed("Policy contains invalid json");
  }
  if (!isObject(parsed)) throw malformed("Policy contains invalid json");
  return parsed;
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicyDocumentException", message);
}

/** AWS sets a space on both sides of a colon. */
function spelled(value: unknown, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[ ${value.map((item) => spelled(item, indent)).join(", ")} ]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)} : ${spelled(member, inner)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}
