import { ByokError } from "../../engine/errors";
import type { KeyService } from "../../engine/key-service";
import type { ClientConfigs } from "./clients";
import { requestLog } from "../request-log";
import { regionClients } from "./clients";
import { checkCredentialSettings, credentialProvider } from "./credentials";
import { readCaBundle } from "../ca-bundle";
import type { Connection, ConnectionOptions } from "../cloud";
import type { Endpoint } from "../../http/endpoint";
import { once } from "../once";
import { serviceTime } from "../service-time";
import { defaultTimeouts, type Environment } from "../../http/surroundings";
import { warnOfVerification } from "../verification";
import type { AwsService, StoreService } from "./endpoint";
import { configuredEndpoint, storeEndpoint } from "./endpoint";
import { awsKeyService } from "./key-service";
import { checkRegion, defaultRegion } from "./region";
import type { RequestHandler } from "./request-handler";
import { requestHandler } from "./request-handler";
import { awsSecrets } from "./secret-store";
import type { AwsSettings } from "./settings";
import type { SharedConfig } from "./shared-config";
import { readSharedConfig } from "./shared-config";
import { aws } from "./vendor";

/**
 * Settles how to reach AWS. Sends nothing and loads no SDK: what is wrong with the settings is reported here, the rest by the
 * first request. The SDK's default chain of credentials reads `process.env`, whatever environment is given.
 *
 * @throws ByokError `invalid_argument`, `endpoint_not_allowed`
 */
export function awsKeyServices(settings: AwsSettings, options: ConnectionOptions): Connection {
  const { clock, log, env = process.env } = options;
  checkCredentialSettings(settings);
  const shared = readSharedConfig(settings, env);
  const region = defaultRegion(settings, env, shared);
  const endpointOf = (service: AwsService): Endpoint | undefined => configuredEndpoint(service, settings, env, shared);
  const endpoints = { kms: endpointOf("kms"), sts: endpointOf("sts") };
  // What somebody wrote is judged now; what the environment says of stores, once one is read.
  if (settings.secretsmanagerEndpoint !== undefined) endpointOf("secrets_manager");
  if (settings.ssmEndpoint !== undefined) endpointOf("ssm");
  warnOfVerification(env, log, aws);
  checkVerification(env);
  const caBundle = caBundleOf(settings, env, shared);
  const variants = endpointVariants(settings, env, shared, endpoints.kms);
  const open: RequestHandler[] = [];
  const handlerFor = (allowed: () => readonly (Endpoint | undefined)[]): (() => Promise<RequestHandler>) =>
    once(async () => {
      const made = await requestHandler({
        endpoints: allowed().filter((endpoint) => endpoint !== undefined),
        ...(caBundle === undefined ? {} : { caBundle }),
        timeouts: { ...defaultTimeouts, ...options.timeouts },
        log,
      });
      open.push(made);
      return made;
    });
  const handler = handlerFor(() => [endpoints.kms, endpoints.sts]);

  let provider: ReturnType<typeof credentialProvider> | undefined;
  const credentials = async (place: string): ReturnType<typeof credentialProvider> => {
    const requests = await handler();
    provider ??= credentialProvider({
      settings,
      env,
      shared,
      region: region ?? place,
      stsEndpoint: endpoints.sts,
      handler: requests,
      log,
    });
    return provider;
  };
  const configs = (place: string): ClientConfigs => {
    const config = async (service: keyof typeof endpoints) => {
      const endpoint = endpoints[service];
      return {
        region: place,
        credentials: await credentials(place),
        requestHandler: await handler(),
        // Whether a request may be repeated is for the engine to judge.
        maxAttempts: 1,
        retryMode: "standard",
        defaultsMode: "standard" as const,
        // Endpoints out of the environment have been judged above; the SDK does not look again.
        ignoreConfiguredEndpointUrls: true,
        ...(endpoint === undefined ? variants : { endpoint: endpoint.url.href, ...noVariants }),
        customUserAgent: "byok",
      };
    };
    return { kms: () => config("kms"), sts: () => config("sts") };
  };

  const handlers: Readonly<Record<StoreService, () => Promise<RequestHandler>>> = {
    secrets_manager: handlerFor(() => [endpointOf("secrets_manager")]),
    ssm: handlerFor(() => [endpointOf("ssm")]),
  };
  const readSecret = awsSecrets({
    region: (named) => checkRegion(named ?? region),
    endpoint: async (service, place) =>
      endpointOf(service)?.url ?? storeEndpoint(service, await kmsOf(place, variants)),
    credentials,
    handler: (service) => handlers[service](),
    time: serviceTime(clock),
    began: requestLog(log, clock),
  });

  const services = new Map<string, KeyService>();
  return {
    ...(region === undefined ? {} : { defaultRegion: region }),
    service(named) {
      const place = checkRegion(named ?? region);
      const known = services.get(place);
      if (known !== undefined) return known;
      const service = awsKeyService(regionClients(place, configs(place), requestLog(log, clock)), clock);
      services.set(place, service);
      return service;
    },
    readSecret,
    destroy() {
      for (const made of open) made.destroy?.();
    },
  };
}

/** AWS's own endpoint of KMS in a Region. */
async function kmsOf(region: string, variants: Variants): Promise<URL> {
  const { KMSClient } = await import("@aws-sdk/client-kms");
  const { useFipsEndpoint: UseFIPS, useDualstackEndpoint: UseDualStack } = variants;
  const client = new KMSClient({ region });
  return client.config.endpointProvider({ Region: region, UseFIPS, UseDualStack }).url;
}

/** Refuses what the SDK would not verify. */
function checkVerification(env: Environment): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  // The SDK fetches these by means of its own, which do heed the variable.
  const source = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] ?? "";
  if (!source.toLowerCase().startsWith("https:")) return;
  throw new ByokError(
    "endpoint_not_allowed",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI names an HTTPS host for credentials while NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody answer for it. Take NODE_TLS_REJECT_UNAUTHORIZED out of the environment.",
  );
}

function caBundleOf(settings: AwsSettings, env: Environment, shared: SharedConfig): string | undefined {
  const sources = [
    ["`custom_ca_bundle`", settings.customCaBundle],
    ["AWS_CA_BUNDLE", env["AWS_CA_BUNDLE"]],
    [`\`ca_bundle\` of the profile "${shared.profileName}"`, shared.profile["ca_bundle"]],
  ] as const;
  for (const [source, path] of sources) {
    if (path !== undefined && path !== "") return readCaBundle(path, source);
  }
  return undefined;
}

/** Which of AWS's own endpoints are used. */
interface Variants {
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
}

const noVariants: Variants = { useFipsEndpoint: false, useDualstackEndpoint: false };

function endpointVariants(
  settings: AwsSettings,
  env: Environment,
  shared: SharedConfig,
  endpoint: Endpoint | undefined,
): Variants {
  if (endpoint !== undefined && (settings.useFipsEndpoint === true || settings.useDualstackEndpoint === true)) {
    const attribute = settings.useFipsEndpoint === true ? "use_fips_endpoint" : "use_dualstack_endpoint";
    throw new ByokError(
      "invalid_argument",
      `\`${attribute}\` chooses among AWS's own endpoints, and ${endpoint.source} names one. Keep one of the two.`,
      { attribute },
    );
  }
  const flag = (written: boolean | undefined, name: string): boolean =>
    written ?? (env[`AWS_${name.toUpperCase()}`] || shared.profile[name])?.toLowerCase() === "true";
  return {
    useFipsEndpoint: flag(settings.useFipsEndpoint, "use_fips_endpoint"),
    useDualstackEndpoint: flag(settings.useDualstackEndpoint, "use_dualstack_endpoint"),
  };
}
