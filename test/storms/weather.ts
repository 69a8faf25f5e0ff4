import { createServer, type IncomingMessage, request as send, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** An answer as it came from the KMS, before the weather gets hold of it. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/**
 * What becomes of one request between here and the KMS.
 * - `refused`: it never gets there, and this is what comes back.
 * - `reset`: the connection is torn, before the request got there or after it was carried out.
 * - `closed`: the other side ends the connection politely, without the answer or in the middle of it.
 * - `cut`: so much of the answer arrives, from its first byte on, and then the connection is torn.
 * - `silence`: it was carried out, and nothing ever comes back.
 * - `drip`: it was carried out, and the answer comes so slowly that it is never there.
 */
export type Weather =
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly type: string;
      readonly body: string;
      readonly date?: string;
    }
  | { readonly kind: "reset"; readonly when: "before" | "after" }
  | { readonly kind: "closed"; readonly share: number }
  | { readonly kind: "cut"; readonly share: number }
  | { readonly kind: "silence" }
  | { readonly kind: "drip" };

export interface Spell {
  /** Name of an operation. Undefined: every one. */
  readonly operation?: string;
  /** Lets so many matching requests pass first. Default 0. */
  readonly skip?: number;
  /** How many requests it befalls. Default 1. */
  readonly times?: number;
  readonly weather: Weather;
}

/** A stretch of network in front of a KMS. */
export interface Sky {
  readonly port: number;
  /** Names of the requests that got as far as here. */
  readonly asked: string[];
  /** How many of them met a spell. */
  struck(): number;
  set(spell: Spell): void;
  clear(): void;
  /** Looks at each request before all else; an answer of its own is the answer. */
  guard?: (request: IncomingMessage) => Weather | undefined;
  close(): Promise<void>;
}

/** @param now the KMS's clock, by which what stands before it dates its own answers */
export async function sky(kmsPort: number, now: () => number = Date.now): Promise<Sky> {
  let spells: { readonly spell: Spell; seen: number }[] = [];
  const asked: string[] = [];
  let struck = 0;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  const befalling = (operation: string): Weather | undefined => {
    for (const rule of spells) {
      const { skip = 0, times = 1, operation: meant = operation } = rule.spell;
      if (meant !== operation) continue;
      rule.seen++;
      if (rule.seen <= skip || rule.seen > skip + times) continue;
      struck++;
      return rule.spell.weather;
    }
    return undefined;
  };
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await whole(request);
    const operation = operationOf(request);
    asked.push(operation);
    const weather = over.guard?.(request) ?? befalling(operation);
    if (weather?.kind === "refused") {
      const { status, type, body: text, date = new Date(now()).toUTCString() } = weather;
      const headers = { "content-type": type, "content-length": String(Buffer.byteLength(text)) };
      response.writeHead(status, { ...headers, date }).end(text);
    } else if (weather?.kind === "reset" && weather.when === "before") {
      request.socket.resetAndDestroy();
    } else {
      deliver(await forwarded(kmsPort, request, body), weather, response);
    }
  }
  const over: Sky = {
    port: 0,
    asked,
    struck: () => struck,
    set: (spell) => void spells.push({ spell, seen: 0 }),
    clear: () => {
      spells = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(over, { port: portOf(server.address()) });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The sky has no port.");
  return address.port;
}

/** The answer as the weather lets it through. */
function deliver(answer: Answer, weather: Weather | undefined, response: ServerResponse): void {
  const { socket } = response;
  if (weather === undefined || socket === null) {
    response.writeHead(answer.status, answer.headers).end(answer.body);
    return;
  }
  const bytes = Buffer.concat([headOf(answer), answer.body]);
  switch (weather.kind) {
    case "reset":
      socket.resetAndDestroy();
      return;
    case "closed":
      socket.end(bytes.subarray(0, Math.floor(bytes.length * weather.share)));
      return;
    case "cut":
      socket.write(bytes.subarray(0, Math.min(bytes.length - 1, Math.ceil(bytes.length * weather.share))), () =>
        socket.resetAndDestroy(),
      );
      return;
    case "silence":
      return;
    case "drip":
      drip(socket, bytes);
      return;
    case "refused":
  }
}

/** A byte now and then, so that no time-out between two of them ever strikes. */
function drip(socket: Socket, bytes: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || sent >= bytes.length) clearInterval(timer);
    else socket.write(bytes.subarray(sent, ++sent));
  }, 5);
  socket.on("close", () => clearInterval(timer));
}

function headOf({ status, headers, body }: Answer): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return Buffer.from([`HTTP/1.1 ${status} X`, ...lines, `content-length: ${body.length}`, "", ""].join("\r\n"));
}

/** As it came: what is signed must not change. */
async function forwarded(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send({ host: "127.0.0.1", port, method, path: url, headers, agent: false }, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
  const { date = "", "content-type": type = "" } = answer.headers;
  return {
    status: answer.statusCode ?? 0,
    headers: { date, "content-type": type },
    body: await whole(answer),
  };
}

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Of JSON 1.1 and of the RPC style; of STS it is no matter. */
export function operationOf({ headers }: IncomingMessage): string {
  const target = headers["x-amz-target"] ?? headers["x-acs-action"] ?? "";
  return String(target).replace(/^.*\./, "");
}
