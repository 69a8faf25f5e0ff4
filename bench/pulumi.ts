// What byok's resources cost in `pulumi up`: a run over healthy keys and materials beside a run over as many dynamic
// resources that do nothing, one after the other on the same machine. Every figure is a ratio within this run:
// `npm run bench`.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../src/emulator/index";
import { pulumiInstallation } from "../test/support/pulumi-binary";

const execute = promisify(execFile);
const runs = 3;
const resources = Number(process.env["BYOK_BENCH_COUNT"] ?? 200);
const keys = resources / 2;
const material = randomBytes(32).toString("base64");

const trivial = `
  const { dynamic } = require("@pulumi/pulumi");
  const provider = {
    check: async (olds, news) => ({ inputs: news, failures: [] }),
    diff: async () => ({ changes: false }),
    create: async () => ({ id: "id", outs: {} }),
  };
  class Trivial extends dynamic.Resource { constructor(name) { super(provider, name, { value: name }); } }
  for (let i = 0; i < ${resources}; i++) new Trivial("trivial-" + i);
`;

const healthy = `
  const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");
  for (let i = 0; i < ${keys}; i++) {
    const key = new ExternalKey("key-" + i);
    new ImportedKeyMaterial("key-" + i, { keyArn: key.id, keyMaterialSource: "env:MATERIAL?encoding=base64", validFor: "90d" });
  }
`;

void main();

async function main(): Promise<void> {
  const { bin } = await pulumiInstallation();
  const kms = await startEmulator({ region: "eu-central-1" });
  try {
    const base = median(await timesOf(bin, kms, trivial));
    let from = kms.requests.mark();
    const ready = (): void => {
      from = kms.requests.mark();
    };
    const ours = median(await timesOf(bin, kms, healthy, ready));
    const calls = kms.requests.since(from).map(({ operation }) => operation);
    const describes = calls.filter((operation) => operation === "DescribeKey").length / runs;
    const others = calls.filter((operation) => operation !== "DescribeKey").length;
    say(`up over ${resources} trivial dynamic resources`, `${base.toFixed(1)} s`);
    say(`up over ${keys} healthy keys and their materials`, `${ours.toFixed(1)} s, ${(ours / base).toFixed(2)} x`);
    say("DescribeKey per key and per material", (describes / resources).toFixed(2));
    say("other requests", String(others));
  } finally {
    await kms.close();
  }
}

/** The times of runs in which nothing changes, in seconds. */
async function timesOf(bin: string, kms: Emulator, program: string, ready = () => {}): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), "byok-bench-"));
  try {
    const root = join(__dirname, "..");
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/byok"));
    symlinkSync(join(root, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
    for (const name of ["state", "home"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "index.js"), program);
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: bench\nmain: index.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    const pulumi = async (...args: string[]): Promise<void> => {
      await execute(join(bin, "pulumi"), [...args, "--non-interactive"], {
        cwd: folder,
        maxBuffer: 1 << 26,
        env: {
          PATH: [bin, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
          HOME: join(folder, "home"),
          PULUMI_HOME: join(folder, "home"),
          PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
          PULUMI_CONFIG_PASSPHRASE: "bench",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
          AWS_ENDPOINT_URL_KMS: kms.url,
          AWS_ENDPOINT_URL_STS: kms.url,
          AWS_ACCESS_KEY_ID: "bench",
          AWS_SECRET_ACCESS_KEY: "bench",
          MATERIAL: material,
        },
      });
    };
    await pulumi("stack", "init", "bench");
    await pulumi("config", "set", "aws:region", "eu-central-1");
    await pulumi("config", "set", "byok:importRequestsPerSecond", "1000");
    await pulumi("up", "--yes", "--skip-preview");
    ready();
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const from = performance.now();
      await pulumi("up", "--yes", "--skip-preview");
      times.push((performance.now() - from) / 1000);
    }
    return times;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function say(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(58)} ${value}\n`);
}
