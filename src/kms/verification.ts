import type { Log } from "../engine/log";
import type { Environment, Vendor } from "../http/surroundings";

/** Warns where the environment seems to keep byok from verifying who answers. */
export function warnOfVerification(env: Environment, log: Log, { name }: Vendor): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  log.warn(
    `NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on requests to ${name}: who answers is always verified. Take it out of the environment; NODE_EXTRA_CA_CERTS or \`custom_ca_bundle\` names certificates of your own.`,
  );
}
