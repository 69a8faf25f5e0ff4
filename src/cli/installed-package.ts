import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package that this code belongs to, installed or in a clone of the repository. */
export interface InstalledPackage {
  readonly folder: string;
  readonly version: string;
}

/** From the package.json above this file, which is at another height in the sources and in what is built. */
export function installedPackage(directory = __dirname): InstalledPackage {
  try {
    const found: { version?: string } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    if (found.version !== undefined) return { folder: directory, version: found.version };
  } catch {
    // Not here; one level up.
  }
  const above = dirname(directory);
  return above === directory ? { folder: directory, version: "unknown" } : installedPackage(above);
}
