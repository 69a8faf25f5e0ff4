import { randomUUID } from "node:crypto";
import type { AnswerFields } from "../exchange";
import type { WireAnswer } from "../wire";
import type { AlibabaError } from "./errors";

export type Format = "json" | "xml";

export function okAnswer(fields: AnswerFields, format: Format): WireAnswer {
  const requestId = randomUUID();
  return answer(200, { ...fields, RequestId: requestId }, format, requestId);
}

/** @param host as the caller named it */
export function errorAnswer(
  error: Pick<AlibabaError, "code" | "message" | "status">,
  format: Format,
  host: string,
): WireAnswer {
  const requestId = randomUUID();
  const { status, code, message } = error;
  const fields = { HttpStatus: status, Code: code, Message: message, RequestId: requestId, HostId: host };
  return { ...answer(status, fields, format, requestId), errorCode: code };
}

function answer(status: number, fields: AnswerFields, format: Format, requestId: string): WireAnswer {
  const [type, body] =
    format === "json"
      ? ["application/json;charset=utf-8", JSON.stringify(fields)]
      : ["text/xml;charset=utf-8", `<?xml version="1.0" encoding="UTF-8"?>${element("KMS", fields)}`];
  return { status, headers: { "Content-Type": type, "x-acs-request-id": requestId }, body };
}

/** Lists are elements of one name, one after another. */
function element(name: string, value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((item: unknown) => element(name, item)).join("");
  if (typeof value !== "object" || value === null) return `<${name}>${escaped(written(value))}</${name}>`;
  const members = Object.entries(value).map(([member, content]) => element(member, content));
  return `<${name}>${members.join("")}</${name}>`;
}

function written(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
