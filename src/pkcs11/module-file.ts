import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Pkcs11Fault } from "./fault";
import type { Pkcs11Uri } from "./uri";

/** Where distributions and vendors put modules, searched in this order. */
const moduleFolders = [
  "/usr/lib/pkcs11",
  "/usr/lib64/pkcs11",
  "/usr/lib/x86_64-linux-gnu/pkcs11",
  "/usr/lib/aarch64-linux-gnu/pkcs11",
  "/usr/lib/softhsm",
  "/usr/lib64/softhsm",
  "/usr/lib",
  "/usr/lib64",
  "/usr/local/lib",
  "/usr/local/lib/pkcs11",
  "/usr/local/lib/softhsm",
  "/opt/homebrew/lib",
  "/opt/homebrew/lib/softhsm",
] as const;

/**
 * The file of the vendor's library. `module-path` may be the file itself, or the folder of the one that `module-name` names;
 * a name alone is looked up where modules usually lie, as `lib*.so`, `*.so` and the like.
 *
 * @throws Pkcs11Fault `module_not_found`
 */
export function moduleFile({ modulePath, moduleName }: Pkcs11Uri): string {
  if (modulePath !== undefined && !isFolder(modulePath)) {
    if (existsSync(modulePath)) return modulePath;
    throw new Pkcs11Fault("module_not_found", `There is no file ${modulePath}.`);
  }
  if (moduleName === undefined) {
    throw new Pkcs11Fault(
      "module_not_found",
      `${modulePath} is a folder, and there is no \`module-name\` of a file in it.`,
    );
  }
  const folders = modulePath === undefined ? moduleFolders : [modulePath];
  const found = folders
    .flatMap((folder) => fileNames(moduleName).map((file) => join(folder, file)))
    .find((file) => existsSync(file) && !isFolder(file));
  if (found !== undefined) return found;
  throw new Pkcs11Fault("module_not_found", `There is no module ${moduleName} in ${folders.join(", ")}.`);
}

function fileNames(name: string): readonly string[] {
  const endings = ["so", "dylib", "dll"];
  return [
    name,
    ...endings.flatMap((ending) => [`lib${name}.${ending}`, `${name}.${ending}`, `${name}-pkcs11.${ending}`]),
  ];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
