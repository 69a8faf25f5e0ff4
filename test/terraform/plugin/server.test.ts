import { type ChildProcess, execFile, spawn } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { selfSignedCertificate } from "../../../src/terraform/plugin/certificate";
import { magicCookie } from "../../../src/terraform/plugin/handshake";

// The process as a host sees it: the bundled toy provider, started by hand or with a host's environment.

const now = new Date();
const client = selfSignedCertificate(now);
const stranger = selfSignedCertificate(now);
let folder: string;
let executable: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "plugin-server-"));
  executable = join(folder, "terraform-provider-toy");
  const main = resolve("test/terraform/plugin/toy/main.ts");
  await promisify(execFile)(process.execPath, [resolve("scripts/bundle-provider.mjs"), main, executable]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Started {
  readonly line: readonly string[];
  readonly stderr: () => string;
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

async function start(more: Readonly<Record<string, string>> = {}): Promise<Started> {
  const child = spawn(executable, [], {
    env: {
      PATH: process.env["PATH"],
      TMPDIR: folder,
      [magicCookie.name]: magicCookie.value,
      PLUGIN_PROTOCOL_VERSIONS: "5,6",
      PLUGIN_CLIENT_CERT: client.certificatePem,
      ...more,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let stderr = "";
  let stdout = "";
  child.stderr.on("data", (part: Buffer) => {
    stderr += part.toString();
  });
  const ended = new Promise<number | null>((settle) => child.on("close", settle));
  const firstLine = new Promise<string>((settle) =>
    child.stdout.on("data", (part: Buffer) => {
      stdout += part.toString();
      if (stdout.endsWith("\n")) settle(stdout);
    }),
  );
  const line = await Promise.race([firstLine, ended.then(() => `ended: ${stderr}`)]);
  return { line: line.trimEnd().split("|"), stderr: () => stderr, ended, kill: (signal) => void child.kill(signal) };
}

async function connect(started: Started, shown: typeof client | null): Promise<ClientHttp2Session> {
  // Buffer.from takes base64 without padding, as the host does; PEM wants it.
  const base64 = Buffer.from(started.line[5] ?? "", "base64")
    .toString("base64")
    .replace(/.{64}/g, "$&\n");
  const certificate = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  const socket = connectTls({
    socket: connectSocket(started.line[3] ?? ""),
    ca: certificate,
    servername: "localhost",
    ALPNProtocols: ["h2"],
    ...(shown && { cert: shown.certificatePem, key: shown.privateKeyPem }),
  });
  const session = connectHttp2("https://localhost", { createConnection: () => socket });
  await new Promise<void>((settle, reject) => {
    session.on("error", reject);
    session.on("close", () => reject(new Error("closed")));
    // In TLS 1.3 a refusal comes after the handshake: only an answer proves that the server took the certificate.
    session.on("connect", () => session.ping((error) => (error ? reject(error) : settle())));
  });
  return session;
}

interface Answer {
  readonly status: number | undefined;
  readonly grpcStatus: string | undefined;
  readonly body: Buffer;
}

async function call(session: ClientHttp2Session, path: string, body = "0000000000"): Promise<Answer> {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  const parts: Buffer[] = [];
  let status: number | undefined;
  let grpcStatus: string | undefined;
  stream.on("response", (headers) => {
    status = headers[":status"];
  });
  stream.on("trailers", (headers) => {
    grpcStatus = String(headers["grpc-status"]);
  });
  stream.on("data", (part: Buffer) => parts.push(part));
  stream.end(Buffer.from(body, "hex"));
  await new Promise((settle, reject) => {
    stream.on("close", settle);
    stream.on("error", reject);
  });
  return { status, grpcStatus, body: Buffer.concat(parts) };
}

describe("a plugin that is run by hand", () => {
  it("explains itself and fails", async () => {
    const run = promisify(execFile)(executable, [], { env: { PATH: process.env["PATH"] } });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("plugin for Terraform"),
    });
  });

  it("refuses a host of another protocol", async () => {
    const { line } = await start({ PLUGIN_PROTOCOL_VERSIONS: "4,5" });
    expect(line[0]).toContain("speaks protocol version 6");
  });
});

describe("a plugin that a host has started", () => {
  it("prints one line, listens where nobody else can come, and leaves nothing behind", async () => {
    const started = await start();
    const [core, protocol, network, socket = "", kind, certificate = ""] = started.line;
    expect([core, protocol, network, kind]).toEqual(["1", "6", "unix", "grpc"]);
    expect(certificate).not.toContain("=");
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    const session = await connect(started, client);
    const closed = new Promise((settle) => session.on("close", settle));
    expect((await call(session, "/plugin.GRPCController/Shutdown")).grpcStatus).toBe("0");
    expect(await started.ended).toBe(0);
    await closed;
    expect(existsSync(dirname(socket))).toBe(false);
    expect(started.stderr()).toBe("");
  });

  it("honours the folder that the host names", async () => {
    const named = mkdtempSync(join(folder, "named-"));
    const group = String(process.getgid?.() ?? 0);
    const started = await start({ PLUGIN_UNIX_SOCKET_DIR: named, PLUGIN_UNIX_SOCKET_GROUP: group });
    expect(dirname(dirname(started.line[3] ?? ""))).toBe(named);
    expect(statSync(started.line[3] ?? "").mode & 0o777).toBe(0o660);
    started.kill("SIGTERM");
    await started.ended;
    expect(readdirSync(named)).toEqual([]);
  });

  it("lets Ctrl-C pass, since it is the host that decides", async () => {
    const started = await start();
    started.kill("SIGINT");
    const session = await connect(started, client);
    expect((await call(session, "/grpc.health.v1.Health/Check")).grpcStatus).toBe("0");
    session.destroy();
    started.kill("SIGTERM");
    await started.ended;
  });

  it("talks only to the host's certificate", async () => {
    const started = await start();
    await expect(connect(started, null)).rejects.toThrow(/./);
    await expect(connect(started, stranger)).rejects.toThrow(/./);
    const session = await connect(started, client);
    expect((await call(session, "/grpc.health.v1.Health/Check")).body.toString("hex")).toBe("00000000020801");
    session.destroy();
    started.kill("SIGTERM");
    await started.ended;
  });

  it("holds the streams that the host opens, until it ends", async () => {
    const started = await start();
    const session = await connect(started, client);
    const held = call(session, "/plugin.GRPCStdio/StreamStdio").then(({ grpcStatus }) => grpcStatus);
    const stream = session.request({
      ":method": "POST",
      ":path": "/plugin.GRPCBroker/StartStream",
      "content-type": "application/grpc",
    });
    await new Promise((settle) => stream.on("response", settle));
    stream.on("error", () => undefined);
    await call(session, "/plugin.GRPCController/Shutdown");
    expect(await started.ended).toBe(0);
    expect(await held).toBe("0");
  });

  it.each([
    ["an unknown method", "/tfplugin6.Provider/WriteState", "0000000000", "12"],
    ["a compressed message", "/tfplugin6.Provider/GetMetadata", "0100000000", "12"],
    ["half a message", "/tfplugin6.Provider/GetMetadata", "00000000ff00", "3"],
    ["no message", "/tfplugin6.Provider/GetMetadata", "", "3"],
    ["no message of its type", "/tfplugin6.Provider/PlanResourceChange", "00000000020aff", "3"],
  ])("refuses %s", async (_, path, body, status) => {
    const started = await start();
    const session = await connect(started, client);
    expect(await call(session, path, body)).toMatchObject({ status: 200, grpcStatus: status });
    session.destroy();
    started.kill("SIGTERM");
    await started.ended;
  });
});

describe("a plugin that crashes", () => {
  it("says so in the form that the host shows as a crash", async () => {
    const started = await start();
    const session = await connect(started, client);
    session.on("error", () => undefined);
    // CallFunction.Request { name: "crash" }
    const request = Buffer.from("00000000070a056372617368", "hex").toString("hex");
    await call(session, "/tfplugin6.Provider/CallFunction", request).catch(() => undefined);
    expect(await started.ended).toBe(1);
    expect(started.stderr()).toMatch(/^panic: RangeError\n +at /m);
    expect(started.stderr()).not.toContain("out of the blue");
  });
});

describe("the server's certificate", () => {
  it("is one for localhost, for a day, and signed by itself", () => {
    const at = new Date("2026-01-02T03:04:05Z");
    const { certificatePem, certificateDer } = selfSignedCertificate(at);
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.raw.equals(certificateDer)).toBe(true);
    expect(certificate.subject).toBe("CN=localhost");
    expect(certificate.subjectAltName).toBe("DNS:localhost");
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(Date.parse(certificate.validFrom)).toBe(at.getTime() - 60_000);
    expect(Date.parse(certificate.validTo)).toBe(at.getTime() + 86_400_000);
    expect(certificate.verify(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey)).toBe(false);
  });

  it("holds beyond the years that two digits can name", () => {
    const certificate = new X509Certificate(selfSignedCertificate(new Date("2051-06-01T00:00:00Z")).certificatePem);
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2051);
  });

  it("has a key and number of its own every time", () => {
    const [one, two] = [selfSignedCertificate(now), selfSignedCertificate(now)].map(
      ({ certificatePem }) => new X509Certificate(certificatePem),
    );
    expect(one?.serialNumber).not.toBe(two?.serialNumber);
    expect(one?.publicKey.equals(two?.publicKey ?? one.publicKey)).toBe(false);
  });
});
