import { ByokError } from "../../engine/errors";
import { readCaBundle } from "../ca-bundle";
import type { Connection, ConnectionOptions } from "../cloud";
import { isLoopback } from "../../http/endpoint";
import { httpSender } from "../../http/http-sender";
import { requestLog } from "../request-log";
import { defaultTimeouts } from "../../http/surroundings";
import { warnOfVerification } from "../verification";
import { qkmsCredentials, qkmsEndpoint, signedHeaders, signingRegion } from "./access";
import { qkmsKeyService } from "./key-service";
import { qkmsRequests } from "./requests";
import type { QkmsSettings } from "./settings";
import { qkms } from "./vendor";

/**
 * Settles how to reach QKMS, at one endpoint and with one pair of credentials: it has no Regions. Sends nothing: what is wrong with the settings is reported here, the rest by the first request.
 *
 * @throws ByokError `invalid_argument`, `credentials_missing`, `endpoint_not_allowed`
 */
export function qkmsKeyServices(settings: QkmsSettings, options: ConnectionOptions): Connection {
  const { clock, log, env = process.env } = options;
  const { url } = qkmsEndpoint(settings, env);
  const signing = {
    credentials: qkmsCredentials(settings, env),
    region: signingRegion(settings, env),
    signedHeaders: signedHeaders(settings),
  };
  warnOfVerification(env, log, qkms);
  const { customCaBundle } = settings;
  const sender = httpSender({
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    vendor: qkms,
    ...(customCaBundle === undefined ? {} : { caBundle: readCaBundle(customCaBundle, "`custom_ca_bundle`") }),
    mayReceive: (candidate) =>
      candidate.origin === url.origin && (candidate.protocol === "https:" || isLoopback(candidate.hostname)),
  });
  const service = qkmsKeyService(qkmsRequests(url, signing, sender, clock, requestLog(log, clock)));
  return {
    defaultRegion: "",
    service(region = "") {
      if (region === "") return service;
      throw new ByokError("invalid_argument", "`region`: keys of QKMS have no Region. Remove it.", {
        attribute: "region",
      });
    },
    destroy: () => sender.destroy(),
  };
}
