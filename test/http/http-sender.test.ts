import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type Socket } from "node:net";
import { type HttpRequest, type HttpSender, type HttpSenderOptions, httpSender } from "../../src/http/http-sender";
import { certificate } from "../support/certificate";
import { type Script, scriptedServer } from "../kms/aws/scripted-server";

const vendor = { name: "Example Cloud", trusts: "`its_bundle`" };
const timeouts = { connect: 2_000, request: 2_000 };
const tls = certificate();
const schemes = [
  ["HTTP", undefined],
  ["HTTPS", tls],
] as const;

let open: HttpSender[] = [];
afterEach(() => {
  for (const made of open) made.destroy();
  open = [];
});

function sender(options: Partial<HttpSenderOptions> = {}): HttpSender {
  const made = httpSender({ timeouts, vendor, mayReceive: () => true, ...options });
  open.push(made);
  return made;
}

const asking = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "POST",
  url: new URL(url),
  headers: { host: new URL(url).host, "content-length": "4" },
  body: "body",
  ...more,
});

const answering: Script = (_request, response) => response.writeHead(201, { "x-a": "b" }).end("answer");

/** What goes wrong, and how long it took. */
async function failure(work: Promise<unknown>): Promise<{ readonly error: unknown; readonly took: number }> {
  const start = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, took: performance.now() - start };
}

describe("a request", () => {
  it("is sent as it is, and its whole answer given, whatever the status", async () => {
    await using server = await scriptedServer(answering);
    const answer = await sender().send(asking(`${server.url}/path?a=b`, { headers: { "x-own": "c" } }));
    expect(answer).toMatchObject({ status: 201, headers: { "x-a": "b" } });
    expect(answer.body.toString()).toBe("answer");
    expect(server.requests).toMatchObject([
      { method: "POST", url: "/path?a=b", body: "body", headers: { "x-own": "c" } },
    ]);
  });

  it.each(["GET", "PUT"] as const)("may be a %s without a body", async (method) => {
    await using server = await scriptedServer(answering);
    await sender().send({ method, url: new URL(server.url), headers: {} });
    expect(server.requests).toMatchObject([{ method, body: "" }]);
  });

  it("uses a connection again, also for a request that follows", async () => {
    const sockets = new Set<Socket>();
    await using server = await scriptedServer((_request, response) => {
      if (response.socket !== null) sockets.add(response.socket);
      response.end();
    });
    const one = sender();
    for (let i = 0; i < 3; i++) await one.send(asking(server.url));
    expect(sockets.size).toBe(1);
  });

  it("is sent by TLS to whom a certificate that was named proves, over one connection too", async () => {
    const sockets = new Set<Socket>();
    await using server = await scriptedServer((_request, response) => {
      if (response.socket !== null) sockets.add(response.socket);
      response.end("answer");
    }, tls);
    const one = sender({ caBundle: tls.cert });
    for (let i = 0; i < 3; i++) expect((await one.send(asking(server.url))).body.toString()).toBe("answer");
    expect(sockets.size).toBe(1);
    await expect(sender().send(asking(server.url))).rejects.toMatchObject({
      serviceCode: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  it("does not leave for where it must not, and says where", async () => {
    await using server = await scriptedServer(answering);
    const asked: string[] = [];
    const strict = sender({
      mayReceive: (url) => {
        asked.push(url.href);
        return false;
      },
    });
    await expect(strict.send(asking(`${server.url}/secret`))).rejects.toMatchObject({
      code: "endpoint_not_allowed",
      effectUnknown: false,
      rawMessage: expect.stringMatching(
        new RegExp(`would go to ${server.url}, which is neither one of Example Cloud's own hosts.*environment`),
      ),
    });
    expect(asked).toEqual([`${server.url}/secret`]);
    expect(server.requests).toEqual([]);
  });
});

describe("who gives up", () => {
  it("before a request has it not sent", async () => {
    await using server = await scriptedServer(answering);
    await expect(sender().send(asking(server.url), AbortSignal.abort())).rejects.toMatchObject({ code: "canceled" });
    expect(server.requests).toEqual([]);
  });

  it("during it ends the wait at once, and is reported that it may have been done", async () => {
    const aborting = new AbortController();
    await using server = await scriptedServer(() => aborting.abort());
    const { error, took } = await failure(sender().send(asking(server.url), aborting.signal));
    expect(error).toMatchObject({ code: "canceled", effectUnknown: true });
    expect(took).toBeLessThan(timeouts.request / 2);
  });

  it("while the answer comes ends it too", async () => {
    const aborting = new AbortController();
    await using server = await scriptedServer((_request, response) => {
      response.write("begin");
      setTimeout(() => aborting.abort(), 50);
    });
    const { error, took } = await failure(sender().send(asking(server.url), aborting.signal));
    expect(error).toMatchObject({ code: "canceled" });
    expect(took).toBeLessThan(timeouts.request / 2);
  });

  it("after it disturbs nobody, and is not listened to any more", async () => {
    await using server = await scriptedServer(answering);
    const aborting = new AbortController();
    const { signal } = aborting;
    const [added, removed] = [jest.spyOn(signal, "addEventListener"), jest.spyOn(signal, "removeEventListener")];
    const one = sender();
    await one.send(asking(server.url), signal);
    expect(removed.mock.calls.map(([type]) => type)).toEqual(added.mock.calls.map(([type]) => type));
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
    aborting.abort();
    expect((await one.send(asking(server.url))).status).toBe(201);
  });
});

describe("time", () => {
  it("is bounded for an answer that does not come", async () => {
    await using server = await scriptedServer(() => {});
    const { error } = await failure(sender({ timeouts: { connect: 2_000, request: 60 } }).send(asking(server.url)));
    expect(error).toMatchObject({
      code: "service_unavailable",
      effectUnknown: true,
      rawMessage: expect.stringContaining("did not answer within 0.06 seconds"),
    });
  });

  it("is bounded for an answer that does not end", async () => {
    await using server = await scriptedServer((_request, response) => void response.write("begin"));
    const { error } = await failure(sender({ timeouts: { connect: 2_000, request: 60 } }).send(asking(server.url)));
    expect(error).toMatchObject({ rawMessage: expect.stringContaining("did not answer within 0.06 seconds") });
  });

  it("is bounded for a handshake that does not end, which leaves no question", async () => {
    await using silent = await listening(createSocketServer(() => {}));
    const limits = { connect: 60, request: 5_000 };
    const { error, took } = await failure(
      sender({ timeouts: limits }).send(asking(`https://127.0.0.1:${silent.port}`)),
    );
    expect(error).toMatchObject({
      code: "service_unavailable",
      retry: "backoff",
      effectUnknown: false,
      serviceCode: "TimeoutError",
      rawMessage: expect.stringContaining("no connection within the time for it"),
    });
    expect(took).toBeLessThan(limits.request / 2);
  });

  it.each(schemes)("for a connection by %s is over when that stands", async (_scheme, secured) => {
    await using server = await scriptedServer((_request, response) => {
      setTimeout(() => response.end("answer"), 250);
    }, secured);
    const limits = { connect: 150, request: 5_000 };
    const one = sender({ timeouts: limits, ...(secured === undefined ? {} : { caBundle: secured.cert }) });
    expect((await one.send(asking(server.url))).body.toString()).toBe("answer");
    // The second request has its connection from the start.
    expect((await one.send(asking(server.url))).body.toString()).toBe("answer");
  });
});

describe("an answer", () => {
  it("that is cut short leaves open what was done", async () => {
    const script: Script = (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("begin", () => response.destroy());
    };
    await using server = await scriptedServer(script);
    await expect(sender().send(asking(server.url))).rejects.toMatchObject({
      code: "service_unavailable",
      retry: "backoff",
      effectUnknown: true,
    });
  });

  it("that has no end is given up, and its connection with it", async () => {
    const closed: Promise<unknown>[] = [];
    const flood = (response: ServerResponse): void => {
      if (response.destroyed) return;
      response.write(Buffer.alloc(1 << 20), () => flood(response));
    };
    await using server = await scriptedServer((_request, response) => {
      closed.push(once(response, "close"));
      flood(response);
    });
    await expect(sender().send(asking(server.url))).rejects.toMatchObject({ code: "untrusted_answer" });
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  });

  it("that is no HTTP is reported as a connection that broke", async () => {
    await using garbage = await listening(createSocketServer((socket) => void socket.end("no HTTP\r\n\r\n")));
    await expect(sender().send(asking(`http://127.0.0.1:${garbage.port}`))).rejects.toMatchObject({
      code: "service_unavailable",
      serviceCode: expect.stringMatching(/^HPE_/),
    });
  });

  it("is not there where nobody listens", async () => {
    const gone = await listening(createServer());
    await gone[Symbol.asyncDispose]();
    await expect(sender().send(asking(`http://127.0.0.1:${gone.port}`))).rejects.toMatchObject({
      serviceCode: "ECONNREFUSED",
      effectUnknown: false,
    });
  });
});

it("ends what is under way when it is closed", async () => {
  await using server = await scriptedServer(() => one.destroy());
  const one = sender();
  const { error, took } = await failure(one.send(asking(server.url)));
  expect(error).toMatchObject({ code: "service_unavailable", effectUnknown: true });
  expect(took).toBeLessThan(timeouts.request / 2);
});

it.each(schemes)("keeps no connection by %s when it is closed", async (_scheme, secured) => {
  const closed: Promise<unknown>[] = [];
  await using server = await scriptedServer((_request, response) => {
    if (response.socket !== null) closed.push(once(response.socket, "close"));
    response.end();
  }, secured);
  const one = sender(secured === undefined ? {} : { caBundle: secured.cert });
  await one.send(asking(server.url));
  one.destroy();
  await Promise.all(closed);
  expect(closed).toHaveLength(1);
});

/** A server that listens on a loopback port and loses all its connections at the end. */
async function listening(server: ReturnType<typeof createSocketServer>) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
