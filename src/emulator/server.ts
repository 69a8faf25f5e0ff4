import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { EmulatorClock } from "./clock";
import { isServed, nameInUrl, type Reach } from "./host-names";
import type { Delivery, Wire, WireRequest } from "./wire";

/** Larger than any request of a KMS, small enough to be held in memory. */
const maxBodyBytes = 1024 * 1024;

export interface EmulatorServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the wires.
 * @param port 0 = any that is free
 * @throws the error of listen, e.g. EADDRINUSE
 */
export async function serve(
  wires: readonly Wire[],
  clock: EmulatorClock,
  reach: Reach,
  port: number,
): Promise<EmulatorServer> {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      // Longer than the steps of a test lie apart: a client that sends while its connection is being closed sees it reset.
      keepAliveTimeout: 10 * 60_000,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      respond(wires, clock, reach, request, response).catch(() => response.destroy());
    },
  );
  // Malformed HTTP: Node's own answer carries no date of this clock, so the connection just ends.
  server.on("clientError", (_error, socket) => socket.destroy());
  const address = await listening(server, reach.host, port);
  return {
    port: address.port,
    url: `http://${nameInUrl(reach)}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("The server has no port."));
      else resolve(address);
    });
  });
}

async function respond(
  wires: readonly Wire[],
  clock: EmulatorClock,
  reach: Reach,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isServed(request.headers.host, reach)) {
    const own = ["loopback names", ...reach.hostNames].join(", ");
    return send(response, clock, plain(403, `This host is not served. Served are ${own}; others by --host-name.`));
  }
  if (isFromWebPage(request.headers)) return send(response, clock, plain(403, "Not for web pages."));
  const body = await wholeBody(request);
  if (body === undefined) {
    response.setHeader("Connection", "close");
    return send(response, clock, plain(413, `A request may have at most ${maxBodyBytes} bytes.`));
  }
  const url = parsedUrl(request.url ?? "/");
  const understood: WireRequest = {
    method: request.method ?? "GET",
    path: url?.pathname ?? "/",
    query: url?.searchParams ?? new URLSearchParams(),
    headers: request.headers,
    body,
  };
  const wire = wires.find((candidate) => candidate.accepts(understood));
  if (wire === undefined) return send(response, clock, plain(404, "No KMS speaks like this."));
  return send(response, clock, await wire.answer(understood));
}

function send(response: ServerResponse, clock: EmulatorClock, delivery: Delivery): void {
  if (delivery.transport === "dropped") {
    response.destroy();
    return;
  }
  const body = Buffer.from(delivery.answer.body);
  response.sendDate = false;
  response.writeHead(delivery.answer.status, {
    ...delivery.answer.headers,
    Date: clock.now().toUTCString(),
    "Content-Length": String(body.length),
  });
  if (delivery.transport === "truncated") {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    return;
  }
  response.end(body);
}

/** undefined where the body is too large; the rest of it is not read. */
async function wholeBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const bytes of parts) {
    size += bytes.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/**
 * Whether a page in a browser sends this. It could not read the answers, but the credentials are no secret here, and so
 * it could delete keys. Browsers send an Origin with most requests of a page, and say with all of them where they are from.
 */
function isFromWebPage({ origin, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
  return origin !== undefined || (site !== undefined && site !== "none");
}

function parsedUrl(target: string): URL | undefined {
  try {
    // Resolving would take what follows two slashes for a host.
    return new URL(target.startsWith("/") ? `http://localhost${target}` : target);
  } catch {
    return undefined;
  }
}

function plain(status: number, message: string): Delivery {
  const headers = { "Content-Type": "application/json" };
  return { answer: { status, headers, body: JSON.stringify({ message }) }, transport: "whole" };
}
