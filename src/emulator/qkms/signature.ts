import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "../wire";
import type { QkmsRules } from "./options";

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/kms\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** Who signed a request, or why nobody is believed to have. */
export type Verdict = { readonly accessKeyId: string } | { readonly why: string };

/**
 * Verifies an AWS4-HMAC-SHA256 signature for the service `kms`. It must cover exactly the headers of the rules. Its date
 * is not compared with the clock: nothing is documented about that.
 */
export function verified(request: WireRequest, rules: QkmsRules): Verdict {
  const [, accessKeyId = "", day = "", region = "", headerNames = "", signature = ""] =
    authorizationPattern.exec(request.headers.authorization ?? "") ?? [];
  if (accessKeyId === "") return { why: "The request is not signed." };
  const secret = Object.hasOwn(rules.credentials, accessKeyId) ? rules.credentials[accessKeyId] : undefined;
  if (secret === undefined) return { why: "The access key is not known." };
  const expectedNames = rules.signedHeaders.toSorted().join(";");
  if (headerNames !== expectedNames) return { why: `The signature must cover ${expectedNames}.` };
  const date = header(request, "x-amz-date");
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day)) return { why: "The signature's date is another." };
  const text = [
    "AWS4-HMAC-SHA256",
    date,
    `${day}/${region}/kms/aws4_request`,
    digest(canonicalRequest(request, headerNames)),
  ].join("\n");
  const right = hmac(signingKey(secret, day, region), text);
  if (!timingSafeEqual(right, Buffer.from(signature, "hex"))) return { why: "The signature does not match." };
  return { accessKeyId };
}

function canonicalRequest(request: WireRequest, headerNames: string): string {
  const lines = headerNames.split(";").map((name) => `${name}:${header(request, name).trim().replace(/ +/g, " ")}\n`);
  const query = [...request.query].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).toSorted();
  return [
    request.method,
    request.path.split("/").map(encoded).join("/"),
    query.join("&"),
    lines.join(""),
    headerNames,
    digest(request.body),
  ].join("\n");
}

function header(request: WireRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signingKey(secret: string, day: string, region: string): Buffer {
  return [day, region, "kms", "aws4_request"].reduce(hmac, Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function digest(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
