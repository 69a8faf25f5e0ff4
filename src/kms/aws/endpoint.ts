import { checkedEndpoint, type Endpoint, isLoopback } from "../../http/endpoint";
import type { Environment } from "../../http/surroundings";
import type { AwsSettings } from "./settings";
import type { SharedConfig } from "./shared-config";

/** The services of AWS by their names in variables and profiles. */
export type AwsService = "kms" | "sts" | StoreService;

/** Those that keep secrets. */
export type StoreService = "secrets_manager" | "ssm";

interface ServiceRow {
  /** The setting of its endpoint. */
  readonly attribute: string;
  /** Its name in the names of hosts. */
  readonly host: string;
  /** What messages call it. */
  readonly title: string;
  /** What the configuration says. */
  written(settings: AwsSettings): string | undefined;
}

const services: Readonly<Record<AwsService, ServiceRow>> = {
  kms: { attribute: "endpoint", host: "kms", title: "KMS", written: ({ endpoint }) => endpoint },
  sts: { attribute: "sts_endpoint", host: "sts", title: "STS", written: ({ stsEndpoint }) => stsEndpoint },
  secrets_manager: {
    attribute: "secretsmanager_endpoint",
    host: "secretsmanager",
    title: "Secrets Manager",
    written: ({ secretsmanagerEndpoint }) => secretsmanagerEndpoint,
  },
  ssm: { attribute: "ssm_endpoint", host: "ssm", title: "SSM", written: ({ ssmEndpoint }) => ssmEndpoint },
};

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
  const { attribute } = services[service];
  const written = services[service].written(settings);
  if (written !== undefined) return checked(written, `\`${attribute}\``, service, true);
  if (service !== "kms" && settings.endpoint !== undefined) {
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
  const { attribute, host, title } = services[service];
  return checkedEndpoint(
    { text, source, reviewed },
    {
      service: title,
      vendor: "AWS",
      attribute,
      example: `https://${host === "sts" ? "kms" : host}.eu-central-1.amazonaws.com`,
      remedy: ", or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
      isOwn: (url) => isAwsHost(url, host),
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

/** The services that are asked for credentials beside STS: those of IAM Identity Center and of `aws login`. */
const credentialServices = ["portal.sso", "oidc", "signin"];

function isAwsHost(url: URL, ...hosts: readonly string[]): boolean {
  if (url.protocol !== "https:") return false;
  const names = hosts.map((name) => `${name.replace(".", "\\.")}(?:-fips)?`).join("|");
  const suffixes = domains.map((domain) => domain.replaceAll(".", "\\.")).join("|");
  // sts.amazonaws.com has no Region; an interface endpoint of a VPC has `vpce-ID.` before and `.vpce` after.
  const regional = String.raw`(?:${names})(?:\.[a-z0-9-]+)?\.(?:${suffixes})`;
  const vpc = String.raw`vpce-[a-z0-9-]+\.(?:${names})\.[a-z0-9-]+\.vpce\.(?:${suffixes})`;
  const signIn = String.raw`[a-z0-9-]+\.(?:signin|oauth\.signin)\.(?:aws\.amazon\.com|aws|amazonaws\.cn|amazonaws-us-gov\.com|amazonaws-eusc\.eu)`;
  return new RegExp(`^(?:${regional}|${vpc}${hosts.includes("signin") ? `|${signIn}` : ""})$`).test(url.hostname);
}

/**
 * AWS's own endpoint of a store of secrets in a Region, made of KMS's own there, which the SDK knows for every partition:
 * the names of their hosts differ in the first word only. In the Regions for the US government SSM has no endpoint for FIPS
 * beside its usual one, which is one.
 */
export function storeEndpoint(service: StoreService, kms: URL): URL {
  const { host } = services[service];
  const hostname = kms.hostname.replace(/^kms(?=-fips\.|\.)/, host);
  return new URL(`https://${hostname.replace(/^ssm-fips(\.us-gov-[a-z0-9-]+\.amazonaws\.com)$/, "ssm$1")}`);
}

/**
 * The last word before a request leaves, also for those that the SDK sends on its own to find credentials: the host is
 * a loopback host, one of AWS's own, or one of the endpoints that were allowed.
 */
export function mayReceive(url: URL, allowed: readonly Endpoint[]): boolean {
  return (
    isLoopback(url.hostname) ||
    isAwsHost(url, ...Object.values(services).map(({ host }) => host), ...credentialServices) ||
    allowed.some((endpoint) => endpoint.url.origin === url.origin)
  );
}
