import { HttpRequest } from "@smithy/core/protocols";
import type { Log } from "../../../src/engine/log";
import { type RequestHandler, type RequestHandlerOptions, requestHandler } from "../../../src/kms/aws/request-handler";
import { certificate } from "../../support/certificate";
import { type Script, type ScriptedServer, scriptedServer } from "./scripted-server";

const timeouts = { connect: 2_000, request: 2_000 };
const warnings: string[] = [];
const log: Log = { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message) };
let open: RequestHandler[] = [];
beforeEach(() => {
  warnings.length = 0;
});
afterEach(() => {
  for (const made of open) made.destroy?.();
  open = [];
});

async function handler(options: Partial<RequestHandlerOptions> = {}): Promise<RequestHandler> {
  const made = await requestHandler({ endpoints: [], timeouts, log, ...options });
  open.push(made);
  return made;
}

const asking = ({ port, url }: Pick<ScriptedServer, "port" | "url">, hostname = "127.0.0.1"): HttpRequest =>
  new HttpRequest({
    method: "POST",
    protocol: new URL(url).protocol,
    hostname,
    port,
    path: "/",
    headers: { host: hostname, "content-length": "4" },
    body: "body",
  });

const answering: Script = (_request, response) => response.writeHead(201, { "x-a": "b" }).end("answer");

async function failure(work: Promise<unknown>): Promise<{ readonly error: unknown; readonly took: number }> {
  const start = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, took: performance.now() - start };
}

it("gives the whole answer, read to its end", async () => {
  await using server = await scriptedServer(answering);
  const { response } = await (await handler()).handle(asking(server));
  expect(response).toMatchObject({ statusCode: 201, headers: { "x-a": "b" } });
  expect(String(response.body)).toBe("answer");
  expect(server.requests).toMatchObject([{ method: "POST", body: "body" }]);
});

it.each([
  ["Mon, 30 Nov 2026 12:00:00 GMT", true],
  ["soon", false],
  ["Fri, 01 Jan 9999 00:00:00 GMT", false],
])("leaves the date %j to the SDK, which sets its clock by it: %s", async (Date, left) => {
  await using server = await scriptedServer((_request, response) => response.writeHead(200, { Date }).end());
  const { response } = await (await handler()).handle(asking(server));
  expect(response.headers["date"]).toBe(left ? Date : undefined);
});

describe("a host", () => {
  it("that is neither allowed nor AWS's own gets nothing, and a warning names it", async () => {
    await using server = await scriptedServer(answering);
    const strict = await handler();
    await expect(strict.handle(asking(server, "credentials.example.com"))).rejects.toMatchObject({
      code: "endpoint_not_allowed",
      rawMessage: expect.stringContaining(`would go to credentials.example.com:${server.port}, which is not one`),
    });
    expect(warnings).toEqual([expect.stringContaining(`credentials.example.com:${server.port}`)]);
    expect(warnings[0]).toContain("Look for AWS_ENDPOINT_URL variables");
    const bare = { protocol: "https:", hostname: "credentials.example.com", path: "/" };
    await expect(strict.handle(new HttpRequest(bare))).rejects.toMatchObject({
      rawMessage: expect.stringContaining("would go to credentials.example.com, which"),
    });
  });

  it("may be allowed by the configuration", async () => {
    const tls = certificate();
    await using server = await scriptedServer(answering, tls);
    // This machine by a name that is not one of loopback's.
    const url = new URL(`https://0.0.0.0:${server.port}`);
    const elsewhere = asking(server, url.hostname);
    await expect((await handler()).handle(elsewhere)).rejects.toMatchObject({ code: "endpoint_not_allowed" });
    const allowing = await handler({ endpoints: [{ url, source: "`endpoint`" }] });
    await expect(allowing.handle(elsewhere)).rejects.toMatchObject({ serviceCode: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(warnings).toHaveLength(1);
  });

  it("is believed by its certificate alone", async () => {
    const tls = certificate();
    await using server = await scriptedServer(answering, tls);
    await expect((await handler()).handle(asking(server))).rejects.toMatchObject({
      serviceCode: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    const { response } = await (await handler({ caBundle: tls.cert })).handle(asking(server));
    expect(response.statusCode).toBe(201);
    expect(server.requests).toHaveLength(1);
  });
});

describe("who gives up", () => {
  it("before a request has it not answered", async () => {
    await using server = await scriptedServer(answering);
    const { error } = await failure((await handler()).handle(asking(server), { abortSignal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "canceled" });
    expect(server.requests).toEqual([]);
  });

  it("during it ends the wait at once", async () => {
    const aborting = new AbortController();
    await using server = await scriptedServer(() => aborting.abort());
    const { error, took } = await failure((await handler()).handle(asking(server), { abortSignal: aborting.signal }));
    expect(error).toMatchObject({ code: "canceled", effectUnknown: true });
    expect(took).toBeLessThan(timeouts.request / 2);
  });

  it("after it is not listened to any more", async () => {
    await using server = await scriptedServer(answering);
    const { signal } = new AbortController();
    const [added, removed] = [jest.spyOn(signal, "addEventListener"), jest.spyOn(signal, "removeEventListener")];
    await (await handler()).handle(asking(server), { abortSignal: signal });
    expect(added.mock.calls.map(([type]) => type)).toEqual(["abort"]);
    expect(removed.mock.calls[0]?.slice(0, 2)).toEqual(added.mock.calls[0]?.slice(0, 2));
  });
});

describe("time", () => {
  it.each<[string, Script]>([
    ["come", () => {}],
    ["end", (_request, response) => void response.write("begin")],
  ])("is bounded for an answer that does not %s", async (_what, script) => {
    await using server = await scriptedServer(script);
    const hurried = await handler({ timeouts: { connect: 2_000, request: 60 } });
    const { error } = await failure(hurried.handle(asking(server)));
    expect(error).toMatchObject({
      code: "service_unavailable",
      retry: "backoff",
      rawMessage: expect.stringContaining(`127.0.0.1:${server.port} did not answer within 0.06 seconds`),
    });
  });
});

it("does not read an answer without end", async () => {
  const flood: Script = (request, response) =>
    void (response.destroyed || response.write(Buffer.alloc(1 << 20), () => flood(request, response)));
  await using server = await scriptedServer(flood);
  await expect((await handler()).handle(asking(server))).rejects.toMatchObject({ code: "untrusted_answer" });
});

it("tells a connection that breaks as one", async () => {
  await using server = await scriptedServer((_request, response) => response.destroy());
  await expect((await handler()).handle(asking(server))).rejects.toMatchObject({
    code: "service_unavailable",
    effectUnknown: true,
  });
});

it("ends what is under way when it is closed", async () => {
  let made: RequestHandler | undefined;
  await using server = await scriptedServer(() => made?.destroy?.());
  made = await handler();
  const { error, took } = await failure(made.handle(asking(server)));
  expect(error).toMatchObject({ code: "canceled" });
  expect(took).toBeLessThan(timeouts.request / 2);
});

it("takes no settings of the SDK's, which has some of its own", async () => {
  const made = await handler();
  expect(made.httpHandlerConfigs()).toEqual({});
  expect(made.metadata).toEqual({ handlerProtocol: "http/1.1" });
});
