import {
  Agent as PlainAgent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
} from "node:http";
import { Agent, request as secureRequest } from "node:https";
import { ByokError } from "../engine/errors";
import { canceled, networkError } from "./network-errors";
import type { Timeouts, Vendor } from "./surroundings";
import { tooLate, wholeAnswer } from "./whole-answer";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends requests and waits for the whole answer, whatever its status. Follows no redirect, uses no proxy. */
export interface HttpSender {
  /** @throws ByokError `endpoint_not_allowed`, `service_unavailable`, `untrusted_answer`, `canceled` */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Closes connections and ends what is under way. */
  destroy(): void;
}

/** A certificate and its private key, in PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface HttpSenderOptions {
  readonly timeouts: Timeouts;
  readonly vendor: Vendor;
  /** PEM certificates to trust in place of Node's own. */
  readonly caBundle?: string | undefined;
  /** What this side shows of itself where the other one asks for a certificate: both in PEM. Default: nothing. */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** The name that must stand in the other side's certificate. Default: the host of the URL. */
  readonly serverName?: string | undefined;
  /** The last word on where a request may go. */
  readonly mayReceive: (url: URL) => boolean;
}

/** Always verifies who answers, and bounds the time and the size of every answer. */
export function httpSender(options: HttpSenderOptions): HttpSender {
  const { timeouts, vendor, caBundle, clientCertificate, serverName, mayReceive } = options;
  const plain = new PlainAgent({ keepAlive: true, maxSockets: 50 });
  const secure = new Agent({
    keepAlive: true,
    maxSockets: 50,
    // Said here because NODE_TLS_REJECT_UNAUTHORIZED=0 only changes what holds where nothing is said.
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    ...(caBundle === undefined ? {} : { ca: caBundle }),
    ...clientCertificate,
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  const underWay = new Set<ClientRequest>();
  return {
    async send(request, signal) {
      if (!mayReceive(request.url)) throw notAllowed(request.url, vendor);
      if (isAborted(signal)) throw canceled();
      const { method, url, headers, body } = request;
      const sent =
        url.protocol === "http:"
          ? plainRequest(url, { method, headers, agent: plain })
          : secureRequest(url, { method, headers, agent: secure });
      underWay.add(sent);
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        sent.destroy();
      }, timeouts.request);
      const abort = (): void => void sent.destroy();
      signal?.addEventListener("abort", abort);
      try {
        const answer = await answered(sent, body, timeouts);
        return { status: answer.statusCode ?? 0, headers: answer.headers, body: await wholeAnswer(answer, vendor) };
      } catch (error) {
        // An answer that was not read to its end must not go back to the pool.
        sent.destroy();
        if (late) throw tooLate(url.host, timeouts);
        if (isAborted(signal)) throw canceled();
        throw networkError(error, vendor) ?? error;
      } finally {
        underWay.delete(sent);
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      }
    },
    destroy() {
      for (const sent of underWay) sent.destroy();
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Asked again later, the answer may be another one. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function answered(sent: ClientRequest, body: string | undefined, timeouts: Timeouts): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once("response", resolve);
    sent.once("error", reject);
    sent.once("socket", (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => {
        const error = new Error("The socket did not establish a connection in time.");
        error.name = "TimeoutError";
        sent.destroy(error);
      }, timeouts.connect);
      const stop = (): void => clearTimeout(timer);
      socket.once("encrypted" in socket ? "secureConnect" : "connect", stop);
      socket.once("close", stop);
    });
    sent.end(body);
  });
}

function notAllowed(url: URL, vendor: Vendor): ByokError {
  return new ByokError(
    "endpoint_not_allowed",
    `A request would go to ${url.protocol}//${url.host}, which is neither one of ${vendor.name}'s own hosts nor one that the configuration names. Look for endpoints in the environment and in configuration files.`,
  );
}
