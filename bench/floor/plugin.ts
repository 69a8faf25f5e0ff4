import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { selfSignedCertificate } from "../../src/terraform/plugin/certificate";
import { GrpcServer, type UnaryHandler } from "../../src/terraform/plugin/grpc/server";
import { handshakeLine, readHostEnvironment } from "../../src/terraform/plugin/handshake";
import { listen } from "../../src/terraform/plugin/listen";

/** The call by which the host ends a plugin. */
export const shutdownPath = "/plugin.GRPCController/Shutdown";

const heldPaths: ReadonlySet<string> = new Set(["/plugin.GRPCStdio/StreamStdio", "/plugin.GRPCBroker/StartStream"]);

/**
 * Serves calls to the host that started this process as bytes for bytes, on the plugin server's own transport.
 * Where BYOK_BENCH_CALLS names a folder, it leaves a file there with the number of calls by path.
 *
 * @param answering what answers a path, asked when the first call of it comes; null where nothing does
 */
export async function servePlugin(answering: (path: string) => UnaryHandler | null): Promise<void> {
  const host = readHostEnvironment(process.env);
  if (typeof host === "string") throw new Error(host);
  const certificate = host.clientCertificatePem === null ? null : selfSignedCertificate(new Date());
  const calls: Record<string, number> = {};
  const end = async (): Promise<void> => {
    await server.close();
    const folder = process.env["BYOK_BENCH_CALLS"];
    if (folder !== undefined) writeFileSync(join(folder, randomUUID()), JSON.stringify(calls));
    process.exit(0);
  };
  const server = new GrpcServer(
    {
      unary: (path) => {
        calls[path] = (calls[path] ?? 0) + 1;
        if (path !== shutdownPath) return answering(path);
        setImmediate(() => void end());
        return () => Promise.resolve(new Uint8Array());
      },
      held: heldPaths,
    },
    certificate && host.clientCertificatePem !== null
      ? { ...certificate, clientCertificatePem: host.clientCertificatePem }
      : null,
  );
  const { address, removeSocket } = await listen(server.http, host, process.platform);
  process.on("exit", removeSocket);
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => process.exit(143));
  process.stdout.write(handshakeLine(address, certificate?.certificateDer ?? null));
}
