import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { magicCookie } from "../src/terraform/plugin/handshake";
import { memoryMegabytes, scheduledMs } from "./processes";
import type { Providers } from "./providers";
import { median, ratio, say, tableText } from "./table";

const runs = 9;

interface Start {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly idleMegabytes: number;
}

interface Folders {
  readonly root: string;
  /** A folder that is removed afterwards. */
  readonly scratch: string;
}

/** How long a provider takes from its start to its handshake, beside a Node that only writes a line. */
export async function startUpPart(providers: Providers, { root, scratch }: Folders): Promise<void> {
  const waiting = 'process.stdout.write("1\\n"); setInterval(() => {}, 1 << 30)';
  const programs: readonly (readonly [string, string, readonly string[]])[] = [
    ["bare node", process.execPath, ["-e", waiting]],
    ["the floor", providers.floor, []],
    ...(providers.go === undefined ? [] : [["Go", providers.go, []] as const]),
    ["byok", providers.byok, []],
  ];
  const starts = new Map<string, Start[]>(programs.map(([name]) => [name, []]));
  // In turns, so that a busy moment does not befall one of them only.
  for (let run = 0; run < runs; run += 1) {
    for (const [name, program, args] of programs)
      starts.get(name)?.push(await started(program, args, { root, scratch }));
  }
  const of = (name: string, what: keyof Start): number => median((starts.get(name) ?? []).map((start) => start[what]));
  const rows = programs.map(([name]) => [
    name,
    of(name, "wallMs").toFixed(0),
    ratio(of(name, "wallMs"), of("bare node", "wallMs")),
    of(name, "cpuMs").toFixed(0),
    ratio(of(name, "cpuMs"), of("bare node", "cpuMs")),
    of(name, "idleMegabytes").toFixed(0),
  ]);
  say(`Start to the handshake, median of ${runs}\n`);
  say(`${tableText(["", "wall ms", "of bare node", "CPU ms", "of bare node", "MB when idle"], rows)}\n`);
}

async function started(program: string, args: readonly string[], { root, scratch }: Folders): Promise<Start> {
  const note = join(scratch, "handshake");
  rmSync(note, { force: true });
  const from = performance.now();
  const child = spawn(program, [...args], {
    env: {
      ...process.env,
      [magicCookie.name]: magicCookie.value,
      PLUGIN_PROTOCOL_VERSIONS: "5,6",
      NODE_OPTIONS: `--require=${join(root, "dist/bench/handshake-usage.cjs")}`,
      BYOK_BENCH_HANDSHAKE: note,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pid = child.pid ?? 0;
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const wallMs = performance.now() - from;
  // A program in Go leaves no note, but loads nothing after its handshake either.
  const cpuMs = existsSync(note) ? Number(readFileSync(note, "utf8")) : scheduledMs(pid);
  // What is loaded after the handshake is there by then.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const idleMegabytes = memoryMegabytes(pid).now;
  child.kill();
  return { wallMs, cpuMs, idleMegabytes };
}
