import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const pollMs = 500;

/** How far up npm can be: it starts commands by a shell. */
const levels = 2;

/** The process id of the npx or `npm exec` that started this process; undefined where none did. */
export function npxAbove(pid: number = process.ppid, left: number = levels): number | undefined {
  const started = left === 0 ? undefined : lookedUp(pid);
  if (started === undefined) return undefined;
  if (isNpx(started.command)) return pid;
  return /^(?:\S*\/)?(?:ba|da|z)?sh -c /.test(started.command) ? npxAbove(started.parent, left - 1) : undefined;
}

/** By the title that npm gives itself, or by the script that Node.js runs; npx among the arguments of a shell is none. */
function isNpx(command: string): boolean {
  return /^(?:npm exec|npx)\s|^\S*node\S*\s(?:-\S+\s)*\S*\/npx(?:-cli\.js)?\s/.test(command);
}

/**
 * Resolves once a process is gone. Its number could be given to another one in between, so this is for processes that live
 * about as long as this one.
 */
export function gone(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(timer);
      resolve();
    }, pollMs);
    // That somebody is watched is no reason to go on.
    timer.unref();
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive as well.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

interface Started {
  readonly parent: number;
  readonly command: string;
}

/** Slim container images have no `ps`, and macOS has no `/proc`. Windows has neither, and ends what npx started itself. */
function lookedUp(pid: number): Started | undefined {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

function fromProc(pid: number): Started {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  return { parent: Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]), command };
}

function fromPs(pid: number): Started {
  const printed = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" });
  const [, parent, command = ""] = /^\s*(\d+)\s+(.*)$/m.exec(printed) ?? [];
  return { parent: Number(parent), command };
}
