import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { allows, type Policy, policyFrom } from "./policy";
import { type Answer, type Fields, TransitEngine } from "./transit-engine";

/** A request as the stand-in saw it. Tokens are left out. */
export interface SeenRequest {
  readonly method: string;
  /** Below `/v1/`, with its query. */
  readonly path: string;
  readonly namespace: string;
}

/** Answers a request in place of Vault; undefined lets it through. */
export type Interception = (request: SeenRequest, response: ServerResponse) => boolean;

/** A Vault that keeps nothing: Transit engines, policies, tokens and namespaces, over real HTTP. */
export interface StandIn {
  readonly url: string;
  readonly root: string;
  readonly requests: readonly SeenRequest[];
  sealed: boolean;
  /** Where a standby sends clients. Undefined: this node is active. */
  activeNode: string | undefined;
  /** What answers in place of Vault, where it returns true. */
  intercept: Interception;
  /** The engine at a mount. */
  engine(mount: string, namespace?: string): TransitEngine;
  /** Makes a token be refused from now on, as an expired one is. */
  expire(token: string): void;
  close(): Promise<void>;
}

const capabilities: Readonly<Record<string, string>> = { GET: "read", POST: "update", DELETE: "delete" };

/** @param tls Key and certificate, and what else a TLS server may ask. Default: plain HTTP. */
export async function standInVault(tls?: ServerOptions): Promise<StandIn> {
  const root = `hvs.${randomBytes(18).toString("base64url")}`;
  const tokens = new Map<string, readonly string[]>([[root, ["root"]]]);
  const policies = new Map<string, Policy>();
  const engines = new Map<string, TransitEngine>();
  const requests: SeenRequest[] = [];
  const mountsOf = (namespace: string): string[] =>
    [...engines.keys()].flatMap((key) => (key.startsWith(`${namespace}:`) ? [key.slice(namespace.length + 1)] : []));

  const administered = (path: string, namespace: string, fields: Fields): Answer | undefined => {
    if (path.startsWith("sys/mounts/")) {
      engines.set(`${namespace}:${path.slice("sys/mounts/".length)}`, new TransitEngine());
      return { status: 204 };
    }
    if (path.startsWith("sys/policies/acl/")) {
      policies.set(path.slice("sys/policies/acl/".length), policyFrom(String(fields["policy"])));
      return { status: 204 };
    }
    if (path !== "auth/token/create") return undefined;
    const token = `hvs.${randomBytes(18).toString("base64url")}`;
    tokens.set(token, Array.isArray(fields["policies"]) ? fields["policies"].map(String) : []);
    return { status: 200, json: { auth: { client_token: token } } };
  };

  const answer = (request: SeenRequest, token: string, fields: Fields): Answer => {
    const url = new URL(request.path, "http://vault/");
    const path = decodeURIComponent(url.pathname.slice(1));
    if (standIn.sealed) return { status: 503, json: { errors: ["Vault is sealed"] } };
    const names = tokens.get(token);
    const capability = capabilities[request.method] ?? "";
    const given = (names ?? []).flatMap((name) => policies.get(name) ?? []);
    if (names === undefined || (!names.includes("root") && !allows([given], path, capability))) {
      return { status: 403, json: { errors: ["1 error occurred:\n\t* permission denied\n\n"] } };
    }
    const done = request.method === "POST" ? administered(path, request.namespace, fields) : undefined;
    if (done !== undefined) return done;
    const mount = mountsOf(request.namespace).find((one) => path.startsWith(`${one}/`));
    const engine = engines.get(`${request.namespace}:${mount ?? ""}`);
    if (mount === undefined || engine === undefined) {
      return { status: 404, json: { errors: [`no handler for route "${path}". route entry not found.`] } };
    }
    return engine.answer(request.method, path.slice(mount.length + 1).split("/"), url.searchParams, fields);
  };

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url = "", headers } = incoming;
      const path = url.replace(/^.*?\/v1\//, "");
      const request = { method, path, namespace: String(headers["x-vault-namespace"] ?? "") };
      requests.push(request);
      if (standIn.intercept(request, response)) return;
      if (standIn.activeNode !== undefined) {
        response.writeHead(307, { location: `${standIn.activeNode}/v1/${path}` }).end();
        return;
      }
      const body = Buffer.concat(chunks).toString();
      const fields: Fields = body === "" ? {} : JSON.parse(body);
      const { status, json } = answer(request, String(headers["x-vault-token"] ?? ""), fields);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(json === undefined ? undefined : JSON.stringify(json));
    });
  };

  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const standIn: StandIn = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    root,
    requests,
    sealed: false,
    activeNode: undefined,
    intercept: () => false,
    engine(mount, namespace = "") {
      const engine = engines.get(`${namespace}:${mount}`);
      if (engine === undefined) throw new Error(`There is no mount ${mount}.`);
      return engine;
    },
    expire: (token) => void tokens.delete(token),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return standIn;
}
