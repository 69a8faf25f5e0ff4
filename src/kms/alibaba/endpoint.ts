import { checkedEndpoint, type Endpoint, isLoopback } from "../../http/endpoint";
import type { Environment } from "../../http/surroundings";
import type { AlibabaSettings } from "./settings";

export type AlibabaApi = "kms" | "sts";

const attributes = { kms: "endpoint", sts: "sts_endpoint" } as const satisfies Record<AlibabaApi, string>;

/** Where both of ECS's and of the container service's credentials are given out, on a link of the machine's own. */
export const metadataHost = "100.100.100.200";

/**
 * The endpoint that somebody set for an API; undefined where Alibaba Cloud's own is to be used.
 *
 * @throws ByokError `endpoint_not_allowed`
 */
export function configuredEndpoint(api: AlibabaApi, settings: AlibabaSettings, env: Environment): Endpoint | undefined {
  const written = api === "kms" ? settings.endpoint : settings.stsEndpoint;
  if (written !== undefined) return checked(written, `\`${attributes[api]}\``, api, true);
  const name = `ALIBABA_CLOUD_${api.toUpperCase()}_ENDPOINT`;
  const found = env[name];
  if (found !== undefined && found !== "") return checked(found, name, api, false);
  if (api === "kms") return undefined;
  // Who works against an emulator does not want to send invented credentials to Alibaba Cloud.
  const kms = configuredEndpoint("kms", settings, env);
  return kms !== undefined && isLoopback(kms.url.hostname) ? kms : undefined;
}

/** Alibaba Cloud's own endpoint of an API in a Region. */
export function regionalEndpoint(api: AlibabaApi, region: string, vpc: boolean): URL {
  return new URL(`https://${api}${vpc ? "-vpc" : ""}.${region}.aliyuncs.com`);
}

/** Whether the endpoints inside a VPC are wanted. */
export function wantsVpc(settings: AlibabaSettings, env: Environment): boolean {
  return settings.useVpcEndpoint ?? env["ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"]?.toLowerCase() === "true";
}

/** The last word before a request leaves: a loopback host, one of Alibaba Cloud's own, or an endpoint that was allowed. */
export function mayReceive(url: URL, allowed: readonly Endpoint[]): boolean {
  return (
    isLoopback(url.hostname) ||
    isAlibabaHost(url, "kms") ||
    isAlibabaHost(url, "sts") ||
    isMetadata(url) ||
    allowed.some((endpoint) => endpoint.url.origin === url.origin)
  );
}

export function isMetadata(url: URL): boolean {
  return url.protocol === "http:" && url.hostname === metadataHost && url.port === "";
}

function checked(text: string, source: string, api: AlibabaApi, reviewed: boolean): Endpoint {
  return checkedEndpoint(
    { text, source, reviewed },
    {
      service: api.toUpperCase(),
      vendor: "Alibaba Cloud",
      attribute: attributes[api],
      example: `https://${api}.cn-hangzhou.aliyuncs.com`,
      isOwn: (url) => isAlibabaHost(url, api),
    },
  );
}

/**
 * `kms.REGION.aliyuncs.com`, `kms-vpc.REGION.aliyuncs.com`, and `sts.aliyuncs.com` without a Region. Customers name hosts
 * of the same shape (a bucket called kms is kms.oss-cn-hangzhou.aliyuncs.com), so the Region must look like one.
 */
function isAlibabaHost(url: URL, api: AlibabaApi): boolean {
  if (url.protocol !== "https:" || url.port !== "") return false;
  const region = String.raw`\.[a-z]{2}(?:-[a-z0-9]{1,20}){1,5}`;
  const places = api === "sts" ? `(?:${region})?` : region;
  return new RegExp(`^${api}(?:-vpc)?${places}\\.aliyuncs\\.com$`).test(url.hostname);
}
