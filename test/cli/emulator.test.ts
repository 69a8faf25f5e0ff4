import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

const MAIN = join(__dirname, "../../dist/src/cli/main.js");

interface Started {
  readonly url: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}

describe("byok emulator", () => {
  const children: ChildProcess[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  const run = (...args: string[]): ChildProcess => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    children.push(child);
    return child;
  };

  const finished = async (child: ChildProcess): Promise<{ code: unknown; output: string }> => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const [code]: unknown[] = await once(child, "close");
    return { code, output };
  };

  const started = async (child: ChildProcess): Promise<Started> => {
    if (child.stdout === null) throw new Error("The child has no output.");
    const [line]: string[] = await once(createInterface(child.stdout), "line");
    const facts: Started = JSON.parse(line ?? "");
    return facts;
  };

  it.each(["SIGINT", "SIGTERM"] as const)("serves until %s and then ends well", async (signal) => {
    const child = run(
      "emulator",
      "--port",
      "0",
      "--json",
      "--clock",
      "2030-01-01T00:00:00Z",
      "--account",
      "444455556666",
    );
    const { url, environment } = await started(child);
    expect(environment).toMatchObject({
      AWS_ENDPOINT_URL_KMS: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
    });
    const health: unknown = await (await fetch(`${url}/_byok/health`)).json();
    expect(health).toMatchObject({ accountId: "444455556666", now: expect.stringMatching(/^2030-01-01T00:0/) });
    const end = once(child, "close");
    child.kill(signal);
    expect(await end).toEqual([0, null]);
  });

  it("prints what to copy", async () => {
    const child = run("emulator", "--port", "0", "--quotas", "aws", "--fault", "CreateKey drop");
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('/_byok/clock -d \'{"set"')) child.kill("SIGTERM");
    });
    await once(child, "close");
    expect(output).toMatch(/export AWS_ENDPOINT_URL_KMS=http:\/\/127\.0\.0\.1:\d+\n/);
    expect(output).toContain("export AWS_ACCESS_KEY_ID=test\n");
  });

  it("prints an environment that a shell evaluates", async () => {
    const child = run("emulator", "--port", "0", "--env", "sh", "--region", "eu-central-1");
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    while (!output.includes("QKMS_SECRET_ACCESS_KEY")) await setTimeout(50);
    const evaluated = execFileSync(
      "sh",
      ["-c", `eval "$1"; printf %s "$AWS_DEFAULT_REGION $AWS_ENDPOINT_URL_KMS"`, "sh", output],
      {
        encoding: "utf8",
      },
    );
    expect(evaluated).toMatch(/^eu-central-1 http:\/\/127\.0\.0\.1:\d+$/);
    expect(output.split("\n").filter((line) => line !== "" && !/^export \w+=\S+$/.test(line))).toEqual([]);
    child.kill("SIGTERM");
    await once(child, "close");
  });

  it("is reached from elsewhere by a name, where that is asked for", async () => {
    const { url, port } = await started(
      run("emulator", "--port", "0", "--json", "--host", "0.0.0.0", "--host-name", "kms", "--host-name", "kms.example"),
    );
    expect(url).toBe(`http://kms:${port}`);
    const status = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port, path: "/_byok/health", headers: { Host: host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.on("error", reject).end();
      });
    expect(await status(`kms:${port}`)).toBe(200);
    expect(await status("KMS.example")).toBe(200);
    expect(await status("10.0.0.7:8300")).toBe(200);
    expect(await status("localhost")).toBe(200);
    expect(await status("evil.example")).toBe(403);
  });

  describe("started by npx", () => {
    let folder: string;
    beforeAll(() => {
      // As npm lays out what it has installed.
      folder = mkdtempSync(join(tmpdir(), "byok-npx-"));
      writeFileSync(join(folder, "package.json"), "{}");
      mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
      const command = `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
      writeFileSync(join(folder, "node_modules/.bin/byok"), command, { mode: 0o755 });
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const npx = (...args: string[]): ChildProcess => {
      const child = spawn("npx", ["--no-install", "byok", "emulator", "--port", "0", "--json", ...args], {
        cwd: folder,
        stdio: ["ignore", "pipe", "ignore"],
      });
      children.push(child);
      return child;
    };

    it.each(["SIGKILL", "SIGTERM"] as const)("ends with npx, which is ended by %s", async (signal) => {
      const child = npx();
      const { url } = await started(child);
      child.kill(signal);
      expect(await vanished(url)).toBe(true);
    });

    it("goes on without npx where that is asked for", async () => {
      const child = npx("--no-exit-with-parent");
      const { url } = await started(child);
      const { pid } = await saidBy(url);
      child.kill("SIGKILL");
      await setTimeout(2_000);
      expect((await saidBy(url)).pid).toBe(pid);
      process.kill(pid, "SIGTERM");
      expect(await vanished(url)).toBe(true);
    });
  });

  it.each<[string, readonly string[], boolean, string?]>([
    ["by default", [], true],
    ["also where the shell runs npx for something else", [], true, ": /usr/bin/npx something;"],
    ["not with --exit-with-parent", ["--exit-with-parent"], false],
  ])("outlives the shell that started it in the background, %s", async (_which, options, lives, before = "") => {
    const script = `${before} "$0" "$1" emulator --port 0 --json ${options.join(" ")} & sleep 3`;
    const shell = spawn("sh", ["-c", script, process.execPath, MAIN], { stdio: ["ignore", "pipe", "ignore"] });
    children.push(shell);
    const { url } = await started(shell);
    const { pid } = await saidBy(url);
    await once(shell, "exit");
    await setTimeout(2_000);
    if (lives) {
      expect((await saidBy(url)).pid).toBe(pid);
      process.kill(pid, "SIGTERM");
    }
    expect(await vanished(url)).toBe(true);
  });

  it("says that a port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, output } = await finished(run("emulator", "--port", String(port)));
    other.close();
    expect(code).toBe(1);
    expect(output).toBe(
      `byok: error: Port ${port} is taken. Choose another with --port, or any free one with --port 0.\n`,
    );
  });

  it.each([
    [["emulatr"], 2, "Did you mean emulator?"],
    [["emulator", "--port", "x"], 2, "A port is a number"],
    [["emulator", "--quotas", "some"], 2, 'either "aws" or "off"'],
    [["emulator", "--fault", "nothing"], 2, "OPERATION[@REGION]"],
    [["emulator", "--clock", "noon"], 2, "2030-01-01T00:00:00Z"],
    [["emulator", "--rotation-delay", "soon"], 2, "A time looks like 5s, 500ms or 1m."],
    [["emulator", "--replica-material-delay", "5"], 2, "A time looks like 5s, 500ms or 1m."],
    [["emulator", "--fault", "ImportKeyMatrial drop"], 2, 'Did you mean "ImportKeyMaterial"?'],
    [["emulator", "--env", "cmd"], 2, "sh, fish, powershell, dotenv, json"],
    [["emulator", "--host", "203.0.113.1"], 1, "is not an address of this machine"],
    [["emulator", "--host-name", "http://kms"], 1, "must be a host name without scheme"],
    [["emulator", "--account", "1"], 1, "12 digits"],
    [["--help"], 0, "Examples:"],
    [["--version"], 0, "0."],
    [[], 2, "Usage: byok"],
  ])("byok %p ends with %d", async (args, code, text) => {
    expect(await finished(run(...args))).toMatchObject({ code, output: expect.stringContaining(text) });
  });
});

/** What a running emulator says of itself. */
async function saidBy(url: string): Promise<{ readonly pid: number }> {
  const said: { pid: number } = JSON.parse(await (await fetch(`${url}/_byok/health`)).text());
  return said;
}

/** Waits until nothing answers any more. @returns whether that came about */
async function vanished(url: string): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    const answers = await fetch(`${url}/_byok/health`).then(
      () => true,
      () => false,
    );
    if (!answers) return true;
    await setTimeout(200);
  }
  return false;
}
