import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../support/engine-cache";

const execute = promisify(execFile);

const packages = ["cdktf-cli@0.21.0", "constructs@10.7.2"] as const;

/**
 * The folder with the `cdktf` command: a pinned version, installed by npm into the cache of the tests, since it is 400 MB
 * that nobody else needs. Safe for several processes: each installs into a folder of its own and moves it into place.
 *
 * @throws Error that says how to get it, if there is no way.
 */
export async function cdktfCli(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const cache = cacheFolder(environment);
  const home = join(cache, packages[0].replace("@", "-"));
  const bin = join(home, "node_modules", ".bin");
  if (existsSync(join(bin, "cdktf"))) return bin;
  console.error(`installing ${packages.join(" and ")} with npm`);
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, "making-"));
  try {
    await writeFile(join(scratch, "package.json"), '{ "private": true }');
    await execute("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", ...packages], {
      cwd: scratch,
      env: environment,
      maxBuffer: 1 << 26,
    });
    // Another process may have been faster.
    await rename(scratch, home).catch((error: unknown) => {
      if (!existsSync(join(bin, "cdktf"))) throw error;
    });
  } catch (error) {
    throw new Error(
      `These tests need ${packages[0]}, which npm could not install: make a registry reachable, or install it into ${home}.`,
      { cause: error },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return bin;
}
