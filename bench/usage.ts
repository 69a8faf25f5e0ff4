import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { memoryMegabytes, processTree } from "./processes";

/** What a command cost. */
export interface Usage {
  readonly wallSeconds: number;
  /** CPU of the command and of everything that it started and waited for, in user and kernel mode. */
  readonly cpuSeconds: number;
  /** CPU of the wrapped programs among these (see `wrap`). */
  readonly wrappedCpuSeconds: number;
  /** Times that a wrapped program was started. */
  readonly wrappedStarts: number;
  /** The most memory that any one process below the command ever had; 0 where the system does not tell. */
  readonly peakMegabytes: number;
}

/**
 * Writes a script that runs a program in its place and notes the CPU time that the kernel counted for it. So a program of
 * any language is measured in the same way, exactly, however short it lived.
 *
 * @param words the program and its first arguments; `$NAME` in them is a variable of the environment
 */
export function wrap(words: readonly string[], script: string): void {
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(
    script,
    `#!/bin/bash\n${noting(`${words.map((word) => `"${word}"`).join(" ")} "$@"`, '"$BYOK_BENCH_USAGE/$$"')}`,
  );
  chmodSync(script, 0o755);
}

/** Runs a command. @throws Error with what it wrote to stderr, if it fails */
export async function measured(
  command: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Usage> {
  const notes = mkdtempSync(join(tmpdir(), "byok-usage-"));
  try {
    const from = performance.now();
    const child = spawn("bash", ["-c", noting('"$0" "$@"', '"$BYOK_BENCH_USAGE/all"'), command, ...args], {
      cwd,
      env: { ...env, BYOK_BENCH_USAGE: notes },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let problems = "";
    child.stderr.on("data", (part) => {
      problems += part;
    });
    let peakMegabytes = 0;
    const watch = setInterval(() => {
      // The script and the command itself come first.
      const below = child.pid === undefined ? [] : processTree(child.pid).slice(2);
      peakMegabytes = Math.max(peakMegabytes, ...below.map((pid) => memoryMegabytes(pid).peak));
    }, 100);
    const code = await new Promise((resolve) => child.on("close", resolve));
    clearInterval(watch);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${problems}`);
    const wallSeconds = (performance.now() - from) / 1000;
    const wrapped = readdirSync(notes).filter((name) => name !== "all");
    return {
      wallSeconds,
      cpuSeconds: notedSeconds(join(notes, "all")),
      wrappedCpuSeconds: wrapped.reduce((sum, name) => sum + notedSeconds(join(notes, name)), 0),
      wrappedStarts: wrapped.length,
      peakMegabytes,
    };
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

/** The note is made empty first, so that a program that was killed before its end does not go unseen. */
function noting(command: string, note: string): string {
  return `export LC_ALL=C\n: > ${note}\n${command}\ncode=$?\ntimes > ${note}\nexit $code\n`;
}

/** The second line of bash's `times` is that of the children: user and kernel, as `1m2.345s`. */
function notedSeconds(note: string): number {
  const [, children = ""] = readFileSync(note, "utf8").split("\n");
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  if (times.length !== 2) throw new Error("A measured program was killed before its end.");
  return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
