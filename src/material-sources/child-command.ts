import { type ChildProcess, spawn } from "node:child_process";
import { type Call, checkCall } from "../engine/call";
import { canceled } from "../engine/errors";
import type { MaterialSourceOptions } from "./material-source-options";
import { type SourceNames, systemErrorCode, tooLong, unavailable } from "./opened";
import { BoundedContent } from "./stream";

/** What a command is started for. */
export interface ChildCommand {
  readonly words: readonly [string, ...string[]];
  /** What it reads on its standard input. Default: nothing, and the input is closed. */
  readonly input?: string;
  /** A variable that it gets although it holds a secret, since it is the one that reads it. Default: none. */
  readonly variable?: string | undefined;
  /** How long it may take where the options do not say, in milliseconds. */
  readonly timeoutMs: number;
}

/** How a command ended. */
export interface ChildEnd {
  /** What it had printed on its standard output, in memory of its own. */
  readonly printed: Buffer;
  /** Null where it ended with exit code 0, otherwise how it ended, in a sentence. */
  readonly failure: string | null;
  /** The seconds that it had, where it did not end in them and was stopped. */
  readonly timedOutAfter: number | null;
}

/**
 * What a command prints on its standard output, in memory of its own; see `endOf` for how it runs. What it prints is never
 * quoted: not on standard output, which may be the key, nor on standard error, where a failing script often shows what it was
 * handling.
 *
 * @throws ByokError `material_unavailable` where it fails, `malformed_material` where it prints too much, `canceled`.
 */
export async function outputOf(
  command: ChildCommand,
  options: MaterialSourceOptions,
  source: SourceNames,
  call: Call | undefined,
): Promise<Buffer> {
  const { printed, failure, timedOutAfter } = await endOf(command, options, source, call);
  if (failure === null && printed.length > 0) return printed;
  printed.fill(0);
  if (timedOutAfter !== null)
    throw unavailable(`The command did not end within ${timedOutAfter} seconds and was stopped.`, source);
  if (failure !== null) throw unavailable(`${failure} Run it by hand to see why.`, source);
  throw unavailable("The command printed nothing.", source);
}

/**
 * Runs a command to its end, without a shell, in a process group of its own that is killed with it when it hangs, prints more
 * than 64 KiB or the operation is canceled.
 *
 * The command gets the environment, save what may hold other key material: `TF_VAR_*`, `PULUMI_CONFIG*`, `BYOK_MATERIAL_*`,
 * the variables of the `env:` sources that are known by then, and copies of those under other names.
 *
 * @throws ByokError `material_unavailable` where it cannot be started, `malformed_material` where it prints too much,
 *   `canceled`.
 */
export async function endOf(
  command: ChildCommand,
  options: MaterialSourceOptions,
  source: SourceNames,
  call: Call | undefined,
): Promise<ChildEnd> {
  checkCall(call);
  const limitMs = options.commandTimeoutMs ?? command.timeoutMs;
  const leftMs = call?.deadline?.left() ?? limitMs;
  const timeout = AbortSignal.timeout(Math.ceil(Math.min(limitMs, leftMs)));
  const child = started(command, options, source);
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
    giveInput(child, command.input);
    const failure = await ended(child);
    if (call?.signal?.aborted === true) throw canceled();
    if (tooMuch) throw tooLong("The command printed", source);
    const timedOutAfter = timeout.aborted ? Math.min(limitMs, leftMs) / 1000 : null;
    return { printed: printed.take(), failure, timedOutAfter };
  } finally {
    stop.removeEventListener("abort", onStop);
    printed.wipe();
  }
}

function started(
  { words, input, variable }: ChildCommand,
  options: MaterialSourceOptions,
  source: SourceNames,
): ChildProcess {
  const [command, ...args] = words;
  try {
    return spawn(command, args, {
      cwd: options.baseFolder ?? process.cwd(),
      env: environmentFor(options.env ?? process.env, options.variablesOfMaterial ?? new Set(), variable),
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", options.commandStderr ?? "ignore"],
      shell: false,
      detached: ownGroup,
      windowsHide: true,
    });
  } catch (error) {
    // Most failures come as an event; a command line that is too long comes here.
    throw unavailable(`The command could not be started (${startFailure(error)}).`, source);
  }
}

/** A command that does not read to the end, or could not be started, is judged by how it ends. */
function giveInput({ stdin }: ChildProcess, input: string | undefined): void {
  if (stdin === null || input === undefined) return;
  stdin.on("error", () => {});
  stdin.end(input);
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
  own: string | undefined,
): Record<string, string | undefined> {
  const withheld = new Set([...variablesOfMaterial].map((name) => env[name]).filter((value) => value));
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) =>
        name === own ||
        (!/^(TF_VAR_|BYOK_MATERIAL_|PULUMI_CONFIG(_SECRET_KEYS)?$)/.test(name) &&
          !variablesOfMaterial.has(name) &&
          !withheld.has(value)),
    ),
  );
}

function startFailure(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === "ENOENT") return "there is no such command or folder";
  return code === "EACCES" ? "it may not be run" : code;
}
