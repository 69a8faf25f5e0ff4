import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../aws-json/errors";

/** What the Authorization header of a signed request says. The signature itself is not verified. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/**
 * @returns undefined where the request is not signed
 * @throws AwsError IncompleteSignatureException
 */
export function credentialScope(headers: IncomingHttpHeaders): CredentialScope | undefined {
  const header = headers.authorization;
  if (header === undefined || header === "") return undefined;
  const [, accessKeyId, region, service] =
    /^AWS4-[A-Z0-9-]+ .*Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\b/.exec(header) ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) {
    throw new AwsError("IncompleteSignatureException", "Authorization header requires a 'Credential' of five parts.");
  }
  return { accessKeyId, region, service };
}
