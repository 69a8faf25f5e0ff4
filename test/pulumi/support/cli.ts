import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { pulumiInstallation } from "../../support/pulumi-binary";
import { reaching } from "../life";
import { type Project, project } from "./project";

/** How a run of the CLI ended. */
export interface Ran {
  readonly exitCode: number;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/** The CLI in a project of its own, with its state and everything else that it writes below one folder. */
export interface Cli {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `pulumi`. What a step needs beyond the environment of all goes into `env`. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Every byte that was written or printed so far, save the package itself. */
  everything(): Promise<Buffer>;
  remove(): Promise<void>;
}

export async function cli(kmsUrl: string, program: string): Promise<Cli> {
  const { bin } = await pulumiInstallation();
  const made: Project = await project("linked");
  const { folder } = made;
  for (const name of ["state", "home", "temporary"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "index.js"), program);
  await writeFile(
    join(folder, "Pulumi.yaml"),
    ["name: fixture", "main: index.js", "runtime:", "  name: nodejs", "  options:", "    typescript: false", ""].join(
      "\n",
    ),
  );
  const env = {
    ...reaching(kmsUrl),
    PATH: [bin, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    HOME: join(folder, "home"),
    // Pulumi leaves pipes there when a process of a program ends before it.
    TMPDIR: join(folder, "temporary"),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    // Without this the CLI does not know --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    CI: "true",
  };
  const printed: Buffer[] = [];
  return {
    folder,
    env,
    async run(args, more = {}) {
      const { exitCode, output } = await ended("pulumi", [...args, "--non-interactive"], folder, { ...env, ...more });
      printed.push(output);
      return { exitCode, output: output.toString() };
    },
    async everything() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
        .map((entry) => join(entry.parentPath, entry.name));
      return Buffer.concat([...(await Promise.all(files.map((file) => readFile(file)))), ...printed]);
    },
    remove: () => made.remove(),
  };
}

/** Runs a program to its end. */
export function ended(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number; readonly output: Buffer }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const pieces: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.stderr.on("data", (piece: Buffer) => pieces.push(piece));
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? -1, output: Buffer.concat(pieces) }));
  });
}
