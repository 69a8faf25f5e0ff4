import type { KeyService } from "../../engine/key-service";
import { readCaBundle } from "../ca-bundle";
import type { Connection, ConnectionOptions } from "../cloud";
import type { Endpoint } from "../../http/endpoint";
import { httpSender } from "../../http/http-sender";
import { requestLog } from "../request-log";
import { serviceTime } from "../service-time";
import { defaultTimeouts } from "../../http/surroundings";
import { warnOfVerification } from "../verification";
import { readCliProfiles } from "./cli-profile";
import { checkCredentialSettings, credentialProvider } from "./credentials";
import { configuredEndpoint, mayReceive, regionalEndpoint, wantsVpc } from "./endpoint";
import { alibabaKeyService } from "./key-service";
import { checkRegion, defaultRegion } from "./region";
import { rpc } from "./rpc";
import { alibabaSecrets } from "./secret-store";
import type { AlibabaSettings } from "./settings";
import { stsService } from "./sts";
import { alibaba } from "./vendor";

/**
 * Settles how to reach Alibaba Cloud. Sends nothing: what is wrong with the settings is reported here, the rest by the first
 * request.
 *
 * @throws ByokError `invalid_argument`, `endpoint_not_allowed`
 */
export function alibabaKeyServices(settings: AlibabaSettings, options: ConnectionOptions): Connection {
  const { clock, log, env = process.env } = options;
  checkCredentialSettings(settings, env);
  const profiles = readCliProfiles(settings, env);
  const region = defaultRegion(settings, env, profiles.inForce);
  const endpoints: Readonly<Record<"kms" | "sts", Endpoint | undefined>> = {
    kms: configuredEndpoint("kms", settings, env),
    sts: configuredEndpoint("sts", settings, env),
  };
  warnOfVerification(env, log, alibaba);
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
  const began = requestLog(log, clock);
  const call = rpc(sender, time, began);
  const services = new Map<string, KeyService>();
  let provider: ReturnType<typeof credentialProvider> | undefined;
  const credentials = (where: string): ReturnType<typeof credentialProvider> => {
    const sts = stsService(call, place("sts", region ?? where));
    provider ??= credentialProvider({ settings, env, profiles, sender, sts, clock: time });
    return provider;
  };
  // One endpoint that somebody set may stand for several Regions.
  const everywhere = (where: string) => (endpoints.kms === undefined ? {} : { RegionId: where });
  return {
    ...(region === undefined ? {} : { defaultRegion: region }),
    service(named) {
      const where = checkRegion(named ?? region);
      const known = services.get(where);
      if (known !== undefined) return known;
      const service = alibabaKeyService({
        region: where,
        kms: place("kms", where),
        sts: place("sts", region ?? where),
        everywhere: everywhere(where),
        rpc: call,
        credentials: credentials(where),
        clock,
      });
      services.set(where, service);
      return service;
    },
    readSecret: alibabaSecrets({
      region: (named) => checkRegion(named ?? region),
      endpoint: (where) => place("kms", where),
      everywhere,
      credentials: (where) => credentials(where)(),
      sender,
      time,
      began,
    }),
    destroy: () => sender.destroy(),
  };
}
