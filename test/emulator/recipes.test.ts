import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { blocksOf, blockWith } from "../support/page";

const root = join(__dirname, "../..");
const run = promisify(execFile);

// Other programs start here, on a machine that may be busy.
jest.setTimeout(180_000);

/** The programs of docs/emulator.md as they are printed there, in a project that has byok installed. */
describe("the programs of docs/emulator.md", () => {
  const page = blocksOf("docs/emulator.md");
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "byok-recipes-"));
    writeFileSync(join(folder, "package.json"), "{}");
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    symlinkSync(root, join(folder, "node_modules/byok"));
    symlinkSync(join(root, "node_modules/@aws-sdk"), join(folder, "node_modules/@aws-sdk"));
    const command = `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/src/cli/main.js")}" "$@"\n`;
    writeFileSync(join(folder, "node_modules/.bin/byok"), command, { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const block = (language: string, line: string): string => blockWith(page, language, line);

  it("pass, in Jest", async () => {
    writeFileSync(join(folder, "expiry.test.ts"), block("ts", "// expiry.test.ts"));
    const options = { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } };
    const transform = { "^.+\\.ts$": [require.resolve("@swc/jest"), options] };
    const config = JSON.stringify({ rootDir: folder, testEnvironment: "node", transform });
    const jestCommand = join(root, "node_modules/jest/bin/jest.js");
    const { stderr } = await run(process.execPath, [jestCommand, "--config", config, "--ci"], { cwd: folder });
    expect(stderr).toContain("Tests:       1 passed, 1 total");
  });

  it("give all test files of Jest one emulator", async () => {
    const project = mkdtempSync(join(folder, "global-"));
    writeFileSync(join(project, "global-setup.js"), block("js", "// global-setup.js"));
    writeFileSync(join(project, "global-teardown.js"), block("js", "// global-teardown.js"));
    const test = `
      const { KMSClient, CreateKeyCommand, ListKeysCommand } = require("@aws-sdk/client-kms");
      test("finds the emulator", async () => {
        const kms = new KMSClient({});
        await kms.send(new CreateKeyCommand({}));
        await fetch(process.env.AWS_ENDPOINT_URL_KMS + "/_byok/reset", { method: "POST" });
        expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
        kms.destroy();
      });`;
    for (const name of ["one", "two"]) writeFileSync(join(project, `${name}.test.js`), test);
    const config = JSON.stringify({
      rootDir: project,
      testEnvironment: "node",
      transform: {},
      globalSetup: "<rootDir>/global-setup.js",
      globalTeardown: "<rootDir>/global-teardown.js",
    });
    const jestCommand = join(root, "node_modules/jest/bin/jest.js");
    const listed = [jestCommand, "--config", config, "--ci", "--runInBand"];
    const { stderr } = await run(process.execPath, listed, { cwd: project });
    expect(stderr).toContain("Tests:       2 passed, 2 total");
  });

  it("pass, in pytest with boto3", async () => {
    const missing = await run("python3", ["-c", "import boto3, cryptography, pytest"]).then(
      () => undefined,
      (error: Error) => error.message.trim().split("\n").at(-1),
    );
    if (missing !== undefined) {
      process.stdout.write(`recipes: the Python test of docs/emulator.md did not run (${missing})\n`);
      expect(missing).not.toBe("");
      return;
    }
    writeFileSync(join(folder, "test_expiry.py"), block("python", "# test_expiry.py"));
    const python = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_expiry.py"];
    const { stdout } = await run("python3", python, { cwd: folder });
    expect(stdout).toMatch(/^1 passed/m);
  });

  it("start the emulator in one step of a pipeline, for the next one", async () => {
    const port = await freePort();
    const step = block("sh", "npx --no-install byok emulator --port").replaceAll("8300", String(port));
    const environment = join(folder, "environment");
    writeFileSync(environment, "");
    const shell = spawn("sh", ["-e", "-c", step], {
      cwd: folder,
      env: { ...process.env, GITHUB_ENV: environment },
      stdio: "ignore",
    });
    const code = await new Promise((resolve) => {
      shell.once("exit", resolve);
    });
    expect(code).toBe(0);
    const lines = readFileSync(environment, "utf8").split("\n");
    expect(lines).toContain(`AWS_ENDPOINT_URL_KMS=http://127.0.0.1:${port}`);
    const said: { pid: number } = JSON.parse(await (await fetch(`http://127.0.0.1:${port}/_byok/health`)).text());
    process.kill(said.pid, "SIGTERM");
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
