import { createServer, type IncomingMessage, request as plainRequest, type ServerResponse } from "node:http";

/** One request as the proxy took it, before anything was done about it. */
export interface Taken {
  /** `ImportKeyMaterial`; empty for STS and what is no request of a KMS. */
  readonly operation: string;
  readonly body: string;
}

/** An answer on its way back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers in place of the KMS; `honest` asks it, and gives what it said. */
export type Hostile = (request: Taken, response: ServerResponse, honest: () => Promise<Answer>) => Promise<void> | void;

/** A KMS that lies about some operations, and passes everything else on to an honest one. */
export interface RewritingProxy {
  readonly url: string;
  readonly taken: readonly Taken[];
  /** How many bytes of bodies the hostile answers have got rid of. */
  readonly sent: () => number;
  lieAbout(operation: string, hostile: Hostile): void;
  close(): Promise<void>;
}

export async function rewritingProxy(kmsPort: number): Promise<RewritingProxy> {
  const taken: Taken[] = [];
  const lies = new Map<string, Hostile>();
  let sent = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const request = { operation: operationOf(incoming), body: body.toString() };
      taken.push(request);
      const honest = (): Promise<Answer> => forwarded(kmsPort, incoming, body);
      const hostile = lies.get(request.operation) ?? passedOn;
      const { socket } = incoming;
      const before = socket.bytesWritten;
      response.on("close", () => {
        sent += socket.bytesWritten - before;
      });
      Promise.resolve(hostile(request, response, honest)).catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    taken,
    sent: () => sent,
    lieAbout: (operation, hostile) => void lies.set(operation, hostile),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const passedOn: Hostile = async (_request, response, honest) => answerWith(response, await honest());

export function answerWith(response: ServerResponse, { status, headers, body }: Answer): void {
  const { "transfer-encoding": _chunked, ...kept } = headers;
  response.writeHead(status, { ...kept, "content-length": String(body.length) });
  response.end(body);
}

/** An answer with members of it changed, whatever they were; those that are undefined are left out. */
export function changed(answer: Answer, change: (fields: Fields) => object): Answer {
  const fields: Fields = JSON.parse(answer.body.toString());
  return { ...answer, body: Buffer.from(JSON.stringify({ ...fields, ...change(fields) })) };
}

export type Fields = Readonly<Record<string, unknown>>;

function operationOf({ headers }: IncomingMessage): string {
  const target = headers["x-amz-target"] ?? headers["x-acs-action"] ?? "";
  return String(target).replace("TrentService.", "");
}

/** With the very headers that came, so that every signature stays right. */
function forwarded(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = plainRequest({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const plain = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(plain), body: Buffer.concat(chunks) });
      });
    });
    onward.on("error", reject);
    onward.end(body);
  });
}
