import { format } from "node:util";
import { selfSignedCertificate } from "./certificate";
import { GrpcServer } from "./grpc/server";
import { handshakeLine, readHostEnvironment } from "./handshake";
import { lazyRoutes } from "./lazy-routes";
import { listen } from "./listen";
import { jsonLog, type Log, logLevel } from "./log";
import { kindOf, placesOf } from "./places";
import type { AnyProvider } from "./provider";

/** The provider that a process serves. */
export interface Served {
  /** Its short name, for the log. */
  readonly name: string;
  /** Gives the provider. Called after the handshake, so that what it loads does not keep the host waiting. */
  readonly load: () => AnyProvider;
}

/**
 * Serves a provider to the host that started this process, until the host ends it. The whole of a provider's main file:
 *
 *     serve({ name: "acme", load: () => require("./provider").acme });
 *
 * Run by hand, the process explains itself and ends with code 1.
 */
export async function serve({ name, load }: Served): Promise<void> {
  const host = readHostEnvironment(process.env);
  if (typeof host === "string") {
    process.stderr.write(`${host}\n`);
    process.exitCode = 1;
    return;
  }
  const log = jsonLog({
    level: logLevel(process.env, name),
    module: `provider.${name}`,
    now: () => new Date(),
    write: (line) => process.stderr.write(line),
  });
  keepStdoutClean(log);
  reportCrashes();
  // Ctrl-C reaches the whole process group, but it is the host that decides when a plugin ends.
  process.on("SIGINT", () => undefined);

  const certificate = host.clientCertificatePem === null ? null : selfSignedCertificate(new Date());
  const end = async (): Promise<void> => {
    await server.close();
    process.exit(0);
  };
  const routes = lazyRoutes(load, log, () => void setImmediate(() => void end()));
  const server = new GrpcServer(
    routes,
    certificate && host.clientCertificatePem !== null
      ? { ...certificate, clientCertificatePem: host.clientCertificatePem }
      : null,
  );
  const { address, removeSocket } = await listen(server.http, host, process.platform);
  process.on("exit", removeSocket);
  process.on("SIGTERM", () => process.exit(143));
  endWithHost(log);
  process.stdout.write(handshakeLine(address, certificate?.certificateDer ?? null));
  // The host now verifies the certificate and connects; meanwhile the rest is loaded.
  setImmediate(() => routes.unary(""));
}

/** Nothing but the handshake may be on stdout, so what libraries print goes to the log. */
function keepStdoutClean(log: Log): void {
  const levels = { debug: "debug", error: "error", info: "info", log: "info", trace: "trace", warn: "warn" } as const;
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(console, { [method]: (...words: readonly unknown[]) => log[level](format(...words)) });
  }
}

/**
 * The host shows what follows a line that begins with "panic: " as the plugin's crash: the kind of error and where it was
 * thrown, and not its message, which may quote any value.
 */
function reportCrashes(): void {
  const crash = (error: unknown): never => {
    process.stderr.write(`panic: ${[kindOf(error), ...placesOf(error)].join("\n")}\n`);
    process.exit(1);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}

/** A host that was killed can end nobody; then another process becomes our parent. */
function endWithHost(log: Log): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    log.warn("the host is gone");
    process.exit(1);
  }, 5_000);
  watch.unref();
}
