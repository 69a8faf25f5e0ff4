import { GrpcServer } from "./grpc/server";
import { lazyRoutes } from "./lazy-routes";
import { listen } from "./listen";
import { type Log, silentLog } from "./log";
import type { AnyProvider } from "./provider";

/** A provider served inside of this process, for tests and debuggers. */
export interface Reattachable {
  /** The value of TF_REATTACH_PROVIDERS under which the host connects instead of starting a process. */
  readonly reattachProviders: string;
  /** Ends the server and removes its socket. */
  close(): Promise<void>;
}

/**
 * Serves a provider without TLS on a socket that only this user can reach. Several hosts may connect, one after another.
 *
 * @param addresses what the provider is called: `registry.terraform.io/acme/acme`, and for OpenTofu the same under
 * `registry.opentofu.org`.
 */
export async function serveForReattach(
  provider: AnyProvider,
  addresses: readonly string[],
  log: Log = silentLog,
): Promise<Reattachable> {
  const server = new GrpcServer(
    lazyRoutes(
      () => provider,
      log,
      () => undefined,
    ),
    null,
  );
  const where = { socketDirectory: null, socketGroup: null, ports: { lowest: 10_000, highest: 25_000 } };
  const { address, removeSocket } = await listen(server.http, where, process.platform);
  const attachment = {
    Protocol: "grpc",
    ProtocolVersion: 6,
    Pid: process.pid,
    Test: true,
    Addr: {
      Network: address.network,
      String: address.network === "unix" ? address.path : `${address.host}:${address.port}`,
    },
  };
  return {
    reattachProviders: JSON.stringify(Object.fromEntries(addresses.map((name) => [name, attachment]))),
    close: async () => {
      await server.close();
      removeSocket();
    },
  };
}
