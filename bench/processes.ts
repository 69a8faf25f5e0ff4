// What Linux tells of processes while they live. Elsewhere there is nothing to read, and the figures are zero.
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A process and all below it. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const pid of existsSync("/proc/self/stat") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : []) {
    const parent = Number(statOf(Number(pid))[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
  }
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)];
  return below(root);
}

/** CPU that a process has used in user and kernel mode, in seconds, to a hundredth. */
export function usedCpuSeconds(pid: number): number {
  const stat = statOf(pid);
  return (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / 100;
}

/** CPU that a living process has used, in milliseconds, as exactly as the scheduler counts it. */
export function scheduledMs(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const used = threads.map((id) => Number(read(`/proc/${pid}/task/${id}/schedstat`).split(" ")[0] ?? 0));
    return used.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
  } catch {
    return 0;
  }
}

/** Memory in use, and the most that there ever was. */
export function memoryMegabytes(pid: number): { readonly now: number; readonly peak: number } {
  const status = read(`/proc/${pid}/status`);
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}

/** The fields of /proc/PID/stat that follow the command's name, which may hold anything. */
function statOf(pid: number): readonly string[] {
  return (
    read(`/proc/${pid}/stat`)
      .split(/\) (?=\w )/)
      .at(-1)
      ?.split(" ") ?? []
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
