import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Pkcs11Fault } from "./fault";

/** What byok uses of koffi (https://koffi.dev), which calls functions of a C library. */
export interface Koffi {
  load(path: string): { func(name: string, result: string, args: readonly string[]): ForeignFunction };
  proto(result: string, args: readonly string[]): object;
  /** Calls the function at an address. */
  call(address: bigint, prototype: object, ...args: readonly ForeignValue[]): number | bigint;
  /** Where the bytes of a buffer are. They stay there for as long as something refers to the buffer. */
  address(buffer: Buffer): bigint;
  /** The memory at an address. */
  view(address: bigint, bytes: number): ArrayBuffer;
}

export type ForeignValue = number | bigint | Buffer | null;

type ForeignFunction = (...args: readonly ForeignValue[]) => number | bigint;

/** The name of koffi's addon in the folder of a program that carries it. */
export const addonName = "koffi.node";

/**
 * Koffi's addon as it lies in the folder of a program, such as the released provider, or else the package, where it is
 * installed.
 *
 * @param folder Of the program.
 * @param file From whose place the package is looked up.
 * @throws Pkcs11Fault `library_missing`
 */
export function loadKoffi(folder: string, file: string): Koffi {
  const addon = join(folder, addonName);
  try {
    if (!existsSync(addon)) return createRequire(file)("koffi");
    const loaded: { readonly exports: object } = { exports: {} };
    process.dlopen(loaded, addon);
    if (isKoffi(loaded.exports)) return loaded.exports;
    throw new TypeError("another addon");
  } catch {
    throw new Pkcs11Fault(
      "library_missing",
      "PKCS#11 modules are called by the package koffi, which is not installed or does not fit this system.",
    );
  }
}

function isKoffi(exports: object): exports is Koffi {
  return ["load", "proto", "call", "address", "view"].every((name) => name in exports);
}
