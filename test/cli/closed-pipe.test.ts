import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const MAIN = join(__dirname, "../../dist/src/cli/main.js");

describe("byok, when nobody reads on", () => {
  const variable = Buffer.alloc(32, 7).toString("base64");

  it.each([
    [["--help"], 0],
    [["status", "no-arn", "--json"], 1],
    [["fingerprint", "env:BYOK_MATERIAL_TEST?encoding=base64"], 0],
  ] as const)("%j ends quietly, as it would have", async (args, code) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, BYOK_MATERIAL_TEST: variable },
    });
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    expect(await once(child, "close")).toEqual([code, null]);
    expect(said).not.toContain("EPIPE");
  });
});
