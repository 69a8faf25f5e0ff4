import { randomUUID } from "node:crypto";
import { ByokError } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import { answerDate } from "../answer-date";
import type { HttpAnswer, HttpSender } from "../../http/http-sender";
import { unreadable } from "../../http/network-errors";
import type { RequestLog } from "../request-log";
import type { ServiceTime } from "../service-time";
import { authorization, formEncoded, sha256 } from "./signature";
import { alibaba } from "./vendor";

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Of temporary credentials. */
  readonly securityToken?: string;
  /** Absent: they do not expire. */
  readonly expiresAt?: EpochSeconds;
}

/** Of the API of the Security Token Service. */
export const stsVersion = "2015-04-01";

/** One call of an RPC-style API. */
export interface RpcCall {
  readonly endpoint: URL;
  /** `ImportKeyMaterial` */
  readonly action: string;
  /** Of the API: `2016-01-20`. */
  readonly version: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Absent for the few calls that are not signed. */
  readonly credentials?: Credentials;
}

/** A good answer, or the error that the API gave. */
export type RpcAnswer = {
  /** The date that the answer bears. */
  readonly at: EpochSeconds | undefined;
} & (
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly status: number;
      readonly name: string;
      readonly words: string;
      readonly requestId?: unknown;
    }
);

/** @throws ByokError where no readable answer came */
export type Rpc = (call: RpcCall, signal?: AbortSignal) => Promise<RpcAnswer>;

/** One signed request, and its answer as it came. Its date is noted. */
export async function sentRpc(
  call: RpcCall,
  sender: HttpSender,
  time: ServiceTime,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  const body = formEncoded(call.parameters);
  const headers = signedHeaders(call, body, new Date(time.now()));
  const answer = await sender.send({ method: "POST", url: call.endpoint, headers, body }, signal);
  const date = answerDate(answer.headers.date);
  if (date !== undefined) time.heard(date);
  return answer;
}

/**
 * Calls of RPC-style APIs, signed by version 3. The parameters go into the body, so that no ciphertext and no token
 * stands in a URL, which proxies and servers write down.
 */
export function rpc(sender: HttpSender, time: ServiceTime, began: RequestLog): Rpc {
  return async (call, signal) => {
    const service = call.version === stsVersion ? "sts" : "kms";
    const region = call.parameters["RegionId"];
    const ended = began({ service, operation: call.action, ...(region === undefined ? {} : { region }) });
    const answer = await sentRpc(call, sender, time, signal).catch((thrown: unknown) => {
      ended({ outcome: ByokError.from(thrown).code });
      throw thrown;
    });
    const date = answerDate(answer.headers.date);
    const at = date === undefined ? undefined : Math.floor(date / 1000);
    const fields = fieldsOf(answer.body);
    const requestId = fields?.["RequestId"] ?? answer.headers["x-acs-request-id"];
    if (answer.status >= 200 && answer.status < 300) {
      ended({ outcome: "ok", requestId });
      if (fields === undefined) {
        throw new ByokError("untrusted_answer", unreadable(alibaba), { effectUnknown: true });
      }
      return { ok: true, at, fields };
    }
    const text = (name: string): string => {
      const value = fields?.[name];
      return typeof value === "string" ? value : "";
    };
    ended({ outcome: text("Code"), requestId });
    return { ok: false, at, status: answer.status, name: text("Code"), words: text("Message"), requestId };
  };
}

function signedHeaders(call: RpcCall, body: string, now: Date): Readonly<Record<string, string>> {
  const { endpoint, action, version, credentials } = call;
  const headers = {
    host: endpoint.host,
    accept: "application/json",
    "user-agent": "byok",
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(Buffer.byteLength(body)),
    "x-acs-action": action,
    "x-acs-version": version,
    "x-acs-date": now.toISOString().replace(/\.\d+Z$/, "Z"),
    "x-acs-signature-nonce": randomUUID(),
    "x-acs-content-sha256": sha256(body),
  };
  if (credentials === undefined) return headers;
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const signed = securityToken === undefined ? headers : { ...headers, "x-acs-security-token": securityToken };
  const request = { method: "POST", path: endpoint.pathname, query: {}, headers: signed, body };
  return { ...signed, authorization: authorization(request, { id: accessKeyId, secret: accessKeySecret }) };
}

/** The members of a JSON object; undefined where it is none. */
export function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
