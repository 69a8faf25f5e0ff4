import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Artefact } from "./artefacts";
import type { Canary } from "./encodings";
import { type ProcessWatch, type SeenProcess, watchProcesses } from "./processes";
import { type Leak, type Report, Scan } from "./scan";

/** How a program ended that ran in a room. */
export interface Ran {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Buffer;
  /** What happens while it runs. */
  readonly meanwhile?: (running: Running) => Promise<void>;
}

/** A program while it runs. */
export interface Running {
  readonly pid: number;
  /** What it prints first. */
  readonly firstLine: Promise<string>;
}

/** A leak that the documentation states: where it is, and why it is none of byok's. */
export interface StatedException {
  readonly what: string;
  readonly fits: (leak: Leak) => boolean;
}

/** What a search of a whole room found. */
export interface Searched extends Report {
  readonly needles: number;
  readonly processes: number;
  readonly streams: number;
  /** How often the bytes were where the documentation says so. */
  readonly stated: ReadonlyMap<string, number>;
}

/**
 * Folders of their own for all that programs write (working, home and temporary folder, logs), the canaries with which
 * they run, and a record of all that they print and of all processes that they start.
 */
export class Room {
  readonly root: string;
  readonly #canaries: Canary[] = [];
  readonly #given = new Set<string>();
  readonly #variables = new Set<string>();
  readonly #streams: (readonly [Artefact, Buffer])[] = [];
  readonly #watch: ProcessWatch = watchProcesses();
  #runs = 0;

  static async open(): Promise<Room> {
    const room = new Room(await mkdtemp(join(tmpdir(), "custody-")));
    for (const name of ["work", "home", "temporary", "logs", "given", "children"]) await mkdir(room.path(name));
    return room;
  }

  private constructor(root: string) {
    this.root = root;
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  get runs(): number {
    return this.#runs;
  }

  /** Bytes that must be found nowhere; random ones if none are given. */
  canary(name: string, bytes: Buffer = randomBytes(32)): Buffer {
    this.#canaries.push({ name, bytes });
    return bytes;
  }

  /** A file of the user's own, in which the bytes stand by right. */
  async give(name: string, content: string | Buffer, mode = 0o600): Promise<string> {
    const path = this.path("given", name);
    await writeFile(path, content, { mode });
    this.#given.add(path);
    return path;
  }

  /**
   * A command of the user's own that prints a file, and writes down what it was given: its arguments and environment.
   * It lives too short to be seen otherwise.
   */
  async command(name: string, script: string): Promise<string> {
    const at = this.path("children", name);
    const record = [`env > "${at}.$$.environment"`, `printf '%s\\n' "$0" "$@" > "${at}.$$.arguments"`];
    const path = await this.give(name, `#!/bin/sh\n${record.join("\n")}\n${script}\n`, 0o700);
    await chmod(path, 0o700);
    return path;
  }

  /** A variable of the user's own, in which the bytes stand by right; anyone who inherits it is counted. */
  variable(name: string, value: string): Record<string, string> {
    this.#variables.add(`${name}=${value}`);
    return { [name]: value };
  }

  environment(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.path("home"),
      TMPDIR: this.path("temporary"),
      XDG_CACHE_HOME: this.path("home", ".cache"),
      XDG_CONFIG_HOME: this.path("home", ".config"),
      XDG_DATA_HOME: this.path("home", ".local"),
      XDG_STATE_HOME: this.path("home", ".state"),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
  }

  async run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    this.#runs += 1;
    // What a process leaves in a core dump is not covered, so there are to be none to be searched.
    const child = spawn("/bin/sh", ["-c", 'ulimit -c 0; exec "$@"', "sh", command, ...args], {
      cwd: options.cwd ?? this.path("work"),
      env: { ...this.environment(), ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    // A program that ends early does not read what it is given.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
    const printed = { "standard output": [] as Buffer[], "standard error": [] as Buffer[] };
    child.stdout.on("data", (piece: Buffer) => printed["standard output"].push(piece));
    child.stderr.on("data", (piece: Buffer) => printed["standard error"].push(piece));
    const ended = new Promise<Pick<Ran, "exitCode" | "signal">>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exitCode, signal) => resolve({ exitCode, signal }));
    });
    const firstLine = new Promise<string>((resolve) => {
      child.stdout.on("data", () => {
        const [line = "", ...more] = Buffer.concat(printed["standard output"]).toString().split("\n");
        if (more.length > 0) resolve(line);
      });
    });
    if (child.pid !== undefined) {
      // A program that ends before anything could happen is not waited for.
      await Promise.race([options.meanwhile?.({ pid: child.pid, firstLine }), ended]);
    }
    const end = await ended;
    const name = `${this.#runs}: ${[command.slice(command.lastIndexOf("/") + 1), ...args].join(" ").slice(0, 160)}`;
    const both = Object.values(printed).map((pieces) => Buffer.concat(pieces));
    for (const [index, kind] of (["standard output", "standard error"] as const).entries()) {
      this.#streams.push([{ kind, name }, both[index] ?? Buffer.alloc(0)]);
    }
    return { ...end, output: both.join("\n") };
  }

  /** Something else that was said, such as an error with its causes. */
  heard(kind: Artefact["kind"], name: string, text: string | Buffer): void {
    this.#streams.push([{ kind, name }, Buffer.from(text)]);
  }

  processes(): readonly SeenProcess[] {
    return this.#watch.seen();
  }

  running(): readonly SeenProcess[] {
    return this.#watch.running();
  }

  /** Looks through everything. */
  async search(exceptions: readonly StatedException[] = []): Promise<Searched> {
    const scan = new Scan(this.#canaries);
    const stated = new Map<string, number>();
    const count = (what: string): void => {
      stated.set(what, (stated.get(what) ?? 0) + 1);
    };
    for (const [artefact, content] of this.#streams) scan.content(artefact, content);
    for (const { args, environment } of this.processes()) {
      const name = args.join(" ").slice(0, 80);
      scan.content({ kind: "arguments of a process", name }, Buffer.from(args.join("\0"), "latin1"));
      // Commands that are run for key material are to inherit none of it.
      const isCommand = args.some((arg) => arg.startsWith(this.path("given")));
      const others = environment.filter((entry) => isCommand || !this.#variables.has(entry));
      if (others.length < environment.length) count("processes that inherited the user's own variable");
      scan.content({ kind: "environment of a process", name }, Buffer.from(others.join("\0"), "latin1"));
    }
    await scan.folder(this.root, this.#given);
    const report = scan.report();
    const leaks = report.leaks.filter((leak) => {
      const exception = exceptions.find(({ fits }) => fits(leak));
      if (exception !== undefined) count(exception.what);
      return exception === undefined;
    });
    return {
      ...report,
      leaks,
      needles: scan.needles,
      processes: this.processes().length,
      streams: this.#streams.length,
      stated,
    };
  }

  /** Names of the files below a folder, for a test that wants to be sure that there was something to look through. */
  async files(...parts: readonly string[]): Promise<string[]> {
    return readdir(this.path(...parts), { recursive: true });
  }

  async close(): Promise<void> {
    // What a killed program leaves behind would write to its broken pipes for ever.
    for (const { pid, environment } of this.running()) {
      if (environment.some((entry) => entry.includes(this.root))) killed(pid);
    }
    this.#watch.stop();
    await rm(this.root, { recursive: true, force: true });
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
