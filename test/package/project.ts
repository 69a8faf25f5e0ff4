import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export const root = join(__dirname, "../..");

/** The package, packed from what was built and installed as a stranger does: freshly resolved, in an empty project. */
export interface Project {
  /** The tarball that npm packed. */
  readonly tarball: string;
  readonly folder: string;
  /** What the check of sizes printed. */
  readonly report: string;
  /** Writes a file below the project's folder and gives its path. */
  write(file: string, text: string): Promise<string>;
  /** Makes packages of the repository's own node_modules importable, so that they need not be installed again. */
  link(...packages: readonly string[]): Promise<void>;
  remove(): Promise<void>;
}

/** @throws Error with what was printed where the installation fails, is too large or has a package twice */
export async function installedProject(): Promise<Project> {
  const place = await mkdtemp(join(tmpdir(), "byok-package-"));
  const folder = join(place, "project");
  const report = await run(process.execPath, [join(root, "scripts/check-install.mjs"), place], root);
  const [name = ""] = report.split(":");
  return {
    tarball: join(place, name),
    folder,
    report,
    async write(file, text) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      return path;
    },
    async link(...packages) {
      for (const one of packages) {
        const path = join(folder, "node_modules", one);
        await mkdir(dirname(path), { recursive: true });
        await symlink(join(root, "node_modules", one), path, "dir");
      }
    },
    remove: () => rm(place, { recursive: true, force: true }),
  };
}

/** What a command printed. @throws Error with all that it printed where it fails */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { cwd, env, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}\n${stderr}`, { cause: error });
  }
}
