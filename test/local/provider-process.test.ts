import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { byokProvider } from "../../src/terraform/provider";
import { selfSignedCertificate, type ServerCertificate } from "../../src/terraform/plugin/certificate";
import { magicCookie } from "../../src/terraform/plugin/handshake";
import { serveForReattach } from "../../src/terraform/plugin/reattach";
import { reportFigures } from "../support/figures";

// The executable that is shipped, started as Terraform starts it, and what somebody else on the machine may try.

const executable = resolve("dist/terraform-provider-byok");
const now = new Date();
const host = selfSignedCertificate(now);
const figures = { tried: 0, answered: 0 };

afterAll(() => {
  reportFigures("local-provider", "jest test/local", {
    "ways to talk to a running provider tried": figures.tried,
    "that were answered": figures.answered,
  });
});

describe("the provider's process", () => {
  let folder: string;
  let child: ChildProcess;
  let line: readonly string[];
  let socket: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "byok-local-"));
    // So that nothing but the provider's own folder keeps others out.
    chmodSync(folder, 0o755);
    child = spawn(executable, [], {
      env: {
        PATH: process.env["PATH"],
        TMPDIR: folder,
        [magicCookie.name]: magicCookie.value,
        PLUGIN_PROTOCOL_VERSIONS: "6",
        PLUGIN_CLIENT_CERT: host.certificatePem,
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    line = await new Promise((settle) => child.stdout?.once("data", (part: Buffer) => settle(String(part).split("|"))));
    socket = line[3] ?? "";
  });
  afterAll(async () => {
    const ended = new Promise((settle) => child.on("close", settle));
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** What comes back to anyone who sends this over TLS, or over the bare socket. Undefined where nothing does. */
  const unanswered = async (answer: Promise<string | undefined>): Promise<boolean> => {
    figures.tried += 1;
    const got = await answer;
    if (got !== undefined) figures.answered += 1;
    // Its host is still served.
    return got === undefined && (await health(socket, host)) === 200;
  };

  it("answers to the host that started it", async () => {
    expect(await health(socket, host)).toBe(200);
  });

  it.each<[string, ServerCertificate | null]>([
    ["no certificate", null],
    ["a certificate of its own, with the same name", selfSignedCertificate(now)],
    ["the host's certificate with another key", { ...selfSignedCertificate(now), certificatePem: host.certificatePem }],
  ])("does not talk to who shows %s", async (_what, shown) => {
    expect(await unanswered(health(socket, shown).then(String, () => undefined))).toBe(true);
  });

  it("does not talk to who shows the server's own certificate", async () => {
    const base64 = Buffer.from(line[5] ?? "", "base64").toString("base64");
    const certificatePem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
    const stranger = selfSignedCertificate(now);
    expect(await unanswered(health(socket, { ...stranger, certificatePem }).then(String, () => undefined))).toBe(true);
  });

  it.each([
    ["HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"],
    ["HTTP/1", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["what is nothing at all", "\0\u0001\u0002\r\n\r\n"],
    ["TLS that is cut off", "\u0016\u0003\u0001\0\u0005\u0001"],
  ])("does not talk %s", async (_what, bytes) => {
    expect(await unanswered(spoken(socket, bytes))).toBe(true);
  });

  it("speaks no TLS before 1.2", async () => {
    const old = connectTls({
      socket: connectSocket(socket),
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
      cert: host.certificatePem,
      key: host.privateKeyPem,
    });
    const answered = unanswered(
      new Promise((settle) => {
        old.on("secureConnect", () => settle(old.getProtocol() ?? "TLS"));
        old.on("error", () => settle(undefined));
      }),
    );
    expect(await answered).toBe(true);
  });

  it("listens where nobody else can come", async () => {
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    if (process.getuid?.() !== 0) return;
    // As another user, who can see that folder of all folders and still not what is in it.
    const script = `
      const { readdirSync } = require("node:fs");
      const tries = [() => readdirSync(${JSON.stringify(dirname(socket))})];
      for (const go of tries) try { go(); console.log("read"); } catch (error) { console.log(error.code); }
      require("node:net").connect(${JSON.stringify(socket)})
        .on("connect", () => { console.log("connected"); process.exit(); })
        .on("error", (error) => console.log(error.code));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], {
      uid: 65_534,
      gid: 65_534,
      cwd: "/",
    });
    figures.tried += 1;
    expect(stdout.trim().split("\n")).toEqual(["EACCES", "EACCES"]);
  });
});

describe("the provider's executable", () => {
  it.each<[string, Record<string, string>]>([
    ["by hand", {}],
    ["with a cookie that is none", { [magicCookie.name]: "x" }],
    ["for a protocol that it does not speak", { [magicCookie.name]: magicCookie.value, PLUGIN_PROTOCOL_VERSIONS: "5" }],
  ])("explains itself and ends where it is started %s", async (_how, env) => {
    const run = promisify(execFile)(executable, [], { env: { PATH: process.env["PATH"], ...env } });
    await expect(run).rejects.toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("plugin") });
  });
});

it("the provider in a test's own process is served to this user only", async () => {
  const served = await serveForReattach(byokProvider(), ["registry.terraform.io/byok/byok"]);
  try {
    const path = /"String":"([^"]+)"/.exec(served.reattachProviders)?.[1] ?? "";
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  } finally {
    await served.close();
  }
});

/** The status of a health check over HTTP/2 and TLS. */
async function health(socket: string, shown: ServerCertificate | null): Promise<number | undefined> {
  const tls = connectTls({
    socket: connectSocket(socket),
    rejectUnauthorized: false,
    servername: "localhost",
    ALPNProtocols: ["h2"],
    ...(shown && { cert: shown.certificatePem, key: shown.privateKeyPem }),
  });
  const session = connectHttp2("https://localhost", { createConnection: () => tls });
  try {
    return await new Promise((settle, reject) => {
      for (const part of [tls, session]) part.on("error", reject);
      session.on("close", () => reject(new Error("closed")));
      const stream = session.request({
        ":method": "POST",
        ":path": "/grpc.health.v1.Health/Check",
        "content-type": "application/grpc",
      });
      stream.on("error", reject);
      stream.on("response", (headers) => settle(headers[":status"]));
      stream.end(Buffer.alloc(5));
    });
  } finally {
    session.destroy();
    tls.destroy();
  }
}

/** What is answered to bytes in the clear, beyond TLS's own word that they are wrong. */
function spoken(path: string, bytes: string): Promise<string | undefined> {
  return new Promise((settle) => {
    const chunks: Buffer[] = [];
    const socket = connectSocket(path, () => socket.end(Buffer.from(bytes, "latin1")));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      const answer = Buffer.concat(chunks);
      const isAlert = answer[0] === 0x15;
      settle(answer.length === 0 || isAlert ? undefined : answer.toString("latin1"));
    });
  });
}
