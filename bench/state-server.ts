import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Keeps Terraform's states in memory. */
export interface StateServer extends AsyncDisposable {
  /** Where a state of this name is kept, for the `http` backend. */
  address(name: string): string;
}

/**
 * States over HTTP, as with any remote backend: a local file is written again, whole, after every instance that an apply
 * makes, which costs Terraform more than everything else and is none of a provider's doing.
 */
export async function startStateServer(): Promise<StateServer> {
  const states = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const name = request.url ?? "";
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (request.method === "POST") states.set(name, Buffer.concat(parts));
      const state = request.method === "GET" ? states.get(name) : Buffer.alloc(0);
      response.statusCode = state === undefined ? 404 : 200;
      response.end(state);
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return {
    address: (name) => `http://127.0.0.1:${port}/${name}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
