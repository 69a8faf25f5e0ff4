import { Agent } from "node:https";
import type { HttpHandler } from "@smithy/core/protocols";
import { ByokError } from "../../engine/errors";
import type { Log } from "../../engine/log";
import { answerDate } from "../answer-date";
import type { Endpoint } from "../../http/endpoint";
import { canceled, networkError } from "../../http/network-errors";
import type { Timeouts } from "../../http/surroundings";
import { tooLate, wholeAnswer } from "../../http/whole-answer";
import { mayReceive } from "./endpoint";
import { aws } from "./vendor";

/** What sends requests, in the terms of the SDK. */
export type RequestHandler = HttpHandler;

export interface RequestHandlerOptions {
  /** Endpoints beside AWS's own that may be sent to. */
  readonly endpoints: readonly Endpoint[];
  /** PEM certificates to trust in place of Node's own. */
  readonly caBundle?: string;
  readonly timeouts: Timeouts;
  readonly log: Log;
}

/**
 * What every request of the SDK goes through, also those that it sends on its own to find credentials. It sends only
 * where `endpoint.ts` allows, always verifies who answers, follows no redirect, and ends a request that takes too long.
 */
export async function requestHandler(options: RequestHandlerOptions): Promise<RequestHandler> {
  const { NodeHttpHandler } = await import("@smithy/node-http-handler");
  const { endpoints, caBundle, timeouts, log } = options;
  const inner = new NodeHttpHandler({
    connectionTimeout: timeouts.connect,
    // Said here because NODE_TLS_REJECT_UNAUTHORIZED=0 only changes what holds where nothing is said.
    httpsAgent: new Agent({
      keepAlive: true,
      maxSockets: 50,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ...(caBundle === undefined ? {} : { ca: caBundle }),
    }),
  });
  const underWay = new Set<AbortController>();
  return {
    metadata: inner.metadata,
    destroy() {
      // Otherwise a request whose socket goes away here would wait for its answer until its time is over.
      for (const controller of underWay) controller.abort();
      inner.destroy();
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    async handle(request, { abortSignal } = {}) {
      const url = urlOf(request);
      if (!mayReceive(url, endpoints)) {
        const refused = notAllowed(url);
        // The SDK's chain of credentials would go on to another source and say nothing.
        log.warn(refused.rawMessage);
        throw refused;
      }
      const controller = new AbortController();
      underWay.add(controller);
      const abort = (): void => controller.abort();
      // byok passes signals of Node; the SDK's own older kind never comes here.
      const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
      if (signal?.aborted === true) abort();
      signal?.addEventListener("abort", abort);
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        abort();
      }, timeouts.request);
      try {
        const { response } = await inner.handle(request, { abortSignal: controller.signal });
        // Read here and not by the SDK, so that the time and the size of the whole answer are bounded.
        response.body = await wholeAnswer(response.body, aws);
        // The SDK sets its clock by this header, and with some could sign nothing any more.
        if (answerDate(response.headers["date"]) === undefined) delete response.headers["date"];
        return { response };
      } catch (error) {
        if (late) throw tooLate(url.host, timeouts);
        if (signal?.aborted === true) throw canceled();
        throw networkError(error, aws) ?? error;
      } finally {
        underWay.delete(controller);
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      }
    },
  };
}

function urlOf(request: Parameters<RequestHandler["handle"]>[0]): URL {
  return new URL(`${request.protocol}//${request.hostname}${request.port === undefined ? "" : `:${request.port}`}`);
}

function notAllowed(url: URL): ByokError {
  return new ByokError(
    "endpoint_not_allowed",
    `A request for credentials would go to ${url.host}, which is not one of AWS's own hosts. Look for AWS_ENDPOINT_URL variables in the environment and for \`endpoint_url\` in the shared configuration file.`,
  );
}
