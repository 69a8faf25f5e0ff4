import {
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { frame, unframe } from "./frame";
import { GrpcError, statusCode } from "./status";

/** A call that takes one message and gives one. */
export type UnaryHandler = (request: Uint8Array) => Promise<Uint8Array>;

/** What is served, by path: `/package.Service/Method`. */
export interface GrpcRoutes {
  /** Null for a path that is not served. May load what it needs when it is first asked. */
  unary(path: string): UnaryHandler | null;
  /** Calls that are accepted and held, without a message, until the client or the server ends. */
  readonly held: ReadonlySet<string>;
}

/** Whom to talk to; null for anyone, in the clear. */
export interface Tls {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The one certificate that a client must show. */
  readonly clientCertificatePem: string;
}

/** A gRPC server: unary calls, and streams that stay silent, which is all that a plugin host asks for. */
export class GrpcServer {
  /** For listening. */
  readonly http: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #held = new Set<ServerHttp2Stream>();

  constructor(routes: GrpcRoutes, tls: Tls | null) {
    this.http = tls
      ? createSecureServer({
          ...limits,
          cert: tls.certificatePem,
          key: tls.privateKeyPem,
          ca: tls.clientCertificatePem,
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: "TLSv1.2",
        })
      : createServer(limits);
    this.http.on("session", (session) => {
      this.#sessions.add(session);
      session.on("close", () => this.#sessions.delete(session));
      // A broken connection ends its own calls; there is nothing else to do about it.
      session.on("error", () => undefined);
    });
    this.http.on("sessionError", () => undefined);
    this.http.on("stream", (stream, headers) => {
      stream.on("error", () => undefined);
      const path = headers[":path"] ?? "";
      if (headers[":method"] !== "POST" || !headers["content-type"]?.startsWith("application/grpc")) {
        stream.respond({ ":status": 415 }, { endStream: true });
      } else if (routes.held.has(path)) this.#hold(stream);
      else void answer(stream, routes.unary(path));
    });
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** Ends held calls, lets those under way finish for as long as a second, and closes. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.http.close(() => resolve());
    });
    for (const stream of this.#held) {
      // The client's half may stay open for ever.
      stream.once("finish", () => stream.close());
      endWith(stream, statusCode.ok, "");
    }
    for (const session of this.#sessions) session.close();
    const patience = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, 1_000);
    await closed;
    clearTimeout(patience);
  }

  #hold(stream: ServerHttp2Stream): void {
    this.#held.add(stream);
    stream.on("close", () => this.#held.delete(stream));
    // What the client may send is read and dropped, so that its side can end.
    stream.resume();
    stream.on("end", () => endWith(stream, statusCode.ok, ""));
    stream.respond(responseHeaders, { waitForTrailers: true });
  }
}

// Schemas and states may be large; the host itself takes 64 MiB and more.
const limits = {
  maxSessionMemory: 1_024,
  settings: { initialWindowSize: 1 << 20, maxConcurrentStreams: 1 << 16 },
} as const;

const responseHeaders = { ":status": 200, "content-type": "application/grpc" } as const;

async function answer(stream: ServerHttp2Stream, handler: UnaryHandler | null): Promise<void> {
  let response: Buffer | null = null;
  let code: number = statusCode.ok;
  let message = "";
  try {
    const body = await bodyOf(stream);
    if (!handler) throw new GrpcError(statusCode.unimplemented, "the method is not supported");
    response = frame(await handler(unframe(body)));
  } catch (error) {
    code = error instanceof GrpcError ? error.code : statusCode.internal;
    message = error instanceof GrpcError ? error.message : "an internal error occurred";
  }
  if (stream.destroyed || stream.closed) return;
  stream.respond(responseHeaders, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers(code, message)));
  stream.end(response ?? undefined);
}

function endWith(stream: ServerHttp2Stream, code: number, message: string): void {
  if (stream.destroyed || stream.closed || stream.writableEnded) return;
  stream.on("wantTrailers", () => stream.sendTrailers(trailers(code, message)));
  stream.end();
}

function trailers(code: number, message: string): Record<string, string> {
  return { "grpc-status": String(code), ...(message !== "" && { "grpc-message": encodeURIComponent(message) }) };
}

async function bodyOf(stream: ServerHttp2Stream): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) if (part instanceof Uint8Array) parts.push(part);
  return Buffer.concat(parts);
}
