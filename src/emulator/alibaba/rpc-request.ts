import type { WireRequest } from "../wire";
import type { Parameters } from "./input";

/** A request of the RPC style, whatever version it is signed by. */
export interface RpcRequest {
  readonly version: "v1" | "v3";
  /** `ImportKeyMaterial` */
  readonly action: string;
  /** Of the API: `2016-01-20`. */
  readonly apiVersion: string;
  readonly format: "json" | "xml";
  /** Of the query and of the form in the body. */
  readonly parameters: Parameters;
}

/** API versions of KMS and of STS. */
export const kmsVersion = "2016-01-20";
export const stsVersion = "2015-04-01";

/** The request as RPC; undefined where it is none of Alibaba Cloud's. */
export function rpcRequest(request: WireRequest): RpcRequest | undefined {
  const parameters = new Map([...request.query, ...formOf(request)]);
  const action = header(request, "x-acs-action");
  const signed = parameters.has("SignatureVersion") || parameters.has("SignatureMethod");
  // Official clients send these headers beside a signature of version 1 too.
  if (!signed && (action !== undefined || header(request, "authorization")?.startsWith("ACS3-") === true)) {
    const asked = parameters.get("Format") ?? (header(request, "accept")?.includes("xml") === true ? "XML" : "JSON");
    return {
      version: "v3",
      action: action ?? "",
      apiVersion: header(request, "x-acs-version") ?? "",
      format: asked.toLowerCase() === "xml" ? "xml" : "json",
      parameters,
    };
  }
  const apiVersion = parameters.get("Version") ?? "";
  if (!parameters.has("Action") || !(apiVersion === kmsVersion || apiVersion === stsVersion || signed)) {
    return undefined;
  }
  return {
    version: "v1",
    action: parameters.get("Action") ?? "",
    apiVersion,
    format: parameters.get("Format")?.toLowerCase() === "json" ? "json" : "xml",
    parameters,
  };
}

export function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

function formOf(request: WireRequest): URLSearchParams {
  const isForm = header(request, "content-type")?.startsWith("application/x-www-form-urlencoded") === true;
  return new URLSearchParams(isForm ? request.body.toString("utf8") : "");
}
