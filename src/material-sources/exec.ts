import { type ChildProcess, spawn } from "node:child_process";
import { type Call, checkCall } from "../engine/call";
import { canceled } from "../engine/errors";
import type { MaterialEncoding } from "../engine/material-encoding";
import type { ByteSource, MaterialSourceOptions } from "./material-source-options";
import { opened, type SourceNames, systemErrorCode, tooLong, unavailable } from "./opened";
import { BoundedContent } from "./stream";

/**
 * Key material that a command prints. It runs without a shell, with closed standard input, in a process group of its own
 * that is killed with it when it hangs (30 seconds by default), prints too much (64 KiB) or the operation is canceled.
 *
 * What it prints is never quoted: not on standard output, which may be the key, nor on standard error, where a failing
 * script often shows what it was handling. The command gets the environment, save what may hold other key material:
 * `TF_VAR_*`, `PULUMI_CONFIG*`, `BYOK_MATERIAL_*`, the variables of the `env:` sources that are known by then, and
 * copies of those under other names.
 */
export function execSource(
  words: readonly [string, ...string[]],
  encoding: MaterialEncoding | undefined,
  options: MaterialSourceOptions,
): ByteSource {
  // Only the command: its arguments may hold what is not for messages.
  const source = { name: `exec:${words[0]}`, attribute: options.attribute };
  return {
    ...source,
    async open(call) {
      checkCall(call);
      return opened(await output(words, options, source, call), encoding, source);
    },
  };
}

const defaultTimeoutMs = 30_000;

/** What the command prints, in memory of its own. */
async function output(
  words: readonly [string, ...string[]],
  options: MaterialSourceOptions,
  source: SourceNames,
  call: Call | undefined,
): Promise<Buffer> {
  const limitMs = options.commandTimeoutMs ?? defaultTimeoutMs;
  const leftMs = call?.deadline?.left() ?? limitMs;
  const timeout = AbortSignal.timeout(Math.ceil(Math.min(limitMs, leftMs)));
  const child = started(words, options, source);
  const printed = new BoundedContent();
  let tooMuch = false;
  child.stdout?.on("data", (piece: Buffer) => {
    if (printed.add(piece)) return;
    tooMuch = true;
    killGroup(child);
  });
  const stop = call?.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]);
  const onStop = (): void => killGroup(child);
  stop.addEventListener("abort", onStop, { once: true });
  try {
    const end = await ended(child);
    if (call?.signal?.aborted === true) throw canceled();
    if (tooMuch) throw tooLong("The command printed", source);
    if (timeout.aborted)
      throw unavailable(
        `The command did not end within ${Math.min(limitMs, leftMs) / 1000} seconds and was stopped.`,
        source,
      );
    if (end !== null) throw unavailable(`${end} Run it by hand to see why.`, source);
    if (printed.length === 0) throw unavailable("The command printed nothing.", source);
    return printed.take();
  } finally {
    stop.removeEventListener("abort", onStop);
    printed.wipe();
  }
}

function started(
  [command, ...args]: readonly [string, ...string[]],
  options: MaterialSourceOptions,
  source: SourceNames,
): ChildProcess {
  try {
    return spawn(command, args, {
      cwd: options.baseFolder ?? process.cwd(),
      env: environmentFor(options.env ?? process.env, options.variablesOfMaterial ?? new Set()),
      stdio: ["ignore", "pipe", options.commandStderr ?? "ignore"],
      shell: false,
      detached: ownGroup,
      windowsHide: true,
    });
  } catch (error) {
    // Most failures come as an event; a command line that is too long comes here.
    throw unavailable(`The command could not be started (${startFailure(error)}).`, source);
  }
}

/** Null where the command ended well, otherwise how it ended. Resolves when its output is closed, too. */
function ended(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`The command could not be started (${startFailure(error)}).`));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(null);
      else
        resolve(code === null ? `The command was ended by ${signal}.` : `The command failed with exit code ${code}.`);
    });
  });
}

/** Windows has no process groups, and a detached child would open a window there. */
const ownGroup = process.platform !== "win32";

function killGroup(child: ChildProcess): void {
  // A descendant that left the group may hold the pipe open for ever.
  child.stdout?.destroy();
  if (child.pid === undefined) return;
  try {
    if (ownGroup) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function environmentFor(
  env: Readonly<Record<string, string | undefined>>,
  variablesOfMaterial: ReadonlySet<string>,
): Record<string, string | undefined> {
  const withheld = new Set([...variablesOfMaterial].map((name) => env[name]).filter((value) => value));
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) =>
        !/^(TF_VAR_|BYOK_MATERIAL_|PULUMI_CONFIG(_SECRET_KEYS)?$)/.test(name) &&
        !variablesOfMaterial.has(name) &&
        !withheld.has(value),
    ),
  );
}

function startFailure(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === "ENOENT") return "there is no such command or folder";
  return code === "EACCES" ? "it may not be run" : code;
}
