import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";

/** Stands before the embedded KMS and lets a test choose the moment and the manner of an answer. */
export interface Front {
  readonly url: string;
  /** The next request of an operation waits; the promise is fulfilled once it is there. */
  hold(operation: string): Promise<void>;
  /** Requests of an operation are refused by a service that says all that it was sent. Until `pass`. */
  echo(operation: string): void;
  /** All goes through; what was held is torn. */
  pass(): void;
  close(): Promise<void>;
}

export async function front(kmsUrl: string): Promise<Front> {
  let held: { readonly operation: string; readonly arrived: () => void } | undefined;
  let echoed: string | undefined;
  const waiting = new Set<ServerResponse>();
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(Buffer.from(piece));
    const body = Buffer.concat(pieces);
    const { "x-amz-target": target, "x-acs-action": action } = incoming.headers;
    const operation = String(target ?? action ?? "").replace("TrentService.", "");
    if (held?.operation === operation) {
      const { arrived } = held;
      held = undefined;
      waiting.add(outgoing);
      arrived();
    } else if (echoed === operation) {
      const message = `Not so: ${incoming.url} ${JSON.stringify(incoming.headers)} ${body.toString()}`;
      outgoing.writeHead(400, {
        "content-type": "application/x-amz-json-1.1",
        "x-amzn-errortype": "ValidationException",
      });
      // Each client reads its own names of what was refused.
      outgoing.end(
        JSON.stringify({ __type: "ValidationException", message, Code: "InvalidParameter", Message: message }),
      );
    } else {
      await forward(kmsUrl, incoming, body, outgoing);
    }
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The front has no port.");
  const pass = (): void => {
    held = undefined;
    echoed = undefined;
    for (const response of waiting) response.destroy();
    waiting.clear();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    hold: (operation) =>
      new Promise((arrived) => {
        held = { operation, arrived };
      }),
    echo(operation) {
      echoed = operation;
    },
    pass,
    async close() {
      pass();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function forward(kmsUrl: string, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const { url = "/", method, headers } = incoming;
    // The host's name is signed, and stays the one that the client has.
    const onward = request(new URL(url, kmsUrl), { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
      reply.on("end", resolve);
      reply.on("error", reject);
    });
    onward.on("error", reject);
    onward.end(body);
  });
}
