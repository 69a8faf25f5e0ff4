import { checkedEndpoint, type Endpoint, isLoopback } from "../../http/endpoint";
import type { Environment } from "../../http/surroundings";
import type { AwsSettings } from "./settings";
import type { SharedConfig } from "./shared-config";

export type AwsService = "kms" | "sts";

const attributes = { kms: "endpoint", sts: "sts_endpoint" } as const satisfies Record<AwsService, string>;

/**
 * The endpoint that somebody set for a service; undefined where AWS's own is to be used. The order is that of the AWS
 * CLI: configuration, variable of the service, general variable, `services` section of the profile, profile.
 *
 * @throws ByokError `endpoint_not_allowed`
 */
export function configuredEndpoint(
  service: AwsService,
  settings: AwsSettings,
  env: Environment,
  shared: SharedConfig,
): Endpoint | undefined {
  const written = service === "kms" ? settings.endpoint : settings.stsEndpoint;
  if (written !== undefined) return checked(written, `\`${attributes[service]}\``, service, true);
  if (service === "sts" && settings.endpoint !== undefined) {
    // Who works against an emulator does not want to send its invented credentials to AWS.
    const kms = checked(settings.endpoint, "`endpoint`", "kms", true);
    if (isLoopback(kms.url.hostname)) return kms;
  }
  const found = ignoresConfigured(env, shared) ? undefined : fromSurroundings(service, env, shared);
  return found === undefined ? undefined : checked(found.text, found.source, service, false);
}

function fromSurroundings(
  service: AwsService,
  env: Environment,
  shared: SharedConfig,
): { readonly text: string; readonly source: string } | undefined {
  const inProfile = `of the profile "${shared.profileName}" in the shared configuration files`;
  const candidates = [
    { text: env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`], source: `AWS_ENDPOINT_URL_${service.toUpperCase()}` },
    { text: env["AWS_ENDPOINT_URL"], source: "AWS_ENDPOINT_URL" },
    { text: shared.serviceEndpoint(service), source: `\`endpoint_url\` in the \`services\` section ${inProfile}` },
    { text: shared.profile["endpoint_url"], source: `\`endpoint_url\` ${inProfile}` },
  ];
  for (const { text, source } of candidates) {
    if (text !== undefined && text !== "") return { text, source };
  }
  return undefined;
}

function ignoresConfigured(env: Environment, shared: SharedConfig): boolean {
  const value = env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? shared.profile["ignore_configured_endpoint_urls"];
  return value?.toLowerCase() === "true";
}

function checked(text: string, source: string, service: AwsService, reviewed: boolean): Endpoint {
  return checkedEndpoint(
    { text, source, reviewed },
    {
      service: service.toUpperCase(),
      vendor: "AWS",
      attribute: attributes[service],
      example: "https://kms.eu-central-1.amazonaws.com",
      remedy: ", or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
      isOwn: (url) => isAwsHost(url, service),
    },
  );
}

/**
 * The domains of AWS's partitions, from the partitions file of the AWS SDKs: each partition's DNS suffix and that of its
 * dual-stack endpoints. Customers can have hosts of their own below them (buckets, load balancers), so that the name of
 * the service must stand before it as well.
 */
const domains = [
  "amazonaws.com",
  "api.aws",
  "amazonaws.com.cn",
  "api.amazonwebservices.com.cn",
  "amazonaws.eu",
  "api.amazonwebservices.eu",
  "c2s.ic.gov",
  "api.aws.ic.gov",
  "sc2s.sgov.gov",
  "api.aws.scloud",
  "cloud.adc-e.uk",
  "api.cloud-aws.adc-e.uk",
  "csp.hci.ic.gov",
  "api.aws.hci.ic.gov",
];

/** The services that are asked for credentials: beside STS those of IAM Identity Center and of `aws login`. */
const credentialServices = ["sts", "portal.sso", "oidc", "signin"];

function isAwsHost(url: URL, ...services: readonly string[]): boolean {
  if (url.protocol !== "https:") return false;
  const names = services.map((name) => `${name.replace(".", "\\.")}(?:-fips)?`).join("|");
  const suffixes = domains.map((domain) => domain.replaceAll(".", "\\.")).join("|");
  // sts.amazonaws.com has no Region; an interface endpoint of a VPC has `vpce-ID.` before and `.vpce` after.
  const regional = String.raw`(?:${names})(?:\.[a-z0-9-]+)?\.(?:${suffixes})`;
  const vpc = String.raw`vpce-[a-z0-9-]+\.(?:${names})\.[a-z0-9-]+\.vpce\.(?:${suffixes})`;
  const signIn = String.raw`[a-z0-9-]+\.(?:signin|oauth\.signin)\.(?:aws\.amazon\.com|aws|amazonaws\.cn|amazonaws-us-gov\.com|amazonaws-eusc\.eu)`;
  return new RegExp(`^(?:${regional}|${vpc}${services.includes("signin") ? `|${signIn}` : ""})$`).test(url.hostname);
}

/**
 * The last word before a request leaves, also for those that the SDK sends on its own to find credentials: the host is
 * a loopback host, one of AWS's own, or one of the endpoints that were allowed.
 */
export function mayReceive(url: URL, allowed: readonly Endpoint[]): boolean {
  return (
    isLoopback(url.hostname) ||
    isAwsHost(url, "kms", ...credentialServices) ||
    allowed.some((endpoint) => endpoint.url.origin === url.origin)
  );
}
