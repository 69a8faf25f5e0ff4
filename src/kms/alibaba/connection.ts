import type { Clock } from "../../engine/clock";
import type { KeyService } from "../../engine/key-service";
import type { Log } from "../../engine/log";
import { readCaBundle } from "../ca-bundle";
import type { Endpoint } from "../endpoint";
import { httpSender } from "../http-sender";
import { defaultTimeouts, type Environment, type Timeouts } from "../surroundings";
import { readCliProfiles } from "./cli-profile";
import { checkCredentialSettings, credentialProvider } from "./credentials";
import { configuredEndpoint, mayReceive, regionalEndpoint, wantsVpc } from "./endpoint";
import { alibabaKeyService } from "./key-service";
import { checkRegion, defaultRegion } from "./region";
import { rpc, serviceTime } from "./rpc";
import type { AlibabaSettings } from "./settings";
import { stsService } from "./sts";
import { alibaba } from "./vendor";

export interface AlibabaKeyServicesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Default `process.env`. */
  readonly env?: Environment;
  readonly timeouts?: Partial<Timeouts>;
}

/** Alibaba Cloud KMS in every Region, with one set of credentials. */
export interface AlibabaKeyServices {
  /** The Region in force where none is named; absent where none is set. */
  readonly defaultRegion?: string;
  /**
   * The KMS of a Region, the same object for the same Region.
   *
   * @throws ByokError `invalid_argument` on `region` where no Region is named or set
   */
  service(region?: string): KeyService;
  /** Closes connections. */
  destroy(): void;
}

/**
 * Settles how to reach Alibaba Cloud. Sends nothing: what is wrong with the settings is told here, the rest by the first
 * request.
 *
 * @throws ByokError `invalid_argument`, `endpoint_not_allowed`
 */
export function alibabaKeyServices(settings: AlibabaSettings, options: AlibabaKeyServicesOptions): AlibabaKeyServices {
  const { clock, log, env = process.env } = options;
  checkCredentialSettings(settings, env);
  const profiles = readCliProfiles(settings, env);
  const region = defaultRegion(settings, env, profiles.inForce);
  const endpoints: Readonly<Record<"kms" | "sts", Endpoint | undefined>> = {
    kms: configuredEndpoint("kms", settings, env),
    sts: configuredEndpoint("sts", settings, env),
  };
  warnOfVerification(env, log);
  const allowed = [endpoints.kms, endpoints.sts].filter((endpoint) => endpoint !== undefined);
  const credentialsUri = settings.credentialsUri === undefined ? undefined : new URL(settings.credentialsUri);
  const sender = httpSender({
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    vendor: alibaba,
    mayReceive: (url) => mayReceive(url, allowed) || url.href === credentialsUri?.href,
    ...(settings.customCaBundle === undefined
      ? {}
      : { caBundle: readCaBundle(settings.customCaBundle, "`custom_ca_bundle`") }),
  });
  const vpc = wantsVpc(settings, env);
  const place = (api: "kms" | "sts", where: string): URL => endpoints[api]?.url ?? regionalEndpoint(api, where, vpc);
  const time = serviceTime(clock);
  const call = rpc(sender, time);
  const services = new Map<string, KeyService>();
  let credentials: ReturnType<typeof credentialProvider> | undefined;
  return {
    ...(region === undefined ? {} : { defaultRegion: region }),
    service(named) {
      const where = checkRegion(named ?? region);
      const known = services.get(where);
      if (known !== undefined) return known;
      const sts = place("sts", region ?? where);
      credentials ??= credentialProvider({ settings, env, profiles, sender, sts: stsService(call, sts), clock: time });
      const service = alibabaKeyService({
        region: where,
        kms: place("kms", where),
        sts,
        // One endpoint that somebody set may stand for several Regions.
        everywhere: endpoints.kms === undefined ? {} : { RegionId: where },
        rpc: call,
        credentials,
        clock,
      });
      services.set(where, service);
      return service;
    },
    destroy: () => sender.destroy(),
  };
}

/** Warns where somebody thinks that verification is off. */
function warnOfVerification(env: Environment, log: Log): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  log.warn(
    "NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on requests to Alibaba Cloud: who answers is always verified. Take it out of the environment; NODE_EXTRA_CA_CERTS or `custom_ca_bundle` names certificates of your own.",
  );
}
