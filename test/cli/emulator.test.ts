import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

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
    [["emulator", "--account", "1"], 1, "12 digits"],
    [["--help"], 0, "Examples:"],
    [["--version"], 0, "0."],
    [[], 2, "Usage: byok"],
  ])("byok %p ends with %d", async (args, code, text) => {
    expect(await finished(run(...args))).toMatchObject({ code, output: expect.stringContaining(text) });
  });
});
