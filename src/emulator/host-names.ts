import { isIP } from "node:net";

/** Where a server is reached. */
export interface Reach {
  /** The address that it listens on. */
  readonly host: string;
  /** Names of it, beside those of loopback, in the order in which they are preferred. */
  readonly hostNames: readonly string[];
}

/** @throws TypeError where a name is not one that a Host header can have */
export function requireHostNames(names: readonly string[]): void {
  const wrong = names.find((name) => !/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(name));
  if (wrong === undefined) return;
  throw new TypeError(`"${wrong}" must be a host name without scheme and port, such as kms.`);
}

/** The name that goes into URLs. */
export function nameInUrl({ host, hostNames }: Reach): string {
  const [name = reachable[host] ?? host] = hostNames;
  return isIP(name) === 6 ? `[${name}]` : name;
}

/** Of the addresses that stand for all of a machine, the one that this machine reaches itself by. */
const reachable: Readonly<Record<string, string | undefined>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/**
 * Whether a Host header names this server. A web page that rebinds its name to this address must not reach the keys, and
 * its name in the header gives it away. An address cannot be rebound, so beyond loopback every address will do.
 */
export function isServed(header: string | undefined, { host, hostNames }: Reach): boolean {
  const name = (header ?? "").replace(/:\d+$/, "").toLowerCase();
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  if (isLoopback(bare)) return true;
  return hostNames.some((own) => own.toLowerCase() === name) || (!isLoopback(host) && isIP(bare) !== 0);
}

export function isLoopback(host: string): boolean {
  return host === "127.0.0.1" || host === "::1" || host === "localhost" || host.endsWith(".localhost");
}
