import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../src/emulator/index";
import { sendV1, sendV3 } from "../emulator/alibaba/support";
import { authorization, send, textOf } from "../emulator/support/wire";
import { emulator } from "../support/emulator";
import { reportFigures } from "../support/figures";

const figures = { addresses: 0, hosts: 0, pages: 0, served: 0 };

afterAll(() => {
  reportFigures("local-emulator", "jest test/local", {
    "addresses beside its own tried": figures.addresses,
    "names of other hosts tried": figures.hosts,
    "requests of web pages tried": figures.pages,
    "of all these, served": figures.served,
  });
});

describe("the embedded KMS on a machine of many", () => {
  let kms: Emulator;
  beforeAll(async () => {
    kms = await emulator();
  });
  afterAll(() => kms.close());

  it("listens on one loopback address and on no other", async () => {
    expect(kms.url).toBe(`http://127.0.0.1:${kms.port}`);
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const others = own
      .filter(({ address, scopeid }) => address !== "127.0.0.1" && !scopeid)
      .map(({ address }) => address);
    for (const address of ["127.0.0.2", "::1", ...others]) {
      figures.addresses += 1;
      const reached = await reaches(kms.port, address);
      if (reached) figures.served += 1;
      expect([address, reached]).toEqual([address, false]);
    }
    expect(await reaches(kms.port, "127.0.0.1")).toBe(true);
  });

  const signed = { "X-Amz-Target": "TrentService.ListKeys", Authorization: authorization("us-east-1") };

  const status = (headers: Record<string, string | string[]>, path = "/", method = "POST"): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: kms.port, method, path, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on("error", reject);
      sent.end(method === "GET" ? undefined : "{}");
    });

  it.each([
    "evil.example",
    "evil.example:8300",
    "127.0.0.1.nip.io",
    "localhost.evil.example",
    "notlocalhost",
    "evil.localhost.example",
    "[::1].evil.example",
    "192.168.0.1",
    "0.0.0.0",
    "2130706433",
    "127.0.0.1@evil.example",
    "evil.example#localhost",
  ])("does not serve the host %j, to which a page may have rebound its name", async (host) => {
    figures.hosts += 1;
    const answered = await status({ ...signed, Host: host });
    if (answered === 200) figures.served += 1;
    expect(answered).toBe(403);
  });

  const pages: readonly (readonly [string, Record<string, string>])[] = [
    ["another origin", { Origin: "https://evil.example" }],
    ["another port of this machine", { Origin: "http://localhost:3000" }],
    ["no origin that is reported", { Origin: "null" }],
    ["another site, without an origin", { "Sec-Fetch-Site": "cross-site" }],
    ["the same site", { "Sec-Fetch-Site": "same-site" }],
    ["itself", { "Sec-Fetch-Site": "same-origin" }],
  ];

  it.each(pages)("does nothing for a page of %s, on any wire", async (_which, headers) => {
    const { body } = await send(kms, "CreateKey", { Origin: "EXTERNAL" });
    const KeyId = textOf(body, "KeyMetadata.KeyId");
    const attempts = [
      status({ ...signed, ...headers, "X-Amz-Target": "TrentService.ScheduleKeyDeletion" }),
      status({ ...headers, "Content-Type": "text/plain" }, "/_byok/clock", "PUT"),
      status(headers, `/?Action=ScheduleKeyDeletion&Version=2016-01-20&KeyId=${KeyId}`, "GET"),
      status({ ...headers, "X-Amz-Target": "TrentService.DisableKey" }, "/qkms"),
      sendV3(kms, "DescribeKey", { KeyId }, { headers: lowered(headers) }).then((reply) => reply.status),
    ];
    for (const answered of await Promise.all(attempts)) {
      figures.pages += 1;
      if (answered === 200) figures.served += 1;
      expect(answered).toBe(403);
    }
  });

  it("answers who types its address into a browser, and every client", async () => {
    expect(await status({ "Sec-Fetch-Site": "none" }, "/_byok/health", "GET")).toBe(200);
    expect((await send(kms, "ListKeys")).status).toBe(200);
    expect((await sendV1(kms, { Action: "ListKeys" })).status).toBe(200);
  });
});

describe("files", () => {
  let folder: string;
  const mask = process.umask();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "byok-files-"));
  });
  afterEach(() => {
    process.umask(mask);
    rmSync(folder, { recursive: true, force: true });
  });

  it("of keys are private to their user, whatever the umask says and whatever was there before", async () => {
    process.umask(0);
    const stateFile = join(folder, "state.json");
    const first = await emulator({ stateFile });
    await send(first, "CreateKey");
    await first.close();
    expect(modeOf(stateFile)).toBe(0o600);
    chmodSync(stateFile, 0o666);
    const second = await emulator({ stateFile });
    await send(second, "CreateKey");
    await second.close();
    expect(modeOf(stateFile)).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["state.json"]);
  });

  it("are not written where somebody else has laid a link beforehand", async () => {
    const stateFile = join(folder, "state.json");
    symlinkSync(join(folder, "victim"), stateFile);
    const kms = await emulator({ stateFile });
    await send(kms, "CreateKey");
    await kms.close();
    expect(lstatSync(stateFile).isSymbolicLink()).toBe(false);
    expect(readdirSync(folder)).toEqual(["state.json"]);
    expect(modeOf(stateFile)).toBe(0o600);
  });
});

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function reaches(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve(false);
    });
  });
}
