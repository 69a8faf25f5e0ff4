import { createHash, createHmac } from "node:crypto";

/** A request as far as its signature goes. */
export interface SignableRequest {
  readonly method: string;
  /** `/` for RPC. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. Those that are signed: `host`, `content-type` and everything that begins with `x-acs-`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

const algorithm = "ACS3-HMAC-SHA256";

/**
 * The `Authorization` header of a request, by signature version 3.
 *
 * Source: Alibaba Cloud, "V3 request body and signature mechanism".
 */
export function authorization(request: SignableRequest, accessKey: AccessKey): string {
  const names = signedNames(request.headers);
  const signature = createHmac("sha256", accessKey.secret)
    .update(`${algorithm}\n${sha256(canonicalRequest(request, names))}`)
    .digest("hex");
  return `${algorithm} Credential=${accessKey.id},SignedHeaders=${names.join(";")},Signature=${signature}`;
}

/** What is hashed and signed: method, path, query, headers and their names, and the hash of the body. */
export function canonicalRequest(request: SignableRequest, names = signedNames(request.headers)): string {
  const { method, path, query, headers, body } = request;
  return [
    method,
    path,
    formEncoded(query),
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim()}`),
    "",
    names.join(";"),
    sha256(body),
  ].join("\n");
}

/** Parameters in the order of their names, percent-encoded by RFC 3986: for a query and for the body of a form. */
export function formEncoded(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** The hex SHA-256 of a text, as in `x-acs-content-sha256`. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function signedNames(headers: Readonly<Record<string, string>>): string[] {
  return Object.keys(headers)
    .filter((name) => name === "host" || name === "content-type" || name.startsWith("x-acs-"))
    .toSorted();
}

/** `encodeURIComponent` leaves `!'()*` as they are, which RFC 3986 reserves. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
