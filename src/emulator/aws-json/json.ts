import { randomUUID } from "node:crypto";
import type { AnswerFields } from "../exchange";
import type { WireAnswer, WireRequest } from "../wire";
import type { AwsError } from "./errors";
import { isObject } from "./input";

/** AWS's JSON 1.1, as far as it knows nothing of operations. */

export type Body = Readonly<Record<string, unknown>>;

const targetPrefix = "TrentService.";

/** The operation that a request names; empty where it names none of a KMS. */
export function targetOf(request: WireRequest): string {
  const target = request.headers["x-amz-target"];
  return typeof target === "string" && target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : "";
}

/** undefined where the body is not a JSON object. */
export function parsedBody(body: Buffer): Body | undefined {
  if (body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The member that names the key of a request, as it was sent. */
export function keyIdOf(body: Body | undefined): string | undefined {
  for (const member of ["KeyId", "TargetKeyId", "SourceKeyId"]) {
    const value = body !== undefined && Object.hasOwn(body, member) ? body[member] : undefined;
    if (typeof value === "string") return value;
  }
  return undefined;
}

export function okAnswer(fields: AnswerFields): WireAnswer {
  return { status: 200, headers: headers(), body: JSON.stringify(fields) };
}

export function errorAnswer(error: AwsError): WireAnswer {
  const message = error.message === "" ? {} : { message: error.message };
  return {
    status: error.status,
    headers: headers(),
    body: JSON.stringify({ __type: error.code, ...message }),
    errorCode: error.code,
  };
}

function headers(): Record<string, string> {
  return { "Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": randomUUID() };
}
