import { readFile } from "node:fs/promises";
import type { Flow } from "./flows";
import type { Choice } from "./matrix";
import type { Point } from "./points";

/**
 * Where the tool starts the provider itself, in its own way, a run takes seconds. So only the two points are tried at
 * which a crash costs most: a key that nobody knows of, and bytes that nobody has on record.
 */
export const costliest: Choice = {
  flow: ({ name }: Flow) => name === "create",
  point: ({ operation, kind }: Point) =>
    kind === "killed after" && ["CreateKey", "ImportKeyMaterial"].includes(operation),
};

/**
 * Kills the process whose number stands in a file. Only while that process is at work: later, the number may be
 * another's.
 */
export async function killFromFile(pidFile: string): Promise<void> {
  process.kill(Number(await readFile(pidFile, "utf8")), "SIGKILL");
}
