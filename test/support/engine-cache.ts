import { chmod, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where the CLIs that tests drive are kept between runs, outside of the checkout. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "byok-tests");
}

/** Makes a file in a folder of its own and moves it into place whole, so that two processes cannot disturb each other. */
export async function inCache(
  cache: string,
  name: string,
  make: (file: string, scratch: string) => Promise<void>,
): Promise<string> {
  const scratch = await mkdtemp(join(cache, "making-"));
  try {
    await make(join(scratch, name), scratch);
    await chmod(join(scratch, name), 0o755);
    await rename(join(scratch, name), join(cache, name));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return join(cache, name);
}
