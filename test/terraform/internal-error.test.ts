import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../src/terraform/plugin/log";
import { silentLog } from "../../src/terraform/plugin/log";
import { ProviderHost } from "../../src/terraform/plugin/testing/host";
import { byokProvider } from "../../src/terraform/provider";
import { awsBlock, refusal } from "../support/byok-host";

const secret = "c2VjcmV0IGJ5dGVzIG9mIGEga2V5";

it("a fault inside tells where it is, once in the log, and nothing of its message", async () => {
  const provider = byokProvider();
  const lines: string[] = [];
  const log: Log = { ...silentLog, error: (message, fields) => void lines.push(JSON.stringify({ message, fields })) };
  const faulty = {
    ...provider,
    dataSources: {
      byok_external_key: {
        schema: provider.dataSources?.["byok_external_key"]?.schema ?? provider.schema,
        read: function readFaultily(): never {
          throw new TypeError(`cannot read ${secret}\n    at ${secret} (/${secret}:1:2)`);
        },
      },
    },
  };
  const host = new ProviderHost(faulty, log);
  await host.configure({ aws: awsBlock("http://127.0.0.1:1") });
  const [error] = await refusal(host.readDataSource("byok_external_key", { key_id: "alias/payments" }));
  expect(error?.detail).toMatch(/TypeError\n {4}at .*readFaultily.*internal-error\.test\.ts:\d+:\d+\)/);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("internal-error.test.ts:");
  expect(`${error?.detail}${lines.join()}`).not.toContain(secret);
});

it("the provider as it is built keeps the names of its functions, and says no message in a crash", async () => {
  const script = `
    setTimeout(() => { throw new TypeError("${secret}"); }, 100);
    process.argv[1] = ${JSON.stringify(join(__dirname, "../../dist/terraform-provider-byok"))};
    require(process.argv[1]);`;
  const child = spawn(process.execPath, ["-e", script], {
    env: {
      PATH: process.env["PATH"],
      TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
      PLUGIN_PROTOCOL_VERSIONS: "6",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => printed.push(part));
  const exitCode = await new Promise((resolve) => child.on("close", resolve));
  const text = Buffer.concat(printed).toString("utf8");
  expect(readFileSync(join(__dirname, "../../dist/terraform-provider-byok"), "utf8")).toContain("applyMaterial");
  expect(exitCode).toBe(1);
  expect(text).toMatch(/panic: TypeError\n +at /);
  expect(text).not.toContain(secret);
});
