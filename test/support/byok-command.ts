import { type ChildProcessWithoutNullStreams, execFile, execFileSync, spawn } from "node:child_process";
import { setTimeout as after } from "node:timers/promises";
import { join } from "node:path";

/** The command as it is built. */
export const byokMain = join(__dirname, "../../dist/src/cli/main.js");

const noNetwork = join(__dirname, "no-network.cjs");

/** Whether a program can be run here where there is no network at all. */
export const canLeaveNetwork = succeeds("unshare", ["-rn", "true"]);

/** Whether a program can be given a terminal here, by `script` of util-linux. */
export const hasTerminals = process.platform === "linux" && succeeds("script", ["-qec", "true", "/dev/null"]);

function succeeds(command: string, words: readonly string[]): boolean {
  try {
    execFileSync(command, words, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `byok` in a folder, with these variables and no others but the path. */
export function byok(
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return run(folder, [process.execPath, byokMain, ...words], env);
}

/** The same without network, credentials and home: in a namespace of its own where this system has them, else by refusals. */
export function byokOffline(folder: string, words: readonly string[]): Promise<Ended> {
  const outside = canLeaveNetwork ? ["unshare", "-rn"] : [];
  return run(folder, [...outside, process.execPath, "--require", noNetwork, byokMain, ...words], {});
}

function run(
  folder: string,
  [command = "", ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env["PATH"], ...env }, timeout: 60_000 };
    execFile(command, words, options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** Commands of a page, with the command as it is built in the place of an installed package's. */
export function asBuilt(script: string): string {
  return script.replaceAll("npx byok", `'${process.execPath}' '${byokMain}'`);
}

/** Somebody at a terminal, who waits for a question and types an answer. */
export class Custodian {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;
  #isOver = false;
  #from = 0;
  /** All that the terminal has shown. */
  seen = "";

  /** @param command As a shell reads it. `npx byok` is the command as it is built. */
  constructor(folder: string, command: string) {
    const env = { PATH: process.env["PATH"] ?? "", TERM: "dumb" };
    this.#child = spawn("script", ["-qec", asBuilt(command), "/dev/null"], { cwd: folder, env });
    this.#child.stdout.on("data", (piece: Buffer) => (this.seen += piece.toString()));
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", (code) => {
        this.#isOver = true;
        resolve(code ?? -1);
      });
    });
  }

  /** @throws Error where the question does not come. */
  async answers(question: string, answer: string): Promise<void> {
    for (let waited = 0; waited < 1_500; waited += 1) {
      const at = this.seen.indexOf(question, this.#from);
      if (at >= 0) {
        this.#from = at + question.length;
        this.#child.stdin.write(answer);
        return;
      }
      if (this.#isOver) break;
      await after(10);
    }
    this.#child.kill();
    throw new Error(`It did not ask: ${question}`);
  }

  /** The exit code. */
  async ended(): Promise<number> {
    const timer = setTimeout(() => this.#child.kill(), 15_000);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }
}
