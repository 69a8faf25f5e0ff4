import { createHash } from "node:crypto";
import type { QkmsCredentials, SignableHeader } from "./access";

export interface Signing {
  readonly credentials: QkmsCredentials;
  readonly region: string;
  readonly signedHeaders: readonly SignableHeader[];
}

/**
 * The headers of a POST with an AWS4-HMAC-SHA256 signature for the service `kms`, over exactly the headers that are
 * configured: whether QKMS copes with more is not known.
 */
export async function signedRequestHeaders(
  {
    url,
    target,
    body,
    date,
  }: { readonly url: URL; readonly target: string; readonly body: string; readonly date: Date },
  { credentials, region, signedHeaders }: Signing,
): Promise<Readonly<Record<string, string>>> {
  // Loaded when the first request is signed: it takes a while.
  const [{ SignatureV4 }, { HttpRequest }, { Hash }] = await Promise.all([
    import("@smithy/signature-v4"),
    import("@smithy/core/protocols"),
    import("@smithy/core/serde"),
  ]);
  const signer = new SignatureV4({
    service: "kms",
    region,
    credentials,
    sha256: Hash.bind(null, "sha256"),
    // Adds a header of its own, which the set of signed headers decides about here.
    applyChecksum: false,
  });
  const headers: Record<string, string> = {
    "content-type": "application/x-amz-json-1.1",
    "content-length": String(Buffer.byteLength(body)),
    host: url.host,
    "x-amz-target": target,
    ...(signedHeaders.includes("x-amz-content-sha256")
      ? { "x-amz-content-sha256": createHash("sha256").update(body).digest("hex") }
      : {}),
  };
  const signed: ReadonlySet<string> = new Set(signedHeaders);
  const request = await signer.sign(
    new HttpRequest({
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers,
      body,
    }),
    { signingDate: date, unsignableHeaders: new Set(Object.keys(headers).filter((name) => !signed.has(name))) },
  );
  return request.headers;
}
