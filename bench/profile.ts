import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { say, tableText } from "./table";

/** Of V8's CPU profile, what is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const shown = 10;

/** The functions that took most of the CPU by themselves, in all profiles of a folder together. */
export function sayProfile(title: string, folder: string): void {
  const self = new Map<string, number>();
  for (const file of readdirSync(folder)) {
    const profile: CpuProfile = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
    for (const [index, id] of profile.samples.entries()) {
      const name = names.get(id) ?? "";
      self.set(name, (self.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
    }
  }
  self.delete("(idle)");
  const all = [...self.values()].reduce((sum, microseconds) => sum + microseconds, 0);
  const rows = [...self]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, shown)
    .map(([name, microseconds]) => [
      name,
      `${((microseconds / all) * 100).toFixed(1)} %`,
      (microseconds / 1000).toFixed(0),
    ]);
  say(`Costliest functions by themselves, ${title}: of ${(all / 1e6).toFixed(2)} s, profiles in ${folder}\n`);
  say(`${tableText(["", "share", "ms"], rows)}\n`);
}

function placeOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  return url === "" ? name : `${name} ${basename(url)}:${lineNumber + 1}`;
}
