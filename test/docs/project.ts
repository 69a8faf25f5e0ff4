import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { blocksUnder } from "../support/page";

const execute = promisify(execFile);
const root = join(__dirname, "../..");

/** An empty folder that becomes what a page prints. */
export interface DocumentedProject {
  readonly folder: string;
  /** Runs commands of the page; what they printed. They must succeed, unless an exit code is expected. */
  run(script: string, exitCode?: number): Promise<string>;
  /** Every file that is there, the installed packages aside. */
  files(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export interface ProjectOptions {
  readonly page: string;
  readonly heading: string;
  /** The embedded KMS that stands in for the one that the page has the reader start. */
  readonly kmsUrl: string;
  /** Folders of commands that the page takes for granted. */
  readonly commands?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Versions in which a package is installed that the page leaves open, so that a test means the same tomorrow. */
  readonly versions?: Readonly<Record<string, string>>;
}

/**
 * Writes the files that a section of a page prints, and runs its commands. `byok` is installed as it would be published,
 * with whatever npm resolves for it, and nothing of this repository is in reach otherwise.
 */
export async function documentedProject(options: ProjectOptions): Promise<DocumentedProject> {
  const { page, heading, kmsUrl, commands = [], env = {}, versions = {} } = options;
  const home = await mkdtemp(join(tmpdir(), "byok-docs-"));
  const folder = join(home, "project");
  await mkdir(folder);
  const [archive] = await Promise.all([
    packed(home),
    ...blocksUnder(page, heading).map(async ({ file, text }) => {
      if (file === undefined) return;
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }),
  ]);
  const exports: string[] = [];
  const pinned = (script: string): string =>
    script
      .replaceAll("http://127.0.0.1:8300", kmsUrl)
      .replaceAll(/(?<=npm install\b.* )([\w@/-]+)(?= |$)/gm, (name) =>
        name === "byok" ? archive : `${name}${versions[name] === undefined ? "" : `@${versions[name]}`}`,
      );
  return {
    folder,
    async run(script, exitCode = 0) {
      const path = [...commands, dirname(process.execPath), process.env["PATH"]].join(delimiter);
      const ended = await bash([...exports, pinned(script)].join("\n"), folder, {
        PATH: path,
        HOME: home,
        TMPDIR: tmpdir(),
        CI: "true",
        ...npmSettings(),
        ...env,
      });
      if (ended.exitCode !== exitCode) throw new Error(`${script}\nended with ${ended.exitCode}:\n${ended.printed}`);
      exports.push(
        ...pinned(script)
          .split("\n")
          .filter((line) => line.startsWith("export ")),
      );
      return ended.printed;
    },
    async files() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
        .map((entry) => join(entry.parentPath, entry.name));
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/** The package as `npm publish` would make it. */
async function packed(into: string): Promise<string> {
  const { stdout } = await execute("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", into], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const [{ filename }]: [{ filename: string }] = JSON.parse(stdout);
  return join(into, filename);
}

/** npm as this user has set it up, quiet, and with what earlier runs have fetched. */
function npmSettings(): Readonly<Record<string, string>> {
  const given = Object.entries(process.env).flatMap(([name, value]) =>
    /^(npm_config_(registry|cafile|proxy|https_proxy|cache)|NODE_EXTRA_CA_CERTS)$/i.test(name) && value !== undefined
      ? [[name, value]]
      : [],
  );
  const user = process.env["HOME"] ?? "";
  return {
    npm_config_cache: join(user, ".npm"),
    npm_config_userconfig: join(user, ".npmrc"),
    ...Object.fromEntries(given),
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
}

async function bash(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly exitCode: number; readonly printed: string }> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => pieces.push(piece));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  return { exitCode, printed: Buffer.concat(pieces).toString("utf8") };
}
