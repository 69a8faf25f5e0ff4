import { ByokError } from "../../engine/errors";
import { checkedEndpoint, type Endpoint } from "../../http/endpoint";
import type { Environment } from "../../http/surroundings";
import type { QkmsSettings } from "./settings";

export interface QkmsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Headers that byok can sign. */
export const signableHeaders = [
  "content-length",
  "content-type",
  "host",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-target",
] as const;

export type SignableHeader = (typeof signableHeaders)[number];

const defaultSignedHeaders: readonly SignableHeader[] = ["content-type", "host", "x-amz-date", "x-amz-target"];

/** Without these a signature would not say what is asked for, of whom and when. */
const alwaysSigned: readonly SignableHeader[] = ["host", "x-amz-date", "x-amz-target"];

const ownHost = "qkms.quilibrium.com";

/** @throws ByokError `endpoint_not_allowed` */
export function qkmsEndpoint(settings: QkmsSettings, env: Environment): Endpoint {
  const fromEnv = env["QKMS_ENDPOINT_URL"];
  const written =
    settings.endpoint === undefined
      ? { text: fromEnv || `https://${ownHost}`, source: "QKMS_ENDPOINT_URL", reviewed: false }
      : { text: settings.endpoint, source: "`endpoint`", reviewed: true };
  const { url, source } = checkedEndpoint(written, {
    service: "KMS",
    vendor: "Quilibrium",
    attribute: "endpoint",
    example: `https://${ownHost}`,
    isOwn: (candidate) => candidate.protocol === "https:" && candidate.host === ownHost,
  });
  const stripped = new URL(url);
  // Of two slashes the service's front redirects to one, and a redirected request has the wrong signature.
  stripped.pathname = `${url.pathname.replace(/\/+$/, "")}/`;
  return { url: stripped, source };
}

/** @throws ByokError `credentials_missing`, `invalid_argument` where one of a pair is missing */
export function qkmsCredentials(settings: QkmsSettings, env: Environment): QkmsCredentials {
  const { accessKey, secretKey } = settings;
  if (accessKey !== undefined || secretKey !== undefined) {
    return pair(accessKey, secretKey, { access: "access_key", secret: "secret_key" });
  }
  const [id, secret] = [env["QKMS_ACCESS_KEY_ID"] || undefined, env["QKMS_SECRET_ACCESS_KEY"] || undefined];
  if (id === undefined && secret === undefined) {
    throw new ByokError(
      "credentials_missing",
      "No credentials for QKMS were found. Set `access_key` and `secret_key` in the configuration, or QKMS_ACCESS_KEY_ID and QKMS_SECRET_ACCESS_KEY in the environment. Credentials of AWS are never sent to QKMS.",
      { attribute: "access_key" },
    );
  }
  return pair(id, secret, { access: "QKMS_ACCESS_KEY_ID", secret: "QKMS_SECRET_ACCESS_KEY" });
}

function pair(
  id: string | undefined,
  secret: string | undefined,
  names: { readonly access: string; readonly secret: string },
): QkmsCredentials {
  if (id === undefined || id === "") throw incomplete(names.access, names.secret, "access_key");
  if (secret === undefined || secret === "") throw incomplete(names.secret, names.access, "secret_key");
  // It becomes part of a header, where anything else would end it.
  if (!/^[\w.+=@-]{1,256}$/.test(id)) {
    throw new ByokError("invalid_argument", `\`${names.access}\` is no access key id. Correct it.`, {
      attribute: "access_key",
    });
  }
  return { accessKeyId: id, secretAccessKey: secret };
}

function incomplete(missing: string, given: string, attribute: string): ByokError {
  return new ByokError("invalid_argument", `\`${given}\` is set and \`${missing}\` is not. Set both or neither.`, {
    attribute,
  });
}

/** @throws ByokError `invalid_argument` */
export function signingRegion(settings: QkmsSettings, env: Environment): string {
  const region = settings.region ?? (env["QKMS_REGION"] || "us-east-1");
  if (!/^[a-z0-9-]{1,64}$/.test(region)) {
    throw new ByokError("invalid_argument", "`region` must be a Region name, such as us-east-1. Correct it.", {
      attribute: "region",
    });
  }
  return region;
}

/** In alphabetical order, as a signature lists them. @throws ByokError `invalid_argument` */
export function signedHeaders(settings: QkmsSettings): readonly SignableHeader[] {
  const named = new Set((settings.signedHeaders ?? defaultSignedHeaders).map((name) => name.toLowerCase()));
  const unknown = [...named].filter((name) => !signableHeaders.some((header) => header === name));
  const missing = alwaysSigned.filter((name) => !named.has(name));
  if (unknown.length > 0 || missing.length > 0) {
    throw new ByokError(
      "invalid_argument",
      `\`signed_headers\` may name ${signableHeaders.join(", ")}, and must name ${alwaysSigned.join(", ")}. Correct it, or leave it out.`,
      { attribute: "signed_headers" },
    );
  }
  return signableHeaders.filter((name) => named.has(name));
}
