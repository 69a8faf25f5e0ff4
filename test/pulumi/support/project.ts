import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = join(__dirname, "../../..");

/** How the package byok lies in a project. */
export type Layout = "linked" | "packed" | "pnpm";

/** A folder of a Pulumi program with byok and Pulumi's SDK in it. Remove it when done. */
export interface Project {
  readonly folder: string;
  remove(): Promise<void>;
}

export async function project(layout: Layout, main = "index.js"): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-test-"));
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "fixture", private: true, main }));
  await layouts[layout](modules);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

const layouts = {
  /** As `npm link` leaves it. */
  async linked(modules) {
    await link(root, join(modules, "byok"));
    await link(join(root, "node_modules/@pulumi"), join(modules, "@pulumi"));
  },
  /** As `npm install byok` leaves it: every package side by side. */
  async packed(modules) {
    await unpack(join(modules, "byok"));
    await linkAll(modules);
  },
  /** As pnpm leaves it: only what the project itself names is at the top, and each package sees only its own. */
  async pnpm(modules) {
    const own = join(modules, ".pnpm/byok/node_modules");
    await unpack(join(own, "byok"));
    const { dependencies } = await manifest();
    for (const name of [...Object.keys(dependencies), "@pulumi/pulumi"]) {
      await link(join(root, "node_modules", name), join(own, name));
    }
    await link(join(own, "byok"), join(modules, "byok"));
    await link(join(root, "node_modules/@pulumi/pulumi"), join(modules, "@pulumi/pulumi"));
  },
} as const satisfies Record<Layout, (modules: string) => Promise<void>>;

async function manifest(): Promise<{ readonly dependencies: Readonly<Record<string, string>> }> {
  return JSON.parse(await readFile(join(root, "package.json"), "utf8"));
}

/** The package as `npm publish` would make it. */
async function unpack(into: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "pulumi-pack-"));
  try {
    await execute("npm", ["pack", "--ignore-scripts", "--pack-destination", scratch], {
      cwd: root,
      maxBuffer: 1 << 26,
    });
    const [archive = ""] = await readdir(scratch);
    await execute("tar", ["-xzf", join(scratch, archive), "-C", scratch]);
    await mkdir(dirname(into), { recursive: true });
    await cp(join(scratch, "package"), into, { recursive: true });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function linkAll(modules: string): Promise<void> {
  for (const name of await readdir(join(root, "node_modules"))) {
    if (!name.startsWith(".") && name !== "byok") await link(join(root, "node_modules", name), join(modules, name));
  }
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}
