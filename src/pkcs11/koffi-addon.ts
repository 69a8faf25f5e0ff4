import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The file of koffi's addon for a system, to be laid beside a program that carries everything else in itself. Undefined where
 * koffi or its package for that system is not installed: npm installs the one for this machine.
 *
 * @param system As `process.platform` names it.
 * @param processor As `process.arch` names it.
 * @param from The file from whose place koffi is looked up.
 */
export function koffiAddon(system: string, processor: string, from: string = __filename): string | undefined {
  const name = `${system}-${processor}`;
  try {
    const koffi = createRequire(from).resolve("koffi");
    const folder = dirname(createRequire(koffi).resolve(`@koromix/koffi-${name}/package.json`));
    const addon = join(folder, `${libc(system)}_${processor}`, "koffi.node");
    return existsSync(addon) ? addon : undefined;
  } catch {
    return undefined;
  }
}

/** Linux has two libraries of C. Which one another machine has is not known here; few have musl. */
function libc(system: string): string {
  if (system !== "linux" || process.platform !== "linux") return system;
  const report: { header?: { glibcVersionRuntime?: string } } = process.report.getReport();
  return report.header?.glibcVersionRuntime === undefined ? "musl" : "linux";
}
