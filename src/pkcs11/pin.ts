import { spawnSync } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { Pkcs11Fault } from "./fault";
import type { PinSource } from "./uri";

/** A PIN in memory, to be wiped after the login, and what its owner should hear of. */
export interface Pin {
  readonly bytes: Buffer;
  readonly warnings: readonly string[];
}

/** The most that a PIN may have. Tokens allow 255 or fewer. */
const largestPinBytes = 1024;

/**
 * Reads the PIN. Line ends behind it are left out. Nothing that a command prints is repeated.
 *
 * @throws Pkcs11Fault `pin_missing`
 */
export function readPin(source: PinSource, env: Readonly<Record<string, string | undefined>>): Pin {
  switch (source.kind) {
    case "file":
      return fromFile(source.path);
    case "env":
      return {
        bytes: trimmed(Buffer.from(env[source.variable] ?? ""), `The variable ${source.variable}`),
        warnings: [],
      };
    case "command":
      return { bytes: trimmed(fromCommand(source.words), `The command ${source.words[0]}`), warnings: [] };
  }
}

function fromFile(path: string): Pin {
  let file: number;
  try {
    // Without O_NONBLOCK the opening of a named pipe waits for a writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    throw new Pkcs11Fault("pin_missing", `The file ${path} of the PIN is not there, or may not be read by this user.`);
  }
  const space = Buffer.alloc(largestPinBytes + 1);
  try {
    const stat = fstatSync(file);
    const length = stat.isDirectory() ? 0 : readSync(file, space);
    const bytes = trimmed(Buffer.from(space.subarray(0, length)), `The file ${path}`);
    return { bytes, warnings: modeWarnings(stat.mode, path) };
  } finally {
    space.fill(0);
    closeSync(file);
  }
}

/** Without a shell, with nothing on its standard input. The child that asks for it is stopped as a whole where it hangs. */
function fromCommand([command, ...args]: readonly [string, ...string[]]): Buffer {
  const { status, stdout } = spawnSync(command, args, {
    stdio: ["ignore", "pipe", "ignore"],
    shell: false,
    windowsHide: true,
    maxBuffer: 64 * 1024,
  });
  if (status === 0) return stdout;
  stdout?.fill(0);
  throw new Pkcs11Fault("pin_missing", `The command ${command} that gives the PIN could not be started, or failed.`);
}

/** Without line ends behind it, in memory of its own; what came is wiped. */
function trimmed(content: Buffer, what: string): Buffer {
  let end = content.length;
  while (end > 0 && [0x0a, 0x0d].includes(content.readUInt8(end - 1))) end--;
  const pin = Buffer.alloc(end);
  content.copy(pin, 0, 0, end);
  content.fill(0);
  if (end > 0 && end <= largestPinBytes) return pin;
  pin.fill(0);
  throw new Pkcs11Fault("pin_missing", `${what} gives no PIN: it ${end === 0 ? "is empty" : "is far too long"}.`);
}

function modeWarnings(mode: number, path: string): readonly string[] {
  // Windows has no such modes, and Node makes them up there.
  if (process.platform === "win32" || (mode & 0o077) === 0) return [];
  return [
    `The file ${path} holds a PIN and is open to other users of this machine (mode ${(mode & 0o777).toString(8).padStart(4, "0")}). Close it: chmod 600 '${path}'`,
  ];
}
