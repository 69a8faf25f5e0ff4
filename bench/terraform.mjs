// What the provider costs: start-up and memory beside bare Node, and a plan over many healthy materials beside as many
// `terraform_data` resources. Every figure is a ratio within this run: `npm run bench`.
import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { startEmulator } from "byok/emulator";

const root = join(import.meta.dirname, "..");
const executable = join(root, "dist", "terraform-provider-byok");
const terraform = process.env.BYOK_TERRAFORM ?? "terraform";
const region = "eu-central-1";
const runs = 9;
const count = Number(process.env.BYOK_BENCH_COUNT ?? 1000);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const say = (name, value) => process.stdout.write(`${name.padEnd(58)} ${value}\n`);

const handshake = {
  TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
  PLUGIN_PROTOCOL_VERSIONS: "5,6",
};

await startUp();
await plans();

async function startUp() {
  const [provider, bare, memory] = [[], [], []];
  for (let i = 0; i < runs; i++) {
    const from = performance.now();
    const child = spawn(executable, {
      env: { ...process.env, ...handshake },
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    provider.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 300));
    memory.push(residentMegabytes(child.pid));
    child.kill("SIGKILL");
    const start = performance.now();
    spawnSync(process.execPath, ["-e", "0"]);
    bare.push(performance.now() - start);
  }
  const [started, base] = [median(provider), median(bare)];
  say(
    "start to handshake",
    `${started.toFixed(0)} ms, ${(started / base).toFixed(2)} x bare node (${base.toFixed(0)} ms)`,
  );
  say("memory, idle", `${median(memory).toFixed(0)} MB`);
}

async function plans() {
  const folder = mkdtempSync(join(tmpdir(), "byok-bench-"));
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 4096 });
  const wrappingKeys = [privateKey.export({ type: "pkcs8", format: "pem" })];
  const kms = await startEmulator({ region, wrappingKeys });
  writeFileSync(join(folder, "key.bin"), randomBytes(32), { mode: 0o600 });
  writeFileSync(
    join(folder, "cli.tfrc"),
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(join(root, "dist", "mirror"))}\n  }\n}\n`,
  );
  const run = (name, ...args) =>
    new Promise((resolve, reject) => {
      const from = performance.now();
      const child = spawn(terraform, [`-chdir=${join(folder, name)}`, ...args], {
        env: environment(folder),
        stdio: ["ignore", "ignore", "pipe"],
      });
      let problems = "";
      let peak = 0;
      child.stderr.on("data", (part) => {
        problems += part;
      });
      const watch = setInterval(() => {
        peak = Math.max(peak, ...providersBelow(child.pid).map(residentMegabytes));
      }, 50);
      child.on("close", (code) => {
        clearInterval(watch);
        if (code === 0) resolve({ seconds: (performance.now() - from) / 1000, peak });
        else reject(new Error(problems));
      });
    });
  try {
    const configurations = {
      data: `resource "terraform_data" "it" {\n  count = ${count}\n  input = "x"\n}\n`,
      byok: configuration(kms.url, folder, await madeKeys(kms.url)),
    };
    for (const [name, text] of Object.entries(configurations)) {
      spawnSync("mkdir", [join(folder, name)]);
      writeFileSync(join(folder, name, "main.tf"), text);
      await run(name, "init");
      await run(name, "apply", "-auto-approve");
    }
    const figures = { data: [], byok: [], peak: [] };
    let mark = 0;
    for (let i = 0; i < 3; i++) {
      figures.data.push((await run("data", "plan")).seconds);
      mark = kms.requests.mark();
      const { seconds, peak } = await run("byok", "plan");
      figures.byok.push(seconds);
      figures.peak.push(peak);
    }
    const requests = kms.requests.since(mark).filter(({ operation }) => operation === "DescribeKey").length;
    const [data, byok] = [median(figures.data), median(figures.byok)];
    say(
      `plan over ${count} healthy materials`,
      `${byok.toFixed(1)} s, ${(byok / data).toFixed(1)} x as many terraform_data (${data.toFixed(1)} s)`,
    );
    say("memory of the provider in it, at most", `${Math.max(...figures.peak).toFixed(0)} MB`);
    say("DescribeKey in it", `${requests}, one for each material`);
  } finally {
    await kms.close();
    rmSync(folder, { recursive: true });
  }
}

/** Empty keys, as somebody else made them. */
async function madeKeys(url) {
  const client = new KMSClient({
    region,
    endpoint: url,
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
  const made = await Promise.all(
    Array.from({ length: count }, () => client.send(new CreateKeyCommand({ Origin: "EXTERNAL" }))),
  );
  client.destroy();
  return made.map(({ KeyMetadata }) => KeyMetadata.Arn);
}

function configuration(url, folder, keyArns) {
  return `terraform {
  required_providers {
    byok = { source = "byok/byok" }
  }
}
provider "byok" {
  import_requests_per_second = 1000
  aws {
    region     = "${region}"
    access_key = "bench"
    secret_key = "bench"
    endpoint   = "${url}"
  }
}
locals {
  keys = ${JSON.stringify(keyArns)}
}
resource "byok_imported_key_material" "it" {
  count               = ${count}
  key_arn             = local.keys[count.index]
  key_material_source = "file:${folder}/key.bin?encoding=raw"
}
`;
}

function environment(folder) {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    TF_CLI_CONFIG_FILE: join(folder, "cli.tfrc"),
    CHECKPOINT_DISABLE: "1",
  };
}

function providersBelow(pid) {
  const { stdout } = spawnSync("pgrep", ["-P", String(pid), "-f", "terraform-provider-byok"]);
  return stdout.toString().split("\n").filter(Boolean).map(Number);
}

function residentMegabytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
