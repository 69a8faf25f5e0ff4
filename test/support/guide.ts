import { spawn } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { blocksOf, blockWith } from "./page";
import type { Run, Workspace } from "./terraform";
import { terraformBinary } from "./terraform-binary";

/** A guide's files by their names, and its commands, as they are printed. */
export interface Guide {
  readonly files: ReadonlyMap<string, string>;
  /** The block of commands in which a line begins so. */
  command(line: string): string;
}

/** A file is a block below a line with nothing but its name in backticks and a colon. */
export function guide(name: string): Guide {
  const blocks = blocksOf(join("docs", "guides", name));
  const files = blocks.flatMap(({ file, text }) => (file === undefined ? [] : [[file, text] as const]));
  return { files: new Map(files), command: (line) => blockWith(blocks, "sh", line) };
}

/** Writes a file of a guide where its name says. */
export async function writeGuideFile(workspace: Workspace, { files }: Guide, name: string): Promise<void> {
  const content = files.get(name);
  if (content === undefined) throw new Error(`The guide has no file ${name}.`);
  await mkdir(dirname(join(workspace.folder, name)), { recursive: true });
  await writeFile(join(workspace.folder, name), content);
}

/** Runs commands of a guide as a shell does, in the workspace, with `terraform` by its name. */
export async function inShell(workspace: Workspace, script: string): Promise<Run> {
  const bin = join(workspace.folder, "bin");
  await mkdir(bin, { recursive: true });
  const terraform = await terraformBinary();
  if (terraform !== "terraform") await symlink(terraform, join(bin, "terraform")).catch(() => undefined);
  const environment = workspace.environment();
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd: workspace.folder,
    env: { ...environment, PATH: [bin, environment["PATH"]].join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (part: Buffer) => stdout.push(part));
  child.stderr.on("data", (part: Buffer) => stderr.push(part));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  return { exitCode, stdout: Buffer.concat(stdout).toString("utf8"), stderr: Buffer.concat(stderr).toString("utf8") };
}
