import { readdirSync, readFileSync } from "node:fs";

/** A process as the system shows it to others. */
export interface SeenProcess {
  readonly pid: number;
  readonly args: readonly string[];
  /** As NAME=VALUE; empty where the process had ended or the system shows none. */
  readonly environment: readonly string[];
}

/** Records the processes that are started below this one, as long as it runs. */
export interface ProcessWatch {
  seen(): readonly SeenProcess[];
  /** Those that still run, told by their arguments: the number of one that ended may be another's by now. */
  running(): readonly SeenProcess[];
  stop(): void;
}

const pauseMs = 30;

/**
 * Looks at /proc again and again: what lives shorter than a pause may be missed, so commands that are run for key
 * material record what they were given by themselves. Systems without /proc show nothing.
 */
export function watchProcesses(): ProcessWatch {
  const ours = new Set([process.pid]);
  const seen = new Map<string, SeenProcess>();
  const look = (): void => {
    for (const { pid, parent } of processes()) {
      if (pid === process.pid || !(ours.has(pid) || ours.has(parent))) continue;
      ours.add(pid);
      const args = entries(pid, "cmdline");
      // Between its start and its program, a process is a copy of its parent.
      const key = `${pid}\n${args.join("\n")}`;
      if (args.length > 0 && !seen.has(key)) seen.set(key, { pid, args, environment: entries(pid, "environ") });
    }
  };
  const timer = setInterval(look, pauseMs);
  look();
  return {
    seen: () => [...seen.values()],
    running: () => [...seen.values()].filter(({ pid, args }) => entries(pid, "cmdline").join("\0") === args.join("\0")),
    stop: () => clearInterval(timer),
  };
}

/** Parents before their children, as far as numbers tell. */
function processes(): { readonly pid: number; readonly parent: number }[] {
  const pids = listed("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .map(Number)
    .toSorted((one, other) => one - other)
    .flatMap((pid) => {
      // The name of the program, in brackets, may hold anything.
      const [, parent] = /^.*\) \S (\d+)/s.exec(content(`/proc/${pid}/stat`)) ?? [];
      return parent === undefined ? [] : [{ pid, parent: Number(parent) }];
    });
}

function entries(pid: number, file: "cmdline" | "environ"): string[] {
  return content(`/proc/${pid}/${file}`)
    .split("\0")
    .filter((entry) => entry !== "");
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function content(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
