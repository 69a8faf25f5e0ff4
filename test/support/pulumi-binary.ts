import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder, inCache } from "./engine-cache";

const execute = promisify(execFile);

/**
 * What is built where Pulumi is not installed. The CLI's modules carry replacements, which hold in a main module only, so
 * each is built in a module of its own. The language host is the last that its module still contains under a version.
 */
const goBuilds = {
  pulumi: {
    version: "3.259.0",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    modules: ["github.com/pulumi/pulumi/pkg/v3@v3.259.0", "github.com/pulumi/pulumi/sdk/v3@v3.259.0"],
    replacements: ["github.com/atotto/clipboard=github.com/tgummerer/clipboard@v0.0.0-20241001131231-d02d263e614e"],
    flags: ["-tags=osusergo,grpcnotrace"],
  },
  "pulumi-language-nodejs": {
    version: "3.68.0",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    modules: ["github.com/pulumi/pulumi/sdk/v3@v3.68.0"],
    replacements: [],
    flags: [],
  },
} as const;

type Program = keyof typeof goBuilds;

/** The script by which Pulumi starts dynamic providers; it lies in the npm package. */
const dynamicProvider = "pulumi-resource-pulumi-nodejs";

/** An installation of Pulumi: a folder with `bin`, as `PulumiCommand.get({ root })` takes it. */
export interface PulumiInstallation {
  readonly root: string;
  /** The folder of `pulumi`, its host for Node and its dynamic provider. */
  readonly bin: string;
}

/**
 * The CLI that tests drive: the one that BYOK_PULUMI names; else `pulumi` on the PATH, if it is at least 3.216; else the
 * one that an earlier run left in the cache; else one that is built with Go, which takes about five minutes.
 *
 * The vendor's archives have no place in this order: no sums of them could be confirmed.
 *
 * @throws Error that says how to get one, if there is no way.
 */
export async function pulumiInstallation(environment: NodeJS.ProcessEnv = process.env): Promise<PulumiInstallation> {
  const cache = cacheFolder(environment);
  const root = join(cache, `pulumi-${goBuilds.pulumi.version}`);
  const named = environment["BYOK_PULUMI"];
  const found = named || (await onPath(environment));
  if (found !== undefined && !(await isNewEnough(found))) {
    if (named) throw new Error(`BYOK_PULUMI names ${named}, which is not Pulumi 3.216 or later.`);
  } else if (found !== undefined) {
    return { root: dirname(dirname(found)), bin: dirname(found) };
  }
  if (existsSync(join(root, "bin", "pulumi"))) return { root, bin: join(root, "bin") };
  await mkdir(cache, { recursive: true });
  try {
    await build(cache, root);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `These tests need Pulumi 3.216 or later: put one on the PATH or name it in BYOK_PULUMI, or install Go so that it can be built (${why}).`,
      { cause: error },
    );
  }
  return { root, bin: join(root, "bin") };
}

async function build(cache: string, root: string): Promise<void> {
  const scratch = await mkdtemp(join(cache, "making-"));
  try {
    await mkdir(join(scratch, "bin"));
    for (const program of ["pulumi-language-nodejs", "pulumi"] as const) {
      const file = await buildProgram(cache, program);
      await copyFile(file, join(scratch, "bin", program));
    }
    const script = join(dirname(require.resolve("@pulumi/pulumi/package.json")), dynamicProvider);
    await copyFile(script, join(scratch, "bin", dynamicProvider));
    // Another process may have been faster.
    await rename(scratch, root).catch((error: unknown) => {
      if (!existsSync(join(root, "bin", "pulumi"))) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function buildProgram(cache: string, program: Program): Promise<string> {
  const { version, package: name, modules, replacements, flags } = goBuilds[program];
  const go = (args: readonly string[], cwd: string): Promise<unknown> =>
    execute("go", [...args], {
      cwd,
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" },
      maxBuffer: 1 << 26,
    });
  await go(["version"], cache).catch(() => {
    throw new Error("Go is not installed");
  });
  console.error(`building ${program} ${version} with Go; this takes several minutes`);
  return inCache(cache, `${program}-${version}.built`, async (file, scratch) => {
    await go(["mod", "init", "scratch"], scratch);
    for (const replacement of replacements) await go(["mod", "edit", "-replace", replacement], scratch);
    await go(["get", ...modules], scratch);
    const linking = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    await go(["build", "-trimpath", ...flags, "-ldflags", linking, "-o", file, name], scratch);
  });
}

async function onPath(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, "pulumi")).find((file) => existsSync(file));
}

async function isNewEnough(command: string): Promise<boolean> {
  try {
    const { stdout } = await execute(command, ["version"], {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    const [major = 0, minor = 0] = stdout.trim().replace(/^v/, "").split(".").map(Number);
    return major > 3 || (major === 3 && minor >= 216);
  } catch {
    return false;
  }
}
