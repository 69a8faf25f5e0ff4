import { type Call, checkCall } from "../../engine/call";
import { ByokError } from "../../engine/errors";
import { silentLog } from "../../engine/log";
import { type RetryPolicy, retrying } from "../../engine/retrying";
import { isLoopback } from "../../http/endpoint";
import { type HttpSender, httpSender } from "../../http/http-sender";
import { defaultTimeouts } from "../../http/surroundings";
import { systemClock } from "../../system-clock";
import type { MaterialSourceOptions } from "../material-source-options";
import { named, type SourceNames } from "../opened";
import { type VaultConnection, vaultConnection } from "./connection";
import { type About, isRepeated, type RefusalKind, refusalError, refusalKind } from "./refusals";
import { vault } from "./vendor";

/** A request to Vault's HTTP API. */
export interface VaultRequest {
  readonly method: keyof typeof capabilities;
  /** Below `/v1`, segment by segment, not encoded yet. */
  readonly path: readonly string[];
  /** Default: none. */
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. Default: none. */
  readonly body?: Readonly<Record<string, string | boolean>>;
}

/** What Vault answered: the body, for the caller to wipe, or what its refusal means. */
export type VaultAnswer = { readonly body: Buffer } | { readonly refused: RefusalKind; readonly error: ByokError };

/** Vault, for as long as `withVault` lasts. */
export interface VaultClient {
  /**
   * Sends one request, and repeats it where Vault is throttled or fails. A write runs to its answer, whatever the signal.
   *
   * @throws ByokError `material_unavailable` where no answer comes; `untrusted_answer`, `canceled`, `timeout`.
   */
  ask(request: VaultRequest, call?: Call): Promise<VaultAnswer>;
  /** As `ask`, but a refusal is thrown. */
  send(request: VaultRequest, call?: Call): Promise<Buffer>;
}

/**
 * Uses the Vault that the environment names, then closes its connections.
 *
 * @throws ByokError as `vaultConnection` does, and what `use` throws.
 */
export async function withVault<T>(
  options: MaterialSourceOptions,
  source: SourceNames,
  use: (client: VaultClient) => Promise<T>,
): Promise<T> {
  const connection = vaultConnection(options.env ?? process.env, source);
  const { url, caBundle, clientCertificate, serverName } = connection;
  const sender = httpSender({
    timeouts: defaultTimeouts,
    vendor: vault,
    caBundle,
    clientCertificate,
    serverName,
    mayReceive: (to) => to.origin === url.origin && (to.protocol === "https:" || isLoopback(to.hostname)),
  });
  try {
    return await use(vaultClient(connection, sender, options, source));
  } finally {
    sender.destroy();
  }
}

/** The capabilities that a policy must give, by the methods that need them. */
const capabilities = { GET: "read", POST: "update", DELETE: "delete" } as const;

/** As patient as Vault's own client: somebody waits for a plan. */
const policy: RetryPolicy = { attempts: 3, firstPause: 1_000, longestPause: 4_000, random: Math.random };

function vaultClient(
  connection: VaultConnection,
  sender: HttpSender,
  { clock = systemClock }: MaterialSourceOptions,
  source: SourceNames,
): VaultClient {
  const attempt = async (request: VaultRequest, call: Call): Promise<VaultAnswer> => {
    const { method, path } = request;
    checkCall(call);
    const signal = method === "GET" ? call.signal : undefined;
    const { status, body } = await sender.send({ method, ...wire(request, connection) }, signal);
    const refused = refusalKind(status, body);
    if (refused === undefined) return { body };
    body.fill(0);
    const about: About = { capability: capabilities[method], path: path.join("/") };
    const error = refusalError(refused, status, about);
    if (isRepeated(refused)) throw error;
    return { refused, error: named(error, source) };
  };
  const ask: VaultClient["ask"] = async (request, call = {}) => {
    try {
      return await retrying(
        () => attempt(request, call),
        ({ retry }) => retry === "backoff",
        call,
        { clock, log: silentLog, policy },
      );
    } catch (thrown) {
      throw unanswered(ByokError.from(thrown), source);
    }
  };
  return {
    ask,
    async send(request, call) {
      const answer = await ask(request, call);
      if ("body" in answer) return answer.body;
      throw answer.error;
    },
  };
}

function wire({ path, query = {}, body }: VaultRequest, { url, token, namespace }: VaultConnection) {
  const to = new URL(url);
  // The path, since Vault may be behind a proxy that serves more than Vault.
  to.pathname = [url.pathname.replace(/\/+$/, ""), "v1", ...path.map(encodeURIComponent)].join("/");
  to.search = new URLSearchParams(query).toString();
  const json = body === undefined ? undefined : JSON.stringify(body);
  return {
    url: to,
    headers: {
      "x-vault-token": token,
      // Without it an agent that listens for browsers too refuses the request.
      "x-vault-request": "true",
      ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }),
      ...(json === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(json)) }),
    },
    ...(json === undefined ? {} : { body: json }),
  };
}

/** No answer means that there is nothing to read now; what ends the operation stays what it is. */
function unanswered(error: ByokError, source: SourceNames): ByokError {
  const { code, rawMessage } = error;
  if (code === "canceled" || code === "timeout" || code === "internal") return error;
  if (code !== "service_unavailable" && code !== "throttled") return named(error, source);
  return named(new ByokError("material_unavailable", rawMessage), source);
}
