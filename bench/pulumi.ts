import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { execFile, spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { pulumiInstallation } from "../test/support/pulumi-binary";
import { type Kms, region, startKms } from "./kms";
import { processTree, usedCpuSeconds } from "./processes";
import { median, ratio, say, tableText } from "./table";

const execute = promisify(execFile);
const runs = 3;
const material = randomBytes(32).toString("base64");

interface Bench {
  readonly root: string;
  /** A folder that is removed afterwards. */
  readonly scratch: string;
  /** Resources in a program; even. */
  readonly count: number;
}

interface Up {
  readonly wallSeconds: number;
  /** CPU of Pulumi, its hosts, the program and the provider, sampled until each ended. */
  readonly cpuSeconds: number;
}

/** `pulumi up` in which nothing changes: healthy keys with their materials, beside as many resources that do nothing. */
export async function pulumiPart({ root, scratch, count }: Bench): Promise<void> {
  const { bin } = await pulumiInstallation();
  await using kms = await startKms(root);
  const program = (text: string): Promise<Program> => Program.deployed({ root, scratch, bin, kms, text });
  const [base, ours] = [await program(trivial(count)), await program(healthy(count / 2))];
  const ups: { readonly base: Up[]; readonly ours: Up[] } = { base: [], ours: [] };
  const operations: string[] = [];
  for (let run = 0; run < runs; run += 1) {
    ups.base.push(await base.up());
    const mark = await kms.mark();
    ups.ours.push(await ours.up());
    operations.push(...(await kms.operationsSince(mark)));
  }
  const of = (which: "base" | "ours", what: keyof Up): number => median(ups[which].map((up) => up[what]));
  const row = (title: string, which: "base" | "ours"): readonly string[] => [
    title,
    of(which, "cpuSeconds").toFixed(2),
    ratio(of(which, "cpuSeconds"), of("base", "cpuSeconds")),
    of(which, "wallSeconds").toFixed(2),
    ratio(of(which, "wallSeconds"), of("base", "wallSeconds")),
  ];
  say(`pulumi up without changes, median of ${runs}\n`);
  say(
    `${tableText(
      ["", "CPU s", "of trivial", "wall s", "of trivial"],
      [row(`${count} trivial dynamic resources`, "base"), row(`${count / 2} healthy keys and their materials`, "ours")],
    )}\n`,
  );
  const describes = operations.filter((operation) => operation === "DescribeKey").length;
  const each = (describes / runs / count).toFixed(2);
  say(`DescribeKey per key and per material: ${each}; other requests: ${operations.length - describes}\n`);
}

const trivial = (count: number): string => `
  const { dynamic } = require("@pulumi/pulumi");
  const provider = {
    check: async (olds, news) => ({ inputs: news, failures: [] }),
    diff: async () => ({ changes: false }),
    create: async () => ({ id: "id", outs: {} }),
  };
  class Trivial extends dynamic.Resource { constructor(name) { super(provider, name, { value: name }); } }
  for (let i = 0; i < ${count}; i++) new Trivial("trivial-" + i);
`;

const healthy = (keys: number): string => `
  const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");
  for (let i = 0; i < ${keys}; i++) {
    const key = new ExternalKey("key-" + i);
    new ImportedKeyMaterial("key-" + i, { keyArn: key.id, keyMaterialSource: "env:MATERIAL?encoding=base64", validFor: "90d" });
  }
`;

interface Deployment {
  readonly root: string;
  readonly scratch: string;
  readonly bin: string;
  readonly kms: Kms;
  readonly text: string;
}

/** A program of Pulumi's in a folder of its own, with a stack. */
class Program {
  readonly #folder: string;
  readonly #pulumi: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor({ root, scratch, bin, kms, text }: Deployment) {
    this.#folder = mkdtempSync(join(scratch, "pulumi-"));
    this.#pulumi = join(bin, "pulumi");
    for (const name of ["state", "home", "node_modules"]) mkdirSync(join(this.#folder, name));
    symlinkSync(root, join(this.#folder, "node_modules/byok"));
    symlinkSync(join(root, "node_modules/@pulumi"), join(this.#folder, "node_modules/@pulumi"));
    writeFileSync(join(this.#folder, "package.json"), "{}");
    writeFileSync(join(this.#folder, "index.js"), text);
    writeFileSync(
      join(this.#folder, "Pulumi.yaml"),
      "name: bench\nmain: index.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    this.#env = {
      PATH: [bin, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      HOME: join(this.#folder, "home"),
      PULUMI_HOME: join(this.#folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.#folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      AWS_ENDPOINT_URL_KMS: kms.url,
      AWS_ENDPOINT_URL_STS: kms.url,
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
      MATERIAL: material,
    };
  }

  static async deployed(deployment: Deployment): Promise<Program> {
    const program = new Program(deployment);
    await program.#run("stack", "init", "bench");
    await program.#run("config", "set", "aws:region", region);
    await program.#run("config", "set", "byok:importRequestsPerSecond", "1000");
    await program.#run("up", "--yes", "--skip-preview");
    return program;
  }

  /** @throws Error with what it wrote to stderr, if it fails */
  async up(): Promise<Up> {
    const from = performance.now();
    const child = spawn(this.#pulumi, ["up", "--yes", "--skip-preview", "--non-interactive"], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let problems = "";
    child.stderr.on("data", (part) => {
      problems += part;
    });
    // Pulumi kills its plugins without waiting for them, so the kernel adds up nothing.
    const used = new Map<number, number>();
    const watch = setInterval(() => {
      for (const pid of processTree(child.pid ?? 0)) used.set(pid, Math.max(used.get(pid) ?? 0, usedCpuSeconds(pid)));
    }, 50);
    const code = await new Promise((resolve) => child.on("close", resolve));
    clearInterval(watch);
    if (code !== 0) throw new Error(`pulumi up failed:\n${problems}`);
    const cpuSeconds = [...used.values()].reduce((sum, seconds) => sum + seconds, 0);
    return { wallSeconds: (performance.now() - from) / 1000, cpuSeconds };
  }

  async #run(...args: readonly string[]): Promise<void> {
    await execute(this.#pulumi, [...args, "--non-interactive"], {
      cwd: this.#folder,
      env: this.#env,
      maxBuffer: 1 << 26,
    });
  }
}
