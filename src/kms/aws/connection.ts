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
import { defaultTimeouts, type Environment } from "../../http/surroundings";
import { warnOfVerification } from "../verification";
import type { AwsService } from "./endpoint";
import { configuredEndpoint } from "./endpoint";
import { awsKeyService } from "./key-service";
import { checkRegion, defaultRegion } from "./region";
import type { RequestHandler } from "./request-handler";
import { requestHandler } from "./request-handler";
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
  const endpoints: Readonly<Record<AwsService, Endpoint | undefined>> = {
    kms: configuredEndpoint("kms", settings, env, shared),
    sts: configuredEndpoint("sts", settings, env, shared),
  };
  warnOfVerification(env, log, aws);
  checkVerification(env);
  const caBundle = caBundleOf(settings, env, shared);
  const variants = endpointVariants(settings, env, shared, endpoints.kms);
  let open: RequestHandler | undefined;
  const handler = once(async () => {
    open = await requestHandler({
      endpoints: [endpoints.kms, endpoints.sts].filter((endpoint) => endpoint !== undefined),
      ...(caBundle === undefined ? {} : { caBundle }),
      timeouts: { ...defaultTimeouts, ...options.timeouts },
      log,
    });
    return open;
  });

  let credentials: ReturnType<typeof credentialProvider> | undefined;
  const configs = (place: string): ClientConfigs => {
    const config = async (service: AwsService) => {
      const endpoint = endpoints[service];
      const requests = await handler();
      credentials ??= credentialProvider({
        settings,
        env,
        shared,
        region: region ?? place,
        stsEndpoint: endpoints.sts,
        handler: requests,
        log,
      });
      return {
        region: place,
        credentials: await credentials,
        requestHandler: requests,
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
    destroy() {
      open?.destroy?.();
    },
  };
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

const noVariants = { useFipsEndpoint: false, useDualstackEndpoint: false };

function endpointVariants(
  settings: AwsSettings,
  env: Environment,
  shared: SharedConfig,
  endpoint: Endpoint | undefined,
): { readonly useFipsEndpoint: boolean; readonly useDualstackEndpoint: boolean } {
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
