import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "../wire";
import { AlibabaError, missing } from "./errors";
import { header, type RpcRequest } from "./rpc-request";

/** What a signed request claims, before anybody has verified it. */
export interface SignedClaim {
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  /** Milliseconds since 1970. */
  readonly signedAtMs: number;
  /** Absent where the request has none, as version 1 of KMS allows. */
  readonly nonce: string | undefined;
  /** Whether the request was signed with this secret. */
  isSignedWith(secret: string): boolean;
}

/** @throws AlibabaError where something of the signature is missing or cannot be read */
export function signedClaim(request: WireRequest, rpc: RpcRequest): SignedClaim {
  return rpc.version === "v1" ? claimV1(request, rpc) : claimV3(request);
}

/** Version 1: all parameters, HMAC-SHA1. */
function claimV1(request: WireRequest, { parameters }: RpcRequest): SignedClaim {
  const [accessKeyId, signature] = [parameters.get("AccessKeyId"), parameters.get("Signature")];
  if (accessKeyId === undefined) throw missing("AccessKeyId");
  if (signature === undefined) throw missing("Signature");
  if (parameters.get("SignatureMethod") !== "HMAC-SHA1" || parameters.get("SignatureVersion") !== "1.0") {
    throw new AlibabaError("IncompleteSignature");
  }
  const toSign = stringToSignV1(request.method, parameters);
  return {
    accessKeyId,
    securityToken: parameters.get("SecurityToken"),
    signedAtMs: instant(parameters.get("Timestamp")),
    nonce: parameters.get("SignatureNonce"),
    isSignedWith: (secret) => same(createHmac("sha1", `${secret}&`).update(toSign).digest("base64"), signature),
  };
}

export function stringToSignV1(method: string, parameters: ReadonlyMap<string, string>): string {
  const pairs = [...parameters]
    .filter(([name]) => name !== "Signature")
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const);
  return `${method}&%2F&${percentEncoded(joined(pairs))}`;
}

const required = [
  "host",
  "x-acs-action",
  "x-acs-version",
  "x-acs-date",
  "x-acs-signature-nonce",
  "x-acs-content-sha256",
] as const;

/** Version 3: ACS3-HMAC-SHA256 in headers. */
function claimV3(request: WireRequest): SignedClaim {
  const [, accessKeyId, names, signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header(request, "authorization") ?? "",
    ) ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) {
    throw new AlibabaError("IncompleteSignature");
  }
  const signed = names.split(";");
  const present = Object.keys(request.headers).filter((name) => name.startsWith("x-acs-"));
  if (![...required, ...present].every((name) => signed.includes(name))) throw new AlibabaError("IncompleteSignature");
  if (signed.join() !== signed.toSorted().join()) throw new AlibabaError("IncompleteSignature");
  const hash = createHash("sha256").update(request.body).digest("hex");
  if (header(request, "x-acs-content-sha256") !== hash) throw new AlibabaError("IncompleteSignature");
  const canonical = [
    request.method,
    request.path,
    joined([...request.query].map(([name, value]) => [percentEncoded(name), percentEncoded(value)])),
    ...signed.map((name) => `${name}:${(header(request, name) ?? "").trim()}`),
    "",
    names,
    hash,
  ].join("\n");
  const toSign = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  return {
    accessKeyId,
    securityToken: header(request, "x-acs-security-token"),
    signedAtMs: instant(header(request, "x-acs-date")),
    nonce: header(request, "x-acs-signature-nonce"),
    isSignedWith: (secret) => same(createHmac("sha256", secret).update(toSign).digest("hex"), signature),
  };
}

function instant(text: string | undefined): number {
  const milliseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new AlibabaError("IllegalTimestamp");
  return milliseconds;
}

function joined(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function same(right: string, given: string): boolean {
  const [one, other] = [Buffer.from(right), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
