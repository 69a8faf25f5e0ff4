import type { Clock } from "../../engine/clock";
import { ByokError } from "../../engine/errors";
import type { KeyService } from "../../engine/key-service";
import type { Log } from "../../engine/log";
import { readCaBundle } from "../ca-bundle";
import { isLoopback } from "../endpoint";
import { httpSender } from "../http-sender";
import { defaultTimeouts, type Environment, type Timeouts } from "../surroundings";
import { qkmsKeyService } from "./key-service";
import { qkmsRequests } from "./requests";
import { qkmsCredentials, qkmsEndpoint, type QkmsSettings, signedHeaders, signingRegion } from "./settings";
import { qkms } from "./vendor";

export interface QkmsKeyServicesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Default `process.env`. */
  readonly env?: Environment;
  readonly timeouts?: Partial<Timeouts>;
}

/** QKMS at one endpoint, with one pair of credentials. */
export interface QkmsKeyServices {
  /**
   * Always the same object: QKMS has no Regions.
   *
   * @throws ByokError `invalid_argument` on `region` where one is named
   */
  service(region?: string): KeyService;
  /** Closes connections. */
  destroy(): void;
}

/**
 * Settles how to reach QKMS. Sends nothing: what is wrong with the settings is told here, the rest by the first request.
 *
 * @throws ByokError `invalid_argument`, `credentials_missing`, `endpoint_not_allowed`
 */
export function qkmsKeyServices(settings: QkmsSettings, options: QkmsKeyServicesOptions): QkmsKeyServices {
  const { clock, log, env = process.env } = options;
  const { url } = qkmsEndpoint(settings, env);
  const signing = {
    credentials: qkmsCredentials(settings, env),
    region: signingRegion(settings, env),
    signedHeaders: signedHeaders(settings),
  };
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    log.warn(
      "NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on requests to QKMS: who answers is always verified. Take it out of the environment; NODE_EXTRA_CA_CERTS or `custom_ca_bundle` names certificates of your own.",
    );
  }
  const { customCaBundle } = settings;
  const sender = httpSender({
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    vendor: qkms,
    ...(customCaBundle === undefined ? {} : { caBundle: readCaBundle(customCaBundle, "`custom_ca_bundle`") }),
    mayReceive: (candidate) =>
      candidate.origin === url.origin && (candidate.protocol === "https:" || isLoopback(candidate.hostname)),
  });
  const service = qkmsKeyService(qkmsRequests(url, signing, sender, clock));
  return {
    service(region = "") {
      if (region === "") return service;
      throw new ByokError("invalid_argument", "`region`: keys of QKMS have no Region. Remove it.", {
        attribute: "region",
      });
    },
    destroy: () => sender.destroy(),
  };
}
