import { existsSync } from "node:fs";
import { join } from "node:path";
import { isSea } from "node:sea";
import { childArgument } from "./child-argument";

/** The child as it lies in the package, beside this file. Undefined where this file was bundled into another one. */
export function childOfPackage(): readonly [string, ...string[]] | undefined {
  const file = join(__dirname, "..", "pkcs11", "main.js");
  return existsSync(file) ? [process.execPath, file] : undefined;
}

/** The child as a program of one file carries it, such as the provider: itself, with an argument. */
export function childOfProgram(): readonly [string, ...string[]] {
  return isSea() ? [process.execPath, childArgument] : [process.execPath, __filename, childArgument];
}
