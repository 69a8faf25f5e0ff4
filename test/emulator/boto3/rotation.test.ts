import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const main = join(__dirname, "../../../dist/src/cli/main.js");

// Another program starts here, on a machine that may be busy.
jest.setTimeout(180_000);

describe("rotation of imported material, by AWS's client for Python", () => {
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const delays = ["--rotation-delay", "5s", "--replica-material-delay", "10s"];
    server = spawn(process.execPath, [main, "emulator", "--port", "0", "--json", ...delays], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (server.stdout === null) throw new Error("The emulator has no output.");
    const [line]: string[] = await once(createInterface(server.stdout), "line");
    const facts: { url: string } = JSON.parse(line ?? "");
    url = facts.url;
  });
  afterAll(async () => {
    const end = once(server, "close");
    server.kill("SIGTERM");
    await end;
  });

  it("passes every check of the documented procedure", async () => {
    const missing = await run("python3", ["-c", "import boto3, cryptography"]).then(
      () => undefined,
      (error: Error) => error.message.trim().split("\n").at(-1),
    );
    if (missing !== undefined) {
      process.stdout.write(`boto3: the checks of rotation did not run (${missing})\n`);
      expect(missing).not.toBe("");
      return;
    }
    const { stdout } = await run("python3", [join(__dirname, "rotation.py"), url]);
    process.stdout.write(`boto3: ${stdout}`);
    expect(stdout).toMatch(/^\d{3} checks passed/);
  });
});
