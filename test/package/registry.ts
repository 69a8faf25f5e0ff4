import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry on loopback: what is published stays in memory, and every other package is fetched from where npm gets it. */
export interface Registry {
  readonly url: string;
  /** What was published, by name. */
  readonly documents: ReadonlyMap<string, PackageDocument>;
  /** Whether the next publication is refused, as by a registry that finds something wrong. */
  refuse: boolean;
  close(): Promise<void>;
}

/** What npm sends to publish a package, as far as this registry looks at it. */
export interface PackageDocument {
  readonly name: string;
  readonly versions: Readonly<Record<string, { readonly dist: { tarball: string; readonly integrity: string } }>>;
  readonly _attachments?: Readonly<Record<string, { readonly data: string }>>;
}

/**
 * The part of npm's registry protocol that publishing and installing need.
 * Source: https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md
 */
export async function startRegistry(upstream: string, token: string): Promise<Registry> {
  const documents = new Map<string, PackageDocument>();
  const registry = { refuse: false };

  const publish = async (request: IncomingMessage, response: ServerResponse, name: string): Promise<void> => {
    if (request.headers.authorization !== `Bearer ${token}`) return answer(response, 401, { error: "unauthorized" });
    if (registry.refuse) return answer(response, 422, { error: "refused" });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const document: PackageDocument = JSON.parse(Buffer.concat(chunks).toString());
    const [version = ""] = Object.keys(document.versions);
    if (documents.get(name)?.versions[version] !== undefined) return answer(response, 409, { error: "conflict" });
    for (const one of Object.values(document.versions)) {
      one.dist.tarball = `${url()}/${name}/-/${new URL(one.dist.tarball).pathname.split("/").at(-1)}`;
    }
    documents.set(name, document);
    return answer(response, 201, { ok: true });
  };

  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/").slice(1);
    const [name = "", tarball] = path.split("/-/");
    if (request.method === "PUT") return void publish(request, response, name);
    const document = documents.get(name);
    if (document !== undefined && tarball !== undefined) {
      const { _attachments: attachments = {} } = document;
      const [file] = Object.values(attachments);
      return void response.end(Buffer.from(file?.data ?? "", "base64"));
    }
    if (document !== undefined) {
      const { _attachments, ...shown } = document;
      return answer(response, 200, shown);
    }
    // This package may be published elsewhere one day; here it is not, until the test publishes it.
    if (name === "byok") return answer(response, 404, { error: "not found" });
    response.writeHead(307, { location: new URL(request.url ?? "/", upstream).href }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(registry, {
    url: url(),
    documents,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
